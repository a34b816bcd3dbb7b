"""Pushes of one transaction tell rows as they stood when each kind of operation was judged. What several of them tell
of one row has to end with how it stands: the last one tells it anew, so that no terminal keeps an older state. Where
the last one told it after all others, it tells how it stands already."""

from sqlalchemy import Connection, select, tuple_

from sync.hub.feed import Recorder
from sync.hub.tables import ENTITIES
from sync.protocol.replica import KEYS

_SHARED = ("stock", "purchase", "parcel", "arrival")
"""What operations of several kinds change."""


def agree(conn: Connection, recorders: list[Recorder]) -> None:
    """`recorders` in the order in which they are committed. After everything was judged, before the heads."""
    if len(recorders) < 2:
        return
    for entity in _SHARED:
        newest: dict[tuple[str, str], int] = {}
        older: dict[tuple[str, str], Recorder] = {}
        for recorder in recorders:
            for told, at in recorder.told_of(entity):
                if at < newest.setdefault(told, at):
                    older[told] = recorder
                else:
                    newest[told] = at
                    older.pop(told, None)
        if older:
            _tell(conn, entity, older)


def _tell(conn: Connection, entity: str, shared: dict[tuple[str, str], Recorder]) -> None:
    table = ENTITIES[entity]
    keys = [table.c[name] for name in KEYS[entity]]
    wanted = sorted({tuple(key.split("\x1f")) for _, key in shared})
    found = conn.execute(select(table).where(tuple_(*keys).in_(wanted))).mappings()
    rows = {"\x1f".join(row[name] for name in KEYS[entity]): row for row in found}
    for (scope, key), recorder in shared.items():
        recorder.put(scope, entity, dict(rows[key]))
