"""Statements over many rows that travel as one parameter: JSON text that the database takes apart itself.

The driver would dump each value by itself, at ten times the cost; and the statement's text stays the same however many
rows there are, so that it is prepared once.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, CursorResult, LargeBinary, Table
from sqlalchemy.types import BigInteger, Integer

Row = dict[str, Any]
Columns = tuple[tuple[str, str], ...]
"""Names of columns, each with `text`, `number` or `bytes`."""

_TYPES = {"text": "TEXT", "number": "BIGINT", "bytes": "BYTEA"}


def run(conn: Connection, sql: str, columns: Columns, rows: Sequence[Row]) -> CursorResult[Any]:
    """Run `sql`, in which `{given}` stands for the rows as a table named `given`.

    `columns` are names with `text` or `number`; rows have at least those. PostgreSQL takes `bytes` too (as hex).
    """
    postgresql = conn.dialect.name == "postgresql"
    packed = msgspec.json.encode(rows).decode()
    return conn.exec_driver_sql(_filled(sql, columns, postgresql), (packed,))


@lru_cache(maxsize=256)
def _filled(sql: str, columns: Columns, postgresql: bool) -> str:
    if postgresql:
        named = ", ".join(f'"{name}" {_TYPES[kind]}' for name, kind in columns)
        return sql.replace("{given}", f"json_to_recordset(%s::json) AS given({named})")
    picked = ", ".join(f"json_extract(value, '$.{name}') AS \"{name}\"" for name, _ in columns)
    return sql.replace("{given}", f"(SELECT {picked} FROM json_each(?)) AS given")  # noqa: S608 - own names


def append(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns, as fast as the database can."""
    if not rows:
        return
    names = tuple(rows[0])
    if conn.dialect.name == "postgresql":
        sql, columns, binary = _insert(table, names)
        run(conn, sql, columns, [_as_hex(row, binary) for row in rows] if binary else rows)
        return
    conn.exec_driver_sql(_insert_sqlite(table, names), [tuple(row.values()) for row in rows])


@lru_cache(maxsize=256)
def _insert(table: Table, names: tuple[str, ...]) -> tuple[str, Columns, tuple[str, ...]]:
    quoted = ", ".join(f'"{name}"' for name in names)
    columns = tuple((name, _kind(table, name)) for name in names)
    binary = tuple(name for name, kind in columns if kind == "bytes")
    return f'INSERT INTO "{table.name}" ({quoted}) SELECT {quoted} FROM {{given}}', columns, binary  # noqa: S608 - own


@lru_cache(maxsize=256)
def _insert_sqlite(table: Table, names: tuple[str, ...]) -> str:
    quoted, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608 - own names


def _kind(table: Table, name: str) -> str:
    of = table.c[name].type
    if isinstance(of, LargeBinary):
        return "bytes"
    return "number" if isinstance(of, BigInteger | Integer) else "text"


def _as_hex(row: Row, binary: tuple[str, ...]) -> Row:
    """The row with its bytes as PostgreSQL reads them from text."""
    return row | {name: f"\\x{row[name].hex()}" for name in binary}


def update(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Set columns of rows found by their key: each of `rows` has the table's whole key, and all the same columns."""
    if not rows:
        return
    names = tuple(rows[0])
    keys = tuple(c.name for c in table.primary_key)
    if conn.dialect.name == "postgresql":
        sql, columns, binary = _update(table, names, keys)
        run(conn, sql, columns, [_as_hex(row, binary) for row in rows] if binary else rows)
        return
    values = [name for name in names if name not in keys]
    conn.exec_driver_sql(_update_sqlite(table, names, keys), [tuple(row[n] for n in [*values, *keys]) for row in rows])


@lru_cache(maxsize=64)
def _update(table: Table, names: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, Columns, tuple[str, ...]]:
    changed = ", ".join(f'"{name}" = given."{name}"' for name in names if name not in keys)
    found = " AND ".join(f'"{table.name}"."{name}" = given."{name}"' for name in keys)
    columns = tuple((name, _kind(table, name)) for name in names)
    binary = tuple(name for name, kind in columns if kind == "bytes")
    return f'UPDATE "{table.name}" SET {changed} FROM {{given}} WHERE {found}', columns, binary  # noqa: S608 - own


@lru_cache(maxsize=64)
def _update_sqlite(table: Table, names: tuple[str, ...], keys: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = ?' for name in names if name not in keys)
    found = " AND ".join(f'"{name}" = ?' for name in keys)
    return f'UPDATE "{table.name}" SET {changed} WHERE {found}'  # noqa: S608 - own names


def those_of(conn: Connection, table: str, column: str, ids: Sequence[str]) -> set[str]:
    """Which of the ids the table has."""
    if not ids:
        return set()
    sql = f'SELECT found."{column}" FROM {{given}} JOIN "{table}" AS found ON found."{column}" = given.id'  # noqa: S608
    return {row[0] for row in run(conn, sql, (("id", "text"),), [{"id": i} for i in ids])}
