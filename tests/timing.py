"""How long something takes on a machine that others use as well."""

import time
from collections.abc import Callable


def at_best(once: Callable[[], object], times: int = 5) -> float:
    """Seconds on the clock of the quickest of some runs: what waits by itself waits in each, and what the machine did
    meanwhile hits some."""
    took = []
    for _turn in range(times):
        began = time.monotonic()
        once()
        took.append(time.monotonic() - began)
    return min(took)
