"""A terminal's first replica of 1,000,000 products from a hub over loopback, beside copying the file that results."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.domain import codes
from sync.hub import database, snapshots
from sync.hub.enrolment import create_code
from sync.hub.importing import import_files
from sync.hub.seed import set_settings
from sync.link.enrol import enrol
from sync.link.first import fill_replica
from sync.local import Local, files, find_code, search
from tests.bench import catalogue
from tests.bench._home import KEPT, MILLION
from tests.bench._slow import line
from tests.bench.figures import Figure, load, percentile, timed

ROUNDS = 3
RATE = 12_500_000
"""Bytes a second of a line of 100 Mbit/s."""
SCOPES = ("catalogue", "pricelist:standard", "location:S1")


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: products (default a million), each with a barcode, a price and stock in the terminal's own store."""
    count = size or MILLION
    place = hub(count)
    with _serving(place) as url, tempfile.TemporaryDirectory(dir=KEPT) as name:
        folder = Path(name)
        rounds = [_round(place, url, folder, count, number) for number in range(ROUNDS)]
        far = _far(place, url, folder, count)
    ours, copies, size_of, spent = ([each[n] for each in rounds] for n in range(4))
    note = f"{count:,} products, {size_of[0] >> 20} MiB; {ROUNDS} rounds {_seconds(ours)}, copies {_seconds(copies)}"
    note += f"; the terminal's processor {_seconds(spent)}; load {load()}"
    middle = percentile(ours, 0.5)
    yield Figure("bootstrap, hello to queryable", middle, "s", "copy + fsync", percentile(copies, 0.5), "<= 3", note)
    yield Figure("bootstrap over loopback", middle, "s", "", None, "<= 2", note)
    yield far


def _far(place: Path, url: str, folder: Path, count: int) -> Figure:
    """Through a line of 100 Mbit/s, beside the time that its bytes alone take."""
    with line(url, RATE) as slow:
        took = _round(place, slow.url, folder, count, ROUNDS)[0]
        alone = slow.carried / RATE
    note = f"{slow.carried / 1e6:,.0f} MB at {RATE / 1e6:.1f} MB/s; load {load()}"
    return Figure("bootstrap over 100 Mbit/s", took, "s", "wire time", alone, "<= 1.3", note)


def _seconds(samples: list[float]) -> str:
    return "/".join(f"{s:.2f}" for s in samples)


def hub(count: int) -> Path:
    """The folder of a hub with that many products and their snapshots; made once (some minutes for a million)."""
    place = KEPT / f"hub-{count}"
    if not (place / "ready").exists():
        _make(place, count)
    engine = database.open(_url(place))
    try:
        for scope in SCOPES:  # a hub makes them ahead; of another format, they are made anew
            snapshots.snapshot_info(engine, place / "snapshots", scope)
    finally:
        engine.dispose()
    return place


def _make(place: Path, count: int) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    engine = database.open(_url(place))
    try:
        paths = catalogue.write_csv(place / "csv", count, stock=["S1"])
        set_settings(engine, {"currency": "KZT", "retailer": "Bench", "timezone": "UTC"}, _now())
        report = import_files(engine, paths, currency="KZT", strict=True)
        assert not report.bad_count, report.bad[:3]
    finally:
        engine.dispose()
    shutil.rmtree(place / "csv")
    (place / "ready").touch()


def _url(place: Path) -> str:
    return f"sqlite:///{place / 'hub.db'}"


def _now() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def _serving(place: Path) -> Iterator[str]:
    """A hub process, as a store's is: its work must not share an interpreter with the terminal's."""
    command = [sys.executable, "-m", "sync", "hub", "serve", "--listen", "127.0.0.1:0", "--database", _url(place)]
    process = subprocess.Popen(
        [*command, "--folder", str(place)], stdout=subprocess.PIPE, text=True, cwd=KEPT.parents[1]
    )
    assert process.stdout is not None
    try:
        word, _, url = process.stdout.readline().strip().partition(" ")
        assert word == "ready", "the hub did not start"
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _round(place: Path, url: str, folder: Path, count: int, number: int) -> tuple[float, float, int, float]:
    """Seconds of a bootstrap, seconds of copying its file, the file's bytes, the terminal's processor seconds."""
    home = folder / f"home-{number}"
    _enrol(place, url, home)
    os.sync()
    began = time.process_time()
    took = timed(lambda: fill_replica(home), 1)[0]
    spent = time.process_time() - began
    _prove(home, count)
    made = files.current(home)
    assert made is not None
    os.sync()
    copied = timed(lambda: _copy(made, folder / "copy.db"), 1)[0]
    size = made.stat().st_size
    shutil.rmtree(home)
    return took, copied, size, spent


def _enrol(place: Path, url: str, home: Path) -> None:
    engine = database.open(_url(place))
    try:
        with database.write(engine) as conn:
            said = {"terminal_id": f"bench-{time.time_ns()}", "name": "Bench", "kind": "till", "place": "S1"}
            code = create_code(conn, now=_now(), **said)
    finally:
        engine.dispose()
    enrol(home, url, code, _now())


def _prove(home: Path, count: int) -> None:
    """The last product is found by its barcode, with its price, and by a word of its name."""
    local = Local.open(home)
    found = find_code(local, codes.read(catalogue.gtin13(count - 1)), _now())
    assert found is not None
    assert found.product.price is not None
    assert search(local, catalogue.names(count - 1)[1].split()[1], _now())
    local.close()


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    descriptor = os.open(target, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
