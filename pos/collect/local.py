"""What the collect tab asks of the local files."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.collect.state import Read
from sync.actions.parcel_surplus import parcel_surplus
from sync.actions.receive_parcel import receive_parcel, receive_unit
from sync.domain import codes
from sync.domain.arrivals import ArrivalState
from sync.domain.orders import Purchase
from sync.domain.pickups import Parcel, ParcelState, StepRefused
from sync.local import Local, Staff, link_status, locations, purchases_by_number, settings
from sync.local.arrivals import arrivals_here
from sync.local.collecting import Asked, counters, seen_at, to_collect
from sync.local.pickups import parcel_by_id


def read_list(now: int, known: dict[str, Asked]) -> Callable[[Local], Read]:
    """Everything that is collected here. `known`: what was read of its orders before."""

    def job(local: Local) -> Read:
        orders = tuple(to_collect(local, known))
        places = {place.id: place for place in locations(local)}
        online = link_status(local, now).online
        return Read(local.me.location, orders, seen_at(local), counters(local), places, settings(local), online)

    return job


def read_link(now: int) -> Callable[[Local], tuple[int, bool]]:
    """When the hub last vouched for the list, and whether it answers."""
    return lambda local: (seen_at(local), link_status(local, now).online)


def count_waiting(local: Local) -> int:
    """How many shoppers wait whom nobody serves yet."""
    return sum(arrival.state is ArrivalState.WAITING for arrival in arrivals_here(local))


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a scanned label turned out to be: the parcel as it is now, and whether it came by this scan. `told`: nobody
    expects it, and when that was recorded before (UTC ms; 0: now)."""

    parcel: Parcel | None
    came: bool = False
    refused: StepRefused | None = None
    told: int | None = None


def take_in(parcel_id: str, actor: Staff, now: int, by_hand: bool = False) -> Callable[[Local], Labelled]:
    """The parcel of a label; one that is expected here is received by it. `by_hand`: nobody scanned it."""

    def job(local: Local) -> Labelled:
        found = parcel_by_id(local, parcel_id)
        if found is None and not by_hand:
            label = codes.parcel_label(parcel_id)
            told = parcel_surplus(local, label, parcel_id, actor=actor, now=now)
            return Labelled(None, told=0 if told == now else told)
        coming = found is not None and not found.here and found.location == local.me.location
        if found is None or not coming or found.state not in (ParcelState.EXPECTED, ParcelState.CANCELLED):
            return Labelled(found)
        came = receive_parcel(local, parcel_id, actor=actor, now=now, by_hand=by_hand)
        return Labelled(found, refused=came) if isinstance(came, StepRefused) else Labelled(came, came=True)

    return job


@dataclass(frozen=True, slots=True)
class CameInUnit:
    """What a scanned transport unit turned out to be: the parcels that came by this scan, and those that came before.
    `told`: nobody expects anything in it, and when that was recorded before (UTC ms; 0: now)."""

    sscc: str
    came: tuple[Parcel, ...] = ()
    before: tuple[Parcel, ...] = ()
    told: int | None = None


def take_in_unit(sscc: str, actor: Staff, now: int) -> Callable[[Local], CameInUnit]:
    """Every parcel that is expected in a transport unit is received by its number."""

    def job(local: Local) -> CameInUnit:
        came, before = receive_unit(local, sscc, actor=actor, now=now)
        if not came and not before:
            told = parcel_surplus(local, sscc, actor=actor, now=now)
            return CameInUnit(sscc, told=0 if told == now else told)
        return CameInUnit(sscc, tuple(came), tuple(before))

    return job


def by_number(number: str) -> Callable[[Local], list[Purchase]]:
    """The orders of that number, wherever they are collected."""
    return lambda local: purchases_by_number(local, number)
