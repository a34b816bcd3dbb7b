"""What shoppers and staff do at terminals: steps of a world."""

import random
from functools import partial

from sync.actions.cart import open_cart
from sync.domain import codes
from sync.local import find_code, stock_rows
from tests.sim.blind import PHONES, bring_without_proof
from tests.sim.cashier import serve_shopper
from tests.sim.desk import RECENT, bring_back, bring_pass
from tests.sim.drawer import tend
from tests.sim.office import settle_one
from tests.sim.owed import fetch
from tests.sim.plan import Step
from tests.sim.retailer import PRODUCTS, gtin
from tests.sim.terminal import SimTerminal
from tests.sim.world import World


def visit(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """Somebody comes to a terminal, with or without goods in their bag."""
    kinds = [shop, shop, return_goods, return_goods, without_proof, fetch_cash]
    chance.choice(kinds)(world, one, chance, step)


def shop(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """A shopper buys, or looks at what there is."""
    if one.kind == "kiosk":
        world.as_app(one, lambda: _look(world, one, chance))
    elif not one.serving:
        one.serving = True
        try:
            _serve(world, one, chance, step)
        finally:
            one.serving = False


def _serve(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    drawer = random.Random(step.seed + 1)  # of its own: shoppers do the same whoever counts
    if drawer.random() < 0.4:
        world.as_app(one, lambda: tend(one, world.drawers, drawer))
    world.as_app(one, lambda: serve_shopper(one, world.shop, chance))


def _look(world: World, one: SimTerminal, chance: random.Random) -> None:
    local, now = one.open(), world.edges.clock(one.name)
    found = find_code(local, codes.read(gtin(chance.choice(PRODUCTS))), now)
    if found is not None:
        stock_rows(local, found.product.id, now)


def return_goods(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """A shopper brings something back: by its receipt, by the number of the order, or for other goods."""
    office = random.Random(step.seed + 2)  # of its own: shoppers do the same whoever settles
    if one.kind == "kiosk":
        return
    if office.random() < 0.5:
        world.as_app(one, lambda: settle_one(one, office))
    if world.ledger.receipts and chance.random() < 0.4:
        receipt = chance.choice(world.ledger.receipts[-RECENT:])
        world.as_app(one, lambda: bring_pass(one, world.shop, receipt, chance))
    elif world.returns.orders:
        world.as_app(one, lambda: bring_back(one, world.shop, chance))
    world.as_app(one, lambda: in_exchange(world, one, chance))
    if chance.random() < 0.3:
        one.turn()


def in_exchange(world: World, one: SimTerminal, chance: random.Random) -> None:
    """Who brought goods for others buys those. Now and then the till dies in the middle of it."""
    if open_cart(one.open(), world.edges.clock(one.name)).back is not None:
        if chance.random() < 0.4:
            world.edges.armed.setdefault(f"{one.name}/app", chance.randint(1, 90))
        serve_shopper(one, world.shop, chance)


def show_pass(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """The pass of an order is shown at several terminals, in whatever store, one right after the other."""
    text = world.pass_of(chance.choice(world.returns.orders[-RECENT:])) if world.returns.orders else ""
    for each in _some(world, one, chance) if text else []:
        world.as_app(each, partial(bring_pass, each, world.shop, text, chance))
        world.as_app(each, partial(in_exchange, world, each, chance))


def without_proof(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """A shopper with nothing to prove a purchase goes from till to till."""
    phone = chance.choice(PHONES)
    for each in _some(world, one, chance):
        world.as_app(each, partial(bring_without_proof, each, world.shop, phone, chance))


def fetch_cash(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """A shopper fetches cash with a slip, and tries it at another till as well: at once, or when a lease is over."""
    if not world.returns.slips:
        return
    slip = chance.choice(world.returns.slips[-RECENT:])
    for each in _some(world, one, chance):
        if chance.random() < 0.5:
            each.turn()  # what was written has stirred it
        world.as_app(each, partial(fetch, each, world.shop, slip, chance))
        world.edges.now_ms += chance.choice([0, 1, 20]) * 60_000


def _some(world: World, one: SimTerminal, chance: random.Random) -> list[SimTerminal]:
    """That terminal and another, if both are there and staff have them."""
    found = [one, world.terminal(chance.randrange(99))]
    return [it for n, it in enumerate(found) if it.kind != "kiosk" and not it.pending and it not in found[:n]]
