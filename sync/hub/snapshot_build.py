"""Building the SQLite file of one scope, as terminals read it, from one moment of the hub's database."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, literal, select

from sync.hub import database, feed, seals, tables
from sync.protocol import replica

FORMAT = replica.FORMAT
CHUNK = 10_000
"""Rows that are in memory at once."""
INDEXED_AT_ONCE = 64 * 1024 * 1024
"""Bytes of index that are in memory at once: a catalogue of a million products is indexed in 60 % of the time."""
HASH = 4 * 1024 * 1024
"""The same as terminals should have it: at FTS5's own default, a quarter of this, a changed catalogue is written in
many small pieces, and merging them is a fifth of applying it."""

_ORDER = {"product": ("rank",), "price": ("product", "list", "id")}
"""The order that a table lies in, where it is not that of its key."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a file stands for."""

    epoch: str
    version: int
    seal: str


def build(engine: Engine, scope: str, target: Path) -> Built:
    """Write the scope's snapshot to `target`. The same version gives the same bytes. ValueError: no such scope."""
    entities = _entities(scope)
    rough = target.with_suffix(".rough")
    try:
        rough.unlink(missing_ok=True)
        os.close(os.open(rough, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(rough, isolation_level=None)) as file:
            _prepare(file)
            with database.read(engine) as conn:
                head = feed.heads(conn, [scope])[scope]
                seal = seals.seal_at(conn, database.hub_row(conn), scope, head.version)
                for entity in entities:
                    _copy(conn, file, scope, entity, head.version)
                _stand(conn, file, head)
            _finish(file, target)
    finally:
        rough.unlink(missing_ok=True)
    return Built(head.epoch, head.version, seal)


def _entities(scope: str) -> tuple[str, ...]:
    try:
        return replica.scope_entities(scope)
    except KeyError:
        raise ValueError(f"There is no scope {scope[:64]!r}.") from None


def _prepare(file: sqlite3.Connection) -> None:
    # A draft that a crash leaves is thrown away, so nothing waits for the disk.
    file.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;" + replica.TABLES + replica.SEARCH
    )
    file.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))


def _copy(conn: Connection, file: sqlite3.Connection, scope: str, entity: str, version: int) -> None:
    columns = [row[1] for row in file.execute(f"PRAGMA table_info({entity})")]
    marks = ",".join("?" * len(columns))
    file.execute("BEGIN")
    rows = _rows(conn, _query(scope, entity, columns, version))
    file.executemany(f"INSERT INTO {entity} VALUES ({marks})", rows)  # noqa: S608 - the replica's own tables
    file.execute("COMMIT")


def _query(scope: str, entity: str, columns: list[str], version: int) -> Select[Any]:
    table = tables.ENTITIES[entity]
    part, _, name = scope.partition(":")
    query = select(*(_column(table, c, version) for c in columns))
    if entity == "barcode":
        query = query.join_from(table, tables.product, table.c.product == tables.product.c.id, isouter=True)
    if part == "pricelist":
        query = query.where(table.c.list == name)
    elif part in ("location", "attention"):
        query = query.where(table.c.location == name)
    elif part == "staff":
        query = query.where(table.c.location.in_((name, "")))
    return query.order_by(*(table.c[c] for c in _ORDER.get(entity, replica.KEYS[entity])))


def _column(table: Table, name: str, version: int) -> ColumnElement[Any]:
    if name == "v":
        return literal(version).label("v")
    return tables.product.c.rank if name == "rank" else table.c[name]


def _rows(conn: Connection, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows, a chunk at a time: in constant memory."""
    with conn.execute(query, execution_options={"stream_results": True}) as result:
        # Not the driver's own cursor: of a streamed result, SQLAlchemy has already taken the first rows.
        for chunk in result.partitions(CHUNK):
            yield from map(tuple, chunk)


def _stand(conn: Connection, file: sqlite3.Connection, head: feed.Head) -> None:
    """Where the file stands. Its time is that of the version, so the same version gives the same bytes."""
    versions = tables.version
    this = (versions.c.scope == head.scope, versions.c.version == head.version)
    at = conn.execute(select(versions.c.at).where(*this)).scalar() or database.hub_row(conn).created_at
    row = (head.scope, head.epoch, head.version, "", 0, at, "")  # who takes it is told the seal
    file.execute("INSERT INTO cursor VALUES (?,?,?,?,?,?,?)", row)


def _finish(file: sqlite3.Connection, target: Path) -> None:
    """Index, then write all pages once more in the order in which they are read."""
    hashed = "INSERT INTO search(search, rank) VALUES ('hashsize', ?)"
    file.execute(hashed, (INDEXED_AT_ONCE,))
    for step in ("rebuild", "optimize"):
        file.execute("INSERT INTO search(search) VALUES (?)", (step,))
    file.execute(hashed, (HASH,))
    file.executescript(replica.INDEXES)
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    file.execute("VACUUM INTO ?", (str(target),))
    _check(target)


def _check(target: Path) -> None:
    """Terminals check that they got these bytes, and rely on the hub for the rest: here it is, once for all of them."""
    with closing(sqlite3.connect(target)) as made:
        found = made.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise sqlite3.DatabaseError(f"the snapshot's file is not sound: {found[0]}")
