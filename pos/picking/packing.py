"""Recording a parcel, and what of its order can't be given: one job on the local files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sync.actions.pack_parcel import pack_parcel
from sync.actions.refuse_line import refuse_line
from sync.domain.packing import PackRefused, Put
from sync.domain.pickups import LineRefusedFor, Parcel
from sync.local import Local, Staff
from sync.local.picking import OrderToPick, to_pick


@dataclass(frozen=True, slots=True)
class Packed:
    """The parcel (None: nothing went into one), how many lines went back, and what of the order is still to be picked
    here."""

    parcel: Parcel | PackRefused | None
    given_back: int
    rest: OrderToPick | None


def pack_it(
    parcel_id: str,
    order: OrderToPick,
    wanted: dict[str, int],
    put: tuple[Put, ...],
    missing: Mapping[str, LineRefusedFor],
    actor: Staff,
    now: int,
) -> Callable[[Local], Packed]:
    """Pack thousandths of lines, and what is `put` in besides; then say of the `missing` lines why their rest can't be
    given. A parcel that is not packed leaves everything as it was."""

    def job(local: Local) -> Packed:
        parcel: Parcel | PackRefused | None = None
        if wanted or put:
            parcel = pack_parcel(local, parcel_id, order.purchase, wanted, put=put, actor=actor, now=now)
        back = 0
        if not isinstance(parcel, PackRefused):
            said = (refuse_line(local, order.purchase, id, why, actor=actor, now=now) for id, why in missing.items())
            back = sum(said)
        return Packed(parcel, back, next((one for one in to_pick(local) if one.key == order.key), None))

    return job
