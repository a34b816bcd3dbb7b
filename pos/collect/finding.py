"""The list and looking for an order in it: here by name and number, at the hub by a phone or an e-mail address."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos.collect import words
from pos.collect.listing import Filter, Listing, listed, search
from pos.collect.local import count_waiting, read_link, read_list
from pos.collect.state import CollectState, Phase, Read
from pos.flow import Flow
from pos.terminal import Terminal
from sync.domain.orders import Purchase
from sync.domain.phones import country_of, is_phone
from sync.link.questions import Answered, Said, Unanswered
from sync.local import Staff
from sync.local.collecting import Asked
from sync.protocol.messages import FindOrders, FoundOrders

TOPICS = frozenset({"stock", "orders", "verdicts", "config"})
ASK_ORDERS = "ask/orders"
PATIENCE_S = 3.0
MINUTE_MS = 60_000


class FindFlow(Flow[CollectState]):
    """Verbs of the list: its filters, the order that is open, the search."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int]) -> None:
        super().__init__(CollectState())
        self._terminal = terminal
        self._clock = clock
        self._actor: Staff | None = None
        self._here = False
        self._asked = 0
        self._known: dict[str, Asked] = {}

    # -------------------------------------------------------------------------------------------- what is read

    def changed(self, topics: frozenset[str]) -> None:
        """Parcels, orders or shoppers came; on another screen only those who wait are counted."""
        if not topics & (TOPICS | {"link"}):
            return
        if "orders" in topics:
            self._known = {}  # another one: a job may be filling the old
        if self._here and topics & TOPICS:
            self._look()
        elif self._here:
            now = self._clock()
            self._terminal.run(read_link(now), lambda found: self._aged(now, *found))
        elif topics & TOPICS:
            self._count()

    def _count(self) -> None:
        self._terminal.run(count_waiting, lambda n: self._to(waiting=n) if n != self.state.waiting else None)

    def _look(self, then: Callable[[], None] | None = None) -> None:
        now = self._clock()
        self._terminal.run(read_list(now, self._known), lambda read: self._seen(read, now, then))

    def ahead(self) -> None:
        """While nobody waits: read what takes longest the first time."""
        self._terminal.run_after_frame(read_list(self._clock(), self._known))

    def _seen(self, read: Read, now: int, then: Callable[[], None] | None) -> None:
        first = not self.state.ready
        self.state = replace(self.state, ready=True, read=read, now=now)
        if first:
            self.state = replace(self.state, filter=_fullest(listed(read.orders, self.state.filter, now)))
        self._list()
        if then is not None:
            then()

    def _aged(self, now: int, seen: int, online: bool) -> None:
        """Time passed: minutes that are left are counted anew, once in each."""
        before = self.state
        read = replace(before.read, seen=seen, online=online)
        if now // MINUTE_MS != before.now // MINUTE_MS:
            self.state = replace(before, read=read, now=now)
            self._list()
        elif online != before.read.online or seen // MINUTE_MS != before.read.seen // MINUTE_MS:
            self._to(read=read)

    def _list(self, recount: bool = True, **changes: Any) -> None:
        """The rows anew, of the filter or of what is looked for. What is open stays open as long as it is there."""
        state = replace(self.state, **changes)
        listing = listed(state.read.orders, state.filter, state.now) if recount else state.listing
        if state.finding:
            listing = Listing(search(state.read.orders, state.query, state.hits), listing.counts)
        shown = {each.order for each in listing.rows}
        waits = sum(each.arrival is not None and each.arrival.taken_at is None for each in state.read.orders)
        order = state.order if state.order in shown else listing.rows[0].order if listing.rows else ""
        parcel = state.parcel if order == state.order else ""
        self._to(**{**changes, "listing": listing, "order": order, "parcel": parcel, "waiting": waits})

    # ------------------------------------------------------------------------------------------- filter, choice

    def choose_filter(self, which: Filter) -> None:
        """A filter was touched: its first order is open."""
        if self.state.phase is Phase.LIST:
            self._list(filter=which, finding=False, query="", hits=None, order="", parcel="", back=False)

    def choose(self, order: str) -> None:
        """A row was touched."""
        if self.state.phase is Phase.LIST and order != self.state.order:
            self._to(order=order, parcel="", back=False)

    def touch_parcel(self, parcel: str) -> None:
        """One parcel of the open order was touched: the next step is about it."""
        if self.state.phase is Phase.LIST:
            self._to(parcel=parcel, back=False)

    # ------------------------------------------------------------------------------------------------- search

    def open_search(self) -> None:
        """Somebody wants to look for an order."""
        if self.state.phase is Phase.LIST and not self.state.finding:
            self._list(finding=True, query="", hits=None)

    def close_search(self) -> None:
        """Back to the filters; what was found stays open if the list has it."""
        self._asked += 1
        self._list(finding=False, query="", hits=None)

    def typed(self, text: str) -> None:
        """The text in the field is another."""
        if self.state.finding and text != self.state.query:
            self._asked += 1
            self._list(recount=False, query=text, hits=None)

    def find(self) -> None:
        """Enter: a phone or an e-mail address is asked of the hub, which alone knows them; else the first is open."""
        state, text = self.state, " ".join(self.state.query.split())
        if not state.finding or not text:
            return
        if "@" in text:
            self._ask(text, FindOrders(email=text))
        elif not state.listing.rows and is_phone(text, country_of(state.read.settings.country, self._currency)):
            self._ask(text, FindOrders(phone=text))
        elif not state.listing.rows:
            self._say(lambda: words.not_listed(text))

    @property
    def _currency(self) -> str:
        return self.state.read.settings.currency

    def _ask(self, text: str, query: FindOrders) -> None:
        self._asked += 1
        asked = self._asked
        self._say(lambda: words.asking(text))
        self._terminal.ask(ASK_ORDERS, query, FoundOrders, lambda a: self._answered(text, asked, a), PATIENCE_S)

    def _answered(self, text: str, asked: int, answer: Answered[FoundOrders] | Unanswered | Said) -> None:
        if asked != self._asked:
            return
        if isinstance(answer, Unanswered):
            self._say(lambda: words.needs_network(text))
        elif isinstance(answer, Said):
            message = answer.fault.message
            self._say(lambda: words.hub_said(message))
        else:
            self._hit(text, answer.value.purchases)

    def _hit(self, text: str, found: list[Purchase]) -> None:
        here = frozenset(each.order for each in self.state.read.orders)
        hits = frozenset(each.id for each in found) & here
        if hits:
            self._list(hits=hits)
            self._say(lambda: words.found(len(hits), text))
        else:
            self._say(lambda: words.elsewhere(text, found, self.state.read))


def _fullest(listing: Listing) -> Filter:
    """Where there is something to do: shoppers who wait come first."""
    return next((each for each in Filter if listing.counts.get(each)), Filter.BRING)
