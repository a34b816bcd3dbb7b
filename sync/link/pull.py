"""Taking the feed: page after page until the replica stands where the hub stands."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from sync.link.wire import NoAnswer, Refused, Wire
from sync.local.changes import BadPage
from sync.local.replica import Cursor, Replica
from sync.protocol.pages import SentPage

TOGETHER = 20_000
"""Rows that are applied in one transaction, as far as they are there;"""
TOGETHER_S = 1.0
"""and no row waits longer than this for others to come."""


class SnapshotNeeded(Exception):
    """Deltas don't lead from here to there: too far behind, another epoch, or a replica that does not fit."""

    def __init__(self, scope: str, anew: bool = False) -> None:
        super().__init__(scope)
        self.scope = scope
        self.anew = anew
        """The hub began a new epoch: all that was said at the hello is void."""


def pull(
    wire: Wire,
    replica: Replica,
    scope: str,
    incarnation: str,
    clock: Callable[[], int],
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Bring a scope up to the hub's head; whether any row changed. Raises SnapshotNeeded, NoAnswer, Refused."""
    cursor = replica.cursors().get(scope)
    if cursor is None:
        raise SnapshotNeeded(scope)
    taken = _Taken(replica, incarnation, clock)
    try:
        for page in _pages(wire, cursor, stopping):
            taken.add(page)
    finally:
        taken.store()  # what came before the line broke counts
    return taken.changed


class _Taken:
    """Pages that wait to be applied together: rows that lie side by side are then written once."""

    def __init__(self, replica: Replica, incarnation: str, clock: Callable[[], int]) -> None:
        self._replica = replica
        self._incarnation = incarnation
        self._clock = clock
        self._pages: list[SentPage] = []
        self._rows = 0
        self._since = 0.0
        self.changed = False

    def add(self, page: SentPage) -> None:
        self._since = self._since if self._pages else time.monotonic()
        self._pages.append(page)
        self._rows += sum(len(v.changes) for v in page.versions)
        if self._rows >= TOGETHER or page.upto >= page.head or time.monotonic() - self._since > TOGETHER_S:
            self.store()

    def store(self) -> None:
        pages, self._pages, self._rows = self._pages, [], 0
        if pages:
            try:
                self.changed |= self._replica.apply_all(pages, self._incarnation, self._clock())
            except BadPage as error:
                raise SnapshotNeeded(pages[0].scope) from error


def _pages(wire: Wire, cursor: Cursor, stopping: Callable[[], bool]) -> Iterator[SentPage]:
    """Pages up to the head; where there are several, each is fetched while the one before it is applied."""
    since = cursor.version
    with ThreadPoolExecutor(1, "pull") as ahead:
        page = _page(wire, cursor, since, cursor.seal)
        while True:
            if page.scope != cursor.scope:
                raise NoAnswer("not_the_hub", "the page is of another scope")
            more = page.upto < page.head
            if more and page.upto <= since:
                raise NoAnswer("not_the_hub", "the feed does not go on")
            since = page.upto
            coming = ahead.submit(_page, wire, cursor, since, page.seal) if more and not stopping() else None
            yield page
            if coming is None:
                return
            page = coming.result()


def _page(wire: Wire, cursor: Cursor, since: int, seal: str) -> SentPage:
    try:
        return wire.get("pull", SentPage, scope=cursor.scope, epoch=cursor.epoch, since=since, seal=seal)
    except Refused as no:
        if no.status == 410 or no.fault.code in ("snapshot_needed", "epoch"):
            raise SnapshotNeeded(cursor.scope, no.fault.code == "epoch") from no
        raise
