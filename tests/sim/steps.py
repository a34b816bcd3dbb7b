"""What each kind of step does to a world."""

import random
from collections.abc import Callable

from sqlalchemy import Engine

from sync.hub import feed, settings
from sync.hub.movements import Move, post
from sync.link.enrol import AlreadyEnrolled
from sync.link.wire import NoAnswer, Refused
from sync.local import NotRecorded, files
from sync.protocol.arrivals import ChannelArrived
from sync.protocol.messages import ChannelMove, ChannelOrder, ChannelReceived, ChannelReturn, ChannelValue, OrderLine
from sync.protocol.pickups import ChannelCancelled
from tests.sim import collect, retailer, visits
from tests.sim.cashier import spoil
from tests.sim.desk import received
from tests.sim.edges import copy_files, put_back
from tests.sim.plan import Step
from tests.sim.purse import gift_card
from tests.sim.retailer import PRODUCTS, places
from tests.sim.terminal import SimTerminal
from tests.sim.world import HOUR, World

MOST_TERMINALS = 8
Do = Callable[[World, SimTerminal, random.Random, Step], None]


SPENT = ("code_expired", "code_unknown", "code_used")
"""A code that is of no more use; used, it was by a key that a sick disk did not keep."""


def do(world: World, step: Step) -> None:
    """Let one step happen. Whatever it armed ends with it."""
    chance = random.Random(step.seed)
    world.edges.chance.seed(step.seed)
    world.edges.now_ms += chance.randint(1_000, 60_000)
    one = world.terminal(step.who)
    if _ready(world, one):
        STEPS[step.kind](world, one, chance, step)
    world.edges.armed.clear()
    world.net.between.clear()


def _ready(world: World, one: SimTerminal) -> bool:
    """Whether it is a terminal: one that lost its disk is first enrolled anew."""
    code = one.pending.get("code")
    if code is None:
        return True
    if one.busy:
        return False  # it waits for the answer to just that
    one.busy = True
    try:
        one.enrol(code)
    except (NoAnswer, Refused, NotRecorded) as no:  # its disk may be sick: whoever enrols it tries again
        world.edges.bury(f"{one.name}/agent")
        if isinstance(no, Refused) and no.fault.code in SPENT and world.hub.up:
            one.pending["code"] = world.hub.code(one.identity, one.kind, one.place)
        return False
    except AlreadyEnrolled:
        world.edges.bury(f"{one.name}/agent")  # only its first replica failed: the agent fetches that
    finally:
        one.busy = False
    one.pending.clear()
    one.unknown_to_backup = True
    return True


def _agent(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    one.turn()


def _order(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    goods = [OrderLine(p, chance.randint(1, 2) * 1000, 10_000) for p in chance.sample(PRODUCTS, chance.randint(1, 3))]
    place = chance.choice(list(places(world.shape.stores)))
    world.tell_hub("orders", ChannelOrder(f"W{step.number}", place, goods, world.edges.clock()))


def _received(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    place = chance.choice(["", one.place])
    world.tell_hub("received", received(step.number, place, chance, world.edges.clock()))
    world.returns.orders.append(f"100-{step.number}")


def _gift_card(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    world.tell_hub("value", gift_card(world.shop.purse, step.number, chance, world.edges.clock()))


def _web_return(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """The channel itself takes something back, if the right to it is free."""
    told = [body for body in world.web.done if isinstance(body, ChannelReceived) and body.number not in world.picked]
    if told:
        order = chance.choice(told)
        lines = [(line.id, 1000) for line in chance.sample(order.lines, 1)]
        world.tell_hub("returns", ChannelReturn(f"X{step.number}", order.order, lines, world.edges.clock()))


def _move(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    delta = chance.choice([-2000, -1000, 1000, 3000])
    place = chance.choice(list(places(world.shape.stores)))
    move = ChannelMove(
        f"M{step.number}-{chance.getrandbits(32)}", place, chance.choice(PRODUCTS), delta, "moved", world.edges.clock()
    )
    world.tell_hub("moves", move)


def _rename(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    row = retailer.product_row(chance.choice(PRODUCTS), f"Article {step.number}")
    world.hub.write(retailer.put, "catalogue", "product", [row])


def _price(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    row = retailer.price_row(chance.choice(PRODUCTS), chance.randint(1_000, 90_000))
    world.hub.write(retailer.put, "pricelist:base", "price", [row])


def _setting(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """The retailer changes one of its limits, while claims are out and tills work by the old one."""
    key, values = chance.choice(list(retailer.RULES.items()))
    value = chance.choice(values)

    def job(engine: Engine, now: int) -> None:
        with feed.recording(engine, now) as (conn, recorder):
            settings.put(conn, recorder, key, value)

    world.shop.rules[key].add(value)
    world.hub.write(job)


def _count(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """A stock-take corrects a few levels by movements."""

    def job(engine: Engine, now: int) -> None:
        with feed.recording(engine, now) as (conn, recorder):
            moves = [
                Move(f"count:{step.number}:{p}", p, one.place, chance.randint(-3, 5) * 1000, "count", now, "count")
                for p in chance.sample(PRODUCTS, 3)
            ]
            post(conn, recorder, moves)

    world.hub.write(job)


def _weather(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    w = world.net.weather
    w.lost, w.unanswered, w.twice, w.late, w.portal = (chance.choice([0, 0, 5, 15, 30]) for _ in range(5))


def _calm(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    cut, w = world.net.weather.cut, world.net.weather
    w.calm()
    w.cut = cut


def _cut(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.net.weather.cut |= {t.name for t in world.terminals} if chance.random() < 0.2 else {one.name}


def _rejoin(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.net.weather.cut.clear()


def _late(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.net.deliver_late()


def _kill_app(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    world.edges.armed[f"{one.name}/app"] = chance.randint(1, chance.choice([50, 50, 200]))
    visits.visit(world, one, chance, step)


def _kill_agent(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    world.edges.armed[f"{one.name}/agent"] = chance.randint(1, 90)
    one.turn()


def _kill_hub(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    world.hub_dies(chance, lambda: chance.choice([_agent, _order, _move, _count])(world, one, chance, step))


def _power(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    if chance.random() < 0.5:
        chance.choice([_kill_app, _kill_agent])(world, one, chance, step)
    one.cut_power()


def _disk(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    world.edges.disk[one.name] = step.kind.removeprefix("disk_")
    visits.visit(world, one, chance, step)
    one.turn()


def _disk_well(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.edges.disk.clear()


def _clock(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    who = chance.choice([one.name, one.name, one.name, "hub"])
    jump = chance.choice([-26, -1, 0, 0, 1, 5, 24 * 40]) if who != "hub" else chance.choice([0, 0, 1, 2])
    world.edges.skew[who] = jump * HOUR + chance.randint(-90_000, 90_000)


def _rest(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.edges.now_ms += chance.choice([1, 1, 1, 10, 24, 24 * 31, 24 * 95]) * HOUR


def _backup(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.hub.back_up()
    world.web.at_backup = len(world.web.done)
    for each in world.terminals:
        each.unknown_to_backup = "code" in each.pending


def _restore(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """Every other time nobody tells the hub: then it serves on, and has to find out by itself."""
    quietly = chance.random() < 0.5
    if world.hub.restore(quietly):
        world.restored += 1
        for each in world.terminals:
            if each.unknown_to_backup or "code" in each.pending:  # it may have become one since, and not know it yet
                each.shut_down()
                each.pending |= {"code": world.hub.code(each.identity, each.kind, each.place), "again": True}
        # What the web channel was acknowledged since is gone with that hub: its own system asks again.
        again = world.web.done[world.web.at_backup :]
        del world.web.done[world.web.at_backup :]
        kinds = {
            ChannelOrder: "orders",
            ChannelMove: "moves",
            ChannelReceived: "received",
            ChannelReturn: "returns",
            ChannelValue: "value",
            ChannelCancelled: "cancelled",
            ChannelArrived: "arrived",
        }
        world.shop.collected.mine.clear()
        world.web.asked[:0] = [(kinds[type(body)], body) for body in again]
        for _ in range(chance.randrange(8) if quietly else 0):
            chance.choice([_move, _rename, _price])(world, one, chance, step)


def _clone(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    if len(world.terminals) >= MOST_TERMINALS or not _at_rest(world, one):
        return
    name = f"{one.name}~{len(world.terminals)}"
    twin = one.clone(name, world.folder / name)
    world.terminals.append(twin)
    for each in (one, twin):
        visits.shop(world, each, chance, step)


def _at_rest(world: World, one: SimTerminal) -> bool:
    """Shut down, with no cart left open: a machine that is imaged is not in the middle of a sale."""
    one.shut_down()
    if one.name in world.edges.disk or "rotten" in one.pending:
        return False
    with one.as_app():
        empty = one.open().raw.execute("SELECT count(*) FROM draft").fetchone()[0] == 0
    one.shut_down()
    return empty


def _image(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """An image of the disk is kept, for the day when it breaks."""
    if _at_rest(world, one):
        one.image = copy_files(one.home)


def _lose_disk(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """A new disk: with an older image on it (F24), or empty, and the machine is enrolled anew."""
    if not world.hub.up or not one.alone or one.name in world.edges.disk or one.pending:
        return
    one.lose_disk()
    one.alone = False
    told = world.ledger.told | world.returns.told | world.returns.blind | world.returns.paid_out
    told |= world.shop.collected.told
    world.ledger.dead_disks |= {what for what, (machine, _) in told.items() if machine == one.name}
    if one.image is not None:
        put_back(one.home, one.image)
        one.home.chmod(0o700)
        return
    one.pending["code"] = world.hub.code(one.identity, one.kind, one.place)


def _poison(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    world.as_app(one, lambda: spoil(one, world.ledger, chance))


def _rot(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """A page of the replica turns to zeros."""
    if one.name in world.edges.disk:
        return
    one.shut_down()
    path = files.current(one.home)
    if path is None or not path.exists():
        return
    with path.open("r+b") as file:
        pages = path.stat().st_size // 4096
        file.seek(4096 * chance.randrange(1, max(2, pages)))
        file.write(bytes(4096))
    one.pending["rotten"] = True


def _hint(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    """A live event, which may be stale or of the future, and the round that it stirs."""
    if one.agent is not None:
        scope = chance.choice(["catalogue", "pricelist:base", f"location:{one.place}", "location:wh-1"])
        one.agent.hint(scope, chance.randint(1, 60))
        one.turn()


def _meanwhile(world: World, one: SimTerminal, chance: random.Random, step: Step) -> None:
    """Others go on while the agent waits for the hub's answers."""
    other = world.terminal(chance.randrange(99))

    def sale() -> None:
        visits.shop(world, one, chance, step)

    def elsewhere() -> None:
        if other is not one and _ready(world, other):
            other.turn()

    jobs = [sale, elsewhere, lambda: _move(world, one, chance, step), lambda: _price(world, one, chance, step)]
    world.net.between = [chance.choice(jobs) for _ in range(3)]
    one.turn()


def _house(world: World, one: SimTerminal, chance: random.Random, _: Step) -> None:
    if one.agent is not None:
        one.agent.house_is_due()
        one.turn()


STEPS: dict[str, Do] = {
    "sell": visits.shop,
    "agent": _agent,
    "order": _order,
    "received": _received,
    "bring_back": visits.return_goods,
    "pass": visits.show_pass,
    "blind": visits.without_proof,
    "fetch": visits.fetch_cash,
    "setting": _setting,
    "web_return": _web_return,
    "gift_card": _gift_card,
    "move": _move,
    "rename": _rename,
    "price": _price,
    "count": _count,
    "weather": _weather,
    "calm": _calm,
    "cut": _cut,
    "rejoin": _rejoin,
    "late": _late,
    "kill_app": _kill_app,
    "kill_agent": _kill_agent,
    "kill_hub": _kill_hub,
    "power": _power,
    "disk_full": _disk,
    "disk_readonly": _disk,
    "disk_well": _disk_well,
    "clock": _clock,
    "rest": _rest,
    "backup": _backup,
    "restore": _restore,
    "clone": _clone,
    "image": _image,
    "lose_disk": _lose_disk,
    "poison": _poison,
    "rot": _rot,
    "hint": _hint,
    "meanwhile": _meanwhile,
    "house": _house,
    **collect.STEPS,
}
