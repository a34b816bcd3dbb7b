"""What happens in a world, in order, made from its seed. Each has a seed of its own: any may be left out.

What happens to parcels is drawn from a stream of its own and put among the rest: that is the same with and without.
"""

import random
from dataclasses import dataclass

KINDS = {
    "sell": 32,
    "agent": 34,
    "order": 6,
    "received": 8,
    "bring_back": 24,
    "pass": 6,
    "blind": 5,
    "fetch": 6,
    "setting": 3,
    "web_return": 2,
    "gift_card": 5,
    "move": 6,
    "rename": 3,
    "price": 3,
    "count": 3,
    "weather": 6,
    "calm": 3,
    "cut": 5,
    "rejoin": 5,
    "late": 4,
    "kill_app": 4,
    "kill_agent": 5,
    "kill_hub": 4,
    "power": 3,
    "disk_full": 2,
    "disk_readonly": 2,
    "disk_well": 4,
    "clock": 3,
    "rest": 4,
    "backup": 2,
    "restore": 2,
    "clone": 1,
    "image": 1,
    "lose_disk": 2,
    "poison": 2,
    "rot": 1,
    "hint": 4,
    "meanwhile": 8,
    "house": 2,
}
"""The kinds of steps and how often each comes."""
OF_PARCELS = {
    "pick_up": 12,
    "told_again": 4,
    "called_off": 5,
    "staff": 18,
    "collect": 30,
    "here": 13,
    "kill_staff": 10,
    "bring_collected": 5,
    "forget": 1,
}
"""Those of orders that are picked up, and how often each comes."""
BUSY = (2, 3, 3, 3, 4, 22)
"""So many of them a day: in most worlds a few, in some of them one parcel is in everybody's hands."""


@dataclass(frozen=True)
class Shape:
    """How large a world is."""

    stores: int = 2
    terminals: int = 4
    steps: int = 70
    days: int = 1


@dataclass(frozen=True)
class Step:
    """One thing that happens: to terminal number `who`, with a seed of its own."""

    number: int
    kind: str
    who: int
    seed: int

    def __str__(self) -> str:
        return f"{self.number}:{self.kind}@{self.who}"


def plan(seed: int, shape: Shape) -> list[Step]:
    """The steps of a world."""
    chance = random.Random(f"plan {seed}")
    kinds, weights = list(KINDS), list(KINDS.values())
    total = shape.steps * shape.days
    others = [
        Step(n, chance.choices(kinds, weights)[0], chance.randrange(shape.terminals), chance.getrandbits(48))
        for n in range(total)
    ]
    return _with_parcels(others, random.Random(f"parcels {seed}"), shape)


def _with_parcels(others: list[Step], chance: random.Random, shape: Shape) -> list[Step]:
    """Put among them what happens to parcels, numbered behind them; an order comes first."""
    total, count = len(others), chance.choice(BUSY) * shape.days
    kinds, weights = list(OF_PARCELS), list(OF_PARCELS.values())
    before = sorted(chance.randrange(total + 1) for _ in range(count))
    steps, rest = list[Step](), iter(others)
    for n, place in enumerate(before):
        while len(steps) < place + n:
            steps.append(next(rest))
        kind = chance.choices(kinds, weights)[0] if n else "pick_up"
        steps.append(Step(total + n, kind, chance.randrange(shape.terminals), chance.getrandbits(48)))
    return [*steps, *rest]
