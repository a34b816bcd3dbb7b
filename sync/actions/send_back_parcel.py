"""A parcel waits no more: nobody came, or its order was cancelled. Its goods are on sale again, or go on."""

from sync.actions.custody import by, record
from sync.domain.pickups import Parcel, ParcelState, SentBackFor, StepRefused, cant_step, moved, sent_back
from sync.local import Local, Staff
from sync.local.pickups import parcel_now
from sync.protocol.pickups import ParcelSentBack


def send_back_parcel(
    local: Local, parcel_id: str, reason: SentBackFor, *, to: str = "", actor: Staff, now: int
) -> Parcel | StepRefused:
    """Record it; when this returns it, it is fsynced. `to`: the location it goes to, "" for on sale again here. Raises
    NotRecorded."""
    with local.write():
        before = parcel_now(local, parcel_id)
        wrong = cant_step(before, local.me.location, ParcelState.SENT_BACK)
        if isinstance(wrong, StepRefused):
            return wrong
        assert before is not None  # else it were refused
        after = sent_back(before, by(local, ParcelState.SENT_BACK, actor, now))
        known = (parcel_id, before.order, before.number, local.me.location)
        body = ParcelSentBack(*known, before.fence, reason.value, list(before.lines), to)
        record(local, "parcel_sent_back", body, [after], moved(before, after, to), actor, now)
        return after
