"""What card terminals wanted printed, as the journal's file holds it: beside each payment, bounded and with no card's
number in it (`sync.domain.card_slips`). It goes to no hub."""

from collections.abc import Iterable

import msgspec

from sync.domain.card_slips import CASHIER, CardSlip, SlipLine
from sync.local.database import Local

_PUT = "INSERT OR REPLACE INTO card_slip (attempt, part, lines, signature, at) VALUES (?, ?, ?, ?, ?)"
_DROP = "DELETE FROM card_slip WHERE attempt = ?"
_ONE = "SELECT lines, signature, at FROM card_slip WHERE attempt = ? AND part = ?"
_lines = msgspec.json.Decoder(tuple[SlipLine, ...]).decode


def keep_slips(local: Local, attempt_id: str, slips: tuple[CardSlip, ...], now: int) -> None:
    """Inside `local.write()`, beside the attempt: from now on these are its papers, and none that it had before."""
    local.raw.execute(_DROP, (attempt_id,))
    for it in slips:
        lines = msgspec.json.encode(it.lines).decode()
        local.raw.execute(_PUT, (attempt_id, it.part, lines, int(it.signature), now))


def card_slip(local: Local, attempt_id: str, part: str) -> tuple[CardSlip, int] | None:
    """That paper of a payment, and when it came (UTC ms); None: the card terminal gave none."""
    row = local.raw.execute(_ONE, (attempt_id, part)).fetchone()
    return (CardSlip(part, _lines(row[0]), bool(row[1])), row[2]) if row else None


def slip_lines(local: Local, attempt_id: str, part: str) -> tuple[SlipLine, ...]:
    """What stands on it; nothing where there is none."""
    found = card_slip(local, attempt_id, part) if attempt_id else None
    return found[0].lines if found else ()


def to_sign(local: Local, attempts: Iterable[str]) -> bool:
    """Whether the customer signs a slip of one of these payments."""
    found = (card_slip(local, it, CASHIER) for it in attempts)
    return any(it is not None and it[0].signature for it in found)
