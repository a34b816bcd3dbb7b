"""Taking the feed: page after page until the replica stands where the hub stands."""

from collections.abc import Callable

from sync.link.wire import NoAnswer, Refused, Wire
from sync.local.replica import BadPage, Cursor, Replica
from sync.protocol.messages import Page


class SnapshotNeeded(Exception):
    """Deltas don't lead from here to there: too far behind, another epoch, or a replica that does not fit."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


def pull(
    wire: Wire,
    replica: Replica,
    scope: str,
    incarnation: str,
    clock: Callable[[], int],
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Bring a scope up to the hub's head; whether any row changed. Raises SnapshotNeeded, NoAnswer, Refused."""
    changed = False
    while not stopping():
        cursor = replica.cursors().get(scope)
        if cursor is None:
            raise SnapshotNeeded(scope)
        page = _page(wire, cursor)
        if page.scope != scope:
            raise NoAnswer("not_the_hub", "the page is of another scope")
        try:
            changed |= replica.apply(page, incarnation, clock())
        except BadPage as error:
            raise SnapshotNeeded(scope) from error
        if page.upto >= page.head:
            break
        if page.upto <= cursor.version:
            raise NoAnswer("not_the_hub", "the feed does not go on")
    return changed


def _page(wire: Wire, cursor: Cursor) -> Page:
    try:
        return wire.get("pull", Page, scope=cursor.scope, epoch=cursor.epoch, since=cursor.version)
    except Refused as no:
        if no.status == 410 or no.fault.code in ("snapshot_needed", "epoch"):
            raise SnapshotNeeded(cursor.scope) from no
        raise
