"""A retailer's import, and the snapshot made from it: SIZE products (1,000,000), the hub on SQLite."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sync.hub import database, snapshots
from sync.hub.importing import import_files
from tests.bench.catalogue import write_csv
from tests.bench.figures import Figure

MILLION = 1_000_000
SECONDS_A_MILLION = 120


def figures(size: int | None) -> Iterator[Figure]:
    """Times of the import beside a wish in seconds; of the snapshot beside copying the same file."""
    count = size or MILLION
    with tempfile.TemporaryDirectory(prefix="storefloor-bench-") as name:
        folder = Path(name)
        files = write_csv(folder / "csv", count)
        engine = database.open(f"sqlite:///{folder}/hub.db")
        yield from _imports(engine, files, count)
        yield from _snapshot(engine, folder / "snapshots", count)
        engine.dispose()


def _took(action: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = action()
    return time.perf_counter() - start, answer


def _imports(engine: Any, files: dict[str, Path], count: int) -> Iterator[Figure]:
    busy = time.process_time()
    first, report = _took(lambda: import_files(engine, files, currency="KZT"))
    rows = sum(m.added for m in report.counts.values())
    processor = time.process_time() - busy
    note = f"{rows:,} rows of products, barcodes, prices; {processor:.0f} s of processor time"
    goal = f"<= {max(10, SECONDS_A_MILLION * count // MILLION)}"
    yield Figure("import_first", first, "s", "", None, goal, note)
    again, report = _took(lambda: import_files(engine, files, currency="KZT"))
    changed = sum(m.added + m.changed for m in report.counts.values())
    yield Figure("import_again", again, "s", "the first import", first, "<= 1", f"{changed} rows changed")


def _snapshot(engine: Any, folder: Path, count: int) -> Iterator[Figure]:
    built, info = _took(lambda: snapshots.snapshot_info(engine, folder, "catalogue", "identity"))
    raw = snapshots.blob_path(folder, info.digest)
    assert raw is not None
    copied = _copied(raw)
    note = f"{info.raw_size / 1e6:.0f} MB, of which the search index is built too; once for each version"
    yield Figure("snapshot_build", built, "s", "copying the file", copied, "<= 200", note)
    packed = snapshots.snapshot_info(engine, folder, "catalogue")
    note = f"{packed.size / 1e6:.0f} MB travel instead of {packed.raw_size / 1e6:.0f}"
    share = Figure(
        "snapshot_packed", packed.size / 1e6, "MB", "the file itself", packed.raw_size / 1e6, "<= 0.35", note
    )
    yield share
    again, _ = _took(lambda: snapshots.snapshot_info(engine, folder, "catalogue"))
    yield Figure("snapshot_asked_again", again * 1000, "ms", "", None, "<= 20", f"{count:,} products, nothing built")


def _copied(path: Path) -> float:
    """Seconds to copy the file, durably."""
    target = path.with_suffix(".copy")

    def copy() -> None:
        shutil.copyfile(path, target)
        with target.open("rb") as file:
            os.fsync(file.fileno())

    seconds, _ = _took(copy)
    target.unlink()
    return seconds
