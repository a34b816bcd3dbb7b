"""When to try again: growing pauses with jitter, so that a thousand terminals never come back at once (F22)."""

import random

FIRST_S = 1.0
LONGEST_S = 30.0


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
