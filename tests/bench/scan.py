"""From the scanner's Enter to the frame that shows the product, at a till and a kiosk, beside Kivy's own latency."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from math import inf, isfinite
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from tests.bench._apps import ROOT, screen
from tests.bench._home import MILLION, gtin, home
from tests.bench._scanner import Scanner
from tests.bench.figures import Figure, load, percentile

TIMES = 120
PAUSE_S = 0.35
PATIENCE_S = 3
FRAME_MS = 17


def chosen(count: int, times: int) -> list[int]:
    """The products that are scanned, no two the same."""
    return random.Random(11).sample(range(1, count + 1), times)


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: products (default a million)."""
    count = size or MILLION
    place = home(count)
    bare = _scans("bare", place, count, (1280, 800))
    note = f"an app that draws one rectangle; p50 {percentile(bare, 0.5):.1f} ms; {TIMES} scans, load {load()}"
    yield Figure("Enter to a frame, Kivy's own, p99", percentile(bare, 0.99), "ms", "", None, "<= 17", note)
    for kind, what, size_of in (("till", "cart line", (1280, 800)), ("kiosk", "product card", (1080, 1920))):
        took = _scans(kind, place, count, size_of)
        first, took = took[0], took[1:]  # the first builds what a till shows all day, once
        lost = sum(not isfinite(ms) for ms in took)
        yield Figure(f"scans not taken as scans, {kind}", lost, "scans", "", None, "= 0", f"of {len(took)}")
        took = [ms for ms in took if isfinite(ms)]
        limit = f"{FRAME_MS} ms + Kivy's own"
        note = f"{count:,} products; {TIMES} scans, the first {first:.0f} ms; load {load()}"
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            beside = FRAME_MS + percentile(bare, share)
            yield Figure(f"scan to {what}, {kind}, {name}", percentile(took, share), "ms", limit, beside, "<= 1", note)


def _scans(kind: str, place: Path, count: int, size: tuple[int, int]) -> list[float]:
    """Milliseconds of each scan; infinite for one that was not taken as a scan."""
    with screen(*size) as display:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench._scan_app", kind, str(place), str(count), str(TIMES)],
            cwd=ROOT, env=os.environ | {"DISPLAY": display.name}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready", "the app did not start"
            scanner = Scanner(display.name)
            scanner.aim(display.name)
            return list(_taken(scanner, child.stdout, chosen(count, TIMES)))
        finally:
            child.terminate()
            child.wait(20)


def _taken(scanner: Scanner, said: IO[str], numbers: list[int]) -> Iterator[float]:
    lines: SimpleQueue[tuple[int, ...]] = SimpleQueue()
    threading.Thread(target=lambda: [lines.put(tuple(map(int, x.split()))) for x in said], daemon=True).start()
    for number, product in enumerate(numbers):
        time.sleep(PAUSE_S)
        sent = scanner.scan(gtin(product)[1:])
        try:
            shown, at = lines.get(timeout=PATIENCE_S)
            yield (at - sent) / 1e6 if shown == number else inf
        except Empty:
            yield inf
    scanner.close()
