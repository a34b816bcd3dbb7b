"""From the code of an order to the ticket, and how far it is from then on. No Kivy.

A signed pass proves the order by itself, with no network. A number that is typed is the hub's to judge: this kiosk
keeps no orders, and nobody's name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kiosk.desk import Asking, Clock
from pos.printing import Paper, PaperState
from pos.ui.i18n import language
from sync.actions.arrive import arrive
from sync.domain.arrivals import Arrival, ArrivalRefusal, NotNow, by_place, decide_arrival
from sync.domain.codes import Kind, read
from sync.domain.orders import Purchase
from sync.domain.passes import Answer
from sync.domain.pickups import Parcel, ParcelState
from sync.link.questions import Answered, Said, Unanswered
from sync.local import Local
from sync.local.arrivals import arrival_by_id, arrival_of, usual_wait_here
from sync.local.passes import ShownPass, verify_pass
from sync.local.pickups import parcels_of
from sync.local.queries import locations, settings
from sync.protocol.arrivals import FindPickup, PickupAnswer

ASK = "ask/pickup"
LONGEST = 24
"""Characters of a number that can be typed."""


class Step(StrEnum):
    """What the screen is about: asking for a code, looking for its order, the ticket, why there is none."""

    ASK = "ask"
    LOOKING = "looking"
    TICKET = "ticket"
    NO = "no"


class Other(StrEnum):
    """Why there is no ticket, beside what an order itself says (`ArrivalRefusal`)."""

    OFFLINE = "offline"
    TOO_MANY = "too_many"
    NOT_A_PASS = "not_a_pass"  # noqa: S105 - no password
    OLD_PASS = "old_pass"  # noqa: S105 - no password
    WITHDRAWN = "withdrawn"
    NOT_AN_ORDER = "not_an_order"
    AT_TILL = "at_till"


@dataclass(frozen=True, slots=True)
class No:
    """Why nobody is called. `number` as it was typed or as the pass says; `places` the other store's name by language;
    `due` in minor units."""

    why: ArrivalRefusal | Other
    number: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    due: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The ticket as it stands. `parcels` of the order wait here, None: not known here yet. `wait`: how long people wait
    here of late, ms, None if that can't be said. `paper`: how the printed one stands, None: there is no printer."""

    arrival: Arrival
    parcels: int | None = None
    wait: int | None = None
    timezone: str = "UTC"
    paper: PaperState | None = None


@dataclass(frozen=True, slots=True)
class CollectState:
    """What is shown. `now`: UTC ms of the last tick, for what grows older."""

    step: Step = Step.ASK
    typed: str = ""
    no: No | None = None
    ticket: Ticket | None = None
    now: int = 0


Found = Ticket | No
Prints = Callable[[Arrival], Paper]


class CollectFlow:
    """The verbs of collecting. `prints`: puts a ticket on paper, None where there is no printer."""

    def __init__(self, desk: Asking, now: Clock) -> None:
        self.desk, self.now = desk, now
        self.prints: Prints | None = None
        self.state = CollectState()
        self.on_state: Callable[[CollectState], None] = lambda state: None
        self._visit = 0

    def opened(self) -> None:
        """Ask for a code, or a number."""
        self.wipe()

    def type(self, text: str) -> None:
        """What stands in the field now."""
        typed = "".join(c for c in text if c.isprintable())[:LONGEST]
        if self.state.step in (Step.ASK, Step.NO) and typed != self.state.typed:
            self._set(CollectState(typed=typed))

    def scanned(self, raw: str) -> None:
        """A code was read: a pass is looked at here, anything else may be the number of an order."""
        code = read(raw)
        if self.state.step is Step.LOOKING:
            return
        if code.kind is Kind.PASS:
            self._look(lambda local, now, spoken: _by_pass(local, raw, now, spoken))
        elif code.kind in (Kind.RECEIPT, Kind.PARCEL_LABEL, Kind.SHELF_LABEL) or len(raw.strip()) > LONGEST:
            self._set(CollectState(step=Step.NO, no=No(Other.NOT_AN_ORDER)))
        else:
            self._ask(raw.strip())

    def look_up(self) -> None:
        """Ask the hub about the number that was typed."""
        if self.state.step in (Step.ASK, Step.NO) and self.state.typed.strip():
            self._ask(self.state.typed.strip())

    def again(self) -> None:
        """Back from an answer to the question; what was typed stays, so that it can be mended."""
        self._visit += 1
        self._set(CollectState(typed=self.state.typed))

    def changed(self, topics: frozenset[str]) -> None:
        """News: how far the ticket is."""
        if self.state.ticket is not None:
            id = self.state.ticket.arrival.id
            self._run(lambda local, now, spoken: _again(local, id, now), self._renewed)

    def tick(self) -> None:
        """A second went by."""
        if self.state.ticket is not None:
            self._set(replace(self.state, now=self.now()))

    def papered(self, paper: Paper) -> None:
        """How the printed ticket stands."""
        ticket = self.state.ticket
        if ticket is not None and paper.receipt == ticket.arrival.id:
            self._set(replace(self.state, ticket=replace(ticket, paper=paper.state)))

    def wipe(self) -> None:
        """Forget all of it; answers still under way are dropped (F55)."""
        self._visit += 1
        self._set(CollectState())

    # --- inside ------------------------------------------------------------------------------------------------------

    def _ask(self, number: str) -> None:
        self._visit += 1
        visit = self._visit
        self._set(CollectState(step=Step.LOOKING, typed=self.state.typed))

        def then(got: Answered[PickupAnswer] | Unanswered | Said) -> None:
            if visit == self._visit:
                self._answered(number, got)

        self.desk.ask(ASK, FindPickup(number), PickupAnswer, then)

    def _answered(self, number: str, got: Answered[PickupAnswer] | Unanswered | Said) -> None:
        match got:
            case Answered(value):
                self._look(lambda local, now, spoken: _by_answer(local, number, value, now, spoken))
            case Said(fault) if fault.code == "too_many":
                self._found(No(Other.TOO_MANY, number))
            case Said(fault) if fault.code == "bad_question":
                self._found(No(ArrivalRefusal.UNKNOWN, number))
            case _:
                self._found(No(Other.OFFLINE, number))

    def _look(self, job: Callable[[Local, int, str], Found]) -> None:
        self._visit += 1
        self._set(CollectState(step=Step.LOOKING, typed=self.state.typed))
        self._run(job, self._found)

    def _run(self, job: Callable[[Local, int, str], Found], then: Callable[[Found], None]) -> None:
        visit, now, spoken = self._visit, self.now(), language()

        def answered(found: Found) -> None:
            if visit == self._visit:
                then(found)

        self.desk.run(lambda local: job(local, now, spoken), answered)

    def _found(self, found: Found) -> None:
        typed, now = self.state.typed, self.now()
        if isinstance(found, No):
            self._set(CollectState(Step.NO, typed, no=found, now=now))
            return
        paper = self.prints(found.arrival).state if self.prints is not None else PaperState.ABSENT
        ticket = replace(found, paper=None if paper is PaperState.ABSENT else paper)
        self._set(CollectState(Step.TICKET, ticket=ticket, now=now))

    def _renewed(self, found: Found) -> None:
        before = self.state.ticket
        if before is not None and isinstance(found, Ticket):
            parcels = max(before.parcels or 0, found.parcels or 0) or None
            self._set(replace(self.state, ticket=replace(found, parcels=parcels, paper=before.paper), now=self.now()))

    def _set(self, state: CollectState) -> None:
        if state != self.state:
            self.state = state
            self.on_state(state)


# --- on the local files ----------------------------------------------------------------------------------------------


def _by_pass(local: Local, raw: str, now: int, spoken: str) -> Found:
    shown = verify_pass(local, raw, now)
    if shown.proxy is not None:
        return _by_proxy(local, shown, now, spoken)
    if shown.says is None or shown.answer not in (Answer.OK, Answer.USED):
        old = shown.answer in (Answer.EXPIRED, Answer.REVOKED)
        return No(Other.OLD_PASS if old else Other.NOT_A_PASS)
    bought: Purchase = shown.says.purchase
    waits = arrival_of(local, bought.id)
    if waits is not None:
        return _ticket(local, waits, now)
    here = local.me.location
    decided = decide_arrival(parcels_of(local, bought.id), here, now, bought)
    if isinstance(decided, NotNow):
        unknown = decided.reason is ArrivalRefusal.UNKNOWN  # it is sent to her, or she brings it back
        return No(Other.AT_TILL, bought.number) if unknown else _no(local, decided, bought.number)
    return _ticket(local, arrive(local, bought.id, bought.number, language=spoken, now=now), now)


def _by_proxy(local: Local, shown: ShownPass, now: int, spoken: str) -> Found:
    """A proxy's pass names an order, and nobody's name is kept of it here."""
    said = shown.proxy
    if said is None or not shown.collects:
        return No(Other.WITHDRAWN if shown.answer is Answer.REVOKED else Other.OLD_PASS)
    waits = arrival_of(local, said.order)
    if waits is not None:
        return _ticket(local, waits, now)
    decided = by_place(
        decide_arrival(parcels_of(local, said.order), local.me.location, now), said.place, local.me.location
    )
    if isinstance(decided, NotNow):
        return _no(local, decided, said.number)
    return _ticket(local, arrive(local, said.order, said.number, language=spoken, now=now), now)


def _by_answer(local: Local, number: str, answer: PickupAnswer, now: int, spoken: str) -> Found:
    if answer.state == "ready":
        made = arrive(local, answer.order, answer.number, language=spoken, now=now)
        ticket = _ticket(local, made, now)
        return replace(ticket, parcels=ticket.parcels or answer.parcels)
    known = [why for why in ArrivalRefusal if why.value == answer.state]
    why = known[0] if known else ArrivalRefusal.UNKNOWN  # a newer hub's word
    return _no(local, NotNow(why, answer.location, answer.due, answer.currency), number)


def _no(local: Local, said: NotNow, number: str) -> No:
    place = next((x for x in locations(local) if x.id == said.location), None)
    return No(said.reason, number, dict(place.names) if place else {}, said.due, said.currency)


def _again(local: Local, id: str, now: int) -> Found:
    found = arrival_by_id(local, id)
    return No(ArrivalRefusal.UNKNOWN) if found is None else _ticket(local, found, now)


def _ticket(local: Local, arrival: Arrival, now: int) -> Ticket:
    here = [x for x in parcels_of(local, arrival.order) if _ready(x, arrival.location)]
    return Ticket(arrival, len(here) or None, usual_wait_here(local, now), settings(local).timezone)


def _ready(parcel: Parcel, here: str) -> bool:
    return parcel.location == here and parcel.state is ParcelState.READY
