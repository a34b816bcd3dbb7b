"""The camera: worn labels by zbar, zxing and both; wrong codes in bursts; decodes a second; the UI's tick beside it."""

import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from pos.demo.labels import counter
from pos.devices.accepting import Acceptor
from pos.devices.base import Inbox, ScanRead
from pos.devices.camera import Camera
from pos.devices.decoding import Decoder
from pos.devices.frames import opencv
from tests.bench.figures import Figure, load, percentile
from tests.devices.labels import FAMILIES, NEAR, SIZE, burst, drawn, frame_of, some_wear, text_of

BURSTS = 10_000
FRAMES = 8
"""Frames of a burst, unless it is accepted before: some 0.3 s."""
FRAME_MS = 40
SPEED_S = 4.0
TICK_S = 4.0


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: bursts over all families (default 10,000); a fiftieth of it is the frames of each family."""
    opencv()
    decoder, bursts = Decoder(), size or BURSTS
    for family in FAMILIES:
        yield from recognised(decoder, family, max(20, bursts // 50))
    yield from accepted(decoder, bursts)
    yield speed(decoder)
    yield from delay()
    yield from tick()


def recognised(decoder: Decoder, family: str, frames: int) -> Iterator[Figure]:
    """How many frames of worn labels each decoder reads, and both together; wrong texts in the note."""
    from pyzbar.pyzbar import decode

    rng, right, wrong = random.Random(5), Counter[str](), Counter[str]()
    for _n in range(frames):
        text = text_of(family, rng)
        frame = frame_of(drawn(family, text), some_wear(family, rng), NEAR)
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        seen = {
            "zbar": [each.data.decode("utf-8", "replace").lstrip("0") for each in decode(grey)],
            "zxing": [found[0].lstrip("0") for found in decoder.zxing(grey)],
            "ours": [reading.text.lstrip("0") for reading in decoder.read(frame)],
        }
        for name, texts in seen.items():
            right[name] += text.lstrip("0") in texts
            wrong[name] += sum(one != text.lstrip("0") for one in texts)
    best = max(right["zbar"], right["zxing"])
    said = ", ".join(f"{n} {right[n]} right {wrong[n]} wrong" for n in ("zbar", "zxing", "ours"))
    note = f"of {frames}: {said}"
    yield Figure(f"{family}: frames read", right["ours"], "frames", "better of the two", best, ">= 1", note)


def accepted(decoder: Decoder, bursts: int) -> Iterator[Figure]:
    """Bursts of worn labels: wrong codes accepted, and how many were read at all."""
    rng, counts, began = random.Random(7), Counter[str](), time.monotonic()
    for number in range(bursts):
        family = FAMILIES[number % len(FAMILIES)]
        text = text_of(family, rng)
        drawing, acceptor, taken = drawn(family, text), Acceptor(), None
        for at, wear in enumerate(burst(some_wear(family, rng), rng, FRAMES)):
            frame = frame_of(drawing, wear, NEAR)
            readings = decoder.read(frame)
            counts["frames"] += 1
            counts["wrong frames"] += any(reading.text != text for reading in readings)
            taken = acceptor.see(readings, at * FRAME_MS, lambda one, f=frame: decoder.again(f, one))
            if taken is not None:
                break
        counts["read"] += taken is not None and taken.text == text
        counts["wrong"] += taken is not None and taken.text != text
    note = f"{counts['wrong frames']} wrong in {counts['frames']} frames, load {load()}"
    yield Figure("wrong codes accepted", counts["wrong"], "codes", "", None, "= 0", f"{bursts} bursts; {note}")
    share = counts["read"] / bursts
    yield Figure("bursts read", share, "share", "", None, ">= 0.5", f"{time.monotonic() - began:.0f} s for all of them")


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
