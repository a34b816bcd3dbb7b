"""A simulated returns desk: finds orders, claims rights where the hub answers, takes goods back by the real action."""

import random

from sync.actions.clock import new_id
from sync.actions.take_back import Wish, make_ready
from sync.domain.orders import Purchase
from sync.domain.passes import Answer
from sync.domain.returns import Basis, Condition, Destination, Item, Reason, basis_offline
from sync.link.wire import Refused as SaidNo
from sync.local import purchases_by_number, return_rules
from sync.local.passes import verify_pass
from sync.protocol.messages import ChannelReceived, ClaimedRight, ClaimRight, OrderPayment, ReceivedLine
from tests.sim import swap
from tests.sim.edges import edges
from tests.sim.planned import Plan, touch
from tests.sim.retailer import CASHIER, PRODUCTS, lead_of
from tests.sim.terminal import SimTerminal
from tests.sim.told import Shop

DAY = 24 * 3_600_000
RECENT = 3
"""Shoppers come with one of the latest orders: so that the same one is brought to several tills."""


def received(number: int, place: str, chance: random.Random, now: int) -> ChannelReceived:
    """An order as its channel tells that the shopper has it: paid in one to three ways."""
    goods = chance.sample(PRODUCTS, chance.randint(1, 3))
    lines = [
        ReceivedLine(str(n), product, chance.randint(1, 3) * 1000, chance.randint(1, 90_000), now + 30 * DAY)
        for n, product in enumerate(goods, 1)
    ]
    total = sum(line.amount for line in lines)
    kinds = chance.sample(["card", "points", "online", "gift_card", "cash"], chance.randint(1, 3))
    cuts = sorted(chance.randint(0, total) for _ in kinds[1:])
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
    paid = [OrderPayment(f"t{n}", kind, part) for n, (kind, part) in enumerate(zip(kinds, parts, strict=True))]
    return ChannelReceived(f"R{number}", f"100-{number}", lines, paid, now - DAY, now, place)


def bring_back(till: SimTerminal, shop: Shop, chance: random.Random, number: str = "") -> None:
    """One shopper with one order, that one or one of the latest, from its number to the slip. To be called as the
    app."""
    local, now = till.open(), edges().clock(till.name)
    planned = shop.returns.planned.pop(till.name, None)
    if planned is not None:
        touch(till, shop, planned, now)  # who looked at it until now
    number = number or chance.choice(shop.returns.orders[-RECENT:])
    for _ in range(chance.choice([1, 1, 2])):  # some come back at once: there was something else in the bag
        found = purchases_by_number(local, number)
        if found:
            _take(till, shop, found[0], chance, now)


def bring_pass(till: SimTerminal, shop: Shop, text: str, chance: random.Random) -> None:
    """One shopper who shows a pass: of an order, or the receipt of a sale that any till may have printed. To be called
    as the app."""
    local, now = till.open(), edges().clock(till.name)
    shown = verify_pass(local, text, now)
    if shown.answer is Answer.OK and shown.purchase is not None:
        _take(till, shop, shown.purchase, chance, now)


def _take(till: SimTerminal, shop: Shop, bought: Purchase, chance: random.Random, now: int) -> None:
    items = _items(bought, chance)
    if not items:
        return
    right = _claimed(till, bought, items, now, chance) if chance.random() < 0.7 else None
    purchase = right[2] if right else bought
    basis = Basis.CLAIM if right else _offline(till, purchase, items, now)
    claim = right[:2] if right else ("", 0)
    return_id, way = new_id(now), chance.choice(["tenders", "tenders", "credit", "goods", "goods"])
    shop.returns.begun.add(return_id)
    for_goods = way == "goods" and basis is not Basis.PROMISE
    if for_goods and swap.begin(till, return_id, purchase, items, basis, claim, now):
        return
    to = Destination.CREDIT if way == "credit" else Destination.TENDERS
    by_card, lead = chance.random() < 0.7, lead_of(till.place)
    wish = Wish(return_id, purchase, items, basis, claim[0], lead, CASHIER, "en", now, to=to, by_card=by_card)
    if basis is Basis.CLAIM or chance.random() < 0.6:
        touch(till, shop, Plan(wish), now)
    else:
        shop.returns.planned[till.name] = Plan(wish, make_ready(till.open(), wish))


def _items(purchase: Purchase, chance: random.Random) -> tuple[Item, ...]:
    left = [line for line in purchase.lines if line.left]
    chosen = chance.sample(left, min(len(left), chance.randint(1, 2)))
    return tuple(
        Item(line.id, chance.randint(1, line.left // 1000) * 1000, _any(Reason, chance), _any(Condition, chance))
        for line in chosen
        if line.left >= 1000
    )


def _any(kind: type, chance: random.Random):  # type: ignore[no-untyped-def]
    return chance.choice(list(kind))


def _offline(till: SimTerminal, purchase: Purchase, items: tuple[Item, ...], now: int) -> Basis:
    total = sum(line.amount for item in items if (line := purchase.line(item.line)))
    return basis_offline(purchase, till.place, total, return_rules(till.open(), now))


def _claimed(
    till: SimTerminal, purchase: Purchase, items: tuple[Item, ...], now: int, chance: random.Random
) -> tuple[str, int, Purchase] | None:
    """The right, until when it is ours by this till's clock, and the purchase as the hub has it."""
    body = ClaimRight(chance.randbytes(8).hex(), purchase.id, [(item.line, item.quantity) for item in items])
    try:
        told = till.ask("claims/refund", body, ClaimedRight)
    except SaidNo:
        return None
    return (told.claim, now + max(0, told.expires - told.now), told.purchase) if told else None
