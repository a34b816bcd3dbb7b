"""A label was scanned that nobody expects at this store: it is recorded once, and put before a person at the hub."""

from sync.actions.clock import new_id
from sync.actions.custody import record
from sync.local import Local, Staff
from sync.local.pickups import keep_surplus, surplus_at
from sync.protocol.pickups import ParcelSurplus


def parcel_surplus(local: Local, label: str, parcel: str = "", *, actor: Staff, now: int) -> int:
    """Record that a parcel came which is not known here; when this returns, it is fsynced. `label`: as it was read, of
    an SSCC its 18 digits; `parcel`: the id on a label of ours. Answers when it was told, UTC ms: an earlier time if it
    was told before, and nothing more is recorded then. Raises NotRecorded."""
    with local.write():
        before = surplus_at(local, label)
        if before is not None:
            return before
        here = local.me.location
        body = ParcelSurplus(new_id(now), label, here, parcel)
        done = record(local, "parcel_surplus", body, [], [], actor, now)
        keep_surplus(local, done, label, here, now)
        return now
