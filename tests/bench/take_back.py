"""A return of two lines, durable, beside one bare fsynced SQLite transaction on the same disk."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sync.actions.clock import new_id
from sync.actions.take_back import take_back
from sync.domain.returns import Basis, Condition, Item, Reason
from sync.local import Local, RecordedReturn, Staff, purchase_by_id
from tests.bench._orders import AT, orders_home
from tests.bench.figures import Figure, load, percentile, timed

KNOWN = 20_000
PART = 50
CASHIER = Staff("c0", "Asel K.", "cashier", AT * 2)
ITEMS = tuple(Item(line, 1000, Reason.CHANGED_MIND, Condition.SEALED) for line in ("1", "2"))


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: returns (default 1,000)."""
    times = max(PART, size or 1000)
    kept = orders_home(KNOWN)
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        shutil.copytree(kept, Path(folder) / "home")
        local = Local.open(Path(folder) / "home")
        transaction, take = _bare(Path(folder)), _returns(local)
        for _ in range(times // PART):  # in turns, so that what else runs on the machine hits both
            bare += timed(transaction, PART)
            ours += timed(take, PART)
        local.close()
    limit = "bare fsynced transaction"
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        value, beside = percentile(ours, share) * 1e3, percentile(bare, share) * 1e3
        note = f"{len(ours)} returns, load {load()}"
        yield Figure(f"return of two lines, {name}", value, "ms", limit, beside, "<= 2", note)


def _bare(folder: Path) -> Callable[[], object]:
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)"
    )
    row = bytes(1200)  # about what a return of two lines weighs as an operation

    def once() -> None:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO t (b) VALUES (?)", (row,))
        db.execute("COMMIT")

    return once


def _returns(local: Local) -> Callable[[], object]:
    """Each of an order of its own, which was found before, as at the till."""
    found = (purchase_by_id(local, f"web:{n}") for n in range(KNOWN))
    waiting = iter([purchase for purchase in found if purchase is not None])

    def once() -> None:
        done = take_back(
            local, new_id(AT), next(waiting), ITEMS, Basis.HELD,
            claim="", approver=None, actor=CASHIER, language="en", now=AT,
        )  # fmt: skip
        assert isinstance(done, RecordedReturn)

    return once
