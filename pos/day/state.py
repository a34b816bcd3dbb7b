"""The store's day of collecting on the screen: its figures, and the one that is looked into. No window, no work."""

from dataclasses import dataclass
from enum import StrEnum

from pos.ui.happened import Happened
from sync.domain.collect_day import Day
from sync.local import Settings
from sync.local.collect_day import CollectDay

USUAL = Settings()
NO_DAY = CollectDay(Day(0, 0))


class Topic(StrEnum):
    """What a figure is about: orders to pick, orders that are late, what lies on shelves, who is here, what was handed
    out."""

    PICK = "pick"
    LATE = "late"
    SHELVES = "shelves"
    HERE = "here"
    OUT = "out"


class Way(StrEnum):
    """Where the primary action leads: to the picking, or to a part of the list of Collect."""

    NOWHERE = ""
    PICKING = "picking"
    WAITING = "waiting"
    READY = "ready"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Read:
    """What the local files hold of it. `seen`: when the hub last vouched for it, `offline_since` (UTC ms; 0: it
    answers). `places`: how many parcels a shelf holds, 0: nobody said. `opens`, `closes`: the store's hours, HH:MM."""

    figures: CollectDay = NO_DAY
    seen: int = 0
    offline_since: int = 0
    places: int = 0
    opens: str = ""
    closes: str = ""
    settings: Settings = USUAL


@dataclass(frozen=True, slots=True)
class DayState:
    """`topic` is looked into at the right."""

    ready: bool = False
    read: Read = Read()
    topic: Topic = Topic.PICK
    now: int = 0
    happened: Happened | None = None

    @property
    def known(self) -> bool:
        """Whether the hub told this terminal anything yet; else no figure can be known."""
        return self.ready and self.read.seen > 0

    @property
    def way(self) -> Way:
        """Where the primary action leads."""
        figures = self.read.figures
        if not self.known:
            return Way.NOWHERE
        if self.topic is Topic.PICK:
            return Way.PICKING if figures.to_pick else Way.NOWHERE
        if self.topic is Topic.LATE:
            late = figures.late(self.now)
            return (Way.PICKING if any(x.to_pick for x in late) else Way.LATE) if late else Way.NOWHERE
        if self.topic is Topic.SHELVES:
            over = figures.expired + figures.cancelled
            return Way.LATE if over else Way.READY if figures.lying else Way.NOWHERE
        return Way.WAITING if self.topic is Topic.HERE and figures.here else Way.NOWHERE
