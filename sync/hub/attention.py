"""What a person must settle: exceptions, forks, lost journals, unknown payments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sync.domain.verdicts import Code
from sync.hub import database
from sync.hub.tables import attention

LONGEST = 500
"""Characters of a detail."""


@dataclass(frozen=True, slots=True)
class Note:
    """One matter: `about` is the id of the sale, product or attempt it concerns, `seq` 0 if no operation caused it."""

    code: Code
    detail: str
    location: str
    terminal: str
    incarnation: str
    seq: int
    about: str
    at: int


def add(conn: Connection, notes: Iterable[Note]) -> None:
    """Write matters down."""
    database.append(conn, attention, [_row(note) for note in notes])


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
        "settled_by": "",
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


def settle(conn: Connection, code: Code, abouts: list[str], by: str, now: int) -> None:
    """Close matters of that code about those ids: they settled themselves, or `by` settled them."""
    if abouts:
        mine = (attention.c.code == code.value, attention.c.about.in_(abouts), attention.c.settled_at.is_(None))
        conn.execute(attention.update().where(*mine).values(settled_at=now, settled_by=by))


def open_matters(conn: Connection, limit: int = 1000) -> list[dict[str, Any]]:
    """What is not settled, the oldest first."""
    query = select(attention).where(attention.c.settled_at.is_(None)).order_by(attention.c.id).limit(limit)
    return [dict(row._mapping) for row in conn.execute(query)]
