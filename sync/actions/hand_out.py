"""Hand parcels out: decided on what is known here, recorded in one transaction (I-1). The parcel is given after that,
never before: what this returns is on the disk, and a second time finds it there (I-9)."""

from dataclasses import dataclass

from sync.actions.custody import by, record
from sync.actions.move_arrival import end_arrivals
from sync.actions.printing import HAND_OUT, queue
from sync.actions.sell import next_receipt
from sync.domain.orders import Purchase
from sync.domain.pickups import (
    Accepted,
    HandOutRequest,
    Moved,
    Parcel,
    ParcelState,
    Refused,
    Verified,
    decide_hand_out,
    handed,
    moved,
)
from sync.local import Local, Staff
from sync.local.code_tries import forget_tries
from sync.local.pickups import RecordedHandOut, hand_out_by_id, keep_hand_out, parcels_now
from sync.local.returns import as_it_stands
from sync.protocol import operations
from sync.protocol.pickups import HandedOut, HandedParcel

__all__ = ["Refused", "Said", "hand_out"]


@dataclass(frozen=True, slots=True)
class Said:
    """How the person was made sure of. `signature`: the digest of what was signed, "" if nothing was; `claim`: the
    hub's, "" without the network, with `told` the parcels as the hub said they stand. `document`: which kind was seen,
    `proxy`: who of those that the order names, or whose own pass was shown, whose serial is `proxy_pass`. `by_hand`:
    parcels whose label nobody could scan."""

    verified: Verified
    signature: str = ""
    claim: str = ""
    told: tuple[Parcel, ...] = ()
    document: str = ""
    proxy: str = ""
    by_hand: frozenset[str] = frozenset()
    proxy_pass: str = ""


def hand_out(
    local: Local,
    hand_out_id: str,
    purchase: Purchase,
    parcels: tuple[str, ...],
    said: Said,
    *,
    actor: Staff,
    language: str,
    now: int,
) -> RecordedHandOut | Refused:
    """Record that parcels of an order are given; when this returns it, it is fsynced. The same `hand_out_id` again
    gives what is recorded. `purchase` as replica, hub or pass told it. Raises NotRecorded."""
    with local.write():
        already = hand_out_by_id(local, hand_out_id)
        if already is not None:
            return already
        bought = as_it_stands(local, purchase)
        known = _newest(parcels_now(local, bought.id), said.told)
        request = HandOutRequest(bought.id, parcels, local.me.location, bought.due)
        decided = decide_hand_out(known, request, now)
        if isinstance(decided, Refused):
            return decided
        return _record(local, hand_out_id, bought, decided, said, actor, language, now)


def _newest(here: list[Parcel], told: tuple[Parcel, ...]) -> list[Parcel]:
    """What the hub says now beside what is known here: custody that changed oftener is the later word; what was handed
    out here is handed out."""
    found = {parcel.id: parcel for parcel in told}
    for parcel in here:
        other = found.get(parcel.id)
        if other is None or parcel.state is ParcelState.HANDED_OUT or parcel.fence >= other.fence:
            found[parcel.id] = parcel
    return list(found.values())


def _record(
    local: Local,
    hand_out_id: str,
    bought: Purchase,
    decided: Accepted,
    said: Said,
    actor: Staff,
    language: str,
    now: int,
) -> RecordedHandOut:
    given = by(local, ParcelState.HANDED_OUT, actor, now)
    after = [handed(parcel, given) for parcel in decided.parcels]
    moves: list[Moved] = [x for old, new in zip(decided.parcels, after, strict=True) for x in moved(old, new)]
    body = HandedOut(
        hand_out=hand_out_id,
        receipt=next_receipt(local),
        order=bought.id,
        number=bought.number,
        location=local.me.location,
        parcels=[HandedParcel(x.id, x.fence, list(x.lines), x.id in said.by_hand) for x in decided.parcels],
        verified=said.verified.value,
        signature=said.signature,
        claim=said.claim,
        language=language,
        document=said.document,
        proxy=said.proxy,
        proxy_pass=said.proxy_pass,
    )
    forget_tries(local, bought.id)
    done = record(local, "handed_out", body, after, moves, actor, now)
    keep_hand_out(local, done, body, now)
    queue(local, body.receipt, HAND_OUT, now)
    end_arrivals(local, bought.id, done, actor=actor.id, now=now)
    return RecordedHandOut(operations.open_envelope(done.raw), body)
