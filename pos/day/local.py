"""What the store's day asks of the local files."""

from collections.abc import Callable

from pos.day.state import Read
from sync.actions.day import zone_of
from sync.local import Local, link_status, own_location, settings
from sync.local.collect_day import Known, collect_day, shelf_places
from sync.local.collecting import seen_at


def read_day(now: int, known: dict[str, Known | None]) -> Callable[[Local], Read]:
    """The figures of the day that it is now in this store, and how fresh they are. `known`: what was read of its orders
    before."""

    def job(local: Local) -> Read:
        said, link, place = settings(local), link_status(local, now), own_location(local)
        return Read(
            figures=collect_day(local, now, zone_of(said.timezone), known),
            seen=seen_at(local),
            offline_since=0 if link.online else link.since,
            places=shelf_places(local),
            opens=place.opens if place else "",
            closes=place.closes if place else "",
            settings=said,
        )

    return job
