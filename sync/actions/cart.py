"""The open cart. It is a draft in the journal's file, so that a killed till comes back with it."""

from dataclasses import dataclass, replace

import msgspec
import sqlalchemy as sa

from sync.actions.attempts import Attempt, attempts_of
from sync.actions.clock import new_id
from sync.domain.catalogue import Product
from sync.domain.payments import AttemptState
from sync.domain.pricing import PIECE, Line, Totals, price_cart
from sync.domain.sales import Policy
from sync.local import Local, tables
from sync.local.tables import Statement, insert


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line: `quantity` in thousandths, at the price that held when it was added (`at`, UTC ms)."""

    line_id: str
    product: Product
    quantity: int
    scanned: str
    at: int

    def priced(self) -> Line:
        """What the pricing engine needs. A product without a price is not for sale: ValueError."""
        if self.product.price is None:
            raise ValueError(f"{self.product.id} has no price here")
        p = self.product
        return Line(p.id, self.quantity, self.product.price.unit, p.vat_rate, self.product.price.regular)


@dataclass(frozen=True, slots=True)
class Cart:
    """What one shopper buys. `sale_id` is minted before anything is paid (F3); verbs return another Cart."""

    sale_id: str
    lines: tuple[CartLine, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    started_at: int = 0
    actor: str = ""

    def add(self, product: Product, at: int, quantity: int = PIECE, scanned: str = "") -> "Cart":
        """Another unit: pieces of the same product at the same price share a line, weighed goods never do."""
        for line in self.lines:
            if product.unit == "pcs" and line.product.id == product.id and line.product.price == product.price:
                return self.set_quantity(line.line_id, line.quantity + quantity)
        return replace(self, lines=(*self.lines, CartLine(new_id(at), product, quantity, scanned, at)))

    def set_quantity(self, line_id: str, quantity: int) -> "Cart":
        """Another quantity, in thousandths; zero or less takes the line out."""
        if quantity <= 0:
            return self.without(line_id)
        lines = (replace(x, quantity=quantity) if x.line_id == line_id else x for x in self.lines)
        return replace(self, lines=tuple(lines))

    def without(self, line_id: str) -> "Cart":
        """The cart without that line."""
        return replace(self, lines=tuple(x for x in self.lines if x.line_id != line_id))

    def totals(self, policy: Policy) -> Totals:
        """What it costs, in minor units."""
        return price_cart([line.priced() for line in self.lines], policy.vat_included)

    @property
    def paid_by_card(self) -> int:
        """What approved attempts already cover, in minor units."""
        return sum(a.amount for a in self.attempts if a.state is AttemptState.APPROVED)


class CartHasPayments(RuntimeError):
    """Money was taken, or may have been: the cart can't be thrown away before that is settled."""


class _Draft(msgspec.Struct):
    lines: tuple[CartLine, ...]
    started_at: int
    actor: str


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
    draft = _decoder.decode(row[1])
    return Cart(row[0], draft.lines, attempts_of(local, row[0]), draft.started_at, draft.actor)


def save_cart(local: Local, cart: Cart) -> None:
    """Keep the cart as it is now. A cart whose sale is already recorded is not kept."""
    with local.write():
        keep(local, cart)


def keep(local: Local, cart: Cart) -> bool:
    """As `save_cart`, inside a transaction that is already open; whether the cart is still to be sold."""
    if local.raw.execute("SELECT 1 FROM sale WHERE sale_id = ?", (cart.sale_id,)).fetchone() is not None:
        return False
    draft = _encoder.encode(_Draft(cart.lines, cart.started_at, cart.actor))
    _save.run(local.raw, sale_id=cart.sale_id, at=cart.started_at, bytes=draft)
    return True


def discard_cart(local: Local, cart: Cart) -> None:
    """Throw the cart away. Raises CartHasPayments while a payment of it is open or approved."""
    with local.write() as db:
        if any(a.holds_money for a in attempts_of(local, cart.sale_id)):
            raise CartHasPayments("This cart has a payment that is not settled.")
        delete_draft.run(db, sale_id=cart.sale_id)
