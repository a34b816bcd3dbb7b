"""A terminal takes 200,000 changed rows from a hub over HTTP while the till beside it draws, frame by frame.

The mix, as after a night of counting and a new price file: 60 % stock, 30 % prices, 10 % products (their words too),
each of a product by chance, in versions of 500 rows. What applies them is the agent's own round, in its own process.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from sync.domain.search import terms
from sync.hub import database, feed
from sync.hub.tables import ENTITIES
from sync.link.first import fill_replica
from sync.local import files
from tests.bench import bootstrap
from tests.bench._apps import ROOT, screen
from tests.bench._home import KEPT
from tests.bench.figures import Figure, load, percentile

PRODUCTS = 100_000
ROWS = 200_000
VERSION = 500
MIX = (("stock", "location:S1", 0.6), ("price", "pricelist:standard", 0.3), ("product", "catalogue", 0.1))
BUILT_S = 4.0
"""Meanwhile the till builds the screens that nobody sees yet, which is not its usual frame."""
FRAMES_ALONE_S = 4.0


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: changed rows (default 200,000)."""
    count = size or ROWS
    with tempfile.TemporaryDirectory(dir=bootstrap.hub(PRODUCTS).parent) as name:
        place, home = Path(name) / "hub", Path(name) / "home"
        shutil.copytree(KEPT / f"hub-{PRODUCTS}", place)
        with bootstrap._serving(place) as url:
            bootstrap._enrol(place, url, home)
            fill_replica(home)
            _change(place, count)
            alone, meanwhile, took = _beside_a_till(home)
        _prove(place, home)
    note = f"{count:,} rows: 60 % stock, 30 % prices, 10 % products, of {PRODUCTS:,} products; load {load()}"
    yield Figure("feed apply", count / took, "rows/s", "", None, ">= 50000", note)
    note = f"{len(meanwhile)} frames, slowest {max(meanwhile):.0f} ms; with nothing to apply p99 "
    note += f"{percentile(alone, 0.99):.1f} ms; load {load()}"
    yield Figure("a till's frame meanwhile, p99", percentile(meanwhile, 0.99), "ms", "", None, "<= 20", note)


def _change(place: Path, count: int) -> None:
    engine = database.open(bootstrap._url(place))
    chance = random.Random(17)
    try:
        for entity, scope, share in MIX:
            rows = _rows(engine, entity, scope)
            for _ in range(int(count * share) // VERSION):
                _version(engine, entity, scope, [_changed(entity, r, chance) for r in chance.sample(rows, VERSION)])
    finally:
        engine.dispose()


def _rows(engine: Engine, entity: str, scope: str) -> list[dict[str, Any]]:
    table, of = ENTITIES[entity], scope.partition(":")[2]
    query = select(table)
    if entity != "product":
        query = query.where((table.c.list if entity == "price" else table.c.location) == of)
    with database.read(engine) as conn:
        return [dict(row) for row in conn.execute(query).mappings()]


def _changed(entity: str, row: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    if entity == "stock":
        row["on_hand"] = chance.randrange(100) * 1000
    elif entity == "price":
        row["unit"] = chance.randrange(100, 1_000_000)
    else:
        words = json.loads(row["names"]).items()
        names = {language: f"{name.rpartition(' ')[0]} {chance.randrange(9999)}" for language, name in words}
        row["names"] = json.dumps(names, ensure_ascii=False)
        row["terms"] = terms(*names.values(), row["sku"])
    return row


def _version(engine: Engine, entity: str, scope: str, rows: list[dict[str, Any]]) -> None:
    """One transaction of the hub: the rows and their version."""
    table = ENTITIES[entity]
    with feed.recording(engine, time.time_ns() // 1_000_000) as (conn, recorder):
        keys = [c.name for c in table.primary_key]
        statement = database.insert(conn, table)
        rest = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
        conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), rows)
        for row in rows:
            recorder.put(scope, entity, row)


def _beside_a_till(home: Path) -> tuple[list[float], list[float], float]:
    """Frame times (ms) before and while the feed is applied, and the seconds that applying took."""
    with screen(1280, 800) as display:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench._frames_app", str(home)],
            cwd=ROOT, env=os.environ | {"DISPLAY": display.name}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready", "the till did not start"
            time.sleep(BUILT_S + FRAMES_ALONE_S)
            began = time.monotonic()
            subprocess.run([sys.executable, "-m", "tests.bench._apply_once", str(home)], cwd=ROOT, check=True)
            ended = time.monotonic()
            child.terminate()
            shown = [float(at) for at in child.stdout.read().split()]
        finally:
            child.kill()
            child.wait(20)
    took = json.loads((home / "took").read_text())
    return _frames(shown, began - FRAMES_ALONE_S, began), _frames(shown, ended - took, ended), took


def _frames(shown: list[float], begin: float, end: float) -> list[float]:
    inside = [at for at in shown if begin <= at <= end]
    return [(b - a) * 1000 for a, b in pairwise(inside)]


def _prove(place: Path, home: Path) -> None:
    """The replica stands where the hub stands, and holds its rows."""
    path = files.current(home)
    assert path is not None
    here, there = sqlite3.connect(path), sqlite3.connect(place / "hub.db")
    for query in (
        "SELECT sum(on_hand) FROM stock WHERE location = 'S1'",
        "SELECT sum(unit) FROM price WHERE list = 'standard'",
        "SELECT sum(length(terms)), sum(length(names)) FROM product",
    ):
        assert here.execute(query).fetchall() == there.execute(query).fetchall(), query
    here.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
    here.close()
    there.close()
