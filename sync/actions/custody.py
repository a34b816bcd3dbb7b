"""A step of parcels, recorded: the operation, how the parcels stand after it, and what it did to stock, together."""

from typing import Any

from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.domain.pickups import Custody, Moved, Parcel, ParcelState
from sync.local import Local, Staff, settings
from sync.local.journal import Recorded, append
from sync.local.pickups import effects_of, keep_step


def by(local: Local, state: ParcelState, actor: Staff, now: int) -> Custody:
    """Who has it from now on: this terminal, at its store."""
    return Custody(state, local.me.terminal, local.me.location, actor.id, now)


def record(
    local: Local, kind: str, body: Any, after: list[Parcel], moves: list[Moved], actor: Staff, now: int
) -> Recorded:
    """Inside `local.write()`: append the operation with its effects. `after`: the parcels as they stand from now on."""
    done = append(
        local,
        kind,
        body,
        op_id=new_id(now),
        at=now,
        business_day=day_now(local, now, settings(local).timezone),
        actor=actor.id,
        effects=effects_of(moves),
    )
    keep_step(local, done, after, moves, now)
    return done
