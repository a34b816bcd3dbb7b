"""Signed sales pushed over HTTP to a hub on PostgreSQL, durable: batches of 100 beside pgbench, and one by one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.bench import _raw
from tests.bench._hub import LINES, Run, Sales, enrolled, new_database, open_retailer, postgres, push_all
from tests.bench.figures import Figure, load, percentile

BATCH = 100
TILLS = 16
"""Terminals that push batches at once, and pgbench's connections."""
ALONE = 128
"""Terminals that push one operation at a time, each waiting for its answer."""
STORES = 8


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: operations in batches (default 6,400), and as many one by one."""
    count = size or 6400
    with postgres() as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from _batches(server, folder, max(1, count // (TILLS * BATCH)))
        yield from _singles(server, folder, max(1, count // ALONE))


def _stores() -> list[str]:
    return [f"store-{n}" for n in range(STORES)]


def _batches(server: str, folder: Path, each: int) -> Iterator[Figure]:
    run = _run(server, folder, TILLS, each, BATCH)
    url = server.replace("/postgres?", "/hub?")
    pushes = [statements for _, statements in sorted(_raw.transactions(url, BATCH).items())]
    plain, pipelined = (_replayed(server, folder, pushes, fast) for fast in (False, True))
    bare = run.operations / min(plain, pipelined)
    rows = sum(map(len, pushes)) / run.operations
    note = (
        f"{run.operations} sales of {LINES} lines, {rows:.1f} rows each; pgbench row by row "
        f"{run.operations / plain:,.0f}/s, pipelined {run.operations / pipelined:,.0f}/s; {run.cost()}; load {load()}"
    )
    yield Figure("push, batches of 100", run.rate, "ops/s", "pgbench, same rows", bare, ">= 0.5", note)


def _replayed(server: str, folder: Path, pushes: list[list[str]], pipelined: bool) -> float:
    url = new_database(server, "raw")
    open_retailer(url, _stores())
    enrolled(url, {f"till-{n}": _stores()[n % STORES] for n in range(TILLS)})
    took = _raw.replay(url, folder, pushes, TILLS, pipelined)
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT count(DISTINCT (terminal, seq)) FROM operation").fetchone() == (
            len(pushes) * BATCH,
        )
    return took


def _singles(server: str, folder: Path, each: int) -> Iterator[Figure]:
    run = _run(server, folder, ALONE, each, 1)
    waits = [percentile(run.waits, share) * 1000 for share in (0.5, 0.99)]
    note = (
        f"{run.operations} sales of {LINES} lines by {ALONE} terminals, answers p50 {waits[0]:.0f} ms, "
        f"p99 {waits[1]:.0f} ms; {run.cost()}; load {load()}"
    )
    yield Figure("push, single operations", run.rate, "ops/s", "", None, ">= 2000", note)


def _run(server: str, folder: Path, tills: int, each: int, size: int) -> Run:
    url = new_database(server, "hub")
    open_retailer(url, _stores())
    made = enrolled(url, {f"till-{n}": _stores()[n % STORES] for n in range(tills)})
    makes = Sales()
    return push_all(url, folder, made, [[till.push(size, makes) for _ in range(each)] for till in made])
