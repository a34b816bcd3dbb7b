"""Opening the hub's database: one code for SQLite and PostgreSQL, told apart by the URL alone.

Writers: on SQLite one at a time (BEGIN IMMEDIATE behind a fair lock); on PostgreSQL READ COMMITTED with row locks,
always taken in the order terminal, orders, accounts, stock (sorted), owed cash (sorted), heads (sorted), so that no
two writers ever wait in a ring.
"""

import os
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.schema import CreateColumn

from sync.hub import given, tables

Result = TypeVar("Result")

TRIES = 5
"""Two transactions may record one key at once: the later one is done again, and then sees the earlier."""
BUSY_MS = 60_000
"""How long a SQLite writer waits for another process's transaction, such as a large import."""

_writers: "weakref.WeakKeyDictionary[Engine, threading.Lock]" = weakref.WeakKeyDictionary()


class DatabaseProblem(Exception):
    """The database can't be used; the message says what is wrong and what to do."""


def open(url: str) -> Engine:
    """Connect to `sqlite:///file`, `postgresql://…` or a plain file path, and create or check the tables.

    Raises DatabaseProblem when the URL is of neither kind or the tables were made by a newer version.
    """
    engine = _engine(_read_url(url))
    _writers[engine] = threading.Lock()
    try:
        prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _read_url(url: str) -> URL:
    try:
        parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    except ArgumentError:
        raise DatabaseProblem("The database URL can't be read. Give sqlite:///file or postgresql://…") from None
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite+pysqlite")
    raise DatabaseProblem(f"The hub keeps its records in a SQLite file or in PostgreSQL, not in {kind!r}.")


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True)
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds the hub's secret
    engine = create_engine(url, pool_size=16, max_overflow=16, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun here, not by the driver
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "cache_size=-32768",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("writes") else "BEGIN")


def prepare(engine: Engine) -> None:
    """Create what is missing. Safe to repeat and to run from two processes at once."""
    with write(engine) as conn:
        if engine.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(7306354)"))
        if inspect(conn).has_table("hub"):
            found = conn.execute(select(tables.hub.c.format)).scalar()
            if found is not None and found > tables.FORMAT:
                raise DatabaseProblem(
                    f"This database was made by a newer hub (format {found}, this hub knows {tables.FORMAT}). "
                    "Start the newer version, or restore the backup made before the upgrade."
                )
            if found == tables.FORMAT:
                return  # all tables are made in one transaction
        _add_columns(conn)
        tables.metadata.create_all(conn)
        for index in (index for table in tables.metadata.sorted_tables for index in table.indexes):
            index.create(conn, checkfirst=True)  # an older format may lack some
        if conn.execute(select(tables.hub.c.one)).first() is None:
            conn.execute(tables.hub.insert().values(_new_hub()))
        conn.execute(tables.hub.update().values(format=tables.FORMAT))  # older formats only lacked things


def _add_columns(conn: Connection) -> None:
    """Columns that the tables of an older format lack. Each has a default, for the rows that are there."""
    there = inspect(conn)
    for table in (table for table in tables.metadata.sorted_tables if there.has_table(table.name)):
        names = {column["name"] for column in there.get_columns(table.name)}
        for column in (column for column in table.columns if column.name not in names):
            made = CreateColumn(column).compile(dialect=conn.dialect)
            conn.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {made}")


def _new_hub() -> dict[str, object]:
    return {
        "one": 1,
        "format": tables.FORMAT,
        "id": secrets.token_hex(8),
        "epoch": secrets.token_hex(8),
        "secret": secrets.token_hex(32),
        "created_at": time.time_ns() // 1_000_000,
    }


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed when the block ends, rolled back when it raises."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as conn:
            yield conn
        return
    # SQLite's own waiting sleeps in growing steps; a lock in front of it hands over at once.
    with _writers.setdefault(engine, threading.Lock()), engine.connect() as raw:
        conn = raw.execution_options(writes=True)
        with conn.begin():
            yield conn


def retrying(engine: Engine, job: Callable[[Connection], Result]) -> Result:
    """Run a job in one writing transaction, again from its start if it met another one at a unique key or a lock."""
    for _ in range(TRIES - 1):
        try:
            with write(engine) as conn:
                return job(conn)
        except DBAPIError as fault:
            if not _collided(fault):
                raise
    with write(engine) as conn:
        return job(conn)


def _collided(fault: DBAPIError) -> bool:
    """A unique key, a serialization failure or a deadlock (SQLSTATE 40001, 40P01)."""
    return isinstance(fault, IntegrityError) or getattr(fault.orig, "sqlstate", "") in ("40001", "40P01")


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """One reading transaction that sees a single moment of the database."""
    with engine.connect() as raw:
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        conn = raw.execution_options(**options)
        with conn.begin():
            yield conn


def insert(conn: Connection, table: Table) -> Any:
    """An INSERT of this database that knows ON CONFLICT."""
    return postgresql_insert(table) if conn.dialect.name == "postgresql" else sqlite_insert(table)


def append(conn: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert many rows, all with the same columns, at the speed that the database has: thousands in one statement."""
    given.append(conn, table, rows)


_HUB = select(tables.hub)


def hub_row(conn: Connection) -> Any:
    """The hub's own row: id, epoch, secret, created_at."""
    return conn.execute(_HUB).one()


def new_epoch(conn: Connection) -> str:
    """After a restore from a backup: every terminal notices, replays its journal and follows anew from snapshots."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("LOCK TABLE head IN EXCLUSIVE MODE"))  # no head is raised, or made, in the epoch that ends
    epoch = secrets.token_hex(8)
    conn.execute(tables.hub.update().values(epoch=epoch))
    conn.execute(tables.head.update().values(epoch=epoch))
    return epoch
