"""Shoppers who come to a terminal, and arrivals that the hub told, for tests of the terminal's own files."""

from pathlib import Path

from sync.domain.arrivals import Arrival, ArrivalState
from sync.local.replica import Replica
from sync.protocol.arrivals import row_of
from tests.local.fixture import NOW, OWN

MINUTE = 60_000


def came(ticket: str = "K01", order: str = "web:100-48213", **more: object) -> Arrival:
    """Somebody who came now for that order."""
    known = {"state": ArrivalState.WAITING, "at": NOW} | more
    return Arrival(f"a-{ticket}", order, order.partition(":")[2], OWN, ticket, **known)  # type: ignore[arg-type]


def told(home: Path, *arrivals: Arrival, journal: str = "", included: int = 0) -> None:
    """Put arrivals into the replica, as a page of the feed would that includes our journal up to `included`."""
    replica = Replica(home)
    with replica.write() as db:
        for it in arrivals:
            row = row_of(it)
            values = [row[name] for name in ("id", "order", "location", "ticket", "state", "at", "body")]
            db.execute("INSERT OR REPLACE INTO arrival VALUES (?, ?, ?, ?, ?, ?, ?, 1)", values)
        cursor = (f"location:{OWN}", "epoch-1", 1, journal, included, NOW, "")
        db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?)", cursor)
    replica.close()


def forgotten(home: Path, ticket: str) -> None:
    """The hub shows an arrival no more."""
    replica = Replica(home)
    with replica.write() as db:
        db.execute("DELETE FROM arrival WHERE ticket = ?", (ticket,))
    replica.close()
