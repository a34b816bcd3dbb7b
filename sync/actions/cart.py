"""The open cart. It is a draft in the journal's file, so that a killed till comes back with it."""

from dataclasses import dataclass, replace

import msgspec
import sqlalchemy as sa

from sync.actions.attempts import Attempt, attempts_of
from sync.actions.clock import new_id
from sync.domain.catalogue import Product
from sync.domain.exchange import GoodsBack, paid_by_goods
from sync.domain.expired import ExpiredReason
from sync.domain.orders import Purchase
from sync.domain.payments import AttemptState
from sync.domain.pricing import PIECE, Line, Totals, price_cart, price_line
from sync.domain.sales import Policy
from sync.domain.value import HeldTender
from sync.local import Local, tables, value
from sync.local.order_payments import keep_draft
from sync.local.tables import Statement, insert


@dataclass(frozen=True, slots=True)
class Allowed:
    """Goods past their expiry may be sold: `over` since when they are (ISO 8601, the store's wall clock), why they are
    sold all the same, and the staff id of who approved it."""

    over: str
    reason: ExpiredReason
    approved_by: str


@dataclass(frozen=True, slots=True)
class OnLabel:
    """What the label of a unit says that holds for it alone. `mark`: its marking code as it was read, `unit` the serial
    in it; `amount`: what it costs by the label of a scale, minor units, None if that does not say; `expired`: it is
    past its expiry, and may be sold."""

    mark: str = ""
    unit: str = ""
    amount: int | None = None
    expired: Allowed | None = None

    @property
    def alone(self) -> bool:
        """Whether the next one is another, with a code or an approval of its own."""
        return bool(self.mark) or self.expired is not None


PLAIN = OnLabel()


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line: `quantity` in thousandths, at the price that held when it was added (`at`, UTC ms). `serials`: of goods
    that are sold by their numbers, that of each unit. What is `labelled` shares its line with nothing."""

    line_id: str
    product: Product
    quantity: int
    scanned: str
    at: int
    serials: tuple[str, ...] = ()
    labelled: OnLabel = PLAIN

    @property
    def amount(self) -> int:
        """What it costs, minor units; 0 of what has no price."""
        return price_line(self.priced(), True).amount if self.product.price else 0

    @property
    def whole(self) -> bool:
        """Whether each unit has its number, if the goods are sold by them."""
        return not self.product.numbered or len(set(self.serials)) * PIECE == self.quantity

    def priced(self) -> Line:
        """What the pricing engine needs. A product without a price is not for sale: ValueError."""
        if self.product.price is None:
            raise ValueError(f"{self.product.id} has no price here")
        p = self.product
        price = self.product.price
        return Line(p.id, self.quantity, price.unit, p.vat_rate, price.regular, self.labelled.amount)


@dataclass(frozen=True, slots=True)
class ToPay:
    """An order that is paid here: as it was told, and what of it is to be paid, minor units."""

    purchase: Purchase
    amount: int


@dataclass(frozen=True, slots=True)
class Cart:
    """What one shopper buys. `sale_id` is minted before anything is paid (F3); verbs return another Cart. `order`: it
    is no sale but the payment of an order, without lines, and `sale_id` names that (`sync.actions.pay_order`)."""

    sale_id: str
    lines: tuple[CartLine, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    started_at: int = 0
    actor: str = ""
    held: tuple[HeldTender, ...] = ()
    back: GoodsBack | None = None
    order: ToPay | None = None

    def add(
        self,
        product: Product,
        at: int,
        quantity: int = PIECE,
        scanned: str = "",
        serial: str = "",
        labelled: OnLabel = PLAIN,
    ) -> "Cart":
        """Another unit: pieces of the same product at the same price share a line, weighed and marked goods never do.
        `serial`: its number, if it is sold by one. ValueError: without it, or if that unit is in the cart."""
        if product.numbered and (not serial or quantity != PIECE or self.line_of(serial) is not None):
            raise ValueError(f"{product.id} is sold by the number of each unit, once")
        if labelled.mark and self.line_of_mark(product, labelled.unit) is not None:
            raise ValueError(f"{product.id}: that marked unit is in the cart")
        units = (serial,) if serial else ()
        for line in self.lines if product.unit == "pcs" and labelled == PLAIN else ():
            same = line.product.id == product.id and line.product.price == product.price
            if same and line.labelled == PLAIN:
                more = replace(line, quantity=line.quantity + quantity, serials=line.serials + units)
                return self._with(more)
        return replace(self, lines=(*self.lines, CartLine(new_id(at), product, quantity, scanned, at, units, labelled)))

    def set_quantity(self, line_id: str, quantity: int) -> "Cart":
        """Another quantity, in thousandths; zero or less takes the line out. Units with numbers leave from the last,
        and come by their numbers alone."""
        line = next((x for x in self.lines if x.line_id == line_id), None)
        if line is None or quantity <= 0:
            return self.without(line_id)
        if not line.product.numbered:  # a label's amount was for the quantity on it
            return self._with(replace(line, quantity=quantity, labelled=replace(line.labelled, amount=None)))
        units = line.serials[: quantity // PIECE]
        return self._with(replace(line, quantity=len(units) * PIECE, serials=units))

    def line_of(self, serial: str) -> CartLine | None:
        """The line that has the unit of that number."""
        return next((line for line in self.lines if serial in line.serials), None)

    def line_of_mark(self, product: Product, unit: str) -> CartLine | None:
        """The line of the marked unit with that serial."""
        of = (line for line in self.lines if line.labelled.mark and line.product.id == product.id)
        return next((line for line in of if line.labelled.unit == unit), None)

    def without_unit(self, serial: str) -> "Cart":
        """The cart without the unit of that number."""
        line = self.line_of(serial)
        if line is None or len(line.serials) == 1:
            return self if line is None else self.without(line.line_id)
        units = tuple(x for x in line.serials if x != serial)
        return self._with(replace(line, quantity=len(units) * PIECE, serials=units))

    def _with(self, line: CartLine) -> "Cart":
        return replace(self, lines=tuple(line if x.line_id == line.line_id else x for x in self.lines))

    def without(self, line_id: str) -> "Cart":
        """The cart without that line."""
        return replace(self, lines=tuple(x for x in self.lines if x.line_id != line_id))

    def totals(self, policy: Policy) -> Totals:
        """What it costs, in minor units; of an order what is due."""
        priced = price_cart([line.priced() for line in self.lines], policy.vat_included)
        return replace(priced, total=self.order.amount) if self.order is not None else priced

    @property
    def paid_by_card(self) -> int:
        """What approved attempts already cover, in minor units."""
        return sum(a.amount for a in self.attempts if a.state is AttemptState.APPROVED)

    @property
    def paid_by_value(self) -> int:
        """What gift cards and store credit already cover, in minor units: the hub holds it for this cart."""
        return sum(held.amount for held in self.held)

    def paid_by_goods(self, total: int) -> int:
        """What the goods that come back pay of `total` minor units."""
        due = total - self.paid_by_card - self.paid_by_value
        return paid_by_goods(self.back.worth, due) if self.back else 0


class CartHasPayments(RuntimeError):
    """Money was taken, or may have been: the cart can't be thrown away before that is settled."""


class _Draft(msgspec.Struct):
    lines: tuple[CartLine, ...]
    started_at: int
    actor: str
    back: GoodsBack | None = None
    order: ToPay | None = None


_draft = tables.draft
_newest = Statement(
    sa.select(_draft.c.sale_id, _draft.c.bytes)
    .order_by(_draft.c.at.desc(), _draft.c.sale_id.desc())
    .limit(sa.literal_column("1"))
)
_save = insert(_draft, replace=True)
delete_draft = Statement(sa.delete(_draft).where(_draft.c.sale_id == sa.bindparam("sale_id")))
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Draft)


def open_cart(local: Local, now: int) -> Cart:
    """The cart that was open when the till stopped, else a new empty one (which is not saved before it has a line)."""
    row = _newest.run(local.raw).fetchone()
    if row is None:
        return Cart(new_id(now), started_at=now)
    return cart_of(local, row[0], row[1])


def cart_of(local: Local, id: str, draft: bytes) -> Cart:
    """A cart from its draft, with its card attempts and what is held for it."""
    it, held = _decoder.decode(draft), value.held_for(local, id)
    return Cart(id, it.lines, attempts_of(local, id), it.started_at, it.actor, held, it.back, it.order)


def save_cart(local: Local, cart: Cart) -> None:
    """Keep the cart as it is now. A cart whose sale is already recorded is not kept."""
    with local.write():
        keep(local, cart)


def keep(local: Local, cart: Cart) -> bool:
    """As `save_cart`, inside a transaction that is already open; whether the cart is still to be sold."""
    draft = _encoder.encode(_Draft(cart.lines, cart.started_at, cart.actor, cart.back, cart.order))
    if cart.order is not None:
        return keep_draft(local, cart.sale_id, cart.order.purchase.id, cart.started_at, draft)
    if local.raw.execute("SELECT 1 FROM sale WHERE sale_id = ?", (cart.sale_id,)).fetchone() is not None:
        return False
    _save.run(local.raw, sale_id=cart.sale_id, at=cart.started_at, bytes=draft)
    return True


def discard_cart(local: Local, cart: Cart) -> None:
    """Throw the cart away; what is held for it is given back. Raises CartHasPayments while a payment of it is open or
    approved."""
    with local.write() as db:
        if any(a.holds_money for a in attempts_of(local, cart.sale_id)):
            raise CartHasPayments("This cart has a payment that is not settled.")
        value.give_back(local, cart.sale_id)
        delete_draft.run(db, sale_id=cart.sale_id)
