"""What a person must settle: exceptions, forks, lost journals, unknown payments. Noted, shown to terminals, settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sync.domain.verdicts import Code
from sync.hub import database, matters
from sync.hub.feed import Recorder
from sync.hub.tables import attention
from sync.protocol.matters import Facts

LONGEST = 500
"""Characters of a detail."""
NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Note:
    """One matter: `about` is the id of the sale, product or attempt it concerns, `seq` 0 if no operation caused it.

    `recorder`: the transaction's, so that terminals hear of it with the commit; without one they hear of it when
    `matters.show_all` is next called. `facts`: what a screen shows of both sides.
    """

    code: Code
    detail: str
    location: str
    terminal: str
    incarnation: str
    seq: int
    about: str
    at: int
    recorder: Recorder | None = None
    facts: Facts = NO_FACTS


def add(conn: Connection, notes: Iterable[Note]) -> None:
    """Write matters down, and show them to the terminals of their locations. Before the recorders' commit."""
    found = {matters.id_of(row): (row, note) for note in notes for row in [_row(note)]}
    if not found:
        return
    settled = matters.settled_before(conn, sorted(found))
    rows = [row | {"settled_at": note.at if id in settled else None} for id, (row, note) in found.items()]
    database.append(conn, attention, [row | {"settled_by": settled.get(matters.id_of(row), "")} for row in rows])
    opened = [(id, row, note) for id, (row, note) in found.items() if id not in settled]
    matters.open_all(conn, [(id, row, n.facts, n.recorder) for id, row, n in opened if n.recorder is not None])
    _no_longer_unknown(conn, sorted(settled), [note.recorder for _, note in found.values()])


def _no_longer_unknown(conn: Connection, settled: list[str], recorders: list[Recorder | None]) -> None:
    """A word on a matter that the hub had lost counts now: nobody needs to wonder what it was about."""
    recorder = next((each for each in recorders if each is not None), None)
    if settled and recorder is not None:
        settle(conn, Code.MATTER_UNKNOWN, settled, "hub", recorder)


def _row(note: Note) -> dict[str, Any]:
    return {
        "code": note.code.value,
        "detail": note.detail[:LONGEST],
        "location": note.location,
        "terminal": note.terminal,
        "incarnation": note.incarnation,
        "seq": note.seq,
        "about": note.about,
        "at": note.at,
    }


def add_once(conn: Connection, note: Note) -> None:
    """Write a matter down unless the same one is open already, so that a repeated push doesn't repeat it."""
    same = select(attention.c.id).where(
        attention.c.settled_at.is_(None),
        attention.c.code == note.code.value,
        attention.c.terminal == note.terminal,
        attention.c.incarnation == note.incarnation,
        attention.c.about == note.about,
    )
    if conn.execute(same.limit(1)).first() is None:
        add(conn, [note])


def settle(conn: Connection, code: Code, abouts: list[str], by: str, recorder: Recorder) -> None:
    """Close matters of that code about those ids: they settled themselves, because of what `by` did."""
    if abouts:
        close(conn, (attention.c.code == code.value, attention.c.about.in_(abouts)), by, recorder)


def close(conn: Connection, which: Iterable[Any], by: str, recorder: Recorder) -> None:
    """Close the open matters that match: nobody needs to settle them any more, and terminals are told."""
    open_ones = attention.update().where(*which, attention.c.settled_at.is_(None))
    closed = conn.execute(open_ones.values(settled_at=recorder.at, settled_by=by).returning(attention)).all()
    matters.close_all(conn, sorted(matters.id_of(dict(row._mapping)) for row in closed), by, recorder)


def open_matters(conn: Connection, limit: int = 1000) -> list[dict[str, Any]]:
    """What is not settled, the oldest first."""
    query = select(attention).where(attention.c.settled_at.is_(None)).order_by(attention.c.id).limit(limit)
    return [dict(row._mapping) for row in conn.execute(query)]
