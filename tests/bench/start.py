"""From the start of the till's process to its sign-in on the screen, with 1,000,000 products."""

from collections.abc import Iterator

from tests.bench._apps import running, screen
from tests.bench._home import MILLION, STAFF, home
from tests.bench.figures import Figure, load, percentile

ROUNDS = 5
READY = STAFF[0]
"""A name that only the replica knows: when it is on the screen, files are open and a person may sign in."""


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: products (default a million)."""
    place = home(size or MILLION)
    took = []
    with screen(1280, 800) as display:
        for _round in range(ROUNDS + 1):
            with running("pos", place, display) as app:
                took.append(app.wait_for(READY))
    warm = took[1:]
    note = f"first {took[0]:.2f}, then {'/'.join(f'{s:.2f}' for s in warm)} s; load {load()}"
    yield Figure("start to a ready till", percentile(warm, 0.5), "s", "", None, "<= 2", note)
