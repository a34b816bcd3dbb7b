"""A storm: 1,000 terminals that were offline push 200 sales each at the same moment; none is lost and none is twice."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench._hub import LINES, Run, Sales, Till, enrolled, new_database, open_retailer, postgres, push_all
from tests.bench.figures import Figure, load, percentile

SALES = 200
"""Of each terminal."""
BATCH = 100
TERMINALS_A_STORE = 20
AGAIN = 20
"""One push in so many is sent a second time, as by a terminal whose answer was lost."""


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: terminals (default 1,000)."""
    count = size or 1000
    with postgres() as server, tempfile.TemporaryDirectory() as name:
        run, again = _storm(server, Path(name), count)
    waits = [percentile(run.waits, share) for share in (0.5, 0.99)]
    note = (
        f"{count} terminals x {SALES} sales of {LINES} lines in pushes of {BATCH}, {again} pushes sent twice; "
        f"none lost, none twice (proved sale by sale); answers p50 {waits[0]:.1f} s, p99 {waits[1]:.1f} s; "
        f"{run.cost()}; load {load()}"
    )
    yield Figure("storm", run.rate, "ops/s", "", None, ">= 5000", note)


def _storm(server: str, folder: Path, count: int) -> tuple[Run, int]:
    url = new_database(server, "hub")
    stores = [f"store-{n}" for n in range(max(1, count // TERMINALS_A_STORE))]
    open_retailer(url, stores)
    tills = enrolled(url, {f"till-{n}": stores[n % len(stores)] for n in range(count)})
    makes, chance = Sales(), random.Random(5)
    queues = [_queue(till, makes, chance) for till in tills]
    run = push_all(url, folder, tills, queues)
    return run, sum(map(len, queues)) - count * SALES // BATCH


def _queue(till: Till, makes: Sales, chance: random.Random) -> list[bytes]:
    queue = []
    for _ in range(SALES // BATCH):
        request = till.push(BATCH, makes)
        queue += [request] * (1 if chance.randrange(AGAIN) else 2)
    return queue
