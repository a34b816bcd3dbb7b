"""A parcel came from the warehouse or from another store."""

from sync.actions.custody import by, record
from sync.domain.pickups import Parcel, ParcelState, StepRefused, cant_step, moved, received
from sync.local import Local, Staff
from sync.local.pickups import parcel_now, parcels_in
from sync.protocol.pickups import ParcelReceived


def receive_parcel(
    local: Local, parcel_id: str, *, actor: Staff, now: int, by_hand: bool = False
) -> Parcel | StepRefused:
    """Record that it came; when this returns it, it is fsynced. One that is here already is as it is. `by_hand`: its
    label was not scanned. Raises NotRecorded."""
    with local.write():
        return _receive(local, parcel_id, actor, now, by_hand)


def _receive(local: Local, parcel_id: str, actor: Staff, now: int, by_hand: bool = False) -> Parcel | StepRefused:
    before = parcel_now(local, parcel_id)
    wrong = cant_step(before, local.me.location, ParcelState.RECEIVED)
    if isinstance(wrong, StepRefused):
        return wrong
    assert before is not None  # else it were refused
    after = received(before, by(local, ParcelState.RECEIVED, actor, now))
    if after == before:
        return before
    body = ParcelReceived(
        parcel_id, before.order, before.number, local.me.location, before.fence, list(before.lines), by_hand
    )
    record(local, "parcel_received", body, [after], moved(before, after), actor, now)
    return after


def receive_unit(local: Local, sscc: str, *, actor: Staff, now: int) -> tuple[list[Parcel], list[Parcel]]:
    """Record that every parcel came which is expected in that transport unit (18 digits), all at once; when this
    returns, it is fsynced. Answers those that came by it, and those that were here or gone before; neither: nobody
    expects it. Raises NotRecorded."""
    with local.write():
        came, before = [], []
        for known in parcels_in(local, sscc):
            after = _receive(local, known.id, actor, now)
            if isinstance(after, StepRefused) or after == known:
                before.append(known)
            else:
                came.append(after)
        return came, before
