"""The sale: every scan answers (F51, F52), every change of the cart is kept before the next one, the last is undone.

The flow owns the cart; the database thread keeps it. Scans are looked up in the order they came.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos.flow import Flow, Say
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.sale import words
from pos.sale.state import SaleState
from pos.sale.weighing import Weighing
from pos.terminal import Terminal
from sync.actions.cart import Cart, CartLine, discard_cart, open_cart, save_cart
from sync.actions.clock import now_ms
from sync.actions.printing import PrintState, unprinted
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.domain.pricing import PIECE
from sync.domain.stock import Known, Level, known
from sync.local import (
    Found,
    Link,
    Local,
    RecordedSale,
    Settings,
    Staff,
    find_code,
    last_sale,
    link_status,
    sale_by_receipt,
    settings,
    stock_here,
)

Looked = tuple[()] | tuple[Level | None]
"""Nothing, or what was read of the stock here."""


class SaleFlow(Flow[SaleState]):
    """Verbs of the sale screen. `on_payment` takes the kept cart on, `on_find` looks for an article by name."""

    def __init__(
        self,
        terminal: Terminal,
        printing: Printing,
        on_payment: Callable[[], None],
        on_find: Callable[[], None],
        clock: Callable[[], int] = now_ms,
    ) -> None:
        super().__init__(SaleState())
        self._terminal = terminal
        self._printing = printing
        self._on_payment = on_payment
        self._on_find = on_find
        self._clock = clock
        self._before: Cart | None = None
        self._action: Callable[[], None] | None = None
        self._actor: Staff | None = None
        self._last: RecordedSale | None = None
        self._keeping = 0
        self._paying = False
        printing.listen(self._printed)

    # ------------------------------------------------------------------------------------- coming and going

    def start(self, actor: Staff | None = None) -> None:
        """Open the cart that is kept here, or an empty one. `actor` is who sells from now on."""
        self._actor = actor or self._actor
        self._last = None
        self._terminal.run(self._open, self._opened)

    def sold(self, sale: RecordedSale) -> None:
        """The cart was sold: the next one begins, and the strip says what became of the last."""
        self._last = sale
        self._terminal.run(self._open, self._opened)

    def leave(self) -> None:
        """The person signs out: the cart stays kept, and comes back with the next one."""
        self._actor = None
        self._before = None
        self._action = None
        self._saying = None
        self.state = SaleState(settings=self.state.settings, link=self.state.link)

    def _open(self, local: Local) -> tuple[Cart, Settings, Link, RecordedSale | None]:
        now = self._clock()
        doubtful = [j.ref for j in unprinted(local) if j.what == "receipt" and j.state is PrintState.QUEUED]
        sale = sale_by_receipt(local, doubtful[-1]) if doubtful else None
        return open_cart(local, now), settings(local), link_status(local, now), sale

    def _opened(self, found: tuple[Cart, Settings, Link, RecordedSale | None]) -> None:
        cart, known_settings, link, unprinted_sale = found
        self._before = None
        hero = cart.lines[-1].line_id if cart.lines else ""
        again = not self.state.ready and bool(cart.lines)
        self._to(ready=True, settings=known_settings, link=link, weighing=None, level=None)
        self._show(cart, hero)
        self._greet(cart, again, unprinted_sale)
        if cart.lines:
            self._look_up_level()

    def _greet(self, cart: Cart, again: bool, unprinted_sale: RecordedSale | None) -> None:
        """What the strip says of a cart that was just opened."""
        last, actor = self._last, self._actor
        if again:
            self._tell(lambda: words.came_back(len(cart.lines)))
        elif last is not None:
            self._tell(lambda: words.last_sale(last), lambda: self._again(last))
        elif unprinted_sale is not None and not self._printing.busy:
            self._tell(lambda: words.maybe_unprinted(unprinted_sale.body.receipt), lambda: self._again(unprinted_sale))
        elif actor is not None and not cart.lines:
            self._tell(lambda: words.signed_in(actor.name))

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath: the light, how many are left; a cart that is not kept is tried again."""
        if self.state.unkept and not self._keeping:
            self._keep(self.state.cart)
        if topics & {"link", "verdicts", "config"}:
            self._terminal.run(lambda local: (settings(local), link_status(local, self._clock())), self._linked)
        if topics & {"stock", "verdicts", "link"}:
            self._look_up_level()

    def _linked(self, found: tuple[Settings, Link]) -> None:
        if found != (self.state.settings, self.state.link):
            self._to(settings=found[0], link=found[1])

    # ------------------------------------------------------------------------------------------- what comes in

    def scanned(self, text: str) -> None:
        """A code was read. It always answers: added, or in words why not."""
        at = self._clock()
        code = codes.read(text)
        if self.state.weighing is not None:
            self._tell(words.weigh_first)
        elif not code.key:
            self._tell(words.nothing_read)
        elif code.kind is codes.Kind.BAD_CHECK:
            self._tell(lambda: words.misread(code.label))
        elif code.kind is codes.Kind.RECEIPT:
            self._terminal.run(lambda local: sale_by_receipt(local, code.key), lambda s: self._receipt(code.key, s))
        else:
            self._terminal.run(lambda local: _find(local, code, at), lambda f: self._found(code, *f, at))

    def add(self, product: Product) -> None:
        """Add an article that was found by name."""
        self._add(product, "", self._clock())

    def _found(self, code: codes.Code, found: Found | None, level: Level | None, at: int) -> None:
        if found is None:
            self._tell(lambda: words.not_ours(code.label), self._on_find)
        else:
            self._add(found.product, found.scanned, at, (level,))

    def _add(self, product: Product, scanned: str, at: int, looked: Looked = ()) -> None:
        if product.price is None:
            self._tell(lambda: words.no_price(product))
        elif product.unit == "kg":
            self._to(weighing=Weighing(product, scanned))
            self._tell(lambda: words.put_on_scale(product))
        else:
            self._put(product, PIECE, scanned, at, looked)

    def _put(self, product: Product, quantity: int, scanned: str, at: int, looked: Looked = ()) -> None:
        cart = self.state.cart.add(product, at, quantity, scanned)
        line = next(x for x in reversed(cart.lines) if x.product.id == product.id and x not in self.state.cart.lines)
        number = cart.lines.index(line) + 1
        self._change(cart, line.line_id, lambda: words.added(line, number, len(cart.lines), at, self._zone), looked)

    def _receipt(self, number: str, sale: RecordedSale | None) -> None:
        if sale is None:
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
        if quantity < line.quantity and self.state.locked:
            self._to(hero=self.state.hero)
            self._tell(words.locked)
            return
        cart = self.state.cart.set_quantity(line_id, quantity)
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
        if not cart.lines:
            return
        if self.state.locked:
            self._tell(words.locked)
            return
        self._terminal.run(lambda local: discard_cart(local, cart), lambda _none: self._voided(cart), self._not_voided)

    def _not_voided(self, error: Exception) -> None:
        reason = self._terminal.reason_of(error)
        self._tell(lambda: words.not_voided(reason))

    def _voided(self, cart: Cart) -> None:
        self._before = cart
        self._show(Cart(cart.sale_id, started_at=self._clock()), "")
        self._tell(lambda: words.voided(cart), self.undo)

    def undo(self) -> None:
        """The cart as it was before its last change."""
        before, self._before = self._before, None
        if before is None:
            return
        if self.state.locked:
            self._tell(words.locked)
            return
        back = replace(before, attempts=self.state.cart.attempts)
        self._keep(back)
        self._show(back, back.lines[-1].line_id if back.lines else "")
        self._tell(lambda: words.undone(back))

    def act(self) -> None:
        """The action beside what just happened: undo, print again, find."""
        if self._action is not None:
            self._action()

    def pay(self) -> None:
        """Go on to payment, if there is anything to pay; it is for the cart that is kept, so that comes first."""
        if not self.state.cart.lines or self.state.weighing is not None:
            return
        if self._paying:
            return  # the cart is on its way to the disk, and payment comes behind it
        if self.state.unkept or self._keeping:
            self._paying = True
            self._keep(self.state.cart, self._on_payment)
        else:
            self._on_payment()

    def find(self) -> None:
        """Look for an article by its name."""
        self._on_find()

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
        if isinstance(said, Paper) and said.copy:
            self._tell(lambda: words.paper(said), self.reprint if said.state is not PaperState.PRINTED else None)

    # ---------------------------------------------------------------------------------------------- weighing

    def weigh(self, line_id: str) -> None:
        """Enter the weight of a line again."""
        line = self._line(line_id)
        if line is not None and not self.state.locked:
            self._to(weighing=Weighing(line.product, line.scanned, line_id))
            self._tell(lambda: words.put_on_scale(line.product))

    def weigh_key(self, key: str) -> None:
        """A digit or `delete`: grams from the right."""
        if self.state.weighing is not None:
            self._to(weighing=self.state.weighing.typed(key))

    def weigh_done(self) -> None:
        """Take the weight."""
        weighing = self.state.weighing
        if weighing is None or not weighing.grams:
            return
        self._to(weighing=None)
        if weighing.line_id:
            self.set_quantity(weighing.line_id, weighing.grams)
        else:
            self._put(weighing.product, weighing.grams, weighing.scanned, self._clock())

    def weigh_cancel(self) -> None:
        """Leave the weight; nothing is added."""
        weighing = self.state.weighing
        if weighing is not None:
            self._to(weighing=None)
            self._tell(lambda: words.not_weighed(weighing.product))

    # --------------------------------------------------------------------------------------------- inside

    @property
    def _zone(self) -> str:
        return self.state.settings.timezone

    def _line(self, line_id: str) -> CartLine | None:
        return next((x for x in self.state.cart.lines if x.line_id == line_id), None)

    def _change(self, cart: Cart, hero: str, say: Say, looked: Looked = ()) -> None:
        """`looked`: the hero's stock here, where it was read with the hero; then all of it is one state, one frame."""
        self._before = self.state.cart
        if self._actor is not None:
            cart = replace(cart, actor=self._actor.id)
        self._keep(cart)
        self._tell(say, self.undo, **(self._shown(cart, hero) | self._read(*looked)))
        if not looked:
            self._look_up_level()

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

    def _read(self, *looked: Level | None) -> dict[str, Any]:
        """The state's changes with a level just read, if it was."""
        if not looked:
            return {}
        level, now = looked[0], self._clock()
        how = known(level.seen_at if level else None, now, self.state.link.online)
        return {"level": level, "known": how, "looked_at": now}

    def _look_up_level(self) -> None:
        line = self.state.hero_line
        if line is None:
            return
        wanted = line.product.id
        self._terminal.run(lambda local: stock_here(local, [wanted]).get(wanted), lambda v: self._level(wanted, v))

    def _level(self, product_id: str, level: Level | None) -> None:
        line = self.state.hero_line
        if line is not None and line.product.id == product_id:
            now = self._clock()
            how = known(level.seen_at if level else None, now, self.state.link.online)
            minute = now // 60_000 != self.state.looked_at // 60_000
            if minute or (level, how) != (self.state.level, self.state.known):
                self._to(level=level, known=how, looked_at=now)

    def _tell(self, say: Say, action: Callable[[], None] | None = None, **changes: Any) -> None:
        self._action = action
        self._say(say, undoable=action == self.undo, **changes)


def _find(local: Local, code: codes.Code, at: int) -> tuple[Found | None, Level | None]:
    """What a code is, and how many are left of it here."""
    found = find_code(local, code, at)
    return found, stock_here(local, [found.product.id]).get(found.product.id) if found else None
