"""Scan to product among 1,000,000, beside raw sqlite3 by primary key; search as you type, Latin and Cyrillic."""

import random
import sqlite3
from collections.abc import Iterator

from sync.domain import codes
from sync.local import Local, files, find_code, search, stock_rows
from tests.bench._home import MILLION, gtin, home, products
from tests.bench.figures import Figure, percentile, timed

AT = 1_700_000_000_000


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
    wanted = [chance.randrange(1, count + 1) for _ in range(5000)]
    bare = sqlite3.connect(str(files.current(local.home)))
    by_key = iter(wanted)
    raw = timed(lambda: bare.execute("SELECT * FROM product WHERE rank = ?", (next(by_key),)).fetchone(), 5000)
    read = iter([codes.read(gtin(n)[1:]) for n in wanted])
    ours = timed(lambda: find_code(local, next(read), AT), 5000)
    ids = iter(wanted)
    everywhere = timed(lambda: stock_rows(local, f"p{next(ids)}", AT), 2000)
    bare.close()
    note = f"{count:,} products; p50"
    limit = "raw sqlite3 by primary key"
    yield Figure("lookup", percentile(ours, 0.5) * 1e6, "µs", limit, percentile(raw, 0.5) * 1e6, "<= 3", note)
    yield Figure("lookup p99", percentile(ours, 0.99) * 1e6, "µs", limit, percentile(raw, 0.99) * 1e6, "<= 3", "p99")
    yield Figure("stock of one product at 5 locations", percentile(everywhere, 0.99) * 1e6, "µs", "", None, "<= 1000")


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
