"""Where rows of files wait before they are merged: tables that only one connection sees, gone when it closes.

On SQLite they lie in a scratch file beside the hub's own, so filling them locks nobody out; on PostgreSQL they are
temporary tables filled by COPY. Memory stays the same however long a file is.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Column, Connection, Engine, Index, Integer, MetaData, Table

from sync.hub.csv_rows import Kind
from sync.hub.import_kinds import SHAPES

CACHE_KIB = 128 * 1024
"""Page cache of a SQLite import: the two indexes of a million products fit."""


class Stage:
    """The waiting rows of one import. `rows[kind]` has the kind's columns and `line`, its line in the file;
    `news[kind]` the lines that are to be merged, `fresh` 1 where the hub has no such row yet."""

    def __init__(self, conn: Connection, kinds: Iterable[Kind]) -> None:
        self.conn = conn
        self._postgresql = conn.dialect.name == "postgresql"
        self._metadata = MetaData(schema=None if self._postgresql else "stage")
        self.rows = {kind: self._rows(kind) for kind in kinds}
        self.news = {kind: self._news(kind) for kind in kinds}
        self._metadata.create_all(conn, checkfirst=False)

    def _table(self, name: str, *columns: Column[Any]) -> Table:
        return Table(name, self._metadata, *columns, prefixes=["TEMPORARY"] if self._postgresql else [])

    def _rows(self, kind: Kind) -> Table:
        shape = SHAPES[kind]
        columns = [Column(name, shape.table.c[name].type) for name in shape.columns]
        return self._table(f"staged_{kind}", Column("line", Integer, primary_key=True), *columns)

    def _news(self, kind: Kind) -> Table:
        fresh = Column("fresh", Integer, nullable=False)
        return self._table(f"news_{kind}", Column("line", Integer, primary_key=True), fresh)

    def fill(self, kind: Kind, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows (line first, then the kind's columns) into the waiting table, as they come."""
        table = self.rows[kind]
        driver: Any = self.conn.connection.dbapi_connection
        if isinstance(driver, sqlite3.Connection):
            marks = ",".join("?" * len(table.columns))
            driver.executemany(f"INSERT INTO stage.{table.name} VALUES ({marks})", rows)  # noqa: S608 - own names
        else:
            _copy(driver, table.name, rows)
        if "id" in table.c:
            # References are looked up by it. Made after the rows: one sort instead of a search for each.
            Index(f"{table.name}_id", table.c.id).create(self.conn)
        if self._postgresql:
            self.conn.exec_driver_sql(f"ANALYZE {table.name}")


def _copy(driver: "psycopg.Connection[Any]", name: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def private(engine: Engine) -> Iterator[Connection]:
    """A connection for one import, closed and not pooled at the end; on SQLite with the scratch file as `stage`."""
    with engine.connect() as conn:
        conn.detach()
        if engine.dialect.name == "postgresql":
            yield conn
            return
        with _scratch(Path(engine.url.database or "").resolve().parent) as file:
            driver: Any = conn.connection.dbapi_connection
            driver.execute("ATTACH ? AS stage", (str(file),))
            # Nothing here must survive a crash, so nothing of it waits for the disk.
            # Sorting a million rows belongs on the disk too.
            for pragma in ("stage.journal_mode=OFF", "stage.synchronous=OFF", "temp_store=FILE"):
                driver.execute(f"PRAGMA {pragma}")
            for name in ("main", "stage"):
                driver.execute(f"PRAGMA {name}.cache_size=-{CACHE_KIB}")
            yield conn
            conn.rollback()


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=".import-", suffix=".db", dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        os.unlink(name)


@contextmanager
def writing(conn: Connection) -> Iterator[None]:
    """One writing transaction of the hub on that connection. Imports wait for each other."""
    conn.execution_options(writes=True)
    with conn.begin():
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SELECT pg_advisory_xact_lock(7306355)")
            conn.exec_driver_sql("SET LOCAL work_mem = '128MB'")
        yield
    conn.execution_options(writes=False)
