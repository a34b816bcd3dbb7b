"""Who is here to collect an order: as the replica has it, with what this terminal noted since.

As with parcels, an own step counts until the replica includes it.
"""

from itertools import groupby
from typing import Any

from sync.domain.arrivals import Arrival, furthest, ticket_of, usual_wait
from sync.local import tables
from sync.local.database import Local
from sync.local.journal import Recorded
from sync.local.pickups import by_key, lacking, own_keys
from sync.local.tables import insert
from sync.protocol.arrivals import read, row_of

_step = insert(tables.arrival_step)
_OWN = f"""SELECT s.body, s.at, s.seq FROM arrival_step s
    {lacking("s", "'location:' || s.location")} AND {{which}}"""  # noqa: S608 - constants
_OWN_HERE = by_key(_OWN.format(which="s.location = :here")) + " ORDER BY 2, 3"
_OWN_OF_ORDER = _OWN.format(which='s."order" = ?') + " ORDER BY 2, 3"
_HERE = "SELECT body FROM replica.arrival WHERE location = ?"
_OF_ORDER = 'SELECT body FROM replica.arrival WHERE "order" = ?'


def arrivals_here(local: Local) -> list[Arrival]:
    """Who waits at this store, the first who came first."""
    with local.read():
        found = arrivals_known_now(local)
    return [it for it in found if it.state.open]


def arrivals_known_now(local: Local) -> list[Arrival]:
    """Inside `local.read()`: who came to this store, ended or not, the first who came first; as far back as the hub
    tells of them, which is a day after the last step."""
    db, keys = local.raw, own_keys(local)
    return _merged(db.execute(_HERE, (keys["here"],)).fetchall(), db.execute(_OWN_HERE, keys).fetchall())


def usual_wait_here(local: Local, now: int) -> int | None:
    """How long people waited at this store of late, ms; None if that can't be said honestly."""
    with local.read():
        return usual_wait(arrivals_known_now(local), now)


def arrival_of(local: Local, order: str) -> Arrival | None:
    """Who waits at this store for that order (a purchase's id); None if nobody does."""
    with local.read():
        return arrival_now(local, order)


def arrival_now(local: Local, order: str) -> Arrival | None:
    """As `arrival_of`, inside `local.read()` or `write()`."""
    return next((x for x in arrivals_now(local, order) if x.location == local.me.location), None)


def arrivals_now(local: Local, order: str) -> list[Arrival]:
    """Inside `local.read()` or `write()`: the open arrivals of an order, at any store."""
    db = local.raw
    found = _merged(db.execute(_OF_ORDER, (order,)).fetchall(), db.execute(_OWN_OF_ORDER, (order,)).fetchall())
    return [it for it in found if it.state.open]


def arrival_by_id(local: Local, id: str) -> Arrival | None:
    """One arrival, ended or not; None if it is not known here (any more)."""
    with local.read():
        return by_id_now(local, id)


def by_id_now(local: Local, id: str) -> Arrival | None:
    """As `arrival_by_id`, inside `local.read()` or `write()`. An own step is remembered after the row is gone."""
    told = local.raw.execute("SELECT body FROM replica.arrival WHERE id = ?", (id,)).fetchall()
    own = local.raw.execute("SELECT body FROM arrival_step WHERE arrival = ? ORDER BY at, seq", (id,)).fetchall()
    return furthest(read(row[0]) for row in (*told, *own))


def _merged(told: list[Any], own: list[Any]) -> list[Arrival]:
    """What the hub told and own steps, rows of bodies; of each arrival what is furthest on its way."""
    said = [read(row[0]) for row in (*told, *own)]
    said.sort(key=lambda x: x.id)
    found = [furthest(of) for _, of in groupby(said, key=lambda x: x.id)]
    return sorted((x for x in found if x is not None), key=lambda x: (x.at, x.id))


# --- recording -------------------------------------------------------------------------------------------------------


def keep_arrival(local: Local, done: Recorded, after: Arrival, at: int) -> None:
    """Inside `local.write()`: how an arrival stands after the operation `done`."""
    row = row_of(after)
    same = {name: row[name] for name in ("order", "location", "state", "body")}
    _step.run(local.raw, incarnation=done.incarnation, seq=done.seq, arrival=after.id, at=at, **same)


_NEXT = """INSERT INTO counter (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1
    RETURNING value"""


def next_ticket(local: Local, day: str) -> str:
    """Inside `local.write()`: the next ticket of this terminal's series of a business day."""
    local.raw.execute("DELETE FROM counter WHERE name LIKE 'ticket:%' AND name < ?", (f"ticket:{day}",))
    count = local.raw.execute(_NEXT, (f"ticket:{day}",)).fetchone()[0]
    return ticket_of(local.me.kind, local.me.terminal, count)
