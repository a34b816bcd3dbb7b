"""What a hand-out asks of the local files, as jobs for the database thread."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos.hand_out.state import Around
from pos.ui.i18n import language
from sync.actions.check_code import Tried, tried_before
from sync.actions.printing import HAND_OUT, PrintState, unprinted
from sync.domain.catalogue import in_language
from sync.domain.orders import Purchase
from sync.domain.passes import Answer, ProxyPass
from sync.domain.pickups import HandOutRefusal, HandOutRequest, Parcel, Refused, decide_hand_out
from sync.local import (
    Local,
    link_status,
    locations,
    purchase_by_id,
    purchases_as_of,
    settings,
    staff,
)
from sync.local.arrivals import arrival_of
from sync.local.collecting import settings_as_of, terminal_names
from sync.local.order_payments import RecordedOrderPaid, order_paid_by_receipt
from sync.local.pickups import RecordedHandOut, hand_out_by_receipt, parcel_by_id, parcels_of
from sync.protocol.order_payments import ORDER_PAID

if TYPE_CHECKING:
    from sync.local.passes import ShownPass

SHOWS = (Answer.OK, Answer.USED)
"""Such a pass names an order that may be shown."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An order as this terminal knows it. `shown`: the pass that was scanned, if one was."""

    order: str
    purchase: Purchase | None
    parcels: tuple[Parcel, ...]
    tried: Tried
    around: Around
    shown: "ShownPass | None" = None

    @property
    def proxy(self) -> "ProxyPass | None":
        """The proxy's own pass that was shown, if it holds for this order, or did until all of it was collected."""
        mine = self.shown is not None and self.shown.collects == self.order
        return self.shown.proxy if self.shown is not None and mine else None

    @property
    def proved(self) -> bool:
        """Whether the order's own pass was shown."""
        pass_of = self.shown.purchase if self.shown is not None and self.shown.answer in SHOWS else None
        return pass_of is not None and pass_of.id == self.order


def look(order: str, text: str, now: int) -> Callable[[Local], Opened]:
    """Read all of an order. `text`: a pass that was scanned, which proves an order that the own copy lacks, and names
    it where `order` is ""."""

    def job(local: Local) -> Opened:
        shown = _shown(local, text, now) if text else None
        named = shown.purchase if shown is not None and shown.answer in SHOWS else None
        id = order or (shown.collects if shown is not None and shown.proxy else named.id if named is not None else "")
        bought = purchase_by_id(local, id) or (named if named is not None and named.id == id else None)
        return Opened(id, bought, tuple(parcels_of(local, id)), tried_before(local, id), around(local, id, now), shown)

    return job


def _shown(local: Local, text: str, now: int) -> "ShownPass":
    from sync.local.passes import verify_pass  # its library costs the start of the till, and a pass is rare

    return verify_pass(local, text, now)


def pass_of(text: str, now: int) -> Callable[[Local], "ShownPass"]:
    """What a scanned pass turns out to be."""
    return lambda local: _shown(local, text, now)


def label_of(parcel: str) -> Callable[[Local], Parcel | None]:
    """The parcel that a label names."""
    return lambda local: parcel_by_id(local, parcel)


def again(order: str, now: int) -> Callable[[Local], tuple[tuple[Parcel, ...], Around]]:
    """The parcels as they stand now, and what is around."""
    return lambda local: (tuple(parcels_of(local, order)), around(local, order, now))


def around(local: Local, order: str, now: int) -> Around:
    """What the screen shows besides the order."""
    return Around(
        here=local.me.location,
        places={it.id: in_language(it.names, language()) for it in locations(local)},
        people={it.id: it.name for it in staff(local)},
        terminals=terminal_names(local),
        settings=settings(local),
        link=link_status(local, now),
        ticket=ticket.ticket if (ticket := arrival_of(local, order)) is not None else "",
        as_of=purchases_as_of(local),
        told_at=settings_as_of(local),
    )


def stopped_by(opened: tuple[Parcel, ...], purchase: Purchase | None, here: str, now: int) -> Refused | None:
    """Why nothing of an order can be given at `here`; None if something can. What concerns the shopper most comes
    first: a parcel that waits elsewhere before one that was given last week."""
    order = purchase.id if purchase is not None else ""
    due = purchase.due if purchase is not None else 0
    if purchase is None or not opened:
        return _nothing(purchase, here)
    found = [decide_hand_out(opened, HandOutRequest(order, (x.id,), here, due), now) for x in opened]
    refused = [it for it in found if isinstance(it, Refused)]
    return min(refused, key=lambda it: _FIRST.index(it.reason)) if len(refused) == len(found) else None


_FIRST = (
    HandOutRefusal.UNPAID,
    HandOutRefusal.NOT_READY,
    HandOutRefusal.EXPIRED,
    HandOutRefusal.WRONG_STORE,
    HandOutRefusal.CANCELLED,
    HandOutRefusal.ALREADY_TAKEN,
    HandOutRefusal.OTHER_ORDER,
    HandOutRefusal.UNKNOWN,
    HandOutRefusal.NOTHING,
)


def _nothing(purchase: Purchase | None, here: str) -> Refused:
    """There is no parcel of it: it waits to be packed here or elsewhere, or nobody here knows of it."""
    if purchase is None:
        return Refused(HandOutRefusal.UNKNOWN)
    if any(line.cancelled for line in purchase.lines) and not purchase.awaited:
        return Refused(HandOutRefusal.CANCELLED)
    if purchase.complete:
        return Refused(HandOutRefusal.ALREADY_TAKEN)
    elsewhere = purchase.awaited and not any(x.pickup_at in (here, "") for x in purchase.lines if x.awaited)
    return Refused(HandOutRefusal.WRONG_STORE if elsewhere else HandOutRefusal.NOTHING)


def receipt_maybe_unprinted(local: Local) -> RecordedOrderPaid | None:
    """The last payment of an order whose receipt was queued and perhaps never printed."""
    waiting = [job.ref for job in unprinted(local) if job.what == ORDER_PAID and job.state is PrintState.QUEUED]
    return order_paid_by_receipt(local, waiting[-1]) if waiting else None


def maybe_unprinted(local: Local) -> RecordedHandOut | None:
    """The last hand-out whose slip was queued and perhaps never printed: the terminal stopped in between."""
    waiting = [job.ref for job in unprinted(local) if job.what == HAND_OUT and job.state is PrintState.QUEUED]
    return hand_out_by_receipt(local, waiting[-1]) if waiting else None
