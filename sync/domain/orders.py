"""What a shopper bought, as returns see it: an online order or a sale in a store. Money in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class PaidBy(StrEnum):
    """How something was paid. A coupon that paid, rather than made a price lower, is given back as a coupon."""

    CASH = "cash"
    CARD = "card"
    ONLINE = "online"
    POINTS = "points"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"
    COUPON = "coupon"


class Fulfilment(StrEnum):
    """How an order line reaches the shopper."""

    SHIP = "ship"
    PICKUP = "pickup"
    CARRY_OUT = "carry_out"


class Substitutes(StrEnum):
    """What may be given in place of a line's goods: nothing, the articles that its order lists, any of the same
    department."""

    NONE = ""
    LISTED = "listed"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Given:
    """An article that was handed out in place of a line's own: `quantity` thousandths of it, of which `back` came back;
    `serials` are its units, if they have numbers."""

    product: str
    sku: str
    name: str
    quantity: int
    back: int = 0
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """One line: `quantity` thousandths that the shopper got, `amount` paid for them after every discount.

    `returned` (thousandths) and `refunded` (minor units) is what came back of it so far; a refund that is promised
    counts. `until`: the last moment of its deadline, UTC ms; None has none. `returnable` False: not without approval.
    `serials` are its units, if they have numbers, and `serials_back` those that came back. `bundle` names what it was
    sold as a part of. A line without a product is no goods: shipping.

    Of a line that is picked up: `pickup_at` is where, "" while it waits for a source; `handed` of it was handed out,
    `cancelled` never will be (thousandths); `refused` are the stores that could not give it, and are not asked again.
    `substitutes` says what may stand in for it, `substitute_ids` are the articles that are listed; `given` is what was
    handed out in its place. The line's amount stays what was paid.
    """

    id: str
    product: str
    sku: str
    name: str
    quantity: int
    amount: int
    vat_rate: int
    vat: int
    unit: str = "pcs"
    returned: int = 0
    refunded: int = 0
    until: int | None = None
    returnable: bool = True
    serials: tuple[str, ...] = ()
    serials_back: tuple[str, ...] = ()
    bundle: str = ""
    fulfilment: Fulfilment = Fulfilment.SHIP
    pickup_at: str = ""
    handed: int = 0
    cancelled: int = 0
    refused: tuple[str, ...] = ()
    substitutes: Substitutes = Substitutes.NONE
    substitute_ids: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()

    @property
    def goods(self) -> bool:
        """Whether there is something that can be put on the counter."""
        return bool(self.product)

    @property
    def serials_left(self) -> tuple[str, ...]:
        """The units that may still come back."""
        return tuple(serial for serial in self.serials if serial not in self.serials_back)

    @property
    def received(self) -> int:
        """Thousandths that the shopper has, once the order was received: of a pick-up, what was handed out (F45)."""
        return self.handed if self.fulfilment is Fulfilment.PICKUP else self.quantity

    @property
    def awaited(self) -> int:
        """Thousandths that are still to be handed out."""
        waits = self.fulfilment is Fulfilment.PICKUP
        return max(0, self.quantity - self.handed - self.cancelled) if waits else 0

    @property
    def left(self) -> int:
        """Thousandths that may still come back."""
        return max(0, self.received - self.returned)

    def given_as(self, product: str) -> Given | None:
        """What was handed out of that article in place of the line's own."""
        return next((it for it in self.given if it.product == product), None)

    def left_as(self, product: str) -> int:
        """Thousandths that may still come back as that article: the line's own, or one that stood in for it."""
        instead = self.given_as(product)
        if instead is not None:
            return max(0, min(self.left, instead.quantity - instead.back))
        others = sum(max(0, it.quantity - it.back) for it in self.given)
        return max(0, self.left - others) if product == self.product else 0

    @property
    def comes_as(self) -> str:
        """The article that is put on the counter first, if something of the line comes back."""
        ids = (self.product, *(it.product for it in self.given))
        return next((id for id in ids if self.left_as(id)), self.product)

    def taken_back(self, products: Mapping[str, int]) -> "BoughtLine":
        """The line once that many thousandths of those articles came back. That one of them was handed out in place of
        the line's own may be told later: `given` has it from now on, with nothing handed out yet."""
        after = tuple(replace(it, back=it.back + products.get(it.product, 0)) for it in self.given)
        known = {self.product, *(it.product for it in self.given)}
        after += tuple(Given(id, "", "", 0, back) for id, back in products.items() if id not in known and back)
        return self if after == self.given else replace(self, given=after)

    @property
    def unreturned(self) -> int:
        """Thousandths that did not come back, whether anybody knows that they were handed out or not."""
        return max(0, self.quantity - self.returned)


@dataclass(frozen=True, slots=True)
class Paid:
    """One tender that the order was paid with; `refunded` of its `amount` went back or is promised.

    `masked` is what people know it by, `reference` what the payment side does. `rounding`: what cash rounding added to
    `amount` (+) or forgave (−), where a till took it.
    """

    id: str
    kind: PaidBy
    amount: int
    refunded: int = 0
    masked: str = ""
    reference: str = ""
    rounding: int = 0

    @property
    def left(self) -> int:
        """What may still go back this way."""
        return max(0, self.amount - self.refunded)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order or a sale. `location` is the store that holds its refund rights, "" if the hub does (design, section 5).

    `at`: when it was placed, `received_at`: when the shopper got the goods, or the first of those that are picked up
    (None: not yet), both UTC ms. `customer` is
    a name as staff may say it aloud ("Daniyar M."), never an address. `gift`: it was given to whoever brings it back,
    so prices are not shown and the payer's money is not theirs. `own`: ids of returns that a terminal laid over
    it, before the hub knew of them; the hub has none.

    Of one that is picked up: `ready_by` is when the shopper was promised that it is ready (UTC ms; None: nothing was
    promised), `collector` who collects it, as staff see it ("Nino O."), `proxies` those who may besides, named the
    same way, `collect_check` the check value of the code that they say ("" without one; `sync.domain.collect_code`).
    """

    id: str
    number: str
    channel: str
    location: str
    currency: str
    at: int
    received_at: int | None
    lines: tuple[BoughtLine, ...]
    paid: tuple[Paid, ...]
    customer: str = ""
    vat_included: bool = True
    language: str = ""
    own: tuple[str, ...] = ()
    gift: bool = False
    ready_by: int | None = None
    collector: str = ""
    proxies: tuple[str, ...] = ()
    collect_check: str = ""

    def line(self, id: str) -> BoughtLine | None:
        """The line of that id."""
        return next((line for line in self.lines if line.id == id), None)

    @property
    def collected(self) -> bool:
        """Whether all of its goods are picked up, and nothing is sent."""
        goods = [line for line in self.lines if line.goods]
        return bool(goods) and all(line.fulfilment is Fulfilment.PICKUP for line in goods)

    @property
    def awaited(self) -> bool:
        """Whether something of it is still to be handed out."""
        return any(line.awaited for line in self.lines)

    @property
    def complete(self) -> bool:
        """Whether the shopper has all of it; of what is picked up, nothing but a hand-out says so (F45)."""
        return self.received_at is not None and not self.awaited

    @property
    def worth(self) -> int:
        """Minor units of what was ordered and not cancelled."""
        gone = sum(line.amount * line.cancelled // line.quantity for line in self.lines if line.cancelled)
        return sum(line.amount for line in self.lines) - gone

    @property
    def due(self) -> int:
        """Minor units that are not paid yet, of what was not cancelled."""
        return max(0, self.worth - sum(paid.amount - paid.rounding for paid in self.paid))


LONGEST_NUMBER = 64
"""Characters of an order number at most."""


def number_key(text: str) -> str:
    """An order number as it is looked up: however people type or say it, letters large and nothing between them."""
    return "".join(c for c in text.upper() if c.isalnum())[:LONGEST_NUMBER]
