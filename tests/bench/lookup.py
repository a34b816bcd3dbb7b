"""Scan to product among 1,000,000, beside raw sqlite3 by primary key; search as you type, Latin and Cyrillic."""

import random
import sqlite3
from collections.abc import Iterator

from sync.domain import codes
from sync.local import Local, files, find_code, search, stock_rows
from tests.bench._home import MILLION, gtin, home, products
from tests.bench.figures import Figure, load, percentile, timed

AT = 1_700_000_000_000
PART, PARTS = 250, 20
TIMES = PART * PARTS


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: products (default a million)."""
    count = size or MILLION
    place = home(count)
    local = Local.open(place)
    yield from _lookup(local, count)
    yield from _search(local, count)
    local.close()


def _lookup(local: Local, count: int) -> Iterator[Figure]:
    chance = random.Random(3)
    wanted = [chance.randrange(1, count + 1) for _ in range(TIMES)]
    path = files.current(local.home)
    assert path is not None
    path.read_bytes()  # both read from memory: the disk is no part of this
    bare = sqlite3.connect(str(path))
    by_key, read = iter(wanted * 2), iter([codes.read(gtin(n)[1:]) for n in wanted] * 2)
    raw: list[float] = []
    ours: list[float] = []
    for _part in range(2 * PARTS):  # in turns, so that what else runs on the machine hits both
        raw += timed(lambda: bare.execute("SELECT * FROM product WHERE rank = ?", (next(by_key),)).fetchone(), PART)
        ours += timed(lambda: find_code(local, next(read), AT), PART)
    bare.close()
    ids = iter(wanted)
    everywhere = timed(lambda: stock_rows(local, f"p{next(ids)}", AT), 2000)
    yield from _beside(ours[TIMES:], raw[TIMES:], f"{count:,} products, load {load()}")
    yield Figure("stock of one product at 5 locations", percentile(everywhere, 0.99) * 1e6, "µs", "", None, "<= 1000")


def _beside(ours: list[float], raw: list[float], note: str) -> Iterator[Figure]:
    limit = "raw sqlite3 by primary key"
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        value, beside = percentile(ours, share) * 1e6, percentile(raw, share) * 1e6
        yield Figure(f"lookup {name}", value, "µs", limit, beside, "<= 3", note)


def _search(local: Local, count: int) -> Iterator[Figure]:
    names = [(en, ru) for _, en, ru in products(min(count, 20_000))]
    chance = random.Random(5)
    for script, column in (("Latin", 0), ("Cyrillic", 1)):
        typed = []
        for _ in range(150):
            words = chance.choice(names)[column].casefold()
            typed += [words[:n] for n in range(1, min(len(words), 16) + 1)]
        asked = iter(typed)
        took = timed(lambda asked=asked: search(local, next(asked), AT), len(typed))  # type: ignore[misc]
        note = f"{len(typed)} keystrokes, p50 {percentile(took, 0.5) * 1e3:.2f} ms, slowest {max(took) * 1e3:.1f} ms"
        yield Figure(f"search as you type, {script}", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 30", note)
