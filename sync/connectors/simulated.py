"""A web shop that is not there: places orders and moves goods through the hub's face, as a real channel would.

Its own process. Every request has an id of its own that stays the same over retries, so a hub that was away, or an
answer that was lost, never makes anything happen twice.
"""

import argparse
import logging
import os
import random
import signal
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

import httpx
import msgspec

from sync.domain.money import allocate
from sync.domain.orders import PaidBy
from sync.domain.pricing import line_amount
from sync.domain.value import code_from
from sync.protocol.messages import (
    ChannelCatalogue,
    ChannelLocation,
    ChannelMove,
    ChannelOrder,
    ChannelProduct,
    ChannelReceived,
    ChannelValue,
    Fault,
    OrderLine,
    OrderPayment,
    ReceivedLine,
    RefundDone,
    RefundsAsked,
)
from sync.settings import WrongSetting

log = logging.getLogger(__name__)

SHOWCASE = 500
"""Products that the shop sells: enough to be seen everywhere, few enough to come back to."""
OPEN_MOST = 12
"""Orders that wait to be shipped; beyond it shipping goes first."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
PATIENCE_S = 10.0
"""How long one request may take."""
PLACES = {"warehouse": 6, "online": 3, "store": 2}
"""How often goods are promised from each kind of location."""
RETURNED_WITHIN_MS = 14 * 24 * 3_600_000
"""How long after it came something may go back."""
PEOPLE = ("Daniyar M.", "Aigerim S.", "Nurlan K.", "Saule T.", "Timur A.", "Nino G.", "Elena V.", "Yerlan B.")
"""Shoppers, as staff say their names aloud."""
WAYS = (
    ((PaidBy.ONLINE, 1),),
    ((PaidBy.CARD, 1),),
    ((PaidBy.ONLINE, 9), (PaidBy.POINTS, 1)),
    ((PaidBy.CARD, 4), (PaidBy.GIFT_CARD, 1)),
)
"""How orders are paid: by what, in which proportion."""
GIFT_CARDS = tuple(
    ChannelValue(f"shown-{n}", code_from(600_000_000_000_000 + n), amount, "KZT", 0)
    for n, amount in enumerate((2_500_000, 500_000, 100_000), 1)
)
"""Cards that the shop sold before it opened, so that a till has some to take: 6000 0000 0000 0015 and so on."""
MASKED = {PaidBy.CARD: "**** 4242", PaidBy.ONLINE: "**** 1881"}

Asked = TypeVar("Asked", bound=msgspec.Struct)


class Refused(Exception):
    """The hub answered that it will not do it, now or ever; the message is the hub's."""


@dataclass
class Line:
    """The HTTP side: one request at a time, again and again until there is an answer."""

    client: httpx.Client
    chance: random.Random
    pause: Callable[[float], None] = time.sleep

    def get(self, path: str, kind: type[Asked], **query: str) -> Asked:
        """A GET's answer. Raises Refused."""
        return msgspec.json.decode(self._until_answered("GET", path, params=query).content, type=kind)

    def post(self, path: str, body: msgspec.Struct) -> None:
        """A POST that is the same each time it is tried. Raises Refused."""
        self._until_answered("POST", path, content=msgspec.json.encode(body))

    def _until_answered(self, method: str, path: str, **what: Any) -> httpx.Response:
        wait = FIRST_WAIT_S
        while True:
            answer = self._once(method, path, **what)
            if answer is not None:
                return answer
            # Jitter: channels that lost the same hub don't come back in the same moment (F22).
            self.pause(wait * self.chance.uniform(0.5, 1.0))
            wait = min(wait * 2, LONGEST_WAIT_S)

    def _once(self, method: str, path: str, **what: Any) -> httpx.Response | None:
        """An answer, or None when trying again may help. Raises Refused."""
        try:
            answer = self.client.request(method, path, **what)
        except httpx.TransportError as fault:
            log.warning("the hub is out of reach: %s", fault or type(fault).__name__)
            return None
        if answer.is_success:
            return answer
        if answer.status_code >= 500 or answer.status_code in (408, 425, 429):
            log.warning("the hub answered %d, trying again", answer.status_code)
            return None
        raise Refused(_words(answer))


def _words(answer: httpx.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=Fault).message
    except msgspec.DecodeError:
        return f"the answer was {answer.status_code}"


@dataclass
class Shop:
    """The shop's day: what it sells, what it promised and not yet shipped, what must be bought again."""

    line: Line
    chance: random.Random
    run: str
    clock: Callable[[], int]
    products: list[ChannelProduct] = field(default_factory=list)
    locations: list[ChannelLocation] = field(default_factory=list)
    waiting: list[ChannelOrder] = field(default_factory=list)
    gone: list[tuple[str, str, int]] = field(default_factory=list)
    made: int = 0
    paid_back: int = 0

    def stock_up(self) -> None:
        """Read from the hub what may be sold, and from where. Raises Refused."""
        after = ""
        seen = 0
        self.products, self.locations = [], []
        while True:
            page = self.line.get("/v1/channel/products", ChannelCatalogue, after=after)
            self.locations = page.locations
            for each in page.products:
                seen += 1
                self._choose(each, seen)
            after = page.next
            if not after:
                return

    def sell_cards(self) -> None:
        """Tell the hub of the gift cards; again changes nothing, and what was paid with stays paid. Raises Refused."""
        for card in GIFT_CARDS:
            self.line.post("/v1/channel/value", card)

    def _choose(self, product: ChannelProduct, seen: int) -> None:
        """Each product of a catalogue of any size has the same chance to be among those that the shop sells."""
        if len(self.products) < SHOWCASE:
            self.products.append(product)
        elif (place := self.chance.randrange(seen)) < SHOWCASE:
            self.products[place] = product

    def step(self) -> str:
        """Do one thing, as a web shop's day goes; answers what was done, in words for a log. Raises Refused."""
        what = self.chance.random()
        if self.waiting and (what < 0.4 or len(self.waiting) >= OPEN_MOST):
            return self._ship()
        if self.gone and what < 0.6:
            return self._restock()
        if what > 0.95:
            return self._pay_back()
        return self._order()

    def _name(self, what: str) -> str:
        self.made += 1
        return f"{what}-{self.run}-{self.made}"

    def _order(self) -> str:
        weights = [PLACES.get(place.kind, 1) for place in self.locations]
        place = self.chance.choices(self.locations, weights)[0]
        goods = self.chance.sample(self.products, min(len(self.products), self.chance.randint(1, 3)))
        lines = [OrderLine(each.id, self._quantity(each), each.unit_price) for each in goods]
        order = ChannelOrder(self._name("W"), place.id, lines, self.clock())
        self.line.post("/v1/channel/orders", order)
        self.waiting.append(order)
        return f"order {order.order}: {len(lines)} lines from {place.id}"

    def _quantity(self, product: ChannelProduct) -> int:
        return self.chance.randint(1, 2) * 1000 if product.unit == "pcs" else self.chance.randint(2, 15) * 100

    def _ship(self) -> str:
        order = self.waiting.pop(self.chance.randrange(len(self.waiting)))
        for number, each in enumerate(order.lines, 1):
            self._move(f"{order.order}-{number}", order.location, each.product, -each.quantity, "shipped", order.order)
            self.gone.append((order.location, each.product, each.quantity))
        return f"shipped {order.order} from {order.location}{self._arrive(order)}"

    def _arrive(self, order: ChannelOrder) -> str:
        """Half of what was shipped comes to its shopper at once, so that it can be taken back. What is priced at
        nothing is no order to speak of."""
        if self.chance.random() < 0.5 or not any(line.unit_price for line in order.lines):
            return ""
        told = self._received(order)
        self.line.post("/v1/channel/received", told)
        return f"; {told.customer} has it as {told.number}"

    def _received(self, order: ChannelOrder) -> ChannelReceived:
        now = self.clock()
        until = now + RETURNED_WITHIN_MS
        amounts = [line_amount(line.quantity, line.unit_price) for line in order.lines]
        who = self.chance.randrange(len(PEOPLE))
        in_store = any(place.id == order.location and place.kind == "store" for place in self.locations)
        return ChannelReceived(
            order=order.order,
            number=f"100-{int(self.run, 16) % 90_000 + 10_000 + int(order.order.rpartition('-')[2])}",
            lines=[
                ReceivedLine(str(n), line.product, line.quantity, amount, until)
                for n, (line, amount) in enumerate(zip(order.lines, amounts, strict=True), 1)
            ],
            paid=self._payments(order.order, sum(amounts)),
            placed_at=order.at,
            received_at=now,
            location=order.location if in_store else "",
            customer=PEOPLE[who],
            email=f"shopper{who}@example.com",
            phone=f"+7 701 555 01 {who:02d}",
            language=self.chance.choice(("ru", "kk", "en")),
        )

    def _payments(self, order: str, total: int) -> list[OrderPayment]:
        ways = self.chance.choice(WAYS)
        parts = allocate(total, [weight for _, weight in ways])
        return [
            OrderPayment(str(n), kind.value, part, MASKED.get(kind, ""), f"{order}/{n}")
            for n, ((kind, _), part) in enumerate(zip(ways, parts, strict=True), 1)
        ]

    def _pay_back(self) -> str:
        """Give back what the hub asks for, as a payment side would: each request once."""
        asked = self.line.get("/v1/channel/refunds", RefundsAsked).refunds
        for each in asked:
            self.line.post("/v1/channel/refunds/done", RefundDone(each.key))
            self.paid_back += each.amount
        return f"gave back {len(asked)} payments"

    def _restock(self) -> str:
        """What went out comes in again, so that the store never runs dry."""
        place, product, quantity = self.gone.pop(self.chance.randrange(len(self.gone)))
        self._move(self._name("R"), place, product, quantity, "received")
        return f"received {product} at {place}"

    def _move(self, name: str, place: str, product: str, delta: int, reason: str, order: str = "") -> None:
        self.line.post("/v1/channel/moves", ChannelMove(name, place, product, delta, reason, self.clock(), order))


def keep_shop(shop: Shop, rate: float, pause: Callable[[float], None]) -> NoReturn:
    """Trade for ever, `rate` steps a minute on average, at times that nobody can foresee. Raises Refused at the start,
    when the hub does not admit this channel or has nothing to sell."""
    shop.stock_up()
    if not shop.products or not shop.locations:
        raise Refused("The hub has no products or no locations yet. Import them first.")
    shop.sell_cards()
    while True:
        pause(shop.chance.expovariate(rate / 60))
        try:
            log.info(shop.step())
        except Refused as refused:
            # One order that the hub refuses, as for a product that is gone, never stops the others (F12).
            log.warning("refused: %s", refused)


def register(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `channel`."""
    about = "a simulated web channel: keeps placing orders and moving goods through the hub"
    parser = subparsers.add_parser("channel", help=about, description=about)
    parser.add_argument("--hub", required=True, help="address of the hub, as in http://127.0.0.1:8710")
    parser.add_argument(
        "--key", help="the channel's API key; better in STOREFLOOR_CHANNEL_KEY, where other users do not see it"
    )
    parser.add_argument("--rate", type=float, default=20.0, help="steps in a minute (default: 20)")
    parser.add_argument("--seed", type=int, help="the same choices each time (default: other ones)")
    parser.add_argument("--ca-file", help="PEM file of the private authority that signed the hub's certificate")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Trade until SIGTERM or SIGINT: status 0. Status 1: the hub does not admit this channel. Raises WrongSetting."""
    key = arguments.key or os.environ.get("STOREFLOOR_CHANNEL_KEY", "")
    if not key:
        raise WrongSetting("--key is missing. `python -m sync hub channel-key --name web` prints one.")
    if not arguments.hub.startswith(("http://", "https://")):
        raise WrongSetting(f"--hub = {arguments.hub!r} must start with http:// or https://.")
    if not 0 < arguments.rate <= 60_000:
        raise WrongSetting(f"--rate = {arguments.rate:g} must lie above 0, up to 60000.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s channel: %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _leave)
    with _client(arguments, key) as client:
        chance = random.Random(arguments.seed)
        # The run's own name keeps ids of two runs apart, even of the same seed.
        shop = Shop(Line(client, chance), chance, os.urandom(4).hex(), lambda: time.time_ns() // 1_000_000)
        try:
            keep_shop(shop, arguments.rate, time.sleep)
        except Refused as refused:
            print(f"storefloor: {refused}", file=sys.stderr)
            return 1


def _client(arguments: argparse.Namespace, key: str) -> httpx.Client:
    verify = ssl.create_default_context(cafile=arguments.ca_file)
    headers = {"authorization": f"Bearer {key}"}
    return httpx.Client(base_url=arguments.hub, headers=headers, timeout=PATIENCE_S, verify=verify)


def _leave(*_: object) -> NoReturn:
    # Whatever was being asked is either done at the hub or not: nobody was told that it is.
    raise SystemExit(0)
