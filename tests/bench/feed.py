"""A million versions by 32 writers that stall and fail, on both databases: what readers skip, reorder or split (0)."""

import tempfile
import time
from collections.abc import Iterator

from sync.hub import database
from tests.bench._hub import new_database, postgres
from tests.bench.figures import Figure, load
from tests.hub.crowd import Crowd

MILLION = 1_000_000


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: versions on each database (default a million: some minutes)."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _crowd("SQLite", f"sqlite:///{folder}/hub.db", size or MILLION)
    with postgres() as server:
        yield from _crowd("PostgreSQL", new_database(server, "feed"), size or MILLION)


def _crowd(name: str, url: str, wanted: int) -> Iterator[Figure]:
    engine = database.open(url)
    crowd = Crowd(engine, wanted)
    start = time.perf_counter()
    crowd.run()
    took = time.perf_counter() - start
    engine.dispose()
    made = sum(crowd.made.count.values())
    note = (
        f"{made:,} versions by {crowd.writers} writers in {took:,.0f} s, all seen by {crowd.readers} readers in "
        f"{crowd.pulls:,} pulls; load {load()} {'; '.join(crowd.faults[:3])}"
    )
    yield Figure(f"feed on {name}, faults seen by readers", len(crowd.faults), "", "", None, "= 0", note)
