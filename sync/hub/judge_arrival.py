"""Judging who came to collect an order and how far that is. An arrival moves no goods and no money: nothing collides,
a later state is never undone by an earlier one, in whatever order the hub hears of them, and a hand-out ends it."""

from dataclasses import replace

from sync.domain.arrivals import DAY_MS, Arrival, ArrivalState, moved_to
from sync.domain.verdicts import Code
from sync.hub.arrivals import Queue, done
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.protocol.arrivals import BODIES, ArrivalMoved, Arrived
from sync.protocol.pickups import HandedOut

KINDS = tuple(BODIES)
SKEW_MS = 10 * 60_000
"""So much the clocks of two terminals of a store may differ before a hand-out no longer ends an arrival."""


def check(body: Arrived | ArrivalMoved) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if no record could hold it."""
    check_ids(body.arrival, body.order, body.number, body.location, body.ticket, body.language)
    if not (body.arrival and body.order and body.ticket):
        raise Unfit("it names no arrival, no order or no ticket")
    if isinstance(body, ArrivalMoved):
        check_ids(body.counter)
        ArrivalState(body.state)


def judge(court: Court, cases: list[Case]) -> None:
    """Record arrivals and their steps in this order, across the pushes; of parcels' operations among them, hand-outs.
    Orders and parcels are held by now."""
    wanted = [case for case in cases if isinstance(case.body, Arrived | ArrivalMoved | HandedOut)]
    if not wanted:
        return
    queue = Queue(court.conn)
    ids = [case.body.arrival for case in wanted if not isinstance(case.body, HandedOut)]
    orders = {case.body.order for case in wanted}
    queue.hold_of(orders, ids)
    handed = queue.hand_outs(orders)
    for case in wanted:
        case.recorder.touch(f"location:{case.who.location}")
        if isinstance(case.body, HandedOut):
            _end(queue, case)
        else:
            _take(court, queue, case, handed.get(case.body.order))
    queue.write()


def _end(queue: Queue, case: Case) -> None:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    for each in queue.of_order(case.body.order):
        if each.at <= envelope.at + SKEW_MS:
            queue.put(done(each, envelope.actor, envelope.at), case.recorder)


def _take(court: Court, queue: Queue, case: Case, handed_at: int | None) -> None:
    body, envelope = case.body, case.envelope
    assert envelope is not None  # a case with a body has one
    if body.location != case.who.location:
        detail = f"arrived at {body.location}, told by a terminal of {case.who.location}"
        case.find(court, Code.NOT_ALLOWED, detail, case.op_id)
        return
    known = queue.held.get(body.arrival)
    if known is None and body.at < case.now - DAY_MS:
        return  # its row would be gone by now
    after = known or _made(body)
    if isinstance(body, ArrivalMoved):
        after = moved_to(after, ArrivalState(body.state), body.counter, envelope.actor, envelope.at)
    if after.state.open and handed_at is not None and handed_at >= after.at:
        after = done(after, "", handed_at)
    queue.put(after, case.recorder)


def _made(body: Arrived | ArrivalMoved) -> Arrival:
    made = Arrival(body.arrival, body.order, body.number, body.location, body.ticket, ArrivalState.WAITING, body.at)
    return replace(made, language=body.language)
