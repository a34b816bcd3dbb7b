"""What operations did to drawers and tenders, as the hub booked them: its own sums of a shift (F8, F36)."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, and_, exists, or_, select

from sync.domain.shifts import expected_cash
from sync.hub import given
from sync.hub.cases import Case, Court
from sync.hub.tables import incarnation, operation, sale, taken_back, taking
from sync.protocol.operations import Return, Sale, open_envelope
from sync.protocol.takings import CAME, CASH, MOVES, ORDER, Taking, of_return, of_sale


def book(court: Court, cases: Iterable[Case], of: Callable[[Any], Taking]) -> None:
    """Write down what these operations did to the drawer, each once; `of` reads a body."""
    given.append(court.conn, taking, [_row(case, of(case.body)) for case in cases])


def _row(case: Case, it: Taking) -> dict[str, Any]:
    return _values(case.who.terminal, case.who.incarnation, case.seq, it, case.now)


def _values(terminal: str, journal: str, seq: int, it: Taking, received_at: int) -> dict[str, Any]:
    return {
        "terminal": terminal,
        "incarnation": journal,
        "seq": seq,
        "of": it.of,
        "total": it.total,
        "vat": it.vat,
        "cash": it.cash,
        "promised": it.promised,
        "others": json.dumps(it.others) if it.others else "",
        "received_at": received_at,
    }


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a terminal's journals, in the order they were written: after operation `first` of journal `begins`,
    before operation `last` of journal `ends`. No `ends`: up to now."""

    terminal: str
    begins: str
    first: int
    ends: str = ""
    last: int = 0


@dataclass(frozen=True, slots=True)
class Booked:
    """What the hub booked in a span, minor units. `tenders`: kind to (sold, refunded); `late`: operations that came
    into the books after `since`."""

    sales: int
    returns: int
    tenders: dict[str, tuple[int, int]]
    moves: dict[str, tuple[int, int]]
    late: int
    orders: int = 0

    def expected(self, float_: int) -> int:
        """What the drawer should hold by the hub's own books."""
        sold, refunded = self.tenders.get(CASH, (0, 0))
        moves = [(kind, amount) for kind, (_, amount) in self.moves.items()]
        return expected_cash(float_, [sold], [refunded], moves)


def booked(conn: Connection, span: Span, since: int | None = None) -> Booked:
    """Add up a span. `since`: the time (UTC ms) after which what was booked is late; None: nothing is."""
    columns = (taking.c.of, taking.c.cash, taking.c.others, taking.c.received_at)
    counts, tenders, moves, late = {"sale": 0, "return": 0, ORDER: 0}, dict[str, list[int]](), dict[str, list[int]](), 0
    for of, cash, others, received_at in conn.execute(select(*columns).where(_within(conn, span))):
        late += since is not None and received_at > since
        if of in MOVES:
            total = moves.setdefault(of, [0, 0])
            total[0], total[1] = total[0] + 1, total[1] + abs(cash)
            continue
        counts[of] += 1
        _add(tenders, of, {CASH: cash, **(json.loads(others) if others else {})})
    kinds = {kind: (sold, back) for kind, (sold, back) in sorted(tenders.items()) if sold or back}
    by_hand = {kind: (n, sum_) for kind, (n, sum_) in moves.items()}
    return Booked(counts["sale"], counts["return"], kinds, by_hand, late, counts[ORDER])


_READ: dict[str, tuple[Any, Callable[[Any], Taking]]] = {
    "sale": (msgspec.json.Decoder(Sale), of_sale),
    "return": (msgspec.json.Decoder(Return), of_return),
}


def fill(conn: Connection, span: Span) -> int:
    """Write down what an older hub booked of a span without these sums; how many operations."""
    parts = []
    for table in (sale, taken_back):
        same = and_(*(operation.c[name] == table.c[name] for name in ("terminal", "incarnation", "seq")))
        columns = (operation.c.terminal, operation.c.incarnation, operation.c.seq, operation.c.kind, operation.c.raw)
        known = exists().where(*(operation.c[name] == taking.c[name] for name in ("terminal", "incarnation", "seq")))
        query = select(*columns, table.c.received_at).join_from(operation, table, same)
        parts.append(query.where(_within(conn, span, operation), ~known))
    rows = [row for query in parts for row in conn.execute(query)]
    given.append(conn, taking, [_row_of(row) for row in rows])
    return len(rows)


def _row_of(row: Any) -> dict[str, Any]:
    decoder, of = _READ[row.kind]
    it = of(decoder.decode(open_envelope(bytes(row.raw)).body))
    return _values(row.terminal, row.incarnation, row.seq, it, row.received_at)


def _add(tenders: dict[str, list[int]], of: str, amounts: dict[str, int]) -> None:
    side, sign = (0, 1) if of in CAME else (1, -1)
    for kind, amount in amounts.items():
        tenders.setdefault(kind, [0, 0])[side] += sign * amount


def _within(conn: Connection, span: Span, table: Table = taking) -> ColumnElement[bool]:
    journal, seq = table.c.incarnation, table.c.seq
    mine = table.c.terminal == span.terminal
    if span.begins == span.ends:
        return and_(mine, journal == span.begins, seq > span.first, seq < span.last)
    parts = [and_(journal == span.begins, seq > span.first), journal.in_(_between(conn, span))]
    if span.ends:
        parts.append(and_(journal == span.ends, seq < span.last))
    return and_(mine, or_(*parts))


def _between(conn: Connection, span: Span) -> list[str]:
    """Journals that began after the first of a span and before the last; all later ones of a span without an end."""
    query = select(incarnation.c.incarnation).where(incarnation.c.terminal == span.terminal)
    order = (incarnation.c.started_at, incarnation.c.incarnation)
    names = list(conn.execute(query.order_by(*order)).scalars())
    after = names[names.index(span.begins) + 1 :] if span.begins in names else []
    return after[: after.index(span.ends)] if span.ends in after else ([] if span.ends else after)
