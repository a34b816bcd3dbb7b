"""Judging shifts: a drawer was opened, its cash moved, it was counted. All are facts (I-3); what the hub's own books
say otherwise is put before a person. Operations that come into the books after the close was judged belong to it all
the same: their place in the journal says so (F8)."""

from typing import Any

import msgspec
from sqlalchemy import and_, or_, select

from sync.domain.shifts import MoveKind, MoveReason
from sync.domain.verdicts import Code
from sync.hub import attention, movements, takings
from sync.hub.cases import LARGEST_NUMBER, Case, Court, Unfit, check_ids
from sync.hub.tables import cash_move, shift
from sync.hub.takings import Booked, Span
from sync.protocol.operations import CashMoved, ShiftClosed, ShiftOpened
from sync.protocol.takings import of_move

KINDS = ("shift_opened", "cash_moved", "shift_closed")
"""They are judged in their order, after everything else of the same pushes is booked."""
END = 2**53
"""Behind the last operation of any journal."""


def check_opened(body: ShiftOpened) -> None:
    """Raise Unfit if no record could hold it."""
    check_ids(body.shift, body.number, body.location, body.currency)
    if not body.shift or body.float_ < 0:
        raise Unfit("the shift has no id, or a float below nothing")


def check_moved(body: CashMoved) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if no record could hold it."""
    check_ids(body.move, body.shift, body.approved_by)
    MoveKind(body.kind)
    MoveReason(body.reason)
    if not body.move or body.amount <= 0:
        raise Unfit("the movement has no id, or moves nothing")


def check_closed(body: ShiftClosed) -> None:
    """Raise Unfit if no record could hold it."""
    check_ids(body.shift, body.number, body.location, body.currency, body.opened_by, body.reason, body.approved_by)
    if not body.shift or body.first < 0 or abs(body.counted) > LARGEST_NUMBER:
        raise Unfit("the shift has no id, no beginning, or a count beyond what can be")


def judge(court: Court, cases: list[Case]) -> None:
    """Record what these operations say, each once, in their order."""
    for case in cases:
        body = case.body
        if isinstance(body, ShiftOpened):
            _opened(court, case, body)
        elif isinstance(body, CashMoved):
            _moved(court, case, body)
        else:
            _closed(court, case, body)


def _row_of(court: Court, number: str) -> Any:
    return court.conn.execute(select(shift).where(shift.c.shift == number)).first()


def _opened(court: Court, case: Case, body: ShiftOpened) -> None:
    row = _row_of(court, body.shift)
    if row is not None:
        case.find(court, Code.DUPLICATE_SHIFT, f"shift {body.number} is recorded already", body.shift, body.location)
        return
    _leave_others(court, case, body)
    _check_place(court, case, body.location, body.shift)
    court.conn.execute(shift.insert().values(**_first_row(case, body)))


def _leave_others(court: Court, case: Case, body: ShiftOpened) -> None:
    """A terminal has one drawer: what it left open, as when its disk was lost, ends here and is named (F37)."""
    query = select(shift).where(shift.c.terminal == case.who.terminal, shift.c.state == "open")
    for row in court.conn.execute(query.order_by(shift.c.opened_at, shift.c.shift)).all():
        end = case.seq if row.incarnation == case.who.incarnation else END
        span = Span(row.terminal, row.incarnation, row.first_seq, row.incarnation, end)
        there = takings.booked(court.conn, span).expected(row.float)
        detail = f"shift {row.number} was never closed; by the books its drawer holds {there} {row.currency}"
        case.find(court, Code.SHIFT_LEFT_OPEN, f"{detail} in minor units", row.shift, row.location)
        ended = {"state": "left", "closed_incarnation": row.incarnation, "last_seq": end, "expected": there}
        court.conn.execute(shift.update().where(shift.c.shift == row.shift).values(**ended))


def _first_row(case: Case, body: ShiftOpened) -> dict[str, Any]:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    mine = {"terminal": case.who.terminal, "incarnation": case.who.incarnation, "first_seq": case.seq}
    told = {"shift": body.shift, "number": body.number, "location": body.location, "currency": body.currency}
    opened = {"float": body.float_, "opened_at": envelope.at, "opened_by": envelope.actor}
    return {**mine, **told, **opened, "business_day": envelope.business_day, **_NOT_CLOSED}


_NOT_CLOSED: dict[str, Any] = {
    "state": "open",
    "closed_incarnation": "",
    "last_seq": 0,
    "closed_at": 0,
    "closed_by": "",
    "judged_at": None,
    "expected": 0,
    "counted": 0,
    "difference": 0,
    "reason": "",
    "waiting": 0,
    "body": "",
}


def _moved(court: Court, case: Case, body: CashMoved) -> None:
    same = select(cash_move.c.seq).where(cash_move.c.move == body.move)
    if court.conn.execute(same).first() is not None:
        case.find(court, Code.DUPLICATE_SHIFT, f"movement of cash {body.move} is recorded already", body.move)
        return
    row = _row_of(court, body.shift)
    if row is None or row.terminal != case.who.terminal or row.state != "open":
        case.find(court, Code.SHIFT_UNKNOWN, f"{body.kind} of {body.amount} in a shift that is not open", body.shift)
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    mine = {"terminal": case.who.terminal, "incarnation": case.who.incarnation, "seq": case.seq}
    values = mine | msgspec.structs.asdict(body) | {"at": envelope.at, "actor": envelope.actor}
    court.conn.execute(cash_move.insert().values(**values))
    takings.book(court, [case], of_move)


def _closed(court: Court, case: Case, body: ShiftClosed) -> None:
    row = _row_of(court, body.shift)
    if row is None or row.terminal != case.who.terminal:
        row = _unknown(court, case, body, row)
    if row is None:
        return
    if row.state == "closed":
        case.find(court, Code.DUPLICATE_SHIFT, f"shift {body.number} is closed already", body.shift, body.location)
        return
    span = Span(case.who.terminal, row.incarnation, row.first_seq, case.who.incarnation, case.seq)
    different = differences(body, takings.booked(court.conn, span))
    if different and takings.fill(court.conn, span):
        different = differences(body, takings.booked(court.conn, span))
    if different:
        detail = f"shift {body.number}: {'; '.join(different)}"
        case.find(court, Code.SHIFT_DIFFERS, detail, body.shift, body.location)
    court.conn.execute(shift.update().where(shift.c.shift == body.shift).values(**_last_row(case, body)))
    if row.state == "left":  # its journal is back after all
        attention.settle(court.conn, Code.SHIFT_LEFT_OPEN, [body.shift], case.who.terminal, case.recorder)


def _unknown(court: Court, case: Case, body: ShiftClosed, row: Any) -> Any:
    """The hub never heard of its opening; what the close says of it is all there is."""
    detail = f"shift {body.number} was closed, and nobody told of its opening"
    if row is not None:
        case.find(court, Code.SHIFT_UNKNOWN, f"shift {body.number} is that of {row.terminal}", body.shift)
        return None
    case.find(court, Code.SHIFT_UNKNOWN, detail, body.shift, body.location)
    opened = ShiftOpened(body.shift, body.number, body.location, body.currency, body.float_)
    values = _first_row(case, opened) | {"opened_at": body.opened_at, "opened_by": body.opened_by}
    court.conn.execute(shift.insert().values(**values | {"first_seq": min(body.first, case.seq)}))
    return _row_of(court, body.shift)


def _last_row(case: Case, body: ShiftClosed) -> dict[str, Any]:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    return {
        "state": "closed",
        "closed_incarnation": case.who.incarnation,
        "last_seq": case.seq,
        "closed_at": envelope.at,
        "closed_by": envelope.actor,
        "judged_at": case.now,
        "expected": body.expected,
        "counted": body.counted,
        "difference": body.difference,
        "reason": body.reason,
        "waiting": body.waiting,
        "body": msgspec.json.encode(body).decode(),
    }


def differences(body: ShiftClosed, there: Booked) -> list[str]:
    """Where a terminal's close is not what the hub booked, or does not add up by itself, in words with minor units."""
    told = {t.kind: (t.sold, t.refunded) for t in body.tenders if t.sold or t.refunded}
    moved = {m.kind: (m.count, m.amount) for m in body.moves if m.count}
    pairs: list[tuple[str, object, object]] = [
        ("expected", body.expected, there.expected(body.float_)),
        ("sales", body.sales, there.sales),
        ("returns", body.returns, there.returns),
        ("orders paid", body.orders, there.orders),
        *((f"{kind} (sold, refunded)", told.get(kind), there.tenders.get(kind)) for kind in {**told, **there.tenders}),
        *((f"{kind} (times, amount)", moved.get(kind), there.moves.get(kind)) for kind in {**moved, **there.moves}),
        ("counted", body.counted, sum(value * count for value, count in body.pieces)),
        ("difference", body.difference, body.counted - body.expected),
    ]
    return [f"{what}: told {here}, booked {kept}" for what, here, kept in pairs if here != kept]


def _check_place(court: Court, case: Case, place: str, number: str) -> None:
    if not movements.known_locations(court.conn, {place}):
        case.find(court, Code.LOCATION_UNKNOWN, f"location {place} is not known", number)
    elif place != case.who.location:
        detail = f"a shift at {place} by a terminal of {case.who.location}"
        case.find(court, Code.NOT_ALLOWED, detail, number, place)


def late(court: Court, cases: list[Case]) -> None:
    """Operations that were set aside and are booked only now lie in shifts that are closed, perhaps: those shifts' sums
    are compared anew, and a person is told of what changed (F8)."""
    for case in cases:
        row = _shift_around(court, case)
        if row is None:
            continue
        body = msgspec.json.decode(row.body, type=ShiftClosed)
        span = Span(row.terminal, row.incarnation, row.first_seq, row.closed_incarnation, row.last_seq)
        there = takings.booked(court.conn, span)
        if not differences(body, there):
            attention.settle(court.conn, Code.SHIFT_DIFFERS, [row.shift], case.who.terminal, case.recorder)
            continue
        told = f"told {body.expected}, by the books {there.expected(body.float_)} {row.currency} in minor units"
        detail = f"shift {row.number}: operation {case.seq} was booked after its close; expected cash: {told}"
        case.note(court, Code.SHIFT_LATE, detail, f"{row.shift}:{case.seq}", row.location)


def _shift_around(court: Court, case: Case) -> Any:
    journal = case.who.incarnation
    mine = and_(shift.c.terminal == case.who.terminal, shift.c.state == "closed")
    begun = or_(shift.c.incarnation != journal, shift.c.first_seq < case.seq)
    not_over = or_(shift.c.closed_incarnation != journal, shift.c.last_seq > case.seq)
    touches = or_(shift.c.incarnation == journal, shift.c.closed_incarnation == journal)
    return court.conn.execute(select(shift).where(mine, begun, not_over, touches)).first()
