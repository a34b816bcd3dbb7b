"""A till: its flows, who is at it, and which screen is up. No window here; `on_place` is told where to go.

The tasks don't know each other: everything that leads from one to the next stands in this file.
"""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pos.ailing import Ailing
from pos.card_back.flow import CardBackFlow, Ended
from pos.devices.base import DeviceEvent, ScanRead
from pos.done.flow import DoneFlow
from pos.fiscal import Fiscal
from pos.lookup.flow import LookupFlow
from pos.parcels import ParcelTasks
from pos.payment.flow import PaymentFlow
from pos.print_page import PrintPage
from pos.printing import Printing
from pos.sale.flow import SaleFlow
from pos.scanner_page import ScannerPage
from pos.signin.flow import SignInFlow
from pos.terminal import Terminal
from sync.actions.cart import open_cart
from sync.actions.clock import now_ms
from sync.actions.counting import kept_count
from sync.actions.exchange import Exchanged
from sync.actions.pay_order import open_order_payment
from sync.domain.catalogue import Product
from sync.domain.exchange import GoodsBack
from sync.domain.orders import Purchase
from sync.local import Local, RecordedReturn, RecordedSale, Staff, open_shift_of, settings
from sync.local.card_back import CardRefund
from sync.local.drawer import has_drawer

if TYPE_CHECKING:
    from pos.attention.flow import AttentionFlow
    from pos.blind.flow import BlindFlow
    from pos.returns.flow import ReturnsFlow
    from pos.shift.flow import ShiftFlow

Place = Literal[
    "signin", "sale", "lookup", "payment", "done", "returns", "shift", "attention", "blind", "card_back", "hand_out",
    "collect", "picking", "day", "prints", "scanner",
]  # fmt: skip
"""Each has a flow of its name, and a screen."""
_MENU = ("prints", "scanner")  # the person's menu alone leads there
_BESIDES = ("lookup", "returns", "shift", "attention", "blind", "hand_out", "collect", "picking", "day", *_MENU)
"""The places from which the tab of the sale leads back to it as it is."""
_KEEPING = ("returns", "blind", "hand_out", "collect", "picking")
"""The places that say by themselves whether somebody may go elsewhere."""
_LEFT = ("sale", "returns", "blind", "attention", "shift", "hand_out", "collect", "picking", "day", *_MENU)
"""What whoever signs out leaves."""
_FOLLOWING = ("signin", "lookup", "returns", "shift", "attention", "blind", "hand_out", "day")
"""The places that follow what changes underneath while they are up; the others do at any time, or not at all."""
LINK_EVERY_S = 5
"""The light is read again this often, should a wake-up be lost."""


class Till(ParcelTasks, PrintPage, ScannerPage):
    """The flows of a till. `go(place, back)` is called whenever another screen comes, and then `moved()`."""

    def __init__(
        self, terminal: Terminal, go: Callable[[Place, bool], None], clock: Callable[[], int] = now_ms
    ) -> None:
        super().__init__(clock)
        self.terminal = terminal
        self.place: Place = "signin"
        self.actor: Staff | None = None
        self._early: list[str] = []
        self._go = go
        self._seconds = 0
        self.moved: Callable[[], None] = lambda: None
        self.printing, self.fiscal = Printing(terminal, clock), Fiscal(terminal, clock)
        self.printing.hold = self.fiscal.hold
        self.signin = SignInFlow(terminal, self._signed_in, clock=clock)
        self.sale = SaleFlow(terminal, self.printing, self._pay, self.find, clock, self._sold)
        self.lookup = LookupFlow(terminal, self._add, self._to_sale, clock)
        self.payment = PaymentFlow(terminal, self._sold, self._back, clock)
        self.done = DoneFlow(terminal, self.printing, self.fiscal)
        self.card_back = CardBackFlow(terminal, self._card_told, clock)
        for flow in (self.signin, self.sale, self.lookup, self.payment, self.done, self.card_back):
            self._made(flow)
        for giving in (self.sale, self.payment):
            giving.card_gives_back = lambda: self.card_back.at_hand
        self._make_parcel_tasks(terminal, clock)
        self.make_scanners(terminal)
        self._unfinished: RecordedReturn | None = None
        self.card_back.resume(self._left_open)
        terminal.on_changed(self.changed)
        terminal.on_device(self._heard)
        self.ailing = Ailing(terminal, self.flows)

    # What nobody needs to sign in and to sell is made when it is first wanted: half of all modules belong to it (F56).

    @cached_property
    def returns(self) -> "ReturnsFlow":
        """Goods that come back."""
        from pos.returns.flow import ReturnsFlow

        more = (self._exchange, lambda: self.sale.may_exchange, self.sale.weigher)
        flow = self._made(ReturnsFlow(self.terminal, self.printing, self._clock, *more))
        flow.on_blind = self.without_proof
        flow.on_card = self._by_card
        flow.card_gives_back = lambda: self.card_back.at_hand
        return flow

    @cached_property
    def blind(self) -> "BlindFlow":
        """Goods that come back without a proof."""
        from pos.blind.flow import BlindFlow

        return self._made(BlindFlow(self.terminal, self.printing, self._to_returns, self._clock))

    @cached_property
    def shift(self) -> "ShiftFlow":
        """The drawer's page."""
        from pos.shift.flow import ShiftFlow

        return self._made(ShiftFlow(self.terminal, self.printing, self._shift_open, self.sign_out, self._clock))

    @cached_property
    def attention(self) -> "AttentionFlow":
        """What a person must settle."""
        from pos.attention.flow import AttentionFlow

        return self._made(AttentionFlow(self.terminal, self._clock))

    @property
    def has_drawer(self) -> bool:
        """Whether this terminal takes and gives cash, and so has shifts."""
        facts = self.signin.state.facts
        return facts is None or facts.drawer

    def open(self) -> None:
        """Begin with who it is."""
        self.signin.start()
        self._show("signin")
        self.bell.changed(frozenset())  # what is there now is old

    # From screen to screen

    def _show(self, place: Place, back: bool = False) -> None:
        self._leave_parcels(place)
        self._leave_scanner(place)
        self.place = place
        self._go(place, back)
        self.moved()

    def _signed_in(self, person: Staff) -> None:
        self.actor = person
        self.sale.start(person, self.has_drawer)
        self.terminal.run(self._drawer_first, self._begin, self._begin_anyhow)
        self._count_parcels()

    def _drawer_first(self, local: Local) -> bool:
        """Whether a shift must be opened, or a count goes on, before anybody sells. Without a drawer there is none."""
        needed = settings(local).shift_required and open_shift_of(local) is None
        return has_drawer(local) and (needed or kept_count(local) is not None)

    def _begin(self, at_the_drawer: bool) -> None:
        if at_the_drawer:
            self.drawer()
        else:
            self._shift_open()
        self._scan_early()

    def _begin_anyhow(self, error: Exception) -> None:
        self.terminal.on_trouble(error)
        self._show("sale")
        self._scan_early()

    def _scan_early(self) -> None:
        """What was scanned between the last digit of the PIN and the first screen is answered there (F51, F52)."""
        early, self._early = self._early, []
        for text in early:
            self.scanned(text)

    def _shift_open(self) -> None:
        self._show("sale", self.place == "shift")
        self.terminal.run(self._money_open, self._go_on_paying)

    def drawer(self) -> None:
        """The drawer's page: the shift, cash moved by hand, the count."""
        if self.actor is None or not self.has_drawer or self.place == "shift" or self._kept_here():
            return
        self.returns.away()
        self.shift.start(self.actor)
        self._show("shift")

    def needs(self) -> None:
        """What a person must settle."""
        if self.actor is None or self.place == "attention" or self._kept_here():
            return
        self.returns.away()
        self.attention.start(self.actor)
        self._show("attention")

    def _kept_here(self) -> bool:
        """Whether nobody may go elsewhere now; the screen that is up says why."""
        if self.place == "payment" and not self.payment.state.can_leave:
            self.payment.scanned("")
        elif self.place == "sale" and self.sale.state.asking:
            self.sale.wait()
        elif self.place == "card_back" and not self.card_back.state.can_leave:
            self.card_back.wait()
        elif self.place in _KEEPING and not getattr(self, self.place).can_leave:
            getattr(self, self.place).wait()
        elif self.place == "shift" and (self.shift.must_open or not self.shift.can_leave):
            self.shift.wait()
        else:
            return False
        return True

    def _money_open(self, local: Local) -> tuple[bool, Purchase | None]:
        """Whether the sale has money in it, and an order whose payment has."""
        cart = open_order_payment(local)
        order = cart.order.purchase if cart is not None and cart.order is not None else None
        return any(a.holds_money for a in open_cart(local, self._clock()).attempts), order

    def _go_on_paying(self, money: tuple[bool, Purchase | None]) -> None:
        """A payment stood open when the till stopped: it goes on before anything else (F29)."""
        sale, order = money
        if sale:
            self._pay()
        elif order is not None:
            self.pay_order(order)
        elif self._unfinished is not None:
            self._by_card(self._unfinished)

    def sign_out(self) -> None:
        """The next person signs in; an open sale stays on this till, and must be kept before."""
        if self.sale.state.unkept or self.sale.state.asking:
            self.changed(frozenset({"link"}))
            return
        if self.place in ("payment", "signin") and not (self.place == "payment" and self.payment.state.can_leave):
            return
        if not self.card_back.state.can_leave:
            self.card_back.wait()
            return
        for keeping in (self.returns, self.picking):
            if not keeping.can_leave:
                keeping.wait()
                return
        if self.sale.state.numbering is not None:  # what waits for a number stands on the screen alone
            self._to_sale()
            self.sale.number_wanted()
            return
        if self.shift.state.busy or not self.blind.can_leave or not self.hand_out.can_leave:
            return
        if not self.collect.can_leave:
            return
        self.actor, self._opened_collect = None, False
        for name in _LEFT:
            if self.has_made(name):
                getattr(self, name).leave()
        self.history.clear()
        self.open()

    def find(self, query: str = "") -> None:
        """Look for an article, perhaps with what was typed already."""
        self.returns.away()
        self.lookup.start()
        if query:
            self.lookup.typed(query)
        self._show("lookup")

    def tab(self, key: str) -> None:
        """A tab was touched."""
        if self._kept_here():
            return
        if key != self.place and key == "returns":
            self._to_returns()
        elif key == "attention":
            self.needs()
        elif key == "lookup" and self.place != "lookup":
            self.find()
        elif key == "collect" and self.place != "collect":
            self._collect_tab()
        elif key == "sale" and self.place in _BESIDES:
            self._to_sale()
        elif key == "sale" and self.place == "payment":
            self._back()

    def _add(self, product: Product) -> None:
        self._to_sale()
        self.sale.add(product)

    def _to_sale(self) -> None:
        self.returns.away()
        self._show("sale", True)

    def _to_returns(self) -> None:
        if self.actor is not None:
            self.returns.start(self.actor)
            self._show("returns")

    def without_proof(self) -> None:
        """Goods come back and nothing proves their purchase."""
        if self.actor is not None and self.place == "returns":
            self.blind.start(self.actor)
            self._show("blind")

    def _exchange(self, back: GoodsBack) -> None:
        """Goods on the counter pay for others: they go into the sale, and their right with them."""
        self._show("sale", True)
        self.sale.begin_exchange(back)

    def _pay(self) -> None:
        if self.actor is not None and self.place != "payment":
            self._paying = "", ""
            self._show("payment")
            self.payment.start(self.actor, self.has_drawer)

    def _back(self) -> None:
        self.sale.start()
        self._show("sale", True)

    def _sold(self, done: RecordedSale | Exchanged) -> None:
        sale, back = (done.sale, done.back) if isinstance(done, Exchanged) else (done, None)
        self.done.in_zone(self.sale.state.settings.timezone)
        self.sale.sold(sale)
        if back is not None and any(refund.attempt for refund in back.body.refunds):
            self._ask_card(back, lambda cards: self._sale_over(sale, back, cards))
        else:
            self._sale_over(sale, back, ())

    def _sale_over(self, sale: RecordedSale, back: RecordedReturn | None, cards: tuple[CardRefund, ...]) -> None:
        self.done.start(sale, back, cards)
        self._show("done")

    # Money back to cards

    def _by_card(self, done: RecordedReturn) -> None:
        """A return is recorded, and the card terminal gives a part of it back before the drawer opens."""
        self._unfinished = None
        self._ask_card(done, lambda cards: self._return_over(done, cards))

    def _ask_card(self, done: RecordedReturn, ended: Ended) -> None:
        self._show("card_back")
        self.card_back.start(done, ended)

    def _return_over(self, done: RecordedReturn, cards: tuple[CardRefund, ...]) -> None:
        self.returns.finish(done, cards)
        self._show("returns")

    def _left_open(self, done: RecordedReturn | None) -> None:
        """The till stopped in the midst of a return: it goes on once somebody is there."""
        self._unfinished = done

    def _card_told(self, refund: CardRefund) -> None:
        self.returns.card_told(refund)
        self.done.card_told(refund)

    def next_customer(self) -> None:
        """The next sale begins; a return that is done is off the screen."""
        if self.returns.state.ended:
            self.returns.another()
        self._show("sale")

    # What comes in

    def scanned(self, text: str) -> None:
        """A scan goes to the screen that is up; after a sale it begins the next one."""
        if self.place == "signin" and self.actor is not None:
            self._early.append(text)
            return
        if self._leads_back(text):
            return
        if self.place == "prints" or (self.place == "attention" and self.attention.lists_cases):
            self._to_sale()
        ended = self.place == "blind" and self.blind.sells_next()
        if self.place == "done" or ended or (self.place == "returns" and self.returns.sells_next(text)):
            self.next_customer()
        if self.place == "payment" and self.payment.state.untouched and not self.payment.takes(text):
            self._back()
        getattr(self, "sale" if self.place == "done" else self.place).scanned(text)

    def _heard(self, event: DeviceEvent) -> None:
        """A scanner with a thread of its own, or the camera, read a code."""
        if isinstance(event, ScanRead):
            self.scanned(event.code)

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath."""
        self.sale.changed(topics)
        self._parcels_changed(topics)
        if self.place in _FOLLOWING:
            getattr(self, self.place).changed(topics)

    def tick(self) -> None:
        """A second passed."""
        self.fiscal.tick()
        self.payment.tick()
        self.card_back.tick()
        self._parcels_tick()
        self._seconds += 1
        if self._seconds % LINK_EVERY_S == 0:
            self.changed(frozenset({"link"}))
