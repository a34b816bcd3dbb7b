"""The right to refund a line: claimed before money moves, by one till at a time, for the length of a lease (F32).

The purchase's row is locked while a claim is looked at, as every return does that is recorded: no two of them ever see
the same thousandth as free.
"""

from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from sync.domain.orders import Purchase
from sync.hub import attention, database, events, roles
from sync.hub.channels import check_ids
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.purchases import line_named
from sync.hub.returned import NAMED, Book
from sync.hub.said import pieces
from sync.hub.tables import refund_claim, terminal
from sync.protocol.messages import ClaimedRight, ClaimRight

LEASE_MS = 5 * 60_000
"""How long a claimed right is kept for who claimed it."""
MOST_LINES = 500
"""Lines of one claim."""

Lines = list[tuple[str, int]]


def claim(engine: Engine, row: Any, request: ClaimRight, now: int) -> tuple[ClaimedRight, dict[str, int]]:
    """Claim a right for the terminal of that row. Raises Refusal: `right_gone`, `claim_differs`, `claim_used` (409),
    `purchase_unknown` (404), `not_yours`, `not_allowed` (403), `bad_claim`, `bad_id` (422). Answers moved heads too."""
    check_terminal(row)
    check_ids(request.claim, request.purchase, *(line for line, _ in request.lines))
    check_lines(request.lines)
    return database.retrying(engine, lambda conn: _claim(conn, row.id, request, now))


def check_terminal(row: Any) -> None:
    """Raise Refusal unless staff take goods back with such a terminal."""
    if not roles.may_do(row.kind, "return"):
        raise Refusal(403, "not_allowed", f"A {row.kind} takes nothing back.")


def check_lines(lines: Lines) -> None:
    """Raise Refusal unless these are distinct lines with quantities."""
    names = [line for line, _ in lines]
    if not 1 <= len(lines) <= MOST_LINES or len(set(names)) < len(names):
        raise Refusal(422, "bad_claim", f"Name 1 to {MOST_LINES} lines, each once.")
    if any(not 0 < quantity <= 10**12 for _, quantity in lines):
        raise Refusal(422, "bad_claim", "Each line needs a quantity above zero, in thousandths.")


def _claim(conn: Connection, who: str, request: ClaimRight, now: int) -> tuple[ClaimedRight, dict[str, int]]:
    recorder = Recorder(now)
    book = Book(conn, [], [])
    book.hold({request.purchase: recorder})
    bought = book.held.get(request.purchase)
    if bought is None:
        raise Refusal(404, "purchase_unknown", f"There is no order or sale {request.purchase[:64]!r} here.")
    known = _known(conn, who, request)
    check_right(conn, book, bought, request.lines, now, but=request.claim)
    _keep(conn, who, request, now, known)
    attention.add(conn, book.notes)
    book.write()
    events.append(conn, book.events)
    versions = recorder.commit(conn)
    return ClaimedRight(request.claim, now + LEASE_MS, now, bought), versions


def _known(conn: Connection, who: str, request: ClaimRight) -> bool:
    """Whether there is a claim of that id. Raises Refusal if it can't be this one."""
    row = conn.execute(select(refund_claim).where(refund_claim.c.claim == request.claim)).first()
    if row is None:
        return False
    if row.terminal != who:
        raise Refusal(403, "not_yours", "This claim is another terminal's.")
    if row.state == "used":
        raise Refusal(409, "claim_used", "The return of this claim is recorded already.")
    if row.state == "open" and (row.purchase, row.lines) != (request.purchase, _packed(request.lines)):
        raise Refusal(409, "claim_differs", "This claim was made before with other contents. Release it first.")
    return True


def _packed(lines: Lines) -> str:
    return msgspec.json.encode(sorted(lines)).decode()


def _keep(conn: Connection, who: str, request: ClaimRight, now: int, known: bool) -> None:
    values = {"purchase": request.purchase, "lines": _packed(request.lines), "expires": now + LEASE_MS, "state": "open"}
    if known:
        conn.execute(refund_claim.update().where(refund_claim.c.claim == request.claim).values(**values))
        return
    # Two terminals with one id meet at its key: the later one is done again and sees the earlier.
    conn.execute(refund_claim.insert().values(claim=request.claim, terminal=who, at=now, **values))


def check_right(conn: Connection, book: Book, bought: Purchase, lines: Lines, now: int, but: str = "") -> None:
    """Raise Refusal (409 `right_gone`, 422 `bad_claim`) unless so much of each line may still come back, of a purchase
    that is held. Other tills' open claims count, but not the claim `but`."""
    others = _open_claims(conn, bought.id, now, but)
    for name, quantity in lines:
        line = bought.line(name)
        if line is None:
            raise Refusal(422, "bad_claim", f"Order {bought.number} has no line {name[:64]!r}.")
        claimed = sum(more for it in others for which, more in it.lines if which == name)
        if line.returned + claimed + quantity > line.received:
            raise Refusal(409, "right_gone", _gone(book, bought, name, others))


class _Open(msgspec.Struct, frozen=True):
    terminal: str
    location: str
    lines: Lines


def _open_claims(conn: Connection, purchase: str, now: int, but: str) -> list[_Open]:
    """The other claims on a purchase. Those whose lease is over end here."""
    mine = (refund_claim.c.purchase == purchase, refund_claim.c.state == "open")
    conn.execute(refund_claim.update().where(*mine, refund_claim.c.expires <= now).values(state="released"))
    query = select(refund_claim.c.terminal, refund_claim.c.lines, terminal.c.location)
    query = query.outerjoin(terminal, terminal.c.id == refund_claim.c.terminal)
    rows = conn.execute(query.where(*mine, refund_claim.c.claim != but).order_by(refund_claim.c.claim))
    return [_Open(row.terminal, row.location or "", msgspec.json.decode(row.lines, type=Lines)) for row in rows]


def _gone(book: Book, bought: Purchase, name: str, others: list[_Open]) -> str:
    """Who has the right, and what of it."""
    line = bought.line(name)
    assert line is not None  # seen by check_right
    said = [f"Order {bought.number}, {line_named(bought, name)}: bought {pieces(line.quantity)}"]
    if line.returned:
        before = "; ".join(book.earlier[bought.id][-NAMED:])
        said.append(f"{pieces(line.returned)} came back already" + (f" ({before})" if before else ""))
    for it in others:
        claimed = sum(more for which, more in it.lines if which == name)
        if claimed:
            said.append(f"{pieces(claimed)} is being refunded now at {it.terminal} ({it.location})")
    return ", ".join(said) + "."


def release(engine: Engine, row: Any, name: str) -> None:
    """Give a claimed right back. One that is gone is fine. Raises Refusal (403) if it is another terminal's."""
    check_ids(name)

    def job(conn: Connection) -> None:
        mine = refund_claim.c.claim == name
        owner = conn.execute(select(refund_claim.c.terminal).where(mine)).scalar()
        if owner not in (None, row.id):
            raise Refusal(403, "not_yours", "This claim is another terminal's.")
        open_one = (mine, refund_claim.c.state == "open")
        conn.execute(refund_claim.update().where(*open_one).values(state="released"))

    database.retrying(engine, job)
