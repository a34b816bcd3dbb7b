"""A hand-out of two parcels, durable, beside one bare fsynced SQLite transaction on the same disk; and a pass that was
scanned, to the parcels of its order, with 5,000 parcels staged."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from sync.actions.clock import new_id
from sync.actions.hand_out import Said, hand_out
from sync.domain.orders import Fulfilment, Purchase
from sync.domain.passes import Answer
from sync.domain.pickups import Parcel, ParcelLine, ParcelState, Verified
from sync.local import Local, Staff, files, purchase_by_id
from sync.local.passes import verify_pass
from sync.local.pickups import RecordedHandOut, parcels_of
from sync.protocol.pickups import row_of
from tests.bench._orders import AT, order, orders_home, pass_of
from tests.bench.figures import Figure, load, percentile, timed
from tests.bench.take_back import _bare

KNOWN = 20_000
STAGED = 5_000
"""Parcels that wait on shelves, two of each order."""
PART = 50
CASHIER = Staff("c0", "Asel K.", "cashier", AT * 2)


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: hand-outs (default 1,000)."""
    times = min(STAGED // 2, max(PART, size or 1000))
    kept = orders_home(KNOWN)
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        home = Path(folder) / "home"
        shutil.copytree(kept, home)
        _stage(home)
        local = Local.open(home)
        yield _scanned(local, times)
        transaction, give = _bare(Path(folder)), _hand_outs(local)
        for _ in range(times // PART):  # in turns, so that what else runs on the machine hits both
            bare += timed(transaction, PART)
            ours += timed(give, PART)
        local.close()
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        value, beside = percentile(ours, share) * 1e3, percentile(bare, share) * 1e3
        note = f"{len(ours)} hand-outs, {STAGED:,} parcels staged, load {load()}"
        limit = "bare fsynced transaction"
        yield Figure(f"hand-out of two parcels, {name}", value, "ms", limit, beside, "<= 2", note)


def _picked_up(n: int) -> Purchase:
    """Order `n`, which waits in this store."""
    bought = order(n)
    lines = tuple(replace(x, fulfilment=Fulfilment.PICKUP, pickup_at="s1") for x in bought.lines)
    return replace(bought, lines=lines, received_at=None, location="")


def _stage(home: Path) -> None:
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN")
    for n in range(STAGED // 2):
        bought = _picked_up(n)
        text = msgspec.json.encode(bought).decode()
        db.execute("UPDATE purchase SET body = ? WHERE id = ?", (text, bought.id))
        for line in bought.lines:
            row = row_of(_parcel(bought, line.id))
            values = [row[name] for name in ("id", "order", "location", "state", "shelf", "fence", "body")]
            db.execute("INSERT INTO parcel VALUES (?, ?, ?, ?, ?, ?, ?, 1)", values)
    db.execute("COMMIT")
    db.close()


def _parcel(bought: Purchase, id: str) -> Parcel:
    line = bought.line(id)
    assert line is not None
    inside = (ParcelLine(line.id, line.product, line.sku, line.name, line.quantity),)
    known = (bought.number, "s1", "s1", ParcelState.READY, 1, inside)
    return Parcel(f"{bought.id}-{id}", bought.id, *known, shelf="B-4", expires=AT * 2, here=True)


def _scanned(local: Local, times: int) -> Figure:
    texts = iter([pass_of(n) for n in range(times)])
    found: list[int] = []

    def once() -> None:
        shown = verify_pass(local, next(texts), AT)
        assert shown.answer is Answer.OK and shown.purchase is not None
        found.append(len(parcels_of(local, shown.purchase.id)))

    took = timed(once, times)
    assert set(found) == {2}
    note = f"p50 {percentile(took, 0.5) * 1e3:.2f} ms, {STAGED:,} parcels staged, load {load()}"
    return Figure("pass scanned to its parcels, p99", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 50", note)


def _hand_outs(local: Local) -> Callable[[], object]:
    """Each of an order of its own, which was found before, as at the counter."""
    waiting = iter([purchase_by_id(local, f"web:{n}") for n in range(STAGED // 2)])

    def once() -> None:
        bought = next(waiting)
        assert bought is not None
        ids = (f"{bought.id}-1", f"{bought.id}-2")
        said = Said(Verified.CODE)
        done = hand_out(local, new_id(AT), bought, ids, said, actor=CASHIER, language="en", now=AT)
        assert isinstance(done, RecordedHandOut), done

    return once
