"""Open a shift, move its cash, close it: decide, record in one transaction each. What is returned is on the disk (I-1).

Each verb names what it records by an id that the caller makes first: the same id again gives what is recorded.
"""

from dataclasses import dataclass

from sync.actions.approve import may_approve
from sync.actions.clock import new_id
from sync.actions.day import business_day
from sync.actions.printing import queue
from sync.actions.sell import series
from sync.domain.shifts import (
    Closing,
    DifferenceReason,
    MoveKind,
    MoveReason,
    Refused,
    ShiftRefusal,
    counted,
    decide_close,
    decide_move,
    decide_open,
)
from sync.local import Local, Staff, settings, tables
from sync.local.journal import append, head
from sync.local.shifts import (
    OpenShift,
    RecordedClose,
    RecordedMove,
    RecordedShift,
    ShiftTotals,
    count_in,
    last_taking,
    move_by_id,
    open_shift_of,
    opened_by_id,
    shift_by_id,
    totals_of,
)
from sync.local.tables import insert
from sync.protocol import operations
from sync.protocol.takings import of_move

__all__ = ["Refused", "close_shift", "move_cash", "open_shift"]

_insert_shift = insert(tables.shift)
_insert_move = insert(tables.cash_move)
Z_REPORT = "shift"
"""What is printed of a closed shift: its print job's `what`; the `ref` is its number."""


def open_shift(local: Local, shift_id: str, float_: int, actor: Staff, now: int) -> RecordedShift | Refused:
    """Record that a shift begins with `float_` minor units counted into the drawer. Raises NotRecorded."""
    with local.write():
        already = opened_by_id(local, shift_id)
        if already is not None:
            return already
        refused = decide_open(float_, open_shift_of(local) is not None)
        return refused or _open(local, shift_id, float_, actor, now)


def _open(local: Local, shift_id: str, float_: int, actor: Staff, now: int) -> RecordedShift:
    retailer = settings(local)
    body = operations.ShiftOpened(shift_id, _next_number(local), local.me.location, retailer.currency, float_)
    day = business_day(now, retailer.timezone)
    done = append(local, "shift_opened", body, op_id=new_id(now), at=now, business_day=day, actor=actor.id)
    after = last_taking(local)
    before = local.raw.execute("SELECT max(upto) FROM shift").fetchone()[0]
    _insert_shift.run(
        local.raw,
        shift=shift_id,
        number=body.number,
        incarnation=done.incarnation,
        seq=done.seq,
        at=now,
        actor=actor.id,
        business_day=day,
        currency=body.currency,
        float=float_,
        since=after if before is None else before,
        after=after,
        upto=None,
        first_counted=None,
        closed_incarnation="",
        closed_seq=0,
        closed_at=0,
    )
    return RecordedShift(operations.open_envelope(done.raw), body)


def _next_number(local: Local) -> str:
    name = series(local.me.terminal, head(local.raw).incarnation)
    row = local.raw.execute(
        "INSERT INTO counter (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
        " RETURNING value",
        (f"shift:{name}",),
    ).fetchone()
    return f"{name}-Z{row[0]}"


def move_cash(
    local: Local,
    move_id: str,
    kind: MoveKind,
    amount: int,
    reason: MoveReason,
    *,
    note: str = "",
    approver: Staff | None,
    actor: Staff,
    now: int,
) -> RecordedMove | Refused:
    """Record that `amount` minor units go into the open shift's drawer or out of it. A pay-out needs somebody who may
    approve, who may be the actor. The drawer opens afterwards. Raises NotRecorded."""
    with local.write():
        already = move_by_id(local, move_id)
        if already is not None:
            return already
        shift = open_shift_of(local)
        if shift is None:
            return Refused(ShiftRefusal.NOT_OPEN)
        by = _who_approves(approver, actor, now)
        refused = decide_move(kind, amount, reason, note, by != "")
        if refused is not None:
            return refused
        named = by if approver is not None or kind is MoveKind.PAY_OUT else ""
        body = operations.CashMoved(move_id, shift.shift, kind.value, amount, reason.value, note.strip(), named)
        return _move(local, body, shift, actor, now)


def _who_approves(approver: Staff | None, actor: Staff, now: int) -> str:
    return next((who.id for who in (approver, actor) if who is not None and may_approve(who, now)), "")


def _move(local: Local, body: operations.CashMoved, shift: OpenShift, actor: Staff, now: int) -> RecordedMove:
    day = shift.business_day
    done = append(local, "cash_moved", body, op_id=new_id(now), at=now, business_day=day, actor=actor.id)
    where = {"incarnation": done.incarnation, "seq": done.seq}
    _insert_move.run(local.raw, move=body.move, shift=body.shift, at=now, **where)
    count_in(local, of_move(body), now)
    return RecordedMove(operations.open_envelope(done.raw), body)


@dataclass(frozen=True, slots=True)
class _Asked:
    pieces: list[tuple[int, int]]
    note: str
    approved_by: str
    actor: Staff
    language: str
    now: int


def close_shift(
    local: Local,
    shift_id: str,
    pieces: list[tuple[int, int]],
    reason: DifferenceReason | None,
    *,
    note: str = "",
    hand_over: bool = False,
    approver: Staff | None,
    actor: Staff,
    language: str,
    now: int,
) -> RecordedClose | Refused:
    """Record a counted drawer: `pieces` as (value in minor units, how many). Raises NotRecorded.

    What is counted first is kept, whatever is counted after the difference was seen. Refused with `needs_reason` and
    the difference where there is one; with `waiting` and how many operations have no verdict, unless who closes hands
    them over to the hub's people (`hand_over`): they go on by themselves, and the record says how many (F9).
    """
    with local.write():
        already = shift_by_id(local, shift_id)
        if already is not None:
            return already
        shift = open_shift_of(local)
        if shift is None or shift.shift != shift_id:
            return Refused(ShiftRefusal.NOT_OPEN)
        sums = totals_of(local, shift_id)
        decided = decide_close(sums.expected, pieces, reason, note)
        if isinstance(decided, Refused):
            return _counted(local, shift, pieces, decided)
        waiting = local.raw.execute("SELECT count(*) FROM waiting").fetchone()[0]
        if waiting and not hand_over:
            return _counted(local, shift, pieces, Refused(ShiftRefusal.WAITING, waiting))
        by = approver.id if approver is not None and may_approve(approver, now) else ""
        asked = _Asked(pieces, note.strip(), by, actor, language, now)
        return _close(local, shift, _body(local, shift, sums, decided, waiting, asked), asked)


def _counted(local: Local, shift: OpenShift, pieces: list[tuple[int, int]], refused: Refused) -> Refused:
    """Whoever sees a difference may count again, but not as if it were for the first time."""
    if refused.reason is not ShiftRefusal.BAD_COUNT:
        first = "UPDATE shift SET first_counted = ? WHERE shift = ? AND first_counted IS NULL"
        local.raw.execute(first, (counted(pieces), shift.shift))
    return refused


def _body(
    local: Local, shift: OpenShift, sums: ShiftTotals, decided: Closing, waiting: int, asked: _Asked
) -> operations.ShiftClosed:
    first = decided.counted if shift.first_counted is None else shift.first_counted
    return operations.ShiftClosed(
        shift=shift.shift,
        number=shift.number,
        location=local.me.location,
        currency=shift.currency,
        opened_at=shift.at,
        opened_by=shift.actor,
        float_=shift.float_,
        expected=sums.expected,
        counted=decided.counted,
        difference=decided.difference,
        reason=decided.reason.value if decided.reason is not None else "",
        note=asked.note if decided.reason is not None else "",
        pieces=sorted((piece for piece in asked.pieces if piece[1]), reverse=True),
        tenders=list(sums.tenders),
        moves=list(sums.moves),
        sales=sums.sales,
        sold=sums.sold,
        sold_vat=sums.sold_vat,
        returns=sums.returns,
        returned=sums.returned,
        returned_vat=sums.returned_vat,
        promised=sums.promised,
        rounding=sums.rounding,
        first_receipt=sums.first_receipt,
        last_receipt=sums.last_receipt,
        first=shift.seq,
        waiting=waiting,
        first_counted=first,
        approved_by=asked.approved_by,
        between=sums.between,
        language=asked.language,
        orders=sums.orders,
        ordered=sums.ordered,
    )


def _close(local: Local, shift: OpenShift, body: operations.ShiftClosed, asked: _Asked) -> RecordedClose:
    now, day = asked.now, shift.business_day
    done = append(local, "shift_closed", body, op_id=new_id(now), at=now, business_day=day, actor=asked.actor.id)
    local.raw.execute(
        "UPDATE shift SET upto = ?, closed_incarnation = ?, closed_seq = ?, closed_at = ? WHERE shift = ?",
        (last_taking(local), done.incarnation, done.seq, now, shift.shift),
    )
    queue(local, body.number, Z_REPORT, now)
    return RecordedClose(operations.open_envelope(done.raw), body)
