"""What happens in a world, in order, made from its seed. Each has a seed of its own: any may be left out."""

import random
from dataclasses import dataclass

KINDS = {
    "sell": 34,
    "agent": 34,
    "order": 6,
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
    return [
        Step(n, chance.choices(kinds, weights)[0], chance.randrange(shape.terminals), chance.getrandbits(48))
        for n in range(total)
    ]
