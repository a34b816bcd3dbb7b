"""Well-known faults of click and collect, planted for as long as a world runs: a parcel given twice unseen, goods that
nobody may have any more, a claim that never ends (F44, F45, I-9)."""

from dataclasses import replace
from typing import Any
from unittest import mock

from sync.domain.pickups import Custody, Moved, Parcel, ParcelState, cancelled, handed, received
from sync.hub import judge_pickup, parcel_claims, pick_claims, pickup_desk, pickups, promised
from sync.hub.judge_pickup import _Verbs
from sync.local import pickups as here
from tests.sim.plants_money import Plant, together


def second_hand_out_nobody_is_told_of() -> Any:
    """A parcel that is given twice is given twice (I-9)."""
    return mock.patch.object(_Verbs, "_twice", lambda *_: None)


def own_steps_forgotten() -> Any:
    """What a terminal did with a parcel is not known there until the hub says so (I-9)."""
    return mock.patch.object(here, "laid_over", lambda told, _: sorted(told, key=lambda it: it.id))


def packed_and_still_promised() -> Any:
    """What is packed stays promised as a line besides: other orders never get it (F44)."""
    return mock.patch.object(promised.Promises, "take", lambda *_: ("", 0))


def given_and_still_promised() -> Any:
    """What is given is promised for ever: nobody else gets what comes in (F44)."""
    real = pickup_desk.moved

    def moved(before: Parcel | None, after: Parcel, to: str = "") -> list[Moved]:
        moves = real(before, after, to)
        return [replace(it, reserved=0) for it in moves] if after.state is ParcelState.HANDED_OUT else moves

    return mock.patch.object(pickup_desk, "moved", moved)


def custody_is_not_counted() -> Any:
    """Whoever has a parcel, its fence stays: who was late can't be told from who was not (I-9)."""

    def same(step: Any) -> Any:
        def stepped(parcel: Parcel, by: Custody) -> Parcel:
            return replace(step(parcel, by), fence=parcel.fence)

        return stepped

    steps = (("handed", handed), ("received", received), ("cancelled", cancelled))
    return together(*(mock.patch.object(judge_pickup, name, same(step)) for name, step in steps))


def called_off_and_still_waited_for() -> Any:
    """Parcels of an order that was called off wait on, and are given (F45)."""
    return mock.patch.object(pickups, "cancelled", lambda parcel, _: parcel)


def claim_without_end() -> Any:
    """Who claims to pick and goes home keeps others from it for ever."""
    return together(*(mock.patch.object(it, "LEASE_MS", 1 << 50) for it in (parcel_claims, pick_claims)))


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        second_hand_out_nobody_is_told_of,
        own_steps_forgotten,
        packed_and_still_promised,
        given_and_still_promised,
        custody_is_not_counted,
        called_off_and_still_waited_for,
        claim_without_end,
    )
}
