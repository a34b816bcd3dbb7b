"""Whether shifts agree with the journal: what its operations say, added up anew, against the rows beside them."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from sync.domain.shifts import expected_cash
from sync.local.database import Local
from sync.local.shifts import ShiftTotals, totals_of
from sync.protocol import operations, takings
from sync.protocol.order_payments import OrderPaid
from sync.protocol.takings import CAME, CASH, MOVES, ORDER, Taking

_READERS: dict[str, tuple[Any, Any]] = {
    "sale": (msgspec.json.Decoder(operations.Sale), takings.of_sale),
    "return": (msgspec.json.Decoder(operations.Return), takings.of_return),
    "blind_return": (msgspec.json.Decoder(operations.BlindReturn), takings.of_blind),
    "cash_paid": (msgspec.json.Decoder(operations.CashPaid), takings.of_owed),
    "order_paid": (msgspec.json.Decoder(OrderPaid), takings.of_order),
    "cash_moved": (msgspec.json.Decoder(operations.CashMoved), takings.of_move),
}
_opened = msgspec.json.Decoder(operations.ShiftOpened)
_closed = msgspec.json.Decoder(operations.ShiftClosed)
_SHIFTS = """SELECT s.shift, s.number, s.float, o.rowid, c.rowid, o.bytes, c.bytes
    FROM shift s JOIN op o ON o.incarnation = s.incarnation AND o.seq = s.seq
    LEFT JOIN op c ON c.incarnation = s.closed_incarnation AND c.seq = s.closed_seq ORDER BY o.rowid"""
# In the order of writing, so that a shift may begin in one journal of this terminal and end in the next.
_BETWEEN = "SELECT kind, bytes FROM op WHERE rowid > ? AND rowid < ? ORDER BY rowid"
_FOUND = """SELECT count(*) FROM op o WHERE o.kind IN ('shift_opened', 'shift_closed', 'cash_moved') AND NOT EXISTS
    (SELECT 1 FROM shift s WHERE (s.incarnation, s.seq) = (o.incarnation, o.seq)
        OR (s.closed_incarnation, s.closed_seq) = (o.incarnation, o.seq))
    AND NOT EXISTS (SELECT 1 FROM cash_move m WHERE (m.incarnation, m.seq) = (o.incarnation, o.seq))"""


def shifts(local: Local) -> Iterator[str]:
    """What is wrong with shifts, each in a sentence. Inside `local.read()`."""
    (lost,) = local.raw.execute(_FOUND).fetchone()
    if lost:
        yield f"{lost} operations of shifts have no row beside them."
    for id, number, float_, first, last, opened, closed in local.raw.execute(_SHIFTS).fetchall():
        yield from _as_opened(number, id, float_, opened)
        said = list(_takings(local.raw, first, last or 1 << 62))
        yield from _as_counted(number, float_, said, totals_of(local, id), closed)


def _as_opened(number: str, id: str, float_: int, raw: bytes) -> Iterator[str]:
    body = _opened.decode(operations.open_envelope(raw).body)
    if (body.shift, body.number, body.float_) != (id, number, float_):
        yield f"Shift {number} was opened as {body.number} with {body.float_}, and stands here with {float_}."


def _takings(db: sqlite3.Connection, first: int, last: int) -> Iterator[Taking]:
    for kind, raw in db.execute(_BETWEEN, (first, last)):
        if kind in _READERS:
            decoder, of = _READERS[kind]
            yield of(decoder.decode(operations.open_envelope(raw).body))


def _as_counted(number: str, float_: int, said: list[Taking], here: ShiftTotals, closed: bytes | None) -> Iterator[str]:
    moves = [(it.of, abs(it.cash)) for it in said if it.of in MOVES]
    cash = {of: [it.cash for it in said if it.of == of] for of in (*CAME, "return")}
    expected = expected_cash(float_, cash["sale"] + cash[ORDER], [-amount for amount in cash["return"]], moves)
    if expected != here.expected:
        yield f"Shift {number} should hold {expected} in cash by its operations, {here.expected} by the rows beside."
    others = {(t.kind, t.sold, t.refunded) for t in here.tenders if t.kind != CASH}
    if others != _others(said):
        yield f"Shift {number} has other sums of its tenders than its operations."
    if closed is not None:
        body = _closed.decode(operations.open_envelope(closed).body)
        counted = expected, len(cash["sale"]), len(cash["return"]), len(cash[ORDER])
        if (body.expected, body.sales, body.returns, body.orders) != counted:
            yield f"Shift {number} was closed with {body.expected} expected, and its operations come to {expected}."


def _others(said: list[Taking]) -> set[tuple[str, int, int]]:
    sums: dict[str, list[int]] = {}
    for it in said:
        for kind, amount in it.others.items():
            side = sums.setdefault(kind, [0, 0])
            side[it.of == "return"] += -amount if it.of == "return" else amount
    return {(kind, sold, back) for kind, (sold, back) in sums.items()}
