"""Cash that was owed to shoppers and paid at this terminal's drawer, as its journal has it."""

from dataclasses import dataclass

import msgspec

from sync.local.database import Local
from sync.protocol import operations


@dataclass(frozen=True, slots=True)
class RecordedPayOut:
    """Cash that was owed and paid here, as it stands in the journal."""

    envelope: operations.Envelope
    body: operations.CashPaid


_paid = msgspec.json.Decoder(operations.CashPaid)
_FOUND = "SELECT o.bytes FROM paid_out p JOIN op o ON o.incarnation = p.incarnation AND o.seq = p.seq"


def payout_by_id(local: Local, payout_id: str) -> RecordedPayOut | None:
    """The payment of that id."""
    return _recorded(local, f"{_FOUND} WHERE p.payout_id = ?", payout_id)


def payout_by_key(local: Local, key: str) -> RecordedPayOut | None:
    """The payment of that debt (`Owed.key`), if it was paid here."""
    return _recorded(local, f"{_FOUND} WHERE p.key = ?", key)


def payout_by_receipt(local: Local, receipt: str) -> RecordedPayOut | None:
    """The payment with that receipt number, exactly as printed."""
    return _recorded(local, f"{_FOUND} WHERE p.receipt = ?", receipt)


def _recorded(local: Local, query: str, value: str) -> RecordedPayOut | None:
    row = local.raw.execute(query, (value,)).fetchone()
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedPayOut(envelope, _paid.decode(envelope.body))
