"""Somebody is here to collect an order: a ticket at once, with or without the network."""

from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.domain.arrivals import Arrival, ArrivalState
from sync.local import Local, settings
from sync.local.arrivals import arrival_now, keep_arrival, next_ticket
from sync.local.journal import append
from sync.protocol.arrivals import Arrived


def arrive(local: Local, order: str, number: str, *, language: str, now: int, actor: str = "") -> Arrival:
    """Record that somebody came for the order (a purchase's id); when this returns it, it is fsynced. While she waits
    the same order gives the same arrival. `actor`: a staff id, "" at a kiosk. Raises NotRecorded."""
    with local.write():
        already = arrival_now(local, order)
        if already is not None:
            return already
        day = day_now(local, now, settings(local).timezone)
        ticket, here = next_ticket(local, day), local.me.location
        made = Arrival(new_id(now), order, number, here, ticket, ArrivalState.WAITING, now, language=language)
        body = Arrived(made.id, order, number, here, ticket, now, language)
        done = append(local, "arrived", body, op_id=new_id(now), at=now, business_day=day, actor=actor)
        keep_arrival(local, done, made, now)
        return made
