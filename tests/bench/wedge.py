"""Codes that a keyboard-wedge scanner types into a window: exact under en, ru, kk, ka, at any speed, after stalls."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from queue import Empty, SimpleQueue
from typing import IO

from pos.devices.layouts import US
from tests.bench._apps import ROOT, screen
from tests.bench._scanner import Scanner
from tests.bench.figures import Figure, load

LAYOUTS = {"en": "us", "ru": "ru", "kk": "kz", "ka": "ge"}
GAPS_MS = (1, 2, 4, 8, 15, 30)
CODES = 120
"""For each layout; a sixth of it over stalls, of which each takes most of a second."""
SEED = 1
PATIENCE_S = 1.5
HELD_UP_S = 0.05
"""So long stops no scanner in the midst of a code that was told to send at 30 ms a key."""
GS = "\x1d"
SIGNS = "".join(sorted({sign for pair in US.values() for sign in pair} - {" "}))


def codes(count: int) -> list[str]:
    """What is on labels: articles, a receipt, a pass, a marking code with its separators, and noise of all signs."""
    chance = random.Random(SEED)
    noise = ["".join(chance.choices(SIGNS, k=chance.randint(6, 24))) for _n in range(count)]
    known = ["4006381333931", "STF1:T1-000177", "STF2:6BF$%*+-./:QED8 L0EN", "20000011",
             f"]d2010400638133393121Ab+c%dEf{GS}91EE08{GS}92dGVzdA=="]  # fmt: skip
    return [known[n // 2 % len(known)] if n % 2 else noise[n] for n in range(count)]


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: codes for each layout."""
    count = size or CODES
    for name, layout in LAYOUTS.items():
        yield _figure(f"codes that are exact, {name}", _run(layout, count), "1-30 ms a key, no pause between codes")
    stalled = _run("ru", max(1, count // 6), stall_ms=600)
    yield _figure("codes that are exact over stalls, ru", stalled, "the window stands still for 600 ms in each")
    yield _figure("codes that are exact, caps lock on, en", _run("us", count, caps=True), "Caps Lock at the keyboard")


@dataclass
class _Result:
    """`exact` of `sent` codes; `more`: what was heard that was none; `held_up`: codes that do not count, since the
    machine stopped the sender in their midst longer than any scanner pauses."""

    sent: int
    exact: int
    more: int
    held_up: int
    seconds: float


def _figure(name: str, result: _Result, note: str) -> Figure:
    share = 0.0 if result.more else 100.0 * result.exact / result.sent
    heard = f"{result.exact} of {result.sent}, {result.more} heard that were none, {result.held_up} set aside"
    speed = f"{result.sent / result.seconds:.1f} codes/s"
    return Figure(name, share, "%", "", None, "= 100", f"{note}; {heard}; {speed}; load {load()}")


def _run(layout: str, count: int, stall_ms: int = 0, caps: bool = False) -> _Result:
    """One window under one layout."""
    with screen(640, 400) as display:
        subprocess.run(["setxkbmap", "-display", display.name, layout], check=True, timeout=20)
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench._wedge_app"], cwd=ROOT, text=True,
            env=os.environ | {"DISPLAY": display.name}, stdout=subprocess.PIPE, stdin=subprocess.PIPE,
        )  # fmt: skip
        try:
            heard = _lines(child.stdout)
            assert heard.get(timeout=30) == ["ready", ""], "the window did not open"
            scanner = Scanner(display.name)
            scanner.aim(display.name)
            if caps:
                time.sleep(0.5)  # nobody presses it while the window is just coming up
                scanner.caps_lock()
            return _sent(scanner, child.stdin, heard, codes(count), stall_ms)
        finally:
            child.terminate()
            child.wait(20)


def _sent(
    scanner: Scanner, stalls: IO[str] | None, heard: SimpleQueue[list[str]], wanted: list[str], stall_ms: int
) -> _Result:
    held: set[str] = set()
    began = time.monotonic()
    for number, code in enumerate(wanted):
        if stall_ms:
            assert stalls is not None
            threading.Timer(0.02, lambda: print(stall_ms, file=stalls, flush=True)).start()
        if scanner.send(code, GAPS_MS[number % len(GAPS_MS)] / 1000) > HELD_UP_S:
            held.add(code)
        time.sleep((stall_ms + 100) / 1000 if stall_ms else 0)
    took = time.monotonic() - began
    scanner.close()
    got = _all(heard)
    texts = [text for kind, text in got if kind == "scan" and text not in held]
    counted = [code for code in wanted if code not in held]
    exact = sum(block.size for block in SequenceMatcher(None, texts, counted, autojunk=False).get_matching_blocks())
    if exact < len(counted):
        print(f"wanted {wanted}\nheld up {held}\ngot    {got}", file=sys.stderr)
    more = len(texts) - exact + (0 if held else sum(kind != "scan" for kind, _text in got))
    return _Result(len(counted), exact, more, len(held), took)


def _all(heard: SimpleQueue[list[str]]) -> list[list[str]]:
    """Everything until it has been silent for a while."""
    got: list[list[str]] = []
    while True:
        try:
            got.append(heard.get(timeout=PATIENCE_S))
        except Empty:
            return got


def _lines(said: IO[str] | None) -> SimpleQueue[list[str]]:
    assert said is not None
    lines: SimpleQueue[list[str]] = SimpleQueue()
    threading.Thread(target=lambda: [lines.put(json.loads(line)) for line in said], daemon=True).start()
    return lines
