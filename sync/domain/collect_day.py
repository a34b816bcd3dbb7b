"""A store's day of click and collect in figures (design, section 5): which times it holds, how long people waited.

Pure. Times UTC in ms. The day is the calendar day on the store's wall: a shift that is open past midnight belongs to
one till, and all terminals of a store must count the same.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from sync.domain.arrivals import Arrival, ArrivalState

HOURS = 24
_QUARTER = 15 * 60_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Day:
    """From `start` up to `end`, which is the next day's start; 23 to 25 hours where clocks are changed."""

    start: int
    end: int

    def has(self, at: int) -> bool:
        """Whether that moment is of this day."""
        return self.start <= at < self.end


def day_at(now: int, zone: tzinfo) -> Day:
    """The day that it is at `now` on a wall in `zone`."""
    today = (_EPOCH + now * _MS).astimezone(zone).date()
    ends = (datetime.combine(each, time(), zone) for each in (today, today + timedelta(days=1)))
    return Day(*((end.astimezone(UTC) - _EPOCH) // _MS for end in ends))


def by_hour(times: Iterable[int], day: Day, zone: tzinfo) -> tuple[int, ...]:
    """How many of the times fall into each hour of that day as the wall shows it; an hour that comes twice is one."""
    quarters = Counter(at // _QUARTER for at in times if day.has(at))  # no zone's hours begin within a quarter
    counts = [0] * HOURS
    for quarter, count in quarters.items():
        counts[hour_at(quarter * _QUARTER, zone)] += count
    return tuple(counts)


def hour_at(at: int, zone: tzinfo) -> int:
    """The hour that the wall shows at that moment, 0 to 23."""
    return (_EPOCH + at * _MS).astimezone(zone).hour


@dataclass(frozen=True, slots=True)
class Waits:
    """Of the shoppers who came on a day: `served` got something, `left` were not there any more, the others are still
    here. `average`, `longest`: ms from coming to having it; None where nobody's time can be told."""

    came: int = 0
    served: int = 0
    left: int = 0
    average: int | None = None
    longest: int | None = None


NOBODY = Waits()
"""Nobody came."""


def waits_of(arrivals: Iterable[Arrival], day: Day) -> Waits:
    """How long the shoppers of a day waited. Who was served before she came, by clocks that differ, is counted as
    served, and her time is not."""
    mine = [x for x in arrivals if day.has(x.at)]
    served = [x for x in mine if x.state is ArrivalState.DONE]
    took = [x.ended_at - x.at for x in served if x.ended_at is not None and x.ended_at >= x.at]
    left = sum(x.state is ArrivalState.LEFT for x in mine)
    average = sum(took) // len(took) if took else None
    return Waits(len(mine), len(served), left, average, max(took, default=None))
