"""How far somebody who came is served: taken on, called to a counter, gone. A hand-out ends it by itself."""

from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.domain.arrivals import Arrival, ArrivalState, moved_to
from sync.local import Local, Staff, settings
from sync.local.arrivals import arrivals_now, by_id_now, keep_arrival
from sync.local.journal import Recorded, append
from sync.protocol.arrivals import ArrivalMoved


def move_arrival(
    local: Local, arrival_id: str, state: ArrivalState, *, actor: Staff, now: int, counter: str = ""
) -> Arrival | None:
    """Record that an arrival is `state` from now on; when this returns it, it is fsynced. What is further on its way
    stays as it is, and is what comes back. None: it is not known here. Raises NotRecorded."""
    with local.write():
        before = by_id_now(local, arrival_id)
        if before is None:
            return None
        after = moved_to(before, state, counter, actor.id, now)
        if after == before:
            return before
        known = (after.id, after.order, after.number, after.location, after.ticket, after.at)
        body = ArrivalMoved(*known, state.value, counter, after.language)
        day = day_now(local, now, settings(local).timezone)
        done = append(local, "arrival_moved", body, op_id=new_id(now), at=now, business_day=day, actor=actor.id)
        keep_arrival(local, done, after, now)
        return after


def end_arrivals(local: Local, order: str, done: Recorded, *, actor: str, now: int) -> None:
    """Inside `local.write()`: the hand-out `done` of an order ends its arrivals here at once; the hub does it too."""
    for each in arrivals_now(local, order):
        keep_arrival(local, done, moved_to(each, ArrivalState.DONE, by=actor, at=now), now)
