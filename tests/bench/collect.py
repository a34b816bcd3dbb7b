"""The list of what is collected here, read and put in order, with 5,000 parcels staged; a letter of its search; the
figures of the store's day."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import msgspec

from pos.collect.listing import Filter, listed, search
from pos.collect.local import read_list
from pos.collect.state import CollectState
from pos.collect.view import rows
from sync.domain.arrivals import Arrival, ArrivalState, moved_to
from sync.domain.pickups import Custody, Parcel, ParcelLine, ParcelState
from sync.local import Local, files
from sync.local.collect_day import Known, collect_day
from sync.local.collecting import Asked
from sync.protocol.arrivals import row_of as arrival_row
from sync.protocol.pickups import row_of as parcel_row
from tests.bench._orders import AT, orders_home
from tests.bench.figures import Figure, load, percentile, timed
from tests.bench.hand_out import KNOWN, STAGED, _picked_up, _stage

NAMES = ("Nino O.", "Timur K.", "Saule B.", "Dana R.", "Marat A.", "Aigerim S.")
IN_VIEW = 12


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: times the list is opened (default 100)."""
    times = size or 100
    kept = orders_home(KNOWN)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        home = Path(folder) / "home"
        shutil.copytree(kept, home)
        _stage(home)
        _name(home)
        local = Local.open(home)
        state: list[CollectState] = [CollectState()]
        known: dict[str, Asked] = {}
        first = timed(lambda: read_list(AT, {})(local), 5)
        read_list(AT, known)(local)  # as the till does while nobody waits

        def opened() -> None:
            read = read_list(AT, known)(local)
            listing = listed(read.orders, Filter.READY, AT)
            state[0] = replace(state[0], read=read, listing=listing, filter=Filter.READY, now=AT)
            assert len(rows(state[0])[:IN_VIEW]) == IN_VIEW

        def typed() -> None:
            assert search(state[0].read.orders, "nin", None)

        for name, job, goal in (("list of 5,000 parcels opens", opened, 50), ("a letter of its search", typed, 50)):
            took = timed(job, times)
            cold = f"; with orders never read before {percentile(first, 0.5) * 1e3:.0f} ms" if job is opened else ""
            note = f"p50 {percentile(took, 0.5) * 1e3:.1f} ms, {STAGED:,} parcels staged{cold}, load {load()}"
            yield Figure(f"{name}, p95", percentile(took, 0.95) * 1e3, "ms", "", None, f"<= {goal}", note)
        yield _day(local, home, times)
        local.close()


SHELVES, TODAY, TO_PICK = 200, 400, 200


def _day(local: Local, home: Path, times: int) -> Figure:
    """The same parcels on many shelves, after a busy day: hand-outs, shoppers, orders to be picked."""
    path = files.current(home)
    assert path is not None
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE parcel SET shelf = 'B-' || (abs(random()) % ?)", (SHELVES,))
        db.executemany("INSERT INTO parcel VALUES (?, ?, ?, ?, ?, ?, ?, 1)", map(_values, map(_handed, range(TODAY))))
        db.executemany("INSERT INTO arrival VALUES (?, ?, ?, ?, ?, ?, ?, 1)", map(_came, range(TODAY)))
        picks = [(f"web:{n}",) for n in range(TO_PICK)]
        db.executemany("INSERT INTO pick VALUES (?, '1', 's1', 's1', 'p1', 1000, 1)", picks)
    found = collect_day(local, AT, UTC)
    assert (found.on_shelves, found.handed, len(found.to_pick), found.waits.came) == (STAGED, TODAY, TO_PICK, TODAY)
    known: dict[str, Known | None] = {}
    cold = timed(lambda: collect_day(local, AT, UTC), 5)
    took = timed(lambda: collect_day(local, AT, UTC, known), times)
    world = f"{STAGED:,} parcels on {SHELVES} shelves, {TODAY} hand-outs and shoppers, {TO_PICK} orders to pick"
    first = f"with orders never read before {percentile(cold, 0.5) * 1e3:.0f} ms"
    note = f"p50 {percentile(took, 0.5) * 1e3:.1f} ms, {world}; {first}, load {load()}"
    return Figure("figures of the store's day, p95", percentile(took, 0.95) * 1e3, "ms", "", None, "<= 10", note)


def _handed(n: int) -> Parcel:
    line = ParcelLine("1", "p1", "A1", "Kettle", 1000)
    by = Custody(ParcelState.HANDED_OUT, "till-1", "s1", "c0", AT - n * 60_000)
    return Parcel(f"out-{n}", f"web:out-{n}", f"out-{n}", "s1", "s1", ParcelState.HANDED_OUT, 3, (line,), last=by)


def _values(it: Parcel) -> list[object]:
    row = parcel_row(it)
    return [row[name] for name in ("id", "order", "location", "state", "shelf", "fence", "body")]


def _came(n: int) -> list[object]:
    at = AT - n * 60_000
    came = Arrival(f"a-{n}", f"web:out-{n}", f"out-{n}", "s1", f"K{n % 99:02}", ArrivalState.WAITING, at)
    row = arrival_row(moved_to(came, ArrivalState.DONE, "", "c0", at + 200_000))
    return [row[name] for name in ("id", "order", "location", "ticket", "state", "at", "body")]


def _name(home: Path) -> None:
    """Each order has somebody who collects it."""
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN")
    for n in range(STAGED // 2):
        bought = replace(_picked_up(n), collector=NAMES[n % len(NAMES)], ready_by=AT + n * 60_000)
        db.execute("UPDATE purchase SET body = ? WHERE id = ?", (msgspec.json.encode(bought).decode(), bought.id))
    db.execute("COMMIT")
    db.close()
