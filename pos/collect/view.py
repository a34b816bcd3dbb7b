"""What the collect tab looks like: its rows, the window at the right, who waits, the primary action. No window here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from pos.collect import words
from pos.collect.listing import Filter, Step, expired, missing, over, step_of
from pos.collect.state import CollectState, Phase
from pos.collect.times import Timing, lasting, timing
from pos.pictures import initials
from pos.ui.i18n import LANGUAGES, _, age, language, money, ngettext
from sync.domain.arrivals import ArrivalState
from sync.domain.codes import shelf_position
from sync.domain.pickups import Parcel, ParcelState
from sync.local.collecting import ToCollect

SHOWN = 3
"""Parcels that stand on the shelf line at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order in the list."""

    order: str
    shelf: str
    who: str
    badge: str
    line: str
    timing: Timing
    chosen: bool


class Rows(Sequence[Row]):
    """The rows of a list of any length: words are made for those that are looked at."""

    def __init__(self, state: CollectState, spoken: str) -> None:
        self._state, self._spoken = state, spoken

    def __len__(self) -> int:
        return len(self._state.listing.rows)

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...

    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        rows = self._state.listing.rows
        if isinstance(at, slice):
            return [row(self._state, each) for each in rows[at]]
        return row(self._state, rows[at])


def rows(state: CollectState) -> Rows:
    """The list."""
    return Rows(state, language())


def row(state: CollectState, order: ToCollect) -> Row:
    """One order in the list."""
    return Row(
        order.order,
        shelves(order, state),
        words.who(order),
        badge(order),
        line(order),
        timing(order, state),
        order.order == state.order,
    )


def shelves(order: ToCollect, state: CollectState) -> str:
    """The shelf that the list is about; "—" where there is none yet."""
    found = list(dict.fromkeys(it.shelf for it in _about(order, state) if it.shelf))
    return found[0] + (f" +{len(found) - 1}" if len(found) > 1 else "") if found else "—"


def _about(order: ToCollect, state: CollectState) -> list[Parcel]:
    """The parcels that stand on a shelf, or those that are to go back where the list is of these."""
    back = [it for it in order.parcels if over(it, state.now)]
    return back if state.of_filter is Filter.LATE and back else [it for it in order.parcels if it.shelf]


def badge(order: ToCollect) -> str:
    """How far somebody is served who waits."""
    arrival = order.arrival
    if arrival is None or arrival.state is ArrivalState.WAITING:
        return ""
    if arrival.state is ArrivalState.BRINGING:
        return _("being brought")
    return _("at counter {counter}").format(counter=arrival.counter) if arrival.counter else _("at the counter")


def line(order: ToCollect) -> str:
    """Ticket, parcels, what is to pay."""
    ticket = order.arrival.ticket if order.arrival is not None else ""
    number = order.number if order.collector and not ticket else ""
    return " · ".join(x for x in (ticket, parcels(order), paid(order), number) if x)


def parcels(order: ToCollect) -> str:
    """How many there are."""
    n = len(order.parcels)
    return ngettext("{n} parcel", "{n} parcels", n).format(n=n) if n else _("nothing packed yet")


def paid(order: ToCollect) -> str:
    """What is to pay, in the words of the list; "" where nothing is packed yet."""
    first = next(iter(order.parcels), None)
    if first is None:
        return ""
    return _("{amount} to pay").format(amount=money(first.due, first.currency or "KZT")) if first.due else _("paid")


# --- the right side --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stand:
    """A parcel on the shelf line: where it lies or how it stands, what is in it."""

    id: str
    title: str
    line: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Window:
    """The chosen order's next step: `shelf` is the hero."""

    heading: str
    shelf: str
    tint: str
    stands: tuple[Stand, ...]
    more: int


def window(state: CollectState, order: ToCollect) -> Window:
    """What stands in the window at the right."""
    if state.in_hand is not None:
        hero = shelf_position(state.shelf) or "—"
        return Window(heading(state), hero, "sand", (_stand(state.in_hand, state, False),), 0)
    chosen = state.focus
    id = chosen.id if chosen is not None else ""
    first = sorted(order.parcels, key=lambda it: it.id != id)[:SHOWN]
    kept = [it for it in order.parcels if it in first]
    apart = len({step_of(order, it, state.now) for it in order.parcels}) > 1  # else it is all one which is chosen
    stands = tuple(_stand(it, state, apart and it.id == id) for it in kept)
    hero = chosen.shelf if chosen is not None and chosen.shelf else "—"
    return Window(heading(state), hero, _tint(state), stands, len(order.parcels) - len(kept))


def heading(state: CollectState) -> str:
    """What the hero is about."""
    if state.phase is Phase.SHELVING:
        return _("To a shelf")
    return {
        Step.BRING: _("Next, from shelf"),
        Step.HAND_OUT: _("On shelf"),
        Step.RECEIVE: _("On the way"),
        Step.SHELVE: _("Here, on no shelf"),
        Step.SEND_BACK: _("Back from shelf"),
    }.get(state.step, _("Nothing packed yet"))


def _tint(state: CollectState) -> str:
    return "sky" if state.step in (Step.BRING, Step.HAND_OUT) else "sand"


def _stand(parcel: Parcel, state: CollectState, chosen: bool) -> Stand:
    where = {
        ParcelState.EXPECTED: _("comes"),
        ParcelState.RECEIVED: _("no shelf"),
        ParcelState.CANCELLED: _("cancelled"),
    }.get(parcel.state, _("time is up") if expired(parcel, state.now) else parcel.shelf)
    return Stand(parcel.id, where, items(parcel), chosen)


def items(parcel: Parcel) -> str:
    """How many things are in it; what is weighed counts as one."""
    n = sum(line.quantity // 1000 if line.unit == "pcs" else 1 for line in parcel.lines)
    return ngettext("{n} item", "{n} items", n).format(n=n)


@dataclass(frozen=True, slots=True)
class Person:
    """Who the order is for, and who waits."""

    initials: str
    title: str
    line: str
    waits: bool


def person(state: CollectState, order: ToCollect) -> Person:
    """Who waits with which ticket, or who will come."""
    arrival, name = order.arrival, words.who(order)
    letters = initials(order.collector)
    if arrival is None:
        proxies = _("or {names}").format(names=", ".join(order.proxies)) if order.proxies else ""
        number = _("Order {number}").format(number=order.number) if order.collector else ""
        said = " · ".join(x for x in (number, proxies, _speaks(order)) if x)
        return Person(letters, name, said or parcels(order), False)
    title = _("{who} waits, ticket {ticket}").format(who=name, ticket=arrival.ticket)
    counter = _("counter {counter}").format(counter=arrival.counter) if arrival.counter else ""
    since = _("for {time}").format(time=lasting(state.now - arrival.at))
    return Person(letters, title, " · ".join(x for x in (counter, since, _speaks(order)) if x), True)


def _speaks(order: ToCollect) -> str:
    """The shopper's language, where it is another than that of the screen."""
    spoken = LANGUAGES.get(order.language, "")
    return _("speaks {language}").format(language=spoken) if spoken and order.language != language() else ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line below who it is for."""

    icon: str
    words: str
    tone: str = ""


def facts(state: CollectState, order: ToCollect) -> list[Fact]:
    """What is to pay, what is missing, why it goes back."""
    found = []
    first = next(iter(order.parcels), None)
    if first is not None and first.due:
        found.append(Fact("banknote", paid(order)))
    lost = missing(order, state.now)
    if lost and order.ready_by is not None:
        until = words.when(order.ready_by, state.now, state.read.settings.timezone)
        said = ngettext("{n} parcel did not come by {time}", "{n} parcels did not come by {time}", len(lost))
        found.append(Fact("triangle-alert", said.format(n=len(lost), time=until), "alert"))
    told = [it.missing for it in order.parcels if it.missing is not None]
    if told:
        when = words.when(max(told), state.now, state.read.settings.timezone)
        found.append(Fact("bell", _("Looked for since {time}").format(time=when), "alert"))
    source = next((it.source for it in order.parcels if not it.here), "")
    if source and source != state.read.here:
        found.append(Fact("truck", _("from {place}").format(place=words.place_of(state.read, source))))
    return found


def checked(state: CollectState) -> str:
    """How old the list is."""
    if not state.read.seen:
        return _("The order system has told nothing yet")
    seen = state.read.seen
    said = age(max(0, state.now - seen) // 1000, seen, state.read.settings.timezone)
    return _("List checked: {age}").format(age=said)


# --- actions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Primary:
    """The primary action; no text: there is none."""

    text: str = ""
    line: str = ""
    icon: str = ""
    off: bool = False
    busy: bool = False


def primary(state: CollectState, step: Step) -> Primary:
    """One action. `step`: what it does here and now."""
    if state.phase is Phase.SHELVING:
        position = shelf_position(state.shelf)
        return Primary(_("Put on a shelf"), position or "", "layers", position is None, state.working)
    if step is Step.NOTHING:
        return Primary()
    texts = {
        Step.BRING: (_("Bring it now"), _to_counter(state), "footprints"),
        Step.HAND_OUT: (_("Hand out"), "", "package-check"),
        Step.RECEIVE: (_("Receive"), _("or scan its label"), "package-open"),
        Step.SHELVE: (_("Put on a shelf"), "", "layers"),
        Step.SEND_BACK: (_("Send back"), _goes_to(state), "undo-2"),
        Step.PICK: (_("Pick orders"), "", "list"),
    }
    return Primary(*texts[step], busy=state.working)


def _to_counter(state: CollectState) -> str:
    return _("to counter {counter}").format(counter=state.counter) if state.read.counters > 1 else ""


def _goes_to(state: CollectState) -> str:
    parcel = state.focus
    if parcel is not None and state.back and parcel.source != state.read.here:
        return _("to {place}").format(place=words.place_of(state.read, parcel.source))
    return _("on sale here again")


def asks_counter(state: CollectState) -> list[tuple[str, str]]:
    """The counters to choose from."""
    many = state.read.counters if state.step is Step.BRING and state.phase is Phase.LIST else 1
    return [(str(n), str(n)) for n in range(1, many + 1)] if many > 1 else []


def asks_back(state: CollectState) -> list[tuple[str, str]]:
    """Where a parcel may go back to."""
    parcel = state.focus
    if state.step is not Step.SEND_BACK or parcel is None or parcel.source == state.read.here:
        return []
    return [("here", _("On sale here")), ("back", words.place_of(state.read, parcel.source))]


def empty(state: CollectState) -> tuple[str, str]:
    """What an empty list says, and how it is filled."""
    if state.finding:
        line = _("A name, an order's number, a ticket, a phone or an e-mail. A scan works at any time.")
        return (_("Who is it for?") if not state.query.strip() else _("Nothing here goes by that")), line
    return {
        Filter.BRING: (_("Nobody waits"), _("Who says “I am here” at the kiosk or by the link stands here.")),
        Filter.READY: (_("Nothing lies ready"), _("What is put on a shelf stands here.")),
        Filter.LATE: (_("Nothing is late"), _("What is not ready in time, not collected or cancelled stands here.")),
        Filter.WAY: (_("Nothing is on the way"), _("What comes from elsewhere stands here until it is on a shelf.")),
    }[state.filter]


def filters(state: CollectState) -> list[tuple[Filter, str, int]]:
    """The filters with their counts."""
    named = {
        Filter.BRING: _("To bring"),
        Filter.READY: _("Ready"),
        Filter.LATE: _("Late"),
        Filter.WAY: _("On the way"),
    }
    return [(each, text, state.listing.counts.get(each, 0)) for each, text in named.items()]


def suggested(state: CollectState) -> list[str]:
    """Shelves where the rest of the order lies: one way for who brings it."""
    held = state.in_hand
    if held is None:
        return []
    same = [it.shelf for each in state.read.orders if each.order == held.order for it in each.parcels if it.shelf]
    return list(dict.fromkeys(same))[:4]


def also(state: CollectState) -> tuple[str, str]:
    """The quiet action beside how old the list is: its verb and its words; "" for none."""
    order = state.chosen
    if state.phase is not Phase.LIST or order is None:
        return "", ""
    if order.arrival is not None:
        return "not_there", _("Not there")
    parcel = state.focus
    if parcel is not None and parcel.missing is None and parcel.source != state.read.here:
        if state.step is Step.RECEIVE:
            return "not_come", _("It did not come")
        if state.step is Step.SHELVE:
            return "not_come", _("It is not there")
    return ("another_shelf", _("Another shelf")) if state.step is Step.HAND_OUT else ("", "")
