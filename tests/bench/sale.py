"""A sale of five lines, durable, beside one bare fsynced SQLite transaction on the same disk."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sync.actions.cart import Cart
from sync.actions.clock import new_id
from sync.actions.sell import sell
from sync.domain import codes
from sync.local import Local, RecordedSale, Staff, find_code
from tests.bench._home import gtin, home
from tests.bench.figures import Figure, load, percentile, timed

AT = 1_700_000_000_000
CASHIER = Staff("asel", "Asel K.", "cashier", AT * 2)
PART = 50


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: sales (default 2,000)."""
    times = max(PART, size or 2000)
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory(dir=home(20_000).parent) as folder:
        shutil.copytree(home(20_000), Path(folder) / "home")
        local = Local.open(Path(folder) / "home")
        transaction, sale = _bare(Path(folder)), _sales(local, times)
        for _ in range(times // PART):  # in turns, so that what else runs on the machine hits both
            bare += timed(transaction, PART)
            ours += timed(sale, PART)
        local.close()
    limit = "bare fsynced transaction"
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        value, beside = percentile(ours, share) * 1e3, percentile(bare, share) * 1e3
        note = f"{len(ours)} sales, load {load()}"
        yield Figure(f"sale of five lines, {name}", value, "ms", limit, beside, "<= 2", note)


def _bare(folder: Path) -> Callable[[], object]:
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)"
    )
    row = bytes(1500)  # about what a sale of five lines weighs as an operation

    def once() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO t (b) VALUES (?)", (row,))
        db.execute("COMMIT")

    return once


def _sales(local: Local, times: int) -> Callable[[], object]:
    """Each of a cart that was scanned before."""
    numbers = iter(range(1, 10_000_000))

    def cart() -> Cart:
        made = Cart(new_id(AT), started_at=AT)
        for _ in range(5):
            found = find_code(local, codes.read(gtin(next(numbers) % 20_000 + 1)[1:]), AT)
            assert found is not None
            made = made.add(found.product, AT)
        return made

    carts = iter([cart() for _ in range(times)])

    def once() -> None:
        assert isinstance(sell(local, next(carts), 10**12, CASHIER, "en", AT), RecordedSale)

    return once
