"""A till: its flows, who is at it, and which screen is up. No window here; `on_place` is told where to go.

The tasks don't know each other: everything that leads from one to the next stands in this file.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pos.done.flow import DoneFlow
from pos.lookup.flow import LookupFlow
from pos.payment.flow import PaymentFlow
from pos.printing import Printing
from pos.sale.flow import SaleFlow
from pos.signin.flow import SignInFlow
from pos.terminal import Terminal
from pos.ui.happened import Happened
from sync.actions.cart import open_cart
from sync.actions.clock import now_ms
from sync.domain.catalogue import Product
from sync.local import Local, RecordedSale, Staff

Place = Literal["signin", "sale", "lookup", "payment", "done"]
REMEMBERED = 10
"""How many past happenings a touch on the strip shows."""
LINK_EVERY_S = 5
"""The light is read again this often, should a wake-up be lost."""


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened at `at` (UTC ms), as it was said."""

    at: int
    said: Happened


class Till:
    """The flows of a till. `go(place, back)` is called whenever another screen comes."""

    def __init__(
        self, terminal: Terminal, go: Callable[[Place, bool], None], clock: Callable[[], int] = now_ms
    ) -> None:
        self.terminal = terminal
        self.place: Place = "signin"
        self.actor: Staff | None = None
        self.history: deque[Past] = deque(maxlen=REMEMBERED)
        self._go = go
        self._clock = clock
        self._seconds = 0
        self.printing = Printing(terminal, clock)
        self.signin = SignInFlow(terminal, self._signed_in, clock=clock)
        self.sale = SaleFlow(terminal, self.printing, self._pay, self.find, clock)
        self.lookup = LookupFlow(terminal, self._add, self._to_sale, clock)
        self.payment = PaymentFlow(terminal, self._sold, self._back, clock)
        self.done = DoneFlow(terminal, self.printing)
        self.flows = (self.signin, self.sale, self.lookup, self.payment, self.done)
        for flow in self.flows:
            flow.remember = self._remember
        terminal.on_changed(self.changed)

    def open(self) -> None:
        """Begin with who it is."""
        self.signin.start()
        self._show("signin")

    # From screen to screen

    def _show(self, place: Place, back: bool = False) -> None:
        self.place = place
        self._go(place, back)

    def _signed_in(self, person: Staff) -> None:
        self.actor = person
        self.sale.start(person)
        self._show("sale")
        self.terminal.run(self._money_open, self._go_on_paying)

    def _money_open(self, local: Local) -> bool:
        return any(a.holds_money for a in open_cart(local, self._clock()).attempts)

    def _go_on_paying(self, money: bool) -> None:
        """A payment stood open when the till stopped: it goes on before anything else (F29)."""
        if money:
            self._pay()

    def sign_out(self) -> None:
        """The next person signs in; an open sale stays on this till, and must be kept before."""
        if self.sale.state.unkept:
            self.changed(frozenset({"link"}))
            return
        if self.place in ("payment", "signin") and not (self.place == "payment" and self.payment.state.can_leave):
            return
        self.actor = None
        self.sale.leave()
        self.history.clear()
        self.open()

    def find(self, query: str = "") -> None:
        """Look for an article, perhaps with what was typed already."""
        self.lookup.start()
        if query:
            self.lookup.typed(query)
        self._show("lookup")

    def tab(self, key: str) -> None:
        """A tab was touched."""
        if self.place == "payment" and not self.payment.state.can_leave:
            self.payment.scanned("")
        elif key == "lookup" and self.place != "lookup":
            self.find()
        elif key == "sale" and self.place == "lookup":
            self._to_sale()
        elif key == "sale" and self.place == "payment":
            self._back()

    def _add(self, product: Product) -> None:
        self._to_sale()
        self.sale.add(product)

    def _to_sale(self) -> None:
        self._show("sale", True)

    def _pay(self) -> None:
        if self.actor is not None and self.place != "payment":
            self._show("payment")
            self.payment.start(self.actor)

    def _back(self) -> None:
        self.sale.start()
        self._show("sale", True)

    def _sold(self, sale: RecordedSale) -> None:
        self.done.in_zone(self.payment.state.settings.timezone)
        self.done.start(sale)
        self.sale.sold(sale)
        self._show("done")

    def next_customer(self) -> None:
        """The next sale begins."""
        self._show("sale")

    # What comes in

    def scanned(self, text: str) -> None:
        """A scan goes to the screen that is up; after a sale it begins the next one."""
        if self.place == "done":
            self.next_customer()
        if self.place == "payment" and self.payment.state.untouched:
            self._back()
        {
            "signin": self.signin.scanned,
            "sale": self.sale.scanned,
            "lookup": self.lookup.scanned,
            "payment": self.payment.scanned,
            "done": self.sale.scanned,
        }[self.place](text)

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath."""
        self.sale.changed(topics)
        if self.place == "signin":
            self.signin.changed(topics)
        if self.place == "lookup":
            self.lookup.changed(topics)

    def tick(self) -> None:
        """A second passed."""
        self.payment.tick()
        self._seconds += 1
        if self._seconds % LINK_EVERY_S == 0:
            self.changed(frozenset({"link"}))

    def spoken(self) -> None:
        """The language changed: what just happened is said again."""
        for flow in self.flows:
            flow.spoken()

    def _remember(self, said: Happened) -> None:
        self.history.appendleft(Past(self._clock(), said))
