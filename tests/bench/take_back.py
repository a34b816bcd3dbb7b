"""A return of two lines, durable, beside one bare fsynced SQLite transaction on the same disk: as at the till, which
made it ready while its plan was looked at; and decided at the touch, as where something changed in between."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sync.actions.clock import new_id
from sync.actions.take_back import Ready, Wish, make_ready, take_back
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
    bare, ready, anew = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        # Each in a home of its own: its log is moved into its file as often as at a till.
        homes = [shutil.copytree(kept, Path(folder) / name) for name in ("ready", "anew")]
        tills = [Local.open(home) for home in homes]
        transaction, (made, asked) = _bare(Path(folder)), [_returns(local) for local in tills]
        for _ in range(times // PART):  # in turns, so that what else runs on the machine hits all
            bare += timed(transaction, PART)
            ready += [took for _ in range(PART) for took in timed(next(made).made_ready(), 1)]
            anew += [took for _ in range(PART) for took in timed(next(asked).take, 1)]
        for local in tills:
            local.close()
    limit = "bare fsynced transaction"
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        for how, took in (("", ready), (" decided at the touch", anew)):
            value, beside = percentile(took, share) * 1e3, percentile(bare, share) * 1e3
            note = f"{len(took)} returns, load {load()}"
            yield Figure(f"return of two lines{how}, {name}", value, "ms", limit, beside, "<= 2", note)


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


@dataclass(slots=True)
class _Return:
    """One of an order of its own, which was found before, as at the till."""

    local: Local
    wish: Wish
    ready: Ready | None = None

    def made_ready(self) -> Callable[[], object]:
        self.ready = make_ready(self.local, self.wish)
        return self.take

    def take(self) -> None:
        assert isinstance(take_back(self.local, self.wish, self.ready), RecordedReturn)


def _returns(local: Local) -> Iterator[_Return]:
    found = (purchase_by_id(local, f"web:{n}") for n in range(KNOWN))
    waiting = [purchase for purchase in found if purchase is not None]
    times = ((AT + n, it) for n, it in enumerate(waiting))  # each at a time of its own
    return (_Return(local, Wish(new_id(at), it, ITEMS, Basis.HELD, "", None, CASHIER, "en", at)) for at, it in times)
