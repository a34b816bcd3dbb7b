"""Bursts of worn labels, each of a seed of its own, in processes that give way to all others.

A burst is one label held to the camera: up to FRAMES frames, ended where it is accepted. Its frames are read by the
product's Decoder; one burst in COMPARED is read by zxing-cpp alone too, and by pyzbar alone with all that it reads.
"""

import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

import cv2
from pyzbar.pyzbar import decode

from pos.devices.accepting import Acceptor
from pos.devices.decoding import Decoder, Found, Reading
from pos.devices.frames import opencv
from tests.devices.labels import FAMILIES, NEAR, burst, drawn, frame_of, some_wear, text_of

FRAMES = 8
"""Frames of a burst, unless it is accepted before: some 0.3 s."""
FRAME_MS = 40
CHUNK = 50
COMPARED = 3
"""pyzbar alone takes as long as all the rest: the engines are compared in each third round of the families."""
NICE = 15
SEED = 7
Counts = Counter[tuple[str, str]]
"""How often, by family and by what was counted."""


class Overheard(Decoder):
    """The product's decoder; what zxing alone read in the last frame is kept, or it would be asked twice."""

    alone: list[Found]

    def zxing(self, grey: cv2.typing.MatLike) -> list[Found]:
        """As the product's."""
        self.alone = super().zxing(grey)
        return self.alone


_decoder: Overheard | None = None


def run(bursts: int, processes: int | None = None) -> Iterator[tuple[int, Counts]]:
    """How many bursts are done, and the counts until then. The counts depend on `bursts` alone: not on `processes`
    (one for each processor that may be used), nor on which ends first."""
    chunks = [range(first, min(first + CHUNK, bursts)) for first in range(0, bursts, CHUNK)]
    count = processes or len(os.sched_getaffinity(0))
    done, counts = 0, Counts()
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_begin) as pool:
        running = {pool.submit(some, chunk): len(chunk) for chunk in chunks}
        for each in as_completed(running):
            counts.update(each.result())
            done += running[each]
            yield done, counts


def _begin() -> None:
    global _decoder
    os.setpriority(os.PRIO_PROCESS, 0, NICE)
    opencv()
    _decoder = Overheard()


def some(numbers: range) -> Counts:
    """The counts of these bursts."""
    assert _decoder is not None, "_begin comes first"
    counts = Counts()
    for number in numbers:
        one(_decoder, number, counts)
    return counts


def one(decoder: Overheard, number: int, counts: Counts) -> None:
    """Hold one label to the decoders; `number` says which, and how worn."""
    rng, family = random.Random(SEED * 1_000_003 + number), FAMILIES[number % len(FAMILIES)]
    text = text_of(family, rng)
    drawing, acceptor, taken = drawn(family, text), Acceptor(), None
    for at, wear in enumerate(burst(some_wear(family, rng), rng, FRAMES)):
        frame = frame_of(drawing, wear, NEAR)
        readings = decoder.read(frame)
        counts[family, "seen"] += 1
        counts[family, "misread"] += any(reading.text != text for reading in readings)
        if number // len(FAMILIES) % COMPARED == 0:
            _compare(decoder, frame, readings, family, text, counts)
        taken = acceptor.see(readings, at * FRAME_MS, lambda one, f=frame: decoder.again(f, one))
        if taken is not None:
            break
    counts[family, "bursts"] += 1
    counts[family, "accepted"] += taken is not None and taken.text == text
    if taken is not None and taken.text != text:
        counts[family, "wrongly"] += 1
        counts[family, f"burst {number}: {text!r} taken for {taken.text!r} {taken.aim} by {taken.by}"] += 1


def _compare(
    decoder: Overheard, frame: cv2.typing.MatLike, readings: list[Reading], family: str, text: str, counts: Counts
) -> None:
    seen = {
        "zxing": [found[0] for found in decoder.alone],
        "zbar": [each.data.decode("utf-8", "replace") for each in decode(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY))],
        "ours": [reading.text for reading in readings],
    }
    counts[family, "frames"] += 1
    for name, texts in seen.items():
        # The engines write a UPC-A with a zero before it or without.
        right = [one.lstrip("0") == text.lstrip("0") for one in texts]
        counts[family, name] += any(right)
        counts[family, f"{name} wrong"] += right.count(False)
