"""When to try again, and how often to look: growing pauses with jitter, so that a thousand terminals never come back
at once (F22), and no look that does not pay for its bytes."""

import random
from dataclasses import dataclass

FIRST_S = 1.0
LONGEST_S = 30.0
SPREAD_S = 2.0
"""Terminals whose lines were cut together come back spread over this long."""


@dataclass(frozen=True, slots=True)
class Beat:
    """How often an agent looks by itself, in seconds.

    `hello`: a hello at least this often while no live line vouches for what stands still, `calm_hello` while one does;
    it measures the clock and proves the journal (F13, F41). `quiet`: a live line without a heartbeat for this long is
    dead, or a proxy holds it back. `poll`: how long a long poll waits.
    """

    hello: float = 90.0
    calm_hello: float = 900.0
    quiet: float = 40.0
    poll: int = 25

    @property
    def look(self) -> float:
        """How often the journal is looked at without a hint; costs no byte on the wire."""
        return self.hello / 6


class Pace:
    """Pauses after failures. They grow to LONGEST_S and never end (I-4)."""

    def __init__(self, first: float = FIRST_S, longest: float = LONGEST_S) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0

    def failed(self) -> float:
        """Seconds to wait after one more failure: half to all of a bound that doubles."""
        bound = min(self._longest, self._first * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return random.uniform(bound / 2, bound)

    def worked(self) -> None:
        """Begin anew with the shortest pause."""
        self._failures = 0


def about(seconds: float) -> float:
    """That time, a fifth more or less."""
    return random.uniform(seconds * 0.8, seconds * 1.2)


def spread() -> float:
    """A part of SPREAD_S."""
    return random.uniform(0, SPREAD_S)
