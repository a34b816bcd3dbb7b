"""A hub that finds out by itself that it was restored from a backup: what `hub restored` does, done late.

Found by `seals`: a terminal shows what this hub gave out and does not have. Whatever followers took since then may bear
the numbers that others get now, so all of them begin again: a new epoch.
"""

import logging

from sqlalchemy import Connection, Engine, select

from sync.domain.verdicts import Code
from sync.hub import attention, database
from sync.hub.attention import Note
from sync.hub.feed import Recorder
from sync.hub.tables import hub, terminal

log = logging.getLogger(__name__)


def restored(engine: Engine, seen: str, name: str, what: str, now: int) -> str:
    """As `begin`, in a transaction of its own."""
    return database.retrying(engine, lambda conn: begin(conn, seen, name, what, now))


def begin(conn: Connection, seen: str, name: str, what: str, now: int) -> str:
    """Begin a new epoch, unless somebody did since the epoch `seen`; the epoch that holds from now on.

    `name` is the terminal that proved that it was given `what`. A person is told.
    """
    own = conn.execute(select(hub).with_for_update()).one()
    if own.epoch != seen:
        return str(own.epoch)
    fresh = database.new_epoch(conn)
    log.warning("%s was given %s, which is not here: restored from a backup? Epoch %s begins.", name, what, fresh)
    place = conn.execute(select(terminal.c.location).where(terminal.c.id == name)).scalar() or ""
    detail = f"{name} was given {what}, which is not here: this hub was restored from a backup. It began anew by itself"
    recorder = Recorder(now)
    attention.add_once(conn, Note(Code.HUB_RESTORED, detail, place, name, "", 0, seen, now, recorder))
    recorder.commit(conn)
    return fresh
