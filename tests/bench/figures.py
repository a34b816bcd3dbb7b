"""What a figure is, and how it is written: one JSON object a line; for people a table on standard error."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside the limit measured in the same run.

    `goal` says what was wanted (as in "<= 3"), of the ratio where there is a limit, else of the value.
    """

    name: str
    value: float
    unit: str
    limit: str
    limit_value: float | None
    goal: str
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over limit."""
        return None if not self.limit_value else self.value / self.limit_value

    @property
    def met(self) -> bool:
        """Whether the goal holds for the ratio, or for the value where no limit was measured."""
        sign, wanted = self.goal.split()
        seen = self.value if self.ratio is None else self.ratio
        return {"<=": seen <= float(wanted), ">=": seen >= float(wanted), "=": seen == float(wanted)}[sign]

    def as_json(self) -> str:
        """The line for programs."""
        row = asdict(self) | {"ratio": None if self.ratio is None else round(self.ratio, 3), "met": self.met}
        return json.dumps(row, ensure_ascii=False)

    def as_row(self) -> str:
        """The line for people."""
        limit = "" if self.limit_value is None else f"{self.limit} {self.limit_value:,.4g}"
        ratio = "" if self.ratio is None else f"{self.ratio:,.2f}×"
        mark = "met" if self.met else "SHORT"
        seen = f"{self.name:<44}{self.value:>12,.4g} {self.unit:<6}{limit:<38}{ratio:>9}"
        return f"{seen}  {self.goal:<9}{mark:<6}{self.note}"


def percentile(samples: Iterable[float], share: float) -> float:
    """The sample below which `share` (0 to 1) of all samples lie."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(action: Callable[[], object], times: int) -> list[float]:
    """Wall seconds of each of `times` calls."""
    samples = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        samples.append(time.perf_counter() - start)
    return samples


def load() -> str:
    """How many processes wanted the processors in the last minute, of how many there are: for a figure's note."""
    return f"{os.getloadavg()[0]:.1f} of {os.cpu_count()}"


def show(figures: Iterable[Figure]) -> None:
    """Write each figure as it comes."""
    for figure in figures:
        print(figure.as_json(), flush=True)
        print(figure.as_row(), file=sys.stderr, flush=True)
