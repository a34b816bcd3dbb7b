"""Which orders stand in the list, in what order, and what the next step of each is. Pure; times UTC in ms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from sync.domain.arrivals import ArrivalState
from sync.domain.orders import number_key
from sync.domain.pickups import Parcel, ParcelState
from sync.domain.search import fold
from sync.local.collecting import ToCollect


class Filter(StrEnum):
    """What the list shows: shoppers who wait; what lies ready; what is past its time or cancelled; what comes, or came
    and lies on no shelf yet. An order may stand in several."""

    BRING = "bring"
    READY = "ready"
    LATE = "late"
    WAY = "way"


class Step(StrEnum):
    """The one thing to do next with an order."""

    BRING = "bring"
    HAND_OUT = "hand_out"
    RECEIVE = "receive"
    SHELVE = "shelve"
    SEND_BACK = "send_back"
    PICK = "pick"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of the list, and how many each filter has."""

    rows: tuple[ToCollect, ...] = ()
    counts: Mapping[Filter, int] = field(default_factory=dict)


NO_ROWS = Listing()
NEVER = 1 << 62
_COMING = (ParcelState.EXPECTED, ParcelState.RECEIVED)


def expired(parcel: Parcel, now: int) -> bool:
    """Whether nobody came for it by its day."""
    return parcel.state is ParcelState.READY and parcel.expires is not None and now > parcel.expires


def on_shelf(parcel: Parcel, now: int) -> bool:
    """Whether it may be handed out."""
    return parcel.state is ParcelState.READY and not expired(parcel, now)


def over(parcel: Parcel, now: int) -> bool:
    """Whether it has to go back: nobody came, or its order was cancelled."""
    return parcel.state is ParcelState.CANCELLED or expired(parcel, now)


def late(order: ToCollect, now: int) -> bool:
    """Whether it was promised earlier than now, and something of it lies on no shelf."""
    promised = order.ready_by is not None and now > order.ready_by
    return promised and any(it.state in _COMING for it in order.parcels)


def missing(order: ToCollect, now: int) -> tuple[Parcel, ...]:
    """What should have come from elsewhere by now, and did not."""
    return tuple(it for it in order.parcels if it.state is ParcelState.EXPECTED) if late(order, now) else ()


def filters_of(order: ToCollect, now: int) -> tuple[bool, bool, bool, bool]:
    """Which filters have it, as they stand in `Filter`. Thousands are asked at once: one look at each parcel."""
    ready = back = coming = False
    for it in order.parcels:
        state = it.state
        if state is ParcelState.READY:
            ended = it.expires is not None and now > it.expires
            ready, back = ready or not ended, back or ended
        elif state is ParcelState.CANCELLED:
            back = True
        else:
            coming = coming or state in _COMING
    past = coming and order.ready_by is not None and now > order.ready_by
    return order.arrival is not None, ready, back or past, coming


def listed(orders: Iterable[ToCollect], which: Filter, now: int) -> Listing:
    """The rows of a filter, what is most pressing first, and the counts of all."""
    at, counts, found = list(Filter).index(which), [0, 0, 0, 0], []
    for order in orders:
        has = filters_of(order, now)
        counts = [n + is_in for n, is_in in zip(counts, has, strict=True)]
        if has[at]:
            found.append(order)
    found.sort(key=lambda order: (_pressing(order, which), order.number, order.order))
    return Listing(tuple(found), dict(zip(Filter, counts, strict=True)))


def _pressing(order: ToCollect, which: Filter) -> int:
    """Who came first; else whose time ends first."""
    if which is Filter.BRING:
        return order.arrival.at if order.arrival is not None else NEVER
    if which is Filter.READY:
        return min((it.expires or NEVER for it in order.parcels), default=NEVER)
    ends = [it.expires for it in order.parcels if it.expires is not None] if which is Filter.LATE else []
    return min([order.ready_by or NEVER, *ends])


def search(orders: Iterable[ToCollect], query: str, hits: frozenset[str] | None) -> tuple[ToCollect, ...]:
    """The orders that go by what was typed: a name, a number, a ticket, a shelf, a parcel's label; or that the hub
    found by a phone or an address."""
    if hits is not None:
        return tuple(order for order in orders if order.order in hits)
    words, key = fold(query).split(), number_key(query)
    if not words:
        return ()
    found = (order for order in orders if _goes_by(order, words, key))
    return tuple(sorted(found, key=lambda order: (not order.number.startswith(query.strip()), order.number)))


def _goes_by(order: ToCollect, words: list[str], key: str) -> bool:
    names = [word for name in (order.collector, *order.proxies) for word in _words_of(name)]
    if all(any(name.startswith(word) for name in names) for word in words):
        return True
    if key and key in _key_of(order.number):
        return True
    ticket = order.arrival.ticket if order.arrival is not None else ""
    exact = (ticket, *(text for it in order.parcels for text in (it.shelf, it.id)))
    return bool(key) and any(key == _key_of(text) for text in exact if text)


@lru_cache(maxsize=16384)
def _words_of(name: str) -> tuple[str, ...]:
    """Folding thousands of names at each letter would be felt."""
    return tuple(fold(name).split())


_key_of = lru_cache(maxsize=32768)(number_key)


def focus(order: ToCollect, which: Filter | None, now: int, wanted: str = "") -> Parcel | None:
    """The parcel that the next step is about: the one that was scanned or touched, else the first that the filter is
    about, else the first that can be handed out."""
    named = next((it for it in order.parcels if it.id == wanted), None)
    if named is not None:
        return named
    if which is Filter.LATE:
        fit = [it for it in order.parcels if over(it, now)] or [it for it in order.parcels if it.state in _COMING]
    elif which is Filter.WAY:  # what came is in somebody's way; what comes is not here
        fit = sorted((it for it in order.parcels if it.state in _COMING), key=lambda it: not it.here)
    else:
        fit = [it for it in order.parcels if on_shelf(it, now)]
    fit = fit or sorted(order.parcels, key=lambda it: (not on_shelf(it, now), not it.here))
    return fit[0] if fit else None


def step_of(order: ToCollect, parcel: Parcel | None, now: int) -> Step:
    """The next step of an order by that parcel."""
    if parcel is None:
        return Step.PICK if order.arrival is not None else Step.NOTHING
    if not parcel.here:
        return Step.RECEIVE
    if over(parcel, now):
        return Step.SEND_BACK
    if parcel.state is ParcelState.RECEIVED:
        return Step.SHELVE
    waits = order.arrival is not None and order.arrival.state is ArrivalState.WAITING
    return Step.BRING if waits else Step.HAND_OUT
