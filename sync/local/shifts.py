"""What shifts ask of the local files: the open one, its totals at any moment, and those that are closed.

A shift is a span of `taking`, to which each sale, return, movement and payment of cash adds one row in its own
transaction; so the totals of a day's sales are one read of a few thousand short rows, and no body is decoded.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from sync.domain.shifts import OWED, expected_cash
from sync.local import tables
from sync.local.database import Local
from sync.local.tables import Statement
from sync.protocol import operations
from sync.protocol.shifts import Between, MoveTotal, TenderTotal
from sync.protocol.takings import CASH, MOVES, ORDER, Taking


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A shift as it was opened; minor units, UTC ms. Everything recorded while it is open has its business day.
    `first_counted`: what was counted at the first try to close it, if there was one."""

    shift: str
    number: str
    seq: int
    at: int
    actor: str
    business_day: str
    currency: str
    float_: int
    first_counted: int | None


@dataclass(frozen=True, slots=True)
class ShiftTotals:
    """What a shift came to until now, minor units; as in `sync.protocol.shifts.ShiftClosed`. `expected` is the cash
    that the drawer should hold: never shown before a count is given."""

    sales: int
    sold: int
    sold_vat: int
    returns: int
    returned: int
    returned_vat: int
    promised: int
    rounding: int
    tenders: tuple[TenderTotal, ...]
    moves: tuple[MoveTotal, ...]
    expected: int
    first_receipt: str
    last_receipt: str
    between: Between | None
    orders: int = 0
    ordered: int = 0


@dataclass(frozen=True, slots=True)
class RecordedShift:
    """The opening of a shift as it stands in the journal."""

    envelope: operations.Envelope
    body: operations.ShiftOpened


@dataclass(frozen=True, slots=True)
class RecordedMove:
    """A movement of cash as it stands in the journal."""

    envelope: operations.Envelope
    body: operations.CashMoved


@dataclass(frozen=True, slots=True)
class RecordedClose:
    """A closed shift as it stands in the journal: all that a Z report says."""

    envelope: operations.Envelope
    body: operations.ShiftClosed


_encoder = msgspec.json.Encoder()
_add = Statement(sa.insert(tables.taking), [c.name for c in tables.taking.columns if c.name != "id"])
_OPEN = "SELECT shift, number, seq, at, actor, business_day, currency, float, first_counted FROM shift"


def open_shift_of(local: Local) -> OpenShift | None:
    """The shift that is open on this terminal."""
    row = local.raw.execute(f"{_OPEN} WHERE closed_at = 0").fetchone()
    return OpenShift(*row) if row else None


def is_open(local: Local) -> bool:
    """Whether a shift is open: what cash may ask for before it is taken."""
    return local.raw.execute("SELECT 1 FROM shift WHERE closed_at = 0").fetchone() is not None


def count_in(local: Local, it: Taking, at: int) -> None:
    """Inside `local.write()`, beside the operation: what it did to drawer and tenders."""
    others = _encoder.encode(it.others).decode() if it.others else ""
    values = {"of": it.of, "receipt": it.receipt, "at": at, "total": it.total, "vat": it.vat, "rounding": it.rounding}
    _add.run(local.raw, **values, cash=it.cash, promised=it.promised, others=others)


def last_taking(local: Local) -> int:
    """The number of the newest taking; 0 before the first."""
    return int(local.raw.execute("SELECT coalesce(max(id), 0) FROM taking").fetchone()[0])


def totals(local: Local, shift: OpenShift | str) -> ShiftTotals:
    """What a shift, or the one of that id, came to; of an open one until now. KeyError: there is none."""
    id = shift if isinstance(shift, str) else shift.shift
    with local.read():
        return totals_of(local, id)


def totals_of(local: Local, id: str) -> ShiftTotals:
    """As `totals`, inside a transaction that is already open."""
    row = local.raw.execute("SELECT float, since, after, upto FROM shift WHERE shift = ?", (id,)).fetchone()
    if row is None:
        raise KeyError(id)
    float_, since, after, upto = row
    sums = _sums(local, after, last_taking(local) if upto is None else upto)
    moves = tuple(MoveTotal(kind, sums[kind].count, abs(sums[kind].cash)) for kind in MOVES if kind in sums)
    sale, back, owed, order = (sums.get(of, _NOTHING) for of in ("sale", "return", OWED, ORDER))
    between = _between(_sums(local, since, after))
    return ShiftTotals(
        sales=sale.count,
        sold=sale.total,
        sold_vat=sale.vat,
        returns=back.count,
        returned=back.total,
        returned_vat=back.vat,
        promised=back.promised,
        rounding=sale.rounding + order.rounding - back.rounding,
        tenders=_tenders([sale, order], back),
        moves=moves,
        expected=expected_cash(float_, [sale.cash, order.cash], [-back.cash], [(m.kind, m.amount) for m in moves]),
        first_receipt=_receipt(local, min(sale.first, back.first, owed.first, order.first)),
        last_receipt=_receipt(local, max(sale.last, back.last, owed.last, order.last)),
        between=between,
        orders=order.count,
        ordered=order.total,
    )


@dataclass(frozen=True, slots=True)
class _Sum:
    others: dict[str, int]
    count: int
    total: int
    vat: int
    rounding: int
    cash: int
    promised: int
    first: int
    last: int


_NEVER = 1 << 62
_NOTHING = _Sum({}, 0, 0, 0, 0, 0, 0, _NEVER, 0)
_SUMS = """SELECT "of", count(*), sum(total), sum(vat), sum(rounding), sum(cash), sum(promised), min(id), max(id)
    FROM taking WHERE id > ? AND id <= ? GROUP BY "of" """
_OTHERS = """SELECT t."of", j.key, sum(j.value) FROM taking t, json_each(t.others) j
    WHERE t.id > ? AND t.id <= ? AND t.others <> '' GROUP BY t."of", j.key"""


def _sums(local: Local, after: int, upto: int) -> dict[str, _Sum]:
    span = (after, upto)
    others: dict[str, dict[str, int]] = {}
    for of, kind, amount in local.raw.execute(_OTHERS, span):
        others.setdefault(of, {})[kind] = amount
    return {row[0]: _Sum(others.get(row[0], {}), *row[1:]) for row in local.raw.execute(_SUMS, span)}


def _tenders(came: list[_Sum], back: _Sum) -> tuple[TenderTotal, ...]:
    """Cash first; then by name."""
    kinds, paid = sorted({kind for it in (*came, back) for kind in it.others}), sum(it.cash for it in came)
    others = [
        TenderTotal(kind, sum(it.others.get(kind, 0) for it in came), -back.others.get(kind, 0)) for kind in kinds
    ]
    cash = [TenderTotal(CASH, paid, -back.cash)] if paid or back.cash else []
    return (*cash, *others)


def _between(sums: dict[str, _Sum]) -> Between | None:
    sale, back, order = (sums.get(of, _NOTHING) for of in ("sale", "return", ORDER))
    if not (sale.count or back.count or order.count):
        return None
    return Between(sale.count, back.count, list(_tenders([sale, order], back)), order.count)


def _receipt(local: Local, id: int) -> str:
    row = local.raw.execute("SELECT receipt FROM taking WHERE id = ?", (id,)).fetchone()
    return str(row[0]) if row else ""


_opened = msgspec.json.Decoder(operations.ShiftOpened)
_moved = msgspec.json.Decoder(operations.CashMoved)
_closed = msgspec.json.Decoder(operations.ShiftClosed)
_AT_OPENING = "o.incarnation = s.incarnation AND o.seq = s.seq"
_AT_CLOSE = "o.incarnation = s.closed_incarnation AND o.seq = s.closed_seq"


def _bytes(local: Local, where: str, value: object) -> Any:
    return local.raw.execute(f"SELECT o.bytes FROM shift s JOIN op o ON {where}", (value,)).fetchone()  # noqa: S608 - constants


def opened_by_id(local: Local, shift: str) -> RecordedShift | None:
    """The opening of the shift of that id, open or closed."""
    row = _bytes(local, f"{_AT_OPENING} WHERE s.shift = ?", shift)
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedShift(envelope, _opened.decode(envelope.body))


def shift_by_id(local: Local, shift: str) -> RecordedClose | None:
    """The closed shift of that id."""
    return _close_of(_bytes(local, f"{_AT_CLOSE} WHERE s.closed_at > 0 AND s.shift = ?", shift))


def shift_by_number(local: Local, number: str) -> RecordedClose | None:
    """The closed shift of that number, exactly as printed."""
    return _close_of(_bytes(local, f"{_AT_CLOSE} WHERE s.closed_at > 0 AND s.number = ?", number))


def closed_shifts(local: Local, most: int) -> list[RecordedClose]:
    """The newest closed shifts, the last one first."""
    rows = local.raw.execute(
        f"SELECT o.bytes FROM shift s JOIN op o ON {_AT_CLOSE} WHERE s.closed_at > 0 ORDER BY o.rowid DESC LIMIT ?",  # noqa: S608 - constants
        (most,),
    ).fetchall()
    return [found for row in rows if (found := _close_of(row)) is not None]


def _close_of(row: Any) -> RecordedClose | None:
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedClose(envelope, _closed.decode(envelope.body))


def move_by_id(local: Local, move: str) -> RecordedMove | None:
    """The movement of cash with that id."""
    found = _moves(local, "WHERE m.move = ?", move)
    return found[0] if found else None


def moves_of(local: Local, shift: str) -> list[RecordedMove]:
    """The movements of cash of a shift, in their order."""
    return _moves(local, "WHERE m.shift = ? ORDER BY m.at, m.seq", shift)


def _moves(local: Local, which: str, value: str) -> list[RecordedMove]:
    join = "SELECT o.bytes FROM cash_move m JOIN op o ON o.incarnation = m.incarnation AND o.seq = m.seq"
    envelopes = [operations.open_envelope(row[0]) for row in local.raw.execute(f"{join} {which}", (value,))]
    return [RecordedMove(envelope, _moved.decode(envelope.body)) for envelope in envelopes]
