"""Simulated click and collect: what the web shop and its shoppers do with orders that are picked up (F44, F45, I-9)."""

import contextlib
import random
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from sync.actions.arrive import arrive
from sync.domain.arrivals import Ready, decide_arrival
from sync.domain.pickups import ParcelState
from sync.hub import keeping
from sync.link.wire import Refused as SaidNo
from sync.local.passes import verify_pass
from sync.local.pickups import parcels_here, parcels_of
from sync.protocol.arrivals import ChannelArrived, FindPickup, PickupAnswer
from sync.protocol.channel import ChannelReceived, OrderPayment, ReceivedLine
from sync.protocol.pickups import ChannelCancelled
from tests.sim import visits
from tests.sim.desk import bring_back
from tests.sim.edges import edges
from tests.sim.net import Weather
from tests.sim.parcels import CODE, serve, tend
from tests.sim.plan import Step
from tests.sim.retailer import CASHIER, PRODUCTS
from tests.sim.terminal import SimTerminal
from tests.sim.world import HOUR, World

RECENT = 3
"""What happens, happens to one of the latest orders: so that one parcel is in several hands."""


def pick_up(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """The web shop tells of an order, with goods of that store or of another."""
    staffed = max(world.terminals, key=lambda it: len(_staffed(world, it.place)))
    told = _order(world, staffed.place if chance.random() < 0.6 else one.place, step.number, chance)
    world.shop.collected.orders.append(told.number)
    _tell(world, told)
    if chance.random() < 0.4:
        staff(world, one, chance, step)


def _tell(world: World, order: ChannelReceived) -> None:
    world.shop.collected.bodies[order.number] = order
    world.tell_hub("received", order)


def _order(world: World, place: str, number: int, chance: random.Random) -> ChannelReceived:
    now, other = world.edges.clock(), world.terminal(chance.randrange(99)).place
    lines = []
    for n, product in enumerate(chance.sample(PRODUCTS[:7], chance.randint(1, 2)), 1):
        source, to = chance.choice(["", "", "", "", other, other, "wh-1"]), other if chance.random() < 0.1 else place
        way = {"fulfilment": "pickup", "pickup_at": to, "source": "" if source == to else source}
        lines.append(ReceivedLine(str(n), product, chance.randint(1, 2) * 1000, 10_000, **way))
    if chance.random() < 0.15:
        lines.append(ReceivedLine("s", "p8", 500, 3_000))  # the rest of it is sent
    due = chance.choice([0, 0, 0, 0, 0, 0, 4_000, 10_000])
    paid = [OrderPayment("t0", "online", sum(line.amount for line in lines) - due)]
    people = {"collector": "Nino O.", "proxies": ("Levan O.",)} if chance.random() < 0.3 else {}
    return ChannelReceived(
        f"C{number}", f"300-{number}", lines, paid, now,
        ready_by=now + chance.randint(1, 4) * HOUR if chance.random() < 0.5 else None,
        collect_code=CODE if chance.random() < 0.3 else "",
        **people,
    )  # fmt: skip


def told_again(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """The web shop tells an order anew: it is paid by now, and what a store can't give comes from another."""
    known = world.shop.collected.bodies.get(_recent(world, chance))
    if known is None:
        return
    _tell(world, _paid(known, [_from_elsewhere(line, one.place, chance) for line in known.lines]))


def _from_elsewhere(line: ReceivedLine, place: str, chance: random.Random) -> ReceivedLine:
    if not line.pickup_at or chance.random() < 0.6:
        return line
    source = place if place != line.pickup_at else ""
    return msgspec.structs.replace(line, source=source)


def _paid(order: ChannelReceived, lines: list[ReceivedLine] | None = None) -> ChannelReceived:
    """The order with all of it paid, and with other lines if they are given."""
    lines = lines or order.lines
    paid = [OrderPayment("t0", "online", sum(line.amount for line in lines))]
    return msgspec.structs.replace(order, lines=lines, paid=paid)


def called_off(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """The shopper calls an order off, or a line of it: a minute before somebody comes for it all the same, or late."""
    known = world.shop.collected.bodies.get(_recent(world, chance))
    if known is None:
        return
    lines = [chance.choice(known.lines).id] if chance.random() < 0.3 else []
    world.tell_hub("cancelled", ChannelCancelled(known.order, world.edges.clock(), lines))
    if chance.random() < 0.5:
        collect(world, one, chance, step, known.number)


def staff(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """Somebody sees to the parcels of a store, now and then at two of its terminals at once."""
    number = _recent(world, chance)
    known = world.shop.collected.bodies.get(number)
    if known is None:
        return
    to = known.lines[0]
    there = _staffed(world, chance.choice([to.pickup_at, to.source or to.pickup_at, one.place]))
    with _well(world) if chance.random() < 0.5 else contextlib.nullcontext():
        for each in chance.sample(there, min(chance.choice([1, 2]), len(there))):
            if chance.random() < 0.75:
                each.turn()
            world.as_app(each, partial(tend, each, number, chance))
            if chance.random() < 0.5:
                each.turn()


@contextlib.contextmanager
def _well(world: World) -> Iterator[None]:
    """The network works for some minutes, where there is a hub: else hardly anything would ever be ready."""
    before, world.net.weather = world.net.weather, Weather()
    world.hub.start()
    world.chase()
    try:
        yield
    finally:
        world.net.weather = before


def collect(world: World, one: SimTerminal, chance: random.Random, step: Step, number: str = "") -> None:
    """A shopper shows the pass or says the number of an order: where it waits, and at others, of whatever store, right
    behind; nobody there has heard of it then unless the network was quick."""
    if not number and not _ready(world, one, chance):
        staff(world, one, chance, step)
    number = number or _ready(world, one, chance) or _recent(world, chance)
    if not number:
        return
    known = world.shop.collected.bodies[number]
    if known.paid[0].amount < sum(line.amount for line in known.lines) and chance.random() < 0.4:
        _tell(world, _paid(known))
    shown = world.pass_of(number) if chance.random() < 0.3 else ""
    there = _staffed(world, known.lines[0].pickup_at)
    at = chance.sample(there, len(there)) if chance.random() < 0.85 else [one]
    if chance.random() < 0.2:
        at.append(world.terminal(chance.randrange(99)))
    for each in at:
        if each.kind != "kiosk" and not each.pending:
            if chance.random() < 0.15:
                each.turn()
            world.as_app(each, partial(serve, each, world.shop.collected, number, shown, chance))


def _ready(world: World, one: SimTerminal, chance: random.Random) -> str:
    """An order that is ready, as one of the store's terminals has it: its shopper had a message."""
    numbers: list[str] = []

    def look(each: SimTerminal) -> None:
        numbers.extend(it.number for it in parcels_here(each.open(), ParcelState.READY))

    for each in _staffed(world, one.place) if chance.random() < 0.7 else []:
        world.as_app(each, partial(look, each))
    return chance.choice(numbers) if numbers else ""


def here(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """A shopper says that she is here: by the link in her message, at a kiosk, or to staff."""
    number = _ready(world, one, chance) or _recent(world, chance)
    if not number:
        return
    order = world.shop.collected.bodies[number]
    if chance.random() < 0.4:
        place = order.lines[0].pickup_at
        world.tell_hub("arrived", ChannelArrived(order.order, place, world.edges.clock()))
        return
    there = [it for it in world.terminals if it.place == order.lines[0].pickup_at]
    at = chance.choice(there) if there and chance.random() < 0.8 else one
    shown = world.pass_of(number) if chance.random() < 0.6 else ""
    if not at.pending:
        world.as_app(at, partial(_say_here, at, number, shown))


def _say_here(one: SimTerminal, number: str, shown: str) -> None:
    """A pass needs no network, a number is the hub's to judge. To be called as the app."""
    local, now = one.open(), edges().clock(one.name)
    actor = "" if one.kind == "kiosk" else CASHIER.id
    if shown:
        says = verify_pass(local, shown, now).says
        bought = says.purchase if says is not None else None
        if bought and isinstance(decide_arrival(parcels_of(local, bought.id), one.place, now, bought), Ready):
            arrive(local, bought.id, bought.number, language="en", now=now, actor=actor)
        return
    try:
        answer = one.ask("ask/pickup", FindPickup(number), PickupAnswer)
    except SaidNo:
        return  # too many numbers were typed there
    if answer is not None and answer.state == "ready":
        arrive(local, answer.order, answer.number, language="en", now=now, actor=actor)


def kill_staff(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """An app, an agent or the hub dies at some step of what happens to parcels."""
    job = partial(chance.choice([staff, collect, collect, called_off]), world, one, chance, step)
    who = chance.choice(["app", "app", "agent", "hub"])
    if who == "hub":
        world.hub_dies(chance, job)
        return
    for each in _staffed(world, one.place):
        world.edges.armed[f"{each.name}/{who}"] = chance.randint(1, chance.choice([60, 200]))
    job()
    if who == "agent":
        one.turn()


def bring_collected(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """Something that was collected comes back."""
    number = _recent(world, chance)
    if number and one.kind != "kiosk":
        world.as_app(one, lambda: bring_back(one, world.shop, chance, number))
        world.as_app(one, lambda: visits.in_exchange(world, one, chance))


def forget(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """The hub shows no more what ended long ago."""
    world.hub.write(keeping.forget_parcels)
    world.hub.write(keeping.forget_arrivals)


def _recent(world: World, chance: random.Random) -> str:
    orders = world.shop.collected.orders[-RECENT:]
    return chance.choice(orders) if orders else ""


def _staffed(world: World, place: str) -> list[SimTerminal]:
    return [it for it in world.terminals if it.kind != "kiosk" and it.place == place and not it.pending]


STEPS: dict[str, Callable[[World, SimTerminal, random.Random, Step], None]] = {
    "pick_up": pick_up,
    "told_again": told_again,
    "called_off": called_off,
    "staff": staff,
    "collect": collect,
    "here": here,
    "kill_staff": kill_staff,
    "bring_collected": bring_collected,
    "forget": forget,
}
