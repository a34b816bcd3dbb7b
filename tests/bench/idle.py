"""Processor share of a till and a kiosk that nobody touches, over 20 seconds; the agent's beside it."""

import time
from collections.abc import Iterator

from tests.bench._apps import App, running, screen, spent
from tests.bench._home import STAFF, home
from tests.bench.figures import Figure, load

SECONDS = 20
SETTLE = 5


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: products (default 20,000)."""
    for name, kind, words, wide, high in (
        ("pos", "till", STAFF[0], 1280, 800),
        ("kiosk", "kiosk", "English", 1080, 1920),
    ):
        place = home(size or 20_000, kind)
        with screen(wide, high) as display, running(name, place, display) as app:
            app.wait_for(words)
            time.sleep(SETTLE)
            yield from _shares(app, kind)


def _shares(app: App, name: str) -> Iterator[Figure]:
    agents = app.agents()
    began, before = time.perf_counter(), [spent(pid) for pid in (app.process.pid, *agents)]
    time.sleep(SECONDS)
    after, took = [spent(pid) for pid in (app.process.pid, *agents)], time.perf_counter() - began
    shares = [(b - a) / took * 100 for a, b in zip(before, after, strict=True)]
    note = f"{SECONDS} s of one processor, load {load()}"
    yield Figure(f"idle {name}, the screen", shares[0], "%", "", None, "<= 1", note)
    yield Figure(f"idle {name}, its agent", sum(shares[1:]), "%", "", None, "<= 1", "the hub is not there")
