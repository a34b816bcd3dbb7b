"""Running a plan in a world, healing it, checking it; and finding the shortest history that still fails."""

import contextlib
import hashlib
import logging
import random
import sqlite3
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

from tests.sim import checks
from tests.sim.cards import ask_about
from tests.sim.drawer import count_out
from tests.sim.office import settle_one
from tests.sim.owed import fetch
from tests.sim.plan import Shape, Step, plan
from tests.sim.plants import PLANTS
from tests.sim.steps import _ready, do
from tests.sim.terminal import SimTerminal
from tests.sim.world import HOUR, Broken, World, made, prepare

SETTLING = (4, 5)
"""Rounds before which somebody at each terminal settles a matter, nearly always the same one."""
FETCHING = 6
"""The round before which shoppers with slips go from till to till."""
ROUNDS = 12
"""Rounds of everybody after which a healed world must be at rest."""


@dataclass(frozen=True)
class Result:
    """How a world ended. `what` is empty if all held."""

    seed: int
    what: str = ""
    detail: str = ""
    at: str = ""
    history: tuple[str, ...] = ()
    requests: int = 0
    sales: int = 0
    closes: int = 0
    """Shifts that a Z report was printed for."""
    exchanges: int = 0
    """Exchanges that a receipt was printed for."""
    blind: int = 0
    """Returns with nothing to prove them that a slip was printed for."""
    paid_out: int = 0
    """Debts that were paid in cash at a till."""
    handed: int = 0
    """Hand-outs that a slip was printed for."""
    doubles: int = 0
    """Parcels that two terminals gave, not knowing of each other."""
    arrivals: int = 0
    digest: str = ""
    """Of all that the hub recorded, byte for byte: equal worlds have equal ones."""


def run(seed: int, shape: Shape, steps: list[Step] | None = None, plant: str = "") -> Result:
    """One world, from its first step to its last check; `plant` names a fault of tests/sim/plants.py to plant in it."""
    logging.disable(logging.CRITICAL)
    try:
        with tempfile.TemporaryDirectory(prefix="sim-", dir=_fast()) as folder:
            prepare(Path(folder), shape)
            with PLANTS[plant]() if plant else contextlib.nullcontext():
                return _run(Path(folder), seed, shape, plan(seed, shape) if steps is None else steps)
    finally:
        logging.disable(logging.NOTSET)


def _fast() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


def _run(folder: Path, seed: int, shape: Shape, steps: list[Step]) -> Result:
    with made(folder, shape, seed) as world:
        at = "start"
        try:
            for step in steps:
                at = str(step)
                world.note(at)
                do(world, step)
                checks.shown(world, world.terminal(step.who))
            at = "healing"
            heal(world)
            at = "healed"
            checks.healed(world)
        except Broken as broken:
            return Result(seed, broken.what, str(broken), at, tuple(world.history))
        except Exception as error:  # noqa: BLE001 - whatever the product raises here, it should not have
            return Result(seed, type(error).__name__, traceback.format_exc(limit=-12), at, tuple(world.history))
        return _held(seed, world)


def _held(seed: int, world: World) -> Result:
    books = sqlite3.connect(f"file:{world.hub.folder}/hub.db?mode=ro", uri=True)
    rows = books.execute(
        "SELECT terminal, seq, raw, outcome, code, received_at FROM operation ORDER BY 1, 2, 3"
    ).fetchall()
    counts = {"doubles": "attention WHERE code = 'handed_out_twice'", "arrivals": "arrival"}
    told = {name: books.execute(f"SELECT count(*) FROM {what}").fetchone()[0] for name, what in counts.items()}
    books.close()
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    told |= {"handed": len(world.shop.collected.told)}
    told |= {"sales": len(world.ledger.told), "closes": len(world.drawers.told), "blind": len(world.returns.blind)}
    told |= {"exchanges": world.returns.exchanged, "paid_out": len(world.returns.paid_out)}
    told |= {"requests": world.net.carried}
    return Result(seed, digest=digest, **told)


def _day_ends(world: World, one: SimTerminal) -> None:
    ask_about(one.open(), world.shop, world.edges.clock(one.name))
    count_out(one, world.drawers)


def heal(world: World) -> None:
    """Everything works again; everybody goes on until nothing is left to do. Raises Broken if that takes for ever."""
    world.edges.disk.clear()
    world.edges.armed.clear()
    world.net.between.clear()
    world.net.weather.calm()
    world.net.deliver_late()
    world.hub.start()
    for one in world.terminals:
        if one.kind != "kiosk" and "code" not in one.pending:
            world.as_app(one, partial(_day_ends, world, one))
    for n in range(ROUNDS):
        world.edges.now_ms += HOUR // 2
        world.chase()
        if n in SETTLING:
            for m, one in enumerate(world.terminals):  # nobody has heard of the others' words yet
                world.as_app(one, partial(settle_one, one, random.Random(100 * n + m)))
        if n == FETCHING:
            for slip, one in product(world.returns.slips[-3:], world.terminals):
                world.as_app(one, partial(fetch, one, world.shop, slip, random.Random(n)))
        for one in world.terminals:
            if _ready(world, one) and one.turn() and one.agent is not None:
                one.agent.house_is_due()
                one.pending.clear()
    for one in world.terminals:
        checks.require("code" not in one.pending, "I-4", f"{one.name} never became a terminal again")
        one.turn()


def shortest(failed: Result, steps: list[Step], again: Callable[[list[Step]], Result], tries: int = 120) -> list[Step]:
    """Leave out all that is not needed for the same failure (delta debugging, Zeller 2002), within so many tries."""
    size = max(1, len(steps) // 2)
    while tries > 0:
        start, shorter = 0, False
        while start < len(steps) and tries > 0:
            fewer = steps[:start] + steps[start + size :]
            tries -= 1
            if again(fewer).what == failed.what:
                steps, shorter = fewer, True
            else:
                start += size
        if size == 1 and not shorter:
            break
        size = max(1, size // 2)
    return steps
