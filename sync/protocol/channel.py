"""Requests and answers of channels, of the payment side and of a retailer's own systems. Part of `messages`."""

from typing import Any

import msgspec


class OrderLine(msgspec.Struct, frozen=True):
    """One line of a channel's order, quantity in thousandths."""

    product: str
    quantity: int
    unit_price: int = 0


class ChannelOrder(msgspec.Struct, frozen=True):
    """POST /v1/channel/orders: goods promised from a location. The same `order` again changes nothing."""

    order: str
    location: str
    lines: list[OrderLine]
    at: int


class OrderPayment(msgspec.Struct, frozen=True):
    """A tender of a channel's order: `kind` as in `sync.domain.orders.PaidBy`, `amount` what it paid, minor units.

    `masked` is what people know it by, `reference` what the payment side knows it by.
    """

    id: str
    kind: str
    amount: int
    masked: str = ""
    reference: str = ""


class ReceivedLine(msgspec.Struct, frozen=True):
    """One line that the shopper has, or will pick up. `amount`: paid for it after every discount; `until`: its
    deadline, UTC ms.

    `serials`: the numbers of its units, of all or none. Shipping is a line without a product, with a `name` and a
    `vat_rate` of its own. `fulfilment`: `ship`, `pickup` or `carry_out`; `pickup_at`: the store where it is picked up,
    `source`: where it comes from, if not from there: it is promised there at once (F44). `substitutes`: what may be
    given in place of what is picked up: "" nothing, `listed` the articles of `substitute_ids`, `similar` any of the
    same department.
    """

    id: str
    product: str
    quantity: int
    amount: int
    until: int | None = None
    returnable: bool = True
    serials: list[str] = []
    name: str = ""
    vat_rate: int = 0
    fulfilment: str = "ship"
    pickup_at: str = ""
    source: str = ""
    substitutes: str = ""
    substitute_ids: tuple[str, ...] = ()


class ReceivedBundle(msgspec.Struct, frozen=True):
    """Lines that were sold as one thing. With `amount`, what was paid for all of it: its lines get shares of that in
    proportion to their own amounts; without one theirs are what was paid."""

    name: str
    lines: list[str]
    amount: int | None = None


class ChannelReceived(msgspec.Struct, frozen=True):
    """POST /v1/channel/received: the shopper has the goods of an order, so that they may come back, or will pick them
    up. The same order again replaces lines and payments that nothing came back of yet.

    `number` is what people call the order. `location`: the store that it was collected in, "" if it was sent.
    `gift`: whoever has the goods did not pay for them. `email`, `phone`, `account` and `loyalty` (numbers of a customer
    and a loyalty card) are for finding it, and stay at the hub. `received_at`: when what was sent arrived, none if it
    did not yet; of what is picked up nothing but the hand-out says so (F45).

    Of what is picked up: `ready_by` is when the shopper was promised that it is ready (UTC ms), `collector` who
    collects it, as staff see it ("Nino O.", 60 characters at most, no address), `proxies` others who may, in the same
    form. `collect_code`: the 4 to 8 digits that they say; the hub keeps and tells a check value alone.
    """

    order: str
    number: str
    lines: list[ReceivedLine]
    paid: list[OrderPayment]
    placed_at: int
    received_at: int | None = None
    location: str = ""
    customer: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    account: str = ""
    loyalty: str = ""
    bundles: list[ReceivedBundle] = []
    gift: bool = False
    ready_by: int | None = None
    collector: str = ""
    proxies: tuple[str, ...] = ()
    collect_code: str = ""


class GivenPass(msgspec.Struct, frozen=True):
    """A signed pass of a purchase, for its shopper: `text` goes into a QR code in alphanumeric mode, at level M.

    `purchase` is its id; `serial` names the pass, to revoke it by. Times are UTC ms, of whole seconds.
    """

    purchase: str
    serial: str
    text: str
    issued: int
    expires: int


class ChannelReturn(msgspec.Struct, frozen=True):
    """POST /v1/channel/returns: the channel itself took goods back and refunded them (web, call centre). Refused if the
    right to it is gone. Idempotent by `ret`."""

    ret: str
    order: str
    lines: list[tuple[str, int]]
    at: int


class ChannelValue(msgspec.Struct, frozen=True):
    """POST /v1/channel/value: a gift card was sold or given. `value` is the channel's own id for it: the same again
    changes nothing. `code`: 16 digits by `sync.domain.value`, which the hub forgets; `end`: UTC ms, none for no end."""

    value: str
    code: str
    amount: int
    currency: str
    at: int
    end: int | None = None


class IssuedValue(msgspec.Struct, frozen=True):
    """The account of an issued gift card, and whether it is new."""

    account: str
    masked: str
    new: bool


class RefundAsked(msgspec.Struct, frozen=True):
    """Money that the payment side has to give back, once for a `key`. `paid`, `kind` and `reference` are those of the
    payment that it came by; `amount` in minor units. `ret` is the return's id."""

    key: str
    purchase: str
    order: str
    ret: str
    paid: str
    kind: str
    amount: int
    currency: str
    reference: str
    at: int


class RefundsAsked(msgspec.Struct, frozen=True):
    """GET /v1/channel/refunds?after=: what is open, by key; `next` is "" at the end."""

    refunds: list[RefundAsked]
    next: str


class RefundDone(msgspec.Struct, frozen=True):
    """POST /v1/channel/refunds/done: it was given back. Again changes nothing."""

    key: str


class ChannelEvent(msgspec.Struct, frozen=True):
    """Something that the retailer's own systems may act on. `kind`: `return_recorded`, `refund_promised`,
    `refund_refused`; `number` grows in the order of commits."""

    number: int
    kind: str
    purchase: str
    at: int
    body: Any


class ChannelEvents(msgspec.Struct, frozen=True):
    """GET /v1/channel/events?after=: those behind number `after`, in order; `next` is where to go on, unless `epoch`
    changed: the hub was restored, and numbers begin anew."""

    events: list[ChannelEvent]
    next: int
    epoch: str


class ChannelMove(msgspec.Struct, frozen=True):
    """POST /v1/channel/moves: goods came or went. `order` given: its reservation is consumed. Idempotent by `move`."""

    move: str
    location: str
    product: str
    delta: int
    reason: str
    at: int
    order: str = ""


class ChannelProduct(msgspec.Struct, frozen=True):
    """What a channel may sell: `unit` is `pcs` or `kg`, `unit_price` in minor units (0: no price now)."""

    id: str
    sku: str
    unit: str
    unit_price: int = 0


class ChannelLocation(msgspec.Struct, frozen=True):
    """A place that a channel may promise goods from: kind `store`, `warehouse` or `online`."""

    id: str
    kind: str


class ChannelCatalogue(msgspec.Struct, frozen=True):
    """GET /v1/channel/products?after=&limit=: products by id; `next` is the `after` of the next page, "" at the end."""

    products: list[ChannelProduct]
    locations: list[ChannelLocation]
    next: str = ""
