"""The sale: every scan answers (F51, F52), every change of the cart is kept before the next one, the last is undone.

The flow owns the cart; the database thread keeps it. Scans are looked up in the order they came.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos.flow import Say
from pos.printing import DrawerSaid, Paper, PaperState, Printing, came_back
from pos.sale import label_words, unit_words, words
from pos.sale.labels import LabelFlow
from pos.sale.looking import look_up
from pos.sale.state import SaleState
from pos.sale.stock import Looked
from pos.terminal import Terminal
from sync.actions.cart import PLAIN, Cart, CartLine, OnLabel, discard_cart, open_cart, save_cart
from sync.actions.clock import now_ms
from sync.actions.exchange import Exchanged
from sync.actions.printing import PrintState, unprinted
from sync.actions.sold_units import Elsewhere
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.domain.stock import Known, Level
from sync.local import (
    Found,
    Link,
    Local,
    RecordedSale,
    Settings,
    Staff,
    last_sale,
    link_status,
    sale_by_receipt,
    settings,
)
from sync.protocol.operations import cash_of

Unprinted = tuple[RecordedSale, int]
"""A sale whose paper may be missing, and the cash that was to be given for goods that came back, minor units."""


class SaleFlow(LabelFlow):
    """Verbs of the sale screen. `on_payment` takes the kept cart on, `on_find` looks for an article by name."""

    def __init__(
        self,
        terminal: Terminal,
        printing: Printing,
        on_payment: Callable[[], None],
        on_find: Callable[[], None],
        clock: Callable[[], int] = now_ms,
        on_exchanged: Callable[[Exchanged], None] | None = None,
    ) -> None:
        super().__init__(terminal, clock, on_exchanged)
        self._printing = printing
        self._on_payment = on_payment
        self._find_by_name = on_find
        self._last: RecordedSale | None = None
        self._keeping = 0
        self._paying = False
        printing.listen(self._printed)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff | None = None, drawer: bool | None = None) -> None:
        """Open the cart that is kept here, or an empty one. `actor` is who sells from now on; `drawer`: whether cash
        is given here. None: as before."""
        self._actor = actor or self._actor
        self.state = replace(self.state, drawer=self.state.drawer if drawer is None else drawer)
        self._last = None
        self._terminal.run(self._open, self._opened)

    def sold(self, sale: RecordedSale) -> None:
        """The cart was sold: the next one begins, and the strip says what became of the last."""
        self._rights.forget()
        self._last = sale
        self._terminal.run(self._open, self._opened)

    def leave(self) -> None:
        """The person signs out: the cart stays kept, and comes back with the next one."""
        self._actor = None
        self._before = None
        self._action = None
        self._saying = None
        self._weighed()
        self._pad.clear()
        self.state = SaleState(settings=self.state.settings, link=self.state.link, drawer=self.state.drawer)

    def _open(self, local: Local) -> tuple[Cart, Settings, Link, Unprinted | None]:
        now = self._clock()
        doubtful = [j.ref for j in unprinted(local) if j.what == "receipt" and j.state is PrintState.QUEUED]
        sale = sale_by_receipt(local, doubtful[-1]) if doubtful else None
        back = came_back(local, sale) if sale else None
        left = (sale, cash_of(back.body) if back else 0) if sale else None
        return open_cart(local, now), settings(local), link_status(local, now), left

    def _opened(self, found: tuple[Cart, Settings, Link, Unprinted | None]) -> None:
        cart, known_settings, link, unprinted_sale = found
        self._before = None
        if cart.sale_id != self.state.cart.sale_id:
            self._off = {}
        self._adopt(cart.back)
        hero = cart.lines[-1].line_id if cart.lines else ""
        again = not self.state.ready and bool(cart.lines)
        self._weighed()
        self._pad.clear()
        self._to(ready=True, settings=known_settings, link=link, weighing=None, numbering=None, level=None)
        self._to(expiring=None, approval=self._pad.state)
        self._show(cart, hero)
        self._greet(cart, again, unprinted_sale)
        if cart.lines:
            self._look_up_level()

    def _greet(self, cart: Cart, again: bool, unprinted_sale: Unprinted | None) -> None:
        """What the strip says of a cart that was just opened."""
        last, actor = self._last, self._actor
        if again:
            self._tell(lambda: words.came_back(len(cart.lines)))
        elif last is not None:
            self._tell(lambda: words.last_sale(last), lambda: self._again(last))
        elif unprinted_sale is not None and not self._printing.busy:
            sale, cash = unprinted_sale
            self._tell(lambda: words.maybe_unprinted(sale.body, cash), lambda: self._again(sale))
        elif actor is not None and not cart.lines:
            self._tell(lambda: words.signed_in(actor.name))

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath: the light, how many are left; a cart that is not kept is tried again."""
        if self.state.unkept and not self._keeping:
            self._keep(self.state.cart)
        if topics & {"link", "verdicts", "attention", "config"}:
            self._terminal.run(lambda local: (settings(local), link_status(local, self._clock())), self._linked)
        if topics & {"stock", "verdicts", "link"}:
            self._look_up_level()

    def _linked(self, found: tuple[Settings, Link]) -> None:
        if found != (self.state.settings, self.state.link):
            self._to(settings=found[0], link=found[1])

    # ------------------------------------------------------------------------------------------- what comes in

    def scanned(self, text: str) -> None:
        """A code was read. It always answers: added, or in words why not."""
        self._read_code(text)

    def _read_code(self, text: str, typed: bool = False) -> None:
        at = self._clock()
        code = codes.read(text, self.state.settings.codes)
        if self._busy():
            return
        if self.state.expiring is not None:
            self._approval_first()
        elif self.state.weighing is not None:
            self._tell(words.weigh_first)
        elif not code.key:
            self._tell(words.nothing_read)
        elif code.kind is codes.Kind.RECEIPT:
            self._terminal.run(lambda local: sale_by_receipt(local, code.key), lambda s: self._receipt(code, s))
        else:
            asked, cart = self.state.numbering, self.state.cart.sale_id
            of = asked.product.id if asked else ""
            self._terminal.run(
                lambda local: look_up(local, code, at, of, cart), lambda f: self._found(code, *f, at, typed)
            )

    def add(self, product: Product) -> None:
        """Add an article that was found by name."""
        if self.state.numbering is not None:
            self.number_wanted()
        elif self.state.expiring is not None:
            self._approval_first()
        else:
            self._add(product, "", self._clock())

    def _found(
        self, code: codes.Code, found: Found | None, level: Level | None, there: Elsewhere | None, at: int, typed: bool
    ) -> None:
        """What a code is was looked up; scans are answered in their order, so that a number follows its article."""
        if self.state.numbering is not None:
            self._number_read(code, found, at, typed, there)
        elif found is not None and there is not None:
            self._tell(lambda: label_words.elsewhere(found.product, there, at, self._zone))
        elif found is not None:
            self._labelled(found, (level,), at)
        elif not self._is_unit(code, at):
            self._stranger(code)

    def _put(
        self,
        product: Product,
        quantity: int,
        scanned: str,
        at: int,
        looked: Looked = (),
        serial: str = "",
        labelled: OnLabel = PLAIN,
    ) -> None:
        cart = self.state.cart.add(product, at, quantity, scanned, serial, labelled)
        line = next(x for x in reversed(cart.lines) if x.product.id == product.id and x not in self.state.cart.lines)
        number, of = cart.lines.index(line) + 1, len(cart.lines)
        if serial:
            self._change(cart, line.line_id, lambda: unit_words.added(line, serial, number, of), looked, numbering=None)
        else:
            self._change(cart, line.line_id, lambda: words.added(line, number, of, at, self._zone), looked)

    def _receipt(self, code: codes.Code, sale: RecordedSale | None) -> None:
        number = code.key
        if self.state.numbering is not None:
            self._number_read(code, None, 0, False)
        elif sale is None:
            self._tell(lambda: words.strange_receipt(number))
        else:
            self._tell(lambda: words.own_receipt(sale, self._zone), lambda: self._again(sale))

    # --------------------------------------------------------------------------------------------- the cart

    def choose(self, line_id: str) -> None:
        """Put a line into the window."""
        self._to(hero=line_id, level=None, known=Known.UNKNOWN)
        self._look_up_level()

    def set_quantity(self, line_id: str, quantity: int) -> None:
        """Another quantity, in thousandths."""
        line = self._line(line_id)
        if line is None or quantity == line.quantity:
            return
        if quantity > line.quantity and line.product.numbered:
            self._ask_number(line.product, line.scanned)
            return
        more, alone = quantity > line.quantity, line.product.unit == "pcs" and line.labelled.alone
        if (not more and self.state.locked) or (more and alone):
            own = label_words.own_code if line.labelled.mark else label_words.own_date
            self._to(hero=self.state.hero)
            self._tell((lambda: own(line.product)) if more else words.locked)
            return
        cart = self.state.cart.set_quantity(line_id, quantity)
        if line.serials:
            self._change(cart, line_id, lambda: unit_words.out(line.product, line.serials[-1]))
            return
        new = replace(line, quantity=quantity)
        self._change(cart, line_id, lambda: words.changed(new))

    def remove(self, line_id: str) -> None:
        """Take a line out."""
        line = self._line(line_id)
        if line is None:
            return
        if self.state.locked:
            self._tell(words.locked)
            return
        cart = self.state.cart.without(line_id)
        self._change(cart, cart.lines[-1].line_id if cart.lines else "", lambda: words.removed(line))

    def void(self) -> None:
        """Put everything back: nothing is sold, and it can be undone until the next change."""
        cart = self.state.cart
        if not cart.lines or self._busy():
            return
        if self.state.locked:
            self._tell(words.locked)
            return
        self._terminal.run(lambda local: discard_cart(local, cart), lambda _none: self._voided(cart), self._not_voided)

    def _not_voided(self, error: Exception) -> None:
        reason = self._terminal.reason_of(error)
        self._tell(lambda: words.not_voided(reason))

    def _voided(self, cart: Cart) -> None:
        self._rights.release()
        self._before = cart
        self._remember_units(cart, Cart(cart.sale_id))
        self._show(Cart(cart.sale_id, started_at=self._clock()), "")
        self._tell(lambda: words.voided(cart), self.undo)

    def undo(self) -> None:
        """The cart as it was before its last change."""
        if self._before is None or self._busy():
            return
        before, self._before = self._before, None
        if self.state.locked:
            self._tell(words.locked)
            return
        now = self.state.cart
        back = replace(before, attempts=now.attempts, held=now.held, back=now.back)
        self._keep(back)
        self._show(back, back.lines[-1].line_id if back.lines else "")
        self._tell(lambda: words.undone(back))

    def act(self) -> None:
        """The action beside what just happened: undo, print again, find."""
        if self._action is not None:
            self._action()

    def pay(self) -> None:
        """Go on to payment, if there is anything to pay; it is for the cart that is kept, so that comes first."""
        if self.state.numbering is not None:
            self.number_wanted()
        if not self.state.cart.lines or self.state.asks_digits or self.state.numbering is not None:
            return
        if self._paying or self.state.asking:
            return  # the cart is on its way to the disk, and payment comes behind it
        self._sure(self._go_on)

    def _go_on(self) -> None:
        even = self.state.cart.back is not None and self.state.owed == 0 and not self.state.paid
        then = self._close_even if even else self._on_payment
        if self.state.unkept or self._keeping:
            self._paying = True
            self._keep(self.state.cart, then)
        else:
            then()

    def find(self) -> None:
        """Look for an article by its name."""
        self._find_by_name()

    def reprint(self) -> None:
        """Print the last receipt again, marked as a copy. It never pays twice (I-1)."""
        self._terminal.run(last_sale, self._again_or_none)

    def _again_or_none(self, sale: RecordedSale | None) -> None:
        if sale is None:
            self._tell(words.nothing_sold)
        else:
            self._again(sale)

    def _again(self, sale: RecordedSale) -> None:
        paper = self._printing.receipt(sale, copy=True)
        if paper.state is PaperState.ABSENT:
            self._tell(words.no_printer)
        else:
            self._tell(lambda: words.printing(sale.body.receipt))

    def _printed(self, said: Paper | DrawerSaid) -> None:
        if isinstance(said, Paper) and said.copy and not said.back:
            self._tell(lambda: words.paper(said), self.reprint if said.state is not PaperState.PRINTED else None)

    # --------------------------------------------------------------------------------------------- inside

    @property
    def _zone(self) -> str:
        return self.state.settings.timezone

    def _line(self, line_id: str) -> CartLine | None:
        return next((x for x in self.state.cart.lines if x.line_id == line_id), None)

    def _change(self, cart: Cart, hero: str, say: Say, looked: Looked = (), **more: Any) -> None:
        """`looked`: the hero's stock here, where it was read with the hero; then all of it is one state, one frame."""
        if self._busy():
            return
        self._before = self.state.cart
        if self._actor is not None:
            cart = replace(cart, actor=self._actor.id)
        self._remember_units(self.state.cart, cart)
        self._keep(cart)
        said = self._warned(cart, hero, say, looked)
        self._tell(said, self.undo, **(self._shown(cart, hero) | self._read(*looked) | more))
        if not looked:
            self._look_up_level(warns=True)

    def _keep(self, cart: Cart, then: Callable[[], None] | None = None) -> None:
        self._keeping += 1
        keep = self._terminal.run_after_frame
        keep(lambda local: save_cart(local, cart), lambda _none: self._kept(then), self._not_kept)

    def _kept(self, then: Callable[[], None] | None) -> None:
        self._keeping -= 1
        if self.state.unkept and not self._keeping:
            self._to(unkept=False)
            self._tell(words.kept_again)
        if then is not None:
            self._paying = False
            then()

    def _not_kept(self, error: Exception) -> None:
        self._keeping -= 1
        self._paying = False
        reason = self._terminal.reason_of(error)
        self._to(unkept=True)
        self._tell(lambda: words.not_kept(reason))

    def _show(self, cart: Cart, hero: str) -> None:
        self._to(**self._shown(cart, hero))

    def _shown(self, cart: Cart, hero: str) -> dict[str, Any]:
        """The state's changes with another cart."""
        level = self.state.level if hero == self.state.hero else None
        return {"cart": cart, "totals": cart.totals(self.state.settings.policy), "hero": hero, "level": level}
