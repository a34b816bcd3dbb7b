"""Shoppers are reminded once of a parcel that nobody collected, some days before it goes back.

What is told is an event for the retailer's own systems, as with a parcel that is ready; the policy is the setting
`pickup_remind_days`: so many days before the end (0: nobody is reminded).
"""

from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from sync.domain.pickups import Parcel, ParcelState
from sync.hub import database, events, settings
from sync.hub.events import Event
from sync.hub.tables import parcel, parcel_reminder
from sync.protocol.pickups import read

DAY_MS = 24 * 3_600_000
USUAL_DAYS = 2
MOST_DAYS = 365
STEP = 500
"""Reminders in one transaction."""
REMINDER = "parcel_reminder"


def owe(conn: Connection, ready: Parcel) -> None:
    """A parcel is on a shelf: its shopper is to be reminded before it expires."""
    if ready.expires is None:
        return
    added = database.insert(conn, parcel_reminder).values(parcel=ready.id, expires=ready.expires)
    conn.execute(added.on_conflict_do_update(index_elements=["parcel"], set_={"expires": added.excluded.expires}))


def needed(conn: Connection, now: int) -> bool:
    """Whether somebody is to be reminded by now (UTC ms)."""
    return conn.execute(_due(conn, now).limit(1)).first() is not None


def remind(engine: Engine, now: int) -> int:
    """Tell of parcels that still wait and are near their end, each once; how many."""
    told = 0
    while True:
        with database.write(engine) as conn:
            rows = conn.execute(_due(conn, now).limit(STEP).with_for_update()).all()
            ids = [row.parcel for row in rows]
            conn.execute(delete(parcel_reminder).where(parcel_reminder.c.parcel.in_(ids)))
            found = [_event(it, now) for it in _waiting(conn, ids, now)]
            events.append(conn, found)
        told += len(found)
        if len(rows) < STEP:
            return told


def _due(conn: Connection, now: int) -> Any:
    until = now + _days(conn) * DAY_MS
    return select(parcel_reminder).where(parcel_reminder.c.expires <= until).order_by(parcel_reminder.c.parcel)


def _days(conn: Connection) -> int:
    value = settings.kept(conn).get("pickup_remind_days", USUAL_DAYS)
    return min(MOST_DAYS, max(0, value)) if isinstance(value, int) else USUAL_DAYS


def _waiting(conn: Connection, ids: list[str], now: int) -> list[Parcel]:
    query = select(parcel.c.body).where(parcel.c.id.in_(ids), parcel.c.state == ParcelState.READY.value)
    found = [read(body) for body in conn.execute(query.order_by(parcel.c.id)).scalars()]
    return [it for it in found if it.expires is not None and now < it.expires]


def _event(it: Parcel, now: int) -> Event:
    told = {"parcel": it.id, "number": it.number, "location": it.location, "shelf": it.shelf, "expires": it.expires}
    return Event(REMINDER, it.order, now, told)
