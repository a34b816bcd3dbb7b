"""A parcel lies where it is found in seconds: its shopper may come."""

from sync.actions.custody import record
from sync.domain.pickups import Parcel, ParcelState, StepRefused, cant_step, shelved
from sync.local import Local, Staff
from sync.local.pickups import parcel_now, waits_until
from sync.protocol.pickups import ParcelShelved


def shelve_parcel(local: Local, parcel_id: str, shelf: str, *, actor: Staff, now: int) -> Parcel | StepRefused:
    """Record its shelf; when this returns it, it is fsynced. On another shelf it waits no longer than before. Raises
    NotRecorded."""
    with local.write():
        before = parcel_now(local, parcel_id)
        wrong = cant_step(before, local.me.location, ParcelState.READY)
        if isinstance(wrong, StepRefused):
            return wrong
        assert before is not None  # else it were refused
        after = shelved(before, shelf, waits_until(local, now))
        if after == before:
            return before
        assert after.expires is not None  # a parcel on a shelf has an end
        known = (parcel_id, before.order, before.number, local.me.location)
        body = ParcelShelved(*known, shelf, before.fence, after.expires, list(before.lines))
        record(local, "parcel_shelved", body, [after], [], actor, now)
        return after
