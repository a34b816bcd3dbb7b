"""Devices of terminals that can't do their work now: the staff of their store see them, wherever they stand.

It is a state and no operation. Each hello says all of it, so the newest word counts, the same again changes nothing,
and what is well again is gone.
"""

from typing import Any

from sqlalchemy import Connection, select

from sync.hub import database
from sync.hub.feed import Recorder
from sync.hub.tables import ailment
from sync.protocol.messages import Ails, Hello
from sync.protocol.replica import key_of

SCOPE = "attention"
MOST = 8
"""Devices of a terminal that are kept; more has none."""
LONGEST = 32
"""Characters of a role, or of the word for what is wrong."""


def told(conn: Connection, machine: Any, request: Hello, now: int) -> None:
    """Keep what the hello of a terminal (its row, locked) says, and tell its store what is new; the transaction's last
    statements but reading."""
    recorder, skew = Recorder(now), request.at - now
    before = {row.device: row for row in conn.execute(select(ailment).where(ailment.c.terminal == machine.id))}
    said = {made["device"]: made for made in (_row(machine, each, now, skew) for each in request.ails[:MOST])}
    for device, row in before.items():
        if device not in said or row.location != machine.location:
            _delete(conn, recorder, row)
    for device, made in sorted(said.items()):
        _put(conn, recorder, made, before.get(device))
    recorder.commit(conn)


def forget(conn: Connection, recorder: Recorder, terminal: str) -> None:
    """A terminal was shut out: nobody has to see to it."""
    for row in conn.execute(select(ailment).where(ailment.c.terminal == terminal)).all():
        _delete(conn, recorder, row)


def _row(machine: Any, said: Ails, now: int, skew: int) -> dict[str, Any]:
    since = max(0, min(now, said.since - skew))
    own = {"terminal": machine.id, "location": machine.location, "name": machine.name, "kind": machine.kind}
    return {**own, "device": _word(said.device), "fault": _word(said.fault), "at": since}


def _word(text: str) -> str:
    return text[:LONGEST].replace("\x00", "")


def _put(conn: Connection, recorder: Recorder, made: dict[str, Any], before: Any) -> None:
    """Since when is what was heard first: a clock that is set makes no news."""
    if before is not None and before.fault == made["fault"]:
        made = {**made, "at": before.at}
    if before is not None and dict(before._mapping) == made:
        return
    statement = database.insert(conn, ailment).values(**made)
    conn.execute(statement.on_conflict_do_update(index_elements=["terminal", "device"], set_=made))
    recorder.put(f"{SCOPE}:{made['location']}", "ailment", made)


def _delete(conn: Connection, recorder: Recorder, row: Any) -> None:
    conn.execute(ailment.delete().where(ailment.c.terminal == row.terminal, ailment.c.device == row.device))
    recorder.delete(f"{SCOPE}:{row.location}", "ailment", key_of("ailment", dict(row._mapping)))
