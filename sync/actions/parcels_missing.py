"""Parcels that were expected at this store did not come: a person says so, and the hub is asked to look for them."""

from sync.actions.custody import record
from sync.domain.pickups import Parcel, missed
from sync.local import Local, Staff
from sync.local.pickups import parcels_now
from sync.protocol.pickups import HandedParcel, ParcelsMissing


def parcels_missing(local: Local, order: str, ids: tuple[str, ...], *, actor: Staff, now: int) -> list[Parcel]:
    """Record that these parcels of an order (a purchase's id) did not come with the others; when this returns, it is
    fsynced. Answers those that are looked for now, and stay expected; none where all are on shelves or gone, or it was
    said before. Raises NotRecorded."""
    with local.write():
        here = local.me.location
        known = [it for it in parcels_now(local, order) if it.location == here and it.id in ids]
        after = [it for it in (missed(it, now) for it in known) if it not in known]
        if not after:
            return []
        named = [HandedParcel(it.id, it.fence, list(it.lines)) for it in after]
        body = ParcelsMissing(order, after[0].number, here, named)
        record(local, "parcels_missing", body, after, [], actor, now)
        return after
