"""Shoppers who say that they are here to collect an order, until somebody has served them (design, section 5).

Pure. Times UTC in ms. An arrival names no person: an order, a ticket that its shopper is called by, and how far it is.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sync.domain.orders import Fulfilment, Purchase
from sync.domain.pickups import Parcel, ParcelState

DAY_MS = 24 * 3_600_000
"""Who came longer ago is not waiting any more, whatever nobody noted."""
LATELY_MS = 2 * 3_600_000
LAST, FEWEST = 9, 3
"""Of the last ones so many are looked at, and with fewer nothing is said of how long it takes."""
WEB = "W"
"""The letter of tickets that the hub makes, for shoppers who came in no terminal's sight."""
_LETTERS = {"kiosk": "KLMNPQJ", "till": "ABCDEFGH", "tablet": "RSTUVXYZ"}
_HIGHEST = 99


class ArrivalState(StrEnum):
    """How far it is. `done`: an order was handed out; `left`: nobody was there any more."""

    WAITING = "waiting"
    BRINGING = "bringing"
    AT_COUNTER = "at_counter"
    LEFT = "left"
    DONE = "done"

    @property
    def open(self) -> bool:
        """Whether somebody still waits."""
        return self not in (ArrivalState.LEFT, ArrivalState.DONE)


_RANK = {state: n for n, state in enumerate(ArrivalState)}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody came for an order (a purchase's id; `number` as she reads it) to the store `location`, at `at`.

    `ticket`: what she is called by. `counter`: where it is brought, "" for any. `language`: hers. `by`: the staff id of
    who took it on, `taken_at` when, None as long as nobody did. `called_at`: when it was at a counter, or handed out.
    `ended_at`: when it was handed out, or nobody was there any more; None as long as it is open.
    """

    id: str
    order: str
    number: str
    location: str
    ticket: str
    state: ArrivalState
    at: int
    counter: str = ""
    language: str = "en"
    by: str = ""
    taken_at: int | None = None
    called_at: int | None = None
    ended_at: int | None = None


def moved_to(arrival: Arrival, state: ArrivalState, counter: str = "", by: str = "", at: int = 0) -> Arrival:
    """The arrival after a step by somebody at `at`. What comes earlier on the way never undoes what comes later; who
    was first to take it on stays named, and a counter that was told stays until another is."""
    if _RANK[state] < _RANK[arrival.state]:
        return arrival
    if arrival.taken_at is None and state is not ArrivalState.WAITING:
        arrival = replace(arrival, by=by, taken_at=at)
    if arrival.called_at is None and state in (ArrivalState.AT_COUNTER, ArrivalState.DONE):
        arrival = replace(arrival, called_at=at)
    if not state.open and state is not arrival.state:
        arrival = replace(arrival, ended_at=at)
    return replace(arrival, state=state, counter=counter or arrival.counter)


def usual_wait(arrivals: Iterable[Arrival], now: int) -> int | None:
    """How long people waited here of late until they were called, ms: what half of the last ones did not wait longer
    than. None if there were too few to say anything."""
    waits = [(x.called_at, x.called_at - x.at) for x in arrivals if x.called_at is not None]
    late = sorted(pair for pair in waits if now - LATELY_MS < pair[0] <= now and pair[1] >= 0)[-LAST:]
    if len(late) < FEWEST:
        return None
    return sorted(wait for _, wait in late)[len(late) // 2]


def furthest(arrivals: Iterable[Arrival]) -> Arrival | None:
    """Of what is said of one arrival, what is furthest on its way; of two that are equal, the later said."""
    found: Arrival | None = None
    for each in arrivals:
        if found is None or _RANK[each.state] >= _RANK[found.state]:
            found = each
    return found


def ticket_of(kind: str, terminal: str, count: int) -> str:
    """The ticket of a terminal's `count`th arrival of a day: a letter and two digits, "K42".

    Made without a network: no two terminals of a store share a series as long as their ids end with their number
    there, as the hub's do. The letters of a kind end some time; then a digit goes before the two.
    """
    letters = _LETTERS[kind]
    turn, at = divmod(max(1, _number(terminal)) - 1, len(letters))
    return f"{letters[at]}{turn or ''}{(count - 1) % _HIGHEST + 1:02d}"


def web_ticket(taken: Iterable[str]) -> str:
    """The hub's next ticket at a store where those are `taken`."""
    gone = set(taken)
    number = next(n for n in range(1, len(gone) + 2) if f"{WEB}{n:02d}" not in gone)
    return f"{WEB}{number:02d}"


def _number(terminal: str) -> int:
    digits = terminal[len(terminal.rstrip("0123456789")) :]
    return int(digits[-6:]) if digits.isascii() and digits else 1


# --- whether there is anything to wait for ---------------------------------------------------------------------------


class ArrivalRefusal(StrEnum):
    """Why nobody is called for an order. Each has its own sentence for the shopper."""

    UNKNOWN = "unknown"
    WRONG_STORE = "wrong_store"
    ALREADY_TAKEN = "already_taken"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NOT_READY = "not_ready"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class Ready:
    """So many parcels of the order wait here."""

    parcels: int


@dataclass(frozen=True, slots=True)
class NotNow:
    """The reason; `location`: the store where it waits, if it is another; `due`: minor units that are not paid."""

    reason: ArrivalRefusal
    location: str = ""
    due: int = 0
    currency: str = ""


def decide_arrival(parcels: Iterable[Parcel], here: str, now: int, bought: Purchase | None = None) -> Ready | NotNow:
    """Decide of the `parcels` of one order that are known, at the store `here`, whether somebody can bring it.

    `bought`: the order, where it is known, or as a pass tells it; it speaks where there are no parcels yet."""
    known = list(parcels)
    ready = [x for x in known if x.location == here and x.state is ParcelState.READY]
    fresh = [x for x in ready if x.expires is None or now <= x.expires]
    if fresh:
        due = max(0, fresh[0].due)
        return NotNow(ArrivalRefusal.UNPAID, here, due, fresh[0].currency) if due else Ready(len(fresh))
    if ready:
        return NotNow(ArrivalRefusal.EXPIRED, here)
    waits = _on_the_way(known, here) or _by_order(bought, known, here)
    return waits or _ended(known) or NotNow(ArrivalRefusal.UNKNOWN)


def by_place(said: Ready | NotNow, place: str, here: str) -> Ready | NotNow:
    """What was decided at the store `here` of an order of which no more is known than that it is collected at `place`
    ("": nobody said where): an order that nobody here has heard of waits there, or is to come."""
    if not place or not isinstance(said, NotNow) or said.reason is not ArrivalRefusal.UNKNOWN:
        return said
    return NotNow(ArrivalRefusal.NOT_READY if place == here else ArrivalRefusal.WRONG_STORE, place)


def _on_the_way(parcels: list[Parcel], here: str) -> NotNow | None:
    waits = (ParcelState.EXPECTED, ParcelState.RECEIVED, ParcelState.READY)
    places = [x.location for x in parcels if x.state in waits]
    if here in places:
        return NotNow(ArrivalRefusal.NOT_READY, here)
    return NotNow(ArrivalRefusal.WRONG_STORE, places[0]) if places else None


def _by_order(bought: Purchase | None, parcels: list[Parcel], here: str) -> NotNow | None:
    """A pass is as old as its message: what ended since is no more waited for than the order says."""
    if bought is None:
        return None
    ended: Counter[str] = Counter()
    for line in (x for it in parcels for x in it.lines):
        ended[line.line] += line.quantity
    picked = (line for line in bought.lines if line.fulfilment is Fulfilment.PICKUP)
    awaited = [x for x in picked if x.quantity > max(ended[x.id], x.handed + x.cancelled)]
    places = [line.pickup_at for line in awaited if line.pickup_at]
    if awaited and (here in places or not places):
        return NotNow(ArrivalRefusal.NOT_READY, here)
    return NotNow(ArrivalRefusal.WRONG_STORE, places[0]) if places else None


def _ended(parcels: list[Parcel]) -> NotNow | None:
    by_state = {
        ParcelState.HANDED_OUT: ArrivalRefusal.ALREADY_TAKEN,
        ParcelState.SENT_BACK: ArrivalRefusal.EXPIRED,
        ParcelState.CANCELLED: ArrivalRefusal.CANCELLED,
    }
    found = {x.state for x in parcels}
    return next((NotNow(reason) for state, reason in by_state.items() if state in found), None)
