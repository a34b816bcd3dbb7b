"""Parcels of click and collect: where one is, who has it, and whether it may be handed out (design, section 5; I-9).

Pure. Quantities in thousandths, money in minor units, times UTC in ms. `fence` counts the changes of custody: whoever
hands out says which one it saw, so that two who could not hear of each other are told apart when they meet.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sync.domain.orders import BoughtLine, Fulfilment, Given, Purchase


class ParcelState(StrEnum):
    """Where a parcel is on its way. `cancelled`: the order is, and the goods are still to be put back."""

    EXPECTED = "expected"
    RECEIVED = "received"
    READY = "ready"
    CANCELLED = "cancelled"
    SENT_BACK = "sent_back"
    HANDED_OUT = "handed_out"


class Verified(StrEnum):
    """How the person was made sure of: a code or pass, a document that was seen, a named proxy."""

    CODE = "code"
    DOCUMENT = "document"
    PROXY = "proxy"


class Document(StrEnum):
    """Which kind of document was seen. Nothing that stands in it is kept."""

    ID_CARD = "id_card"
    PASSPORT = "passport"
    LICENCE = "licence"
    OTHER = "other"


class SentBackFor(StrEnum):
    """Why a parcel is not waiting any more."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"


class LineRefusedFor(StrEnum):
    """Why a store can't give a line."""

    NOT_FOUND = "not_found"
    DAMAGED = "damaged"
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """What of an order's line is in a parcel. `instead_of`: the article that was ordered, where another one stands in
    for it, and `instead_name` what it is called. `serials`: the units, if they have numbers."""

    line: str
    product: str
    sku: str
    name: str
    quantity: int
    unit: str = "pcs"
    instead_of: str = ""
    instead_name: str = ""
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Custody:
    """The last change of custody: what it made of the parcel, where, on which terminal, by whom (staff id), when."""

    state: ParcelState
    terminal: str
    location: str
    actor: str
    at: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A packed, labelled part of an order. `location`: the store where it is collected, `source`: where it was packed.

    `here`: its goods are counted at `location`, as promised. `expires`: nobody collects it after that (None: not
    known yet). `due`: what of its order is not paid. `sscc`: the transport unit that it comes in, 18 digits, "" for
    none. `missing`: when somebody said that it did not come with the others (UTC ms). `sent_to`: where it went
    back to, "" for on sale again. It names no person.
    """

    id: str
    order: str
    number: str
    location: str
    source: str
    state: ParcelState
    fence: int
    lines: tuple[ParcelLine, ...]
    shelf: str = ""
    expires: int | None = None
    here: bool = False
    due: int = 0
    currency: str = ""
    last: Custody | None = None
    sscc: str = ""
    missing: int | None = None
    sent_to: str = ""

    @property
    def substituted(self) -> tuple[ParcelLine, ...]:
        """Its lines whose goods are not those that were ordered."""
        return tuple(line for line in self.lines if line.instead_of)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step does to stock at a location: on hand, and what is promised of it; thousandths."""

    location: str
    product: str
    on_hand: int
    reserved: int


# --- the steps -------------------------------------------------------------------------------------------------------
# Each gives the parcel after it. One that comes late changes nothing: offline terminals tell in an order of their own.


def packed(parcel: Parcel, by: Custody) -> Parcel:
    """As it leaves the packing table: here if it is collected where it was packed, else expected there."""
    here = parcel.source == parcel.location
    state = ParcelState.RECEIVED if here else ParcelState.EXPECTED
    return replace(parcel, state=state, fence=1, here=here, shelf="", last=by)


def received(parcel: Parcel, by: Custody) -> Parcel:
    """It came to the store where it is collected."""
    if parcel.here or parcel.state in _ENDED:
        return parcel
    state = ParcelState.RECEIVED if parcel.state is ParcelState.EXPECTED else parcel.state
    return replace(parcel, state=state, fence=parcel.fence + 1, here=True, last=by, missing=None)


def missed(parcel: Parcel, at: int) -> Parcel:
    """It did not come with the others, as somebody said at `at`; or it was received with all of its transport unit, and
    is not there. It is waited for as before, and no custody changed."""
    waits = parcel.state in (ParcelState.EXPECTED, ParcelState.RECEIVED) or not parcel.here
    ended = parcel.state in _ENDED or parcel.source == parcel.location
    return replace(parcel, missing=at) if waits and not ended and parcel.missing is None else parcel


def shelved(parcel: Parcel, shelf: str, expires: int) -> Parcel:
    """It lies where it is found, and waits until `expires`; another shelf does not make it wait longer. No change of
    custody: the store had it before."""
    if parcel.state not in (ParcelState.RECEIVED, ParcelState.READY):
        return parcel
    return replace(parcel, state=ParcelState.READY, shelf=shelf, expires=parcel.expires or expires, missing=None)


def handed(parcel: Parcel, by: Custody) -> Parcel:
    """It was given away, whatever it was before: that is a fact (I-3)."""
    return replace(parcel, state=ParcelState.HANDED_OUT, fence=parcel.fence + 1, here=False, shelf="", last=by)


def sent_back(parcel: Parcel, by: Custody, to: str = "") -> Parcel:
    """It waits no more: its goods are on sale again, or on their way to the location `to`."""
    if parcel.state in _ENDED:
        return parcel
    gone = replace(parcel, state=ParcelState.SENT_BACK, fence=parcel.fence + 1, here=False, shelf="", sent_to=to)
    return replace(gone, last=by)


def cancelled(parcel: Parcel, by: Custody) -> Parcel:
    """Its order is cancelled; somebody has to put it back."""
    if parcel.state in _ENDED or parcel.state is ParcelState.CANCELLED:
        return parcel
    return replace(parcel, state=ParcelState.CANCELLED, fence=parcel.fence + 1, last=by)


_ENDED = (ParcelState.HANDED_OUT, ParcelState.SENT_BACK)


def moved(before: Parcel | None, after: Parcel, to: str = "") -> list[Moved]:
    """What a step does to stock. `before` None: it was packed of what was promised. `to`: where a parcel that is sent
    back goes, "" for on sale again here."""
    if before is None:
        return _packed_of(after)
    if before.state in _ENDED:
        # Given away a second time it can't be; what was on sale again and is given all the same is gone.
        again = before.state is ParcelState.SENT_BACK and after.state is ParcelState.HANDED_OUT
        return _each(after, after.location, -1, 0) if again and not before.sent_to else []
    if after.state is ParcelState.HANDED_OUT:
        return _each(after, after.location, -1, -1) if before.here else []
    if after.state is ParcelState.SENT_BACK:
        there = _each(after, after.location, -1 if to else 0, -1) if before.here else []
        return there if before.here or to else _each(after, after.location, 1, 0)  # that it came is heard later
    return _each(after, after.location, 1, 1) if after.here and not before.here else []


def _packed_of(parcel: Parcel) -> list[Moved]:
    """What is packed leaves its source if it is collected elsewhere. What stands in for something else is promised
    from now on in its place."""
    moves: list[Moved] = []
    for line in parcel.lines:
        of = line.instead_of or line.product
        if not parcel.here:
            own = of == line.product
            moves.append(Moved(parcel.source, line.product, -line.quantity, -line.quantity if own else 0))
            moves += [] if own else [Moved(parcel.source, of, 0, -line.quantity)]
        elif of != line.product:
            moves.append(Moved(parcel.source, of, 0, -line.quantity))
            moves.append(Moved(parcel.source, line.product, 0, line.quantity))
    return moves


def _each(parcel: Parcel, where: str, on_hand: int, reserved: int) -> list[Moved]:
    return [Moved(where, x.product, on_hand * x.quantity, reserved * x.quantity) for x in parcel.lines]


# --- handing out -----------------------------------------------------------------------------------------------------


class HandOutRefusal(StrEnum):
    """Why a parcel can't be handed out. Each has its own sentence for the shopper."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    OTHER_ORDER = "other_order"
    WRONG_STORE = "wrong_store"
    ALREADY_TAKEN = "already_taken"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NOT_READY = "not_ready"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class HandOutRequest:
    """What is asked for: parcels of one order, at the store `here`. `due`: minor units of it that are not paid yet."""

    order: str
    parcels: tuple[str, ...]
    here: str
    due: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """They may be handed out; `left` of the order wait here besides, or are on their way."""

    parcels: tuple[Parcel, ...]
    left: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason, the parcel it is about, and what is known of it; `due` in minor units, if it is not paid."""

    reason: HandOutRefusal
    parcel: Parcel | None = None
    due: int = 0


def decide_hand_out(parcels: Iterable[Parcel], request: HandOutRequest, now: int) -> Accepted | Refused:
    """Decide whether parcels may be handed out, of all `parcels` that are known here: the first thing that is wrong
    with any of them is the answer. A part of an order may be handed out (I-9)."""
    known = {parcel.id: parcel for parcel in parcels}
    wanted = tuple(dict.fromkeys(request.parcels))
    if not wanted:
        return Refused(HandOutRefusal.NOTHING)
    if not all(id in known for id in wanted):
        return Refused(HandOutRefusal.UNKNOWN)
    chosen = tuple(known[id] for id in wanted)
    for parcel in chosen:
        wrong = _wrong(parcel, request, now)
        if wrong is not None:
            return Refused(wrong, parcel)
    if request.due > 0:
        return Refused(HandOutRefusal.UNPAID, chosen[0], request.due)
    rest = (p for p in known.values() if p.order == request.order and p.id not in wanted and p.state not in _GONE)
    return Accepted(chosen, tuple(rest))


_GONE = (*_ENDED, ParcelState.CANCELLED)


def _wrong(parcel: Parcel, request: HandOutRequest, now: int) -> HandOutRefusal | None:
    if parcel.order != request.order:
        return HandOutRefusal.OTHER_ORDER
    by_state = {
        ParcelState.HANDED_OUT: HandOutRefusal.ALREADY_TAKEN,
        ParcelState.CANCELLED: HandOutRefusal.CANCELLED,
        ParcelState.SENT_BACK: HandOutRefusal.EXPIRED,
    }
    if parcel.state in by_state:
        return by_state[parcel.state]
    if parcel.location != request.here:
        return HandOutRefusal.WRONG_STORE
    if parcel.expires is not None and now > parcel.expires:
        return HandOutRefusal.EXPIRED
    return None if parcel.state is ParcelState.READY else HandOutRefusal.NOT_READY


class StepRefusal(StrEnum):
    """Why a parcel can't be received, put on a shelf or sent back."""

    UNKNOWN = "unknown"
    WRONG_STORE = "wrong_store"
    NOT_HERE = "not_here"
    CANCELLED = "cancelled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StepRefused:
    """The reason, and the parcel as it is known."""

    reason: StepRefusal
    parcel: Parcel | None = None


def cant_step(parcel: Parcel | None, here: str, wanted: ParcelState) -> StepRefused | None:
    """Why a parcel can't become RECEIVED, READY or SENT_BACK at the store `here`; None if it can. One that is sent to
    another store is told apart from one that nobody expects."""
    if parcel is None:
        return StepRefused(StepRefusal.UNKNOWN)
    if parcel.location != here:
        return StepRefused(StepRefusal.WRONG_STORE, parcel)
    if parcel.state in _ENDED:
        return StepRefused(StepRefusal.ENDED, parcel)
    if wanted is ParcelState.READY and parcel.state is ParcelState.CANCELLED:
        return StepRefused(StepRefusal.CANCELLED, parcel)
    if wanted is not ParcelState.RECEIVED and not parcel.here:
        return StepRefused(StepRefusal.NOT_HERE, parcel)
    return None


# --- the order -------------------------------------------------------------------------------------------------------


def handed_of(bought: Purchase, lines: Iterable[ParcelLine], at: int) -> Purchase:
    """The order with more of its lines handed out, never more than was bought. Nothing else completes it (F45)."""
    after = _with(bought, lines, _more_handed)
    first = at if after.collected and any(line.handed for line in after.lines) else None
    return after if after.received_at is not None else replace(after, received_at=first)


def ended_of(bought: Purchase, lines: Iterable[ParcelLine]) -> Purchase:
    """The order with more of its lines that nobody will hand out."""
    return _with(bought, lines, _more_ended)


def _with(
    bought: Purchase, lines: Iterable[ParcelLine], more: Callable[[BoughtLine, list[ParcelLine]], BoughtLine]
) -> Purchase:
    of: dict[str, list[ParcelLine]] = {}
    for line in lines:
        of.setdefault(line.line, []).append(line)
    return replace(bought, lines=tuple(more(x, of[x.id]) if x.id in of else x for x in bought.lines))


def _more_handed(line: BoughtLine, parts: list[ParcelLine]) -> BoughtLine:
    if line.fulfilment is not Fulfilment.PICKUP:
        return line
    handed = min(line.quantity, line.handed + sum(it.quantity for it in parts))
    given, serials = line.given, line.serials
    for it in parts:
        serials += tuple(serial for serial in it.serials if serial not in serials)
        given = _more_given(given, it) if it.instead_of else given
    cancelled = min(line.cancelled, line.quantity - handed)
    return replace(line, handed=handed, cancelled=cancelled, given=given, serials=serials)


def _more_given(given: tuple[Given, ...], part: ParcelLine) -> tuple[Given, ...]:
    """What was handed out in place of a line's own goods, with one more of it."""
    before = next((it for it in given if it.product == part.product), None)
    if before is None:
        return (*given, Given(part.product, part.sku, part.name, part.quantity, serials=part.serials))
    count, units = before.quantity + part.quantity, before.serials + part.serials
    after = replace(before, sku=part.sku, name=part.name, quantity=count, serials=units)
    return tuple(after if it is before else it for it in given)


def _more_ended(line: BoughtLine, parts: list[ParcelLine]) -> BoughtLine:
    return replace(line, cancelled=line.cancelled + min(line.awaited, sum(it.quantity for it in parts)))


def refused_by(bought: Purchase, line: str, location: str) -> Purchase:
    """The order once that store said that it can't give the line: it waits for another source, and this store is not
    asked again (F45)."""
    return replace(bought, lines=tuple(_refused(x, location) if x.id == line else x for x in bought.lines))


def _refused(line: BoughtLine, location: str) -> BoughtLine:
    stores = line.refused if location in line.refused else (*line.refused, location)
    return replace(line, refused=stores, pickup_at="" if line.pickup_at == location else line.pickup_at)
