"""Thirty days offline, 100,000 sales waiting: the till's start, a look at the shelf, a sale, the drain to a hub."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

from sync.actions.clock import now_ms
from sync.actions.sell import sell
from sync.domain import codes
from sync.link.agent import Agent
from sync.local import Local, files, find_code, link_status, stock_rows
from tests.bench import _offline
from tests.bench._apps import running, screen, spent
from tests.bench._home import KEPT
from tests.bench._hub import new_database, postgres, serving
from tests.bench.figures import Figure, load, percentile, timed

MANY = 100_000
STARTS = 3
LOOKS, SALES = 500, 200


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: sales that wait (default 100,000)."""
    count = size or MANY
    KEPT.mkdir(parents=True, exist_ok=True)
    with postgres() as server, tempfile.TemporaryDirectory(dir=KEPT) as folder:
        url = new_database(server, "offline")
        _offline.fill_hub(url)
        with serving(url, Path(folder) / "hub") as (address, hub):
            empty = _offline.empty(url, address)
            homes = [Path(shutil.copytree(empty, Path(folder) / name)) for name in ("empty", "full")]
            shutil.copyfile(_offline.journal(count, empty), homes[1] / files.JOURNAL)
            for place in homes:
                _offline.cut_off(place)
            yield from _start(*homes, count)
            yield from _work(*homes, count)
            _offline.known_again(homes[1], url, address)
            yield from _drain(homes[1], address, hub.pid)


def _start(empty: Path, full: Path, count: int) -> Iterator[Figure]:
    """In turns, so that what else runs on the machine hits both. No hub is in reach."""
    took: dict[Path, list[float]] = {empty: [], full: []}
    with screen(1280, 800) as display:
        for _round in range(STARTS + 1):
            for place, samples in took.items():
                with running("pos", place, display) as app:
                    samples.append(app.wait_for(_offline.READY))
    bare, ours = (percentile(took[place][1:], 0.5) for place in (empty, full))
    note = f"{ours:.2f} s with {count:,} sales waiting, {bare:.2f} s with none; load {load()}"
    yield Figure("start with a month of sales waiting", ours - bare, "s", "", None, "<= 1", note)


def _work(empty: Path, full: Path, count: int) -> Iterator[Figure]:
    for name, action, times, goal in (
        ("lookup by code", _find, LOOKS, 1.2),
        ("stock of one product everywhere", _look, LOOKS, 3.0),
        ("what waits, since when, and why", _status, LOOKS, 500.0),
        ("a sale of five lines", _sell, SALES, 1.2),
    ):
        with closing(Local.open(empty)) as bare, closing(Local.open(full)) as ours:
            first = timed(action(ours), 1)[0] * 1e3
            pairs = [(timed(action(bare), times // 4), timed(action(ours), times // 4)) for _ in range(4)]
        limit, value = (percentile([s for pair in pairs for s in pair[at]], 0.5) * 1e3 for at in (0, 1))
        note = f"p50, {count:,} waiting; the first took {first:.1f} ms; load {load()}"
        yield Figure(name, value, "ms", "with none waiting", limit, f"<= {goal}", note)


def _find(local: Local) -> Callable[[], object]:
    numbers = iter(range(10**9))
    return lambda: find_code(local, codes.read(f"SKU-p-{next(numbers) % 2000}"), now_ms())


def _look(local: Local) -> Callable[[], object]:
    numbers = iter(range(10**9))
    return lambda: stock_rows(local, f"p-{next(numbers) % 2000}", now_ms())


def _status(local: Local) -> Callable[[], object]:
    return lambda: link_status(local, now_ms())


def _sell(local: Local) -> Callable[[], object]:
    chance, at = Random(5), now_ms()
    carts = iter([_offline.cart_of(local, chance, at) for _ in range(SALES)])
    return lambda: sell(local, next(carts), 10**9, _offline.CASHIER, "en", at)


def _drain(home: Path, address: str, hub: int) -> Iterator[Figure]:
    with closing(Local.open(home)) as local:
        waiting = link_status(local, now_ms()).waiting
        agent = Agent(home, hub=address)
        thread = threading.Thread(target=agent.run)
        began, ours, theirs = time.perf_counter(), time.process_time(), spent(hub)
        thread.start()
        while local.raw.execute("SELECT EXISTS (SELECT 1 FROM waiting)").fetchone()[0]:
            time.sleep(0.02)
        took, ours, theirs = time.perf_counter() - began, time.process_time() - ours, spent(hub) - theirs
        agent.stop()
        thread.join()
        plain = local.raw.execute("SELECT count(*) FROM verdict WHERE outcome = 'applied'").fetchone()[0]
    assert plain == waiting, "a sale got a verdict that is not plain"
    shares = f"processor: agent {ours:.1f} s, hub {theirs:.1f} s, the rest is PostgreSQL's and waiting"
    note = f"{waiting:,} sales, {waiting / took:,.0f}/s; {shares}; load {load()}"
    yield Figure("drain of a month of sales", took, "s", "", None, "<= 15", note)
