"""The camera: worn labels by zbar, zxing and both; wrong codes in bursts; decodes a second; the UI's tick beside it."""

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np

from pos.demo.labels import counter
from pos.devices.base import Inbox, ScanRead
from pos.devices.camera import Camera
from pos.devices.decoding import Decoder
from pos.devices.frames import opencv
from tests.bench._bursts import run
from tests.bench.figures import Figure, load, percentile
from tests.devices.labels import FAMILIES, SIZE, burst, drawn, frame_of, some_wear, text_of

ENGINES = ("zxing", "zbar", "ours")
BURSTS = 10_000
SPEED_S = 4.0
TICK_S = 4.0
SAID_EACH = 1000
"""After how many bursts a line on standard error says how far it is."""


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: bursts over all families (default 10,000)."""
    opencv()
    yield from bursts(size or BURSTS)
    yield speed(Decoder())
    yield from delay()
    yield from tick()


def bursts(count: int) -> Iterator[Figure]:
    """Worn labels of each family: frames that each engine and ours read, and what was accepted of whole bursts."""
    began, counts, said = time.monotonic(), Counter[tuple[str, str]](), 0
    for done, counts in run(count):
        if done - said >= SAID_EACH:
            said = done
            wrong = [what for _family, what in counts if what.startswith("burst ")]
            spent = time.monotonic() - began
            print(f"{done} bursts in {spent:.0f} s, wrong: {wrong}", file=sys.stderr, flush=True)
    for family in FAMILIES:
        yield recognised(family, counts)
    sums = Counter[str]()
    for (_family, what), number in counts.items():
        sums[what] += number
    named = [what for what in sums if what.startswith("burst ")]
    note = "; ".join([f"{count} bursts, {sums['misread']} of {sums['seen']} frames misread", *named])
    yield Figure("wrong codes accepted", sums["wrongly"], "codes", "", None, "= 0", note)
    took = f"{time.monotonic() - began:.0f} s for all of them, load {load()}"
    yield Figure("bursts read", sums["accepted"] / count, "share", "", None, ">= 0.5", took)


def recognised(family: str, counts: Mapping[tuple[str, str], int]) -> Figure:
    """How many frames of a family's worn labels we read, beside the better of the two engines alone."""
    seen = {what: number for (of, what), number in counts.items() if of == family}
    best = max(seen.get("zbar", 0), seen.get("zxing", 0))
    each = (f"{name} {seen.get(name, 0)} right {seen.get(f'{name} wrong', 0)} wrong" for name in ENGINES)
    held = f"bursts {seen.get('bursts', 0)}: {seen.get('accepted', 0)} read {seen.get('wrongly', 0)} wrong"
    note = f"of {seen.get('frames', 0)}: {', '.join(each)}; {held}"
    return Figure(f"{family}: frames read", seen.get("ours", 0), "frames", "better of the two", best, ">= 1", note)


def speed(decoder: Decoder) -> Figure:
    """Frames of 1280 x 720 that one core decodes in a second, while a label lies in them and while none does."""
    rng = random.Random(3)
    views = [frame_of(drawn("EAN13", text_of("EAN13", rng)), some_wear("EAN13", rng), SIZE) for _n in range(6)]
    views.append(cv2.cvtColor(np.array(counter()), cv2.COLOR_RGB2BGR))
    spent, count = time.thread_time(), 0
    end = spent + SPEED_S
    while time.thread_time() < end:
        decoder.next(views[count // 3 % len(views)])
        count += 1
    rate = count / (time.thread_time() - spent)
    return Figure("decodes a second on one core, 1280 x 720", rate, "a s", "", None, ">= 15", f"load {load()}")


class Hand:
    """Frames at 30 a second: nothing, then from time to time a label, moving. `shown` is when the last one came."""

    def __init__(self, times: int) -> None:
        rng = random.Random(9)
        self.blank = cv2.cvtColor(np.array(counter()), cv2.COLOR_RGB2BGR)
        self.labels = []
        for _n in range(times):
            text = text_of("EAN13", rng)
            drawing, wear = drawn("EAN13", text), some_wear("EAN13", rng, 0.35)
            self.labels.append((text, [frame_of(drawing, each, SIZE) for each in burst(wear, rng, 8)]))
        self.shown: dict[str, float] = {}
        self._frame, self._due = 0, 0.0

    lit, focuses = None, False

    def light(self, on: bool) -> None:
        """It has none."""

    def focus(self) -> None:
        """It can't."""

    def absent(self) -> None:
        """It is there."""

    def open(self) -> None:
        """Begin."""
        self._due = time.monotonic()

    def close(self) -> None:
        """End."""

    def read(self) -> np.ndarray:
        """A third of a second nothing, then two thirds a label."""
        self._due = max(self._due + 1 / 30, time.monotonic())
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._frame += 1
        turn, step = divmod(self._frame, 30)
        if step < 10 or turn >= len(self.labels):
            return self.blank
        text, frames = self.labels[turn]
        self.shown.setdefault(text, time.monotonic())
        return frames[step % len(frames)]


def delay() -> Iterator[Figure]:
    """From the first frame that shows a label to its text in the inbox, through the camera's own threads."""
    hand, inbox = Hand(14), Inbox()
    camera = Camera(hand, inbox)
    camera.open()
    camera.look(True)
    waits, end = [], time.monotonic() + 15
    while time.monotonic() < end:
        time.sleep(0.002)
        now = time.monotonic()
        waits += [(now - hand.shown[e.text]) * 1000 for e in inbox.drain() if isinstance(e, ScanRead)]
    camera.close()
    camera.join(5)
    note = f"{len(waits)} of 14 slightly worn labels; {camera.counts.dropped} of {camera.counts.taken} frames dropped"
    middle = statistics.median(waits) if waits else float("inf")
    yield Figure("label to inbox, p50", middle, "ms", "", None, "<= 150", f"{note}, load {load()}")
    late = percentile(waits, 0.95) if waits else float("inf")
    yield Figure("label to inbox, p95", late, "ms", "", None, "<= 400", "")


def tick() -> Iterator[Figure]:
    """How late the UI thread comes to its clock while a camera decodes, beside the same screen without one (F54)."""
    from tests.screens.stage import Stage, private_display

    with private_display(), tempfile.TemporaryDirectory() as folder:
        from pos.ui import window

        stage = Stage(window.open_window("bench", (960, 540), device="kiosk"))
        stage.reset()
        from tests.screens.test_camera import Kiosk
        from tests.screens.ticking import ticks

        labels = Path(folder) / "labels"
        labels.mkdir()
        counter().save(labels / "1.png")
        kiosk = Kiosk(stage, Path(folder), labels).open()
        kiosk.visit.hold_code()
        stage.until(lambda: kiosk.sight.seeing, what="the camera's picture")
        kiosk.sight.stop()
        alone = ticks(stage, kiosk.frame, TICK_S)
        kiosk.sight.start()
        stage.until(lambda: kiosk.sight.seeing, what="the camera's picture")
        before = kiosk.camera.counts.decoded
        beside = ticks(stage, kiosk.frame, TICK_S)
        decoded = (kiosk.camera.counts.decoded - before) / TICK_S
        kiosk.stop()
    quiet, busy = percentile(alone, 0.99), percentile(beside, 0.99)
    note = f"p50 {percentile(beside, 0.5):.1f} and {percentile(alone, 0.5):.1f}; {decoded:.0f} decodes/s, load {load()}"
    yield Figure("UI tick beside the camera, p99", busy, "ms", "the same without one", quiet, "<= 1.5", note)
