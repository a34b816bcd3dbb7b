"""Joining snapshots into a new replica: built aside, checked, then pointed to (F21, F25)."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sync.local import files
from sync.local.replica import OF_SCOPE, clear_scope
from sync.protocol import replica as shape

PART = ".part"


class BadSnapshot(ValueError):
    """A snapshot that is not what it should be; the replica in force was not touched."""


@dataclass(frozen=True, slots=True)
class Part:
    """A downloaded, verified snapshot of one scope, at `version`; own operations up to `included` are in it.

    `seen_at` (UTC ms): when the hub is known to have vouched for it.
    """

    scope: str
    epoch: str
    version: int
    included: int
    path: Path
    seen_at: int = 0


def install(home: Path, parts: list[Part], incarnation: str, followed: list[str]) -> Path:
    """Make a new replica of these parts and of what is already here of the other followed scopes, and point to it.

    The largest part becomes the file itself (the catalogue, which holds the search index, if it is among them). The
    parts' files are used up. Raises BadSnapshot, sqlite3.Error, OSError; then the old replica stays in force.
    """
    for stale in home.glob(f"replica-*{PART}*"):
        stale.unlink()
    target = home / files.next_name(home)
    work = target.with_name(target.name + PART)
    base = _base(parts)
    old = files.ensure_replica(home)
    if base is None:
        _copy(old, work)
    else:
        os.replace(base.path, work)
    work.chmod(0o600)
    try:
        _join(work, old, [p for p in parts if p is not base], base, incarnation, followed)
        _check(work)
    except sqlite3.DatabaseError as error:
        work.unlink(missing_ok=True)
        raise BadSnapshot(f"a snapshot can't be read: {error}") from error
    _sync_file(work)
    os.replace(work, target)
    files.sync_directory(home)
    files.point_to(home, target.name)
    return target


def _base(parts: list[Part]) -> Part | None:
    """The part to build upon; None: what is here stays the base, as it holds the catalogue."""
    return next((p for p in parts if p.scope == "catalogue"), None)


def _copy(old: Path, work: Path) -> None:
    files.make_private(work)
    source, sink = sqlite3.connect(files.uri(old, "ro"), uri=True), sqlite3.connect(work)
    try:
        source.backup(sink)
    finally:
        source.close()
        sink.close()


def _join(work: Path, old: Path, parts: list[Part], base: Part | None, incarnation: str, followed: list[str]) -> None:
    db = sqlite3.connect(work, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        if db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone() != (str(shape.FORMAT),):
            raise BadSnapshot("the snapshot has another format than this software")
        if base is not None:
            db.execute("DELETE FROM cursor")
            _set_cursor(db, base, incarnation)
            _bring(db, old, None, followed, {p.scope for p in parts} | {base.scope})
        # Into an empty table records are copied as they are, so the largest comes first.
        for part in sorted(parts, key=lambda p: -p.path.stat().st_size):
            clear_scope(db, part.scope)
            _bring(db, part.path, part, [part.scope], set())
            _set_cursor(db, part, incarnation)
            part.path.unlink()
        db.execute("PRAGMA journal_mode = WAL")
    finally:
        db.close()


def _bring(db: sqlite3.Connection, source: Path, part: Part | None, scopes: list[str], without: set[str]) -> None:
    """Copy the rows of scopes from another file; without a part also cursors and the link's state, which go on."""
    db.execute("ATTACH ? AS other", (str(source),))
    try:
        db.execute("BEGIN")
        if part is not None:
            _bring_part(db, part.scope)
        else:
            _bring_old(db, set(scopes) - without)
        db.execute("COMMIT")
    finally:
        if db.in_transaction:  # else DETACH fails too, and its words hide what went wrong
            db.execute("ROLLBACK")
        db.execute("DETACH other")


def _bring_old(db: sqlite3.Connection, scopes: set[str]) -> None:
    for (scope,) in db.execute("SELECT scope FROM other.cursor").fetchall():
        if scope in scopes:
            _bring_scope(db, scope)
            db.execute("INSERT OR REPLACE INTO cursor SELECT * FROM other.cursor WHERE scope = ?", (scope,))
    db.execute("INSERT OR REPLACE INTO link SELECT * FROM other.link")


def _bring_part(db: sqlite3.Connection, scope: str) -> None:
    """A file of one scope. SQLite copies whole tables of the same shape as they are: three times as fast as rows."""
    if not _nothing_else(db, scope):
        _bring_scope(db, scope)
        return
    for entity in shape.scope_entities(scope):
        db.execute(f"INSERT INTO main.{entity} SELECT * FROM other.{entity}")  # noqa: S608 - our own names


def _nothing_else(db: sqlite3.Connection, scope: str) -> bool:
    """Whether the other file has our shape, and no rows of another scope."""
    if db.execute("SELECT value FROM other.meta WHERE key = 'format'").fetchone() != (str(shape.FORMAT),):
        return False
    kind, _, of = scope.partition(":")
    if kind not in OF_SCOPE:
        return kind != "catalogue"
    table, column = OF_SCOPE[kind]
    found = db.execute(f"SELECT EXISTS (SELECT 1 FROM other.{table} WHERE {column} <> ?)", (of,))  # noqa: S608 - our own names
    return not found.fetchone()[0]


def _bring_scope(db: sqlite3.Connection, scope: str) -> None:
    if scope == "catalogue":
        raise BadSnapshot("a catalogue can't be copied into another replica")
    kind, _, of = scope.partition(":")
    column = OF_SCOPE[kind][1] if kind in OF_SCOPE else ""
    where = f" WHERE {column} = ?" if column else ""
    for entity in shape.scope_entities(scope):
        names = ", ".join(f'"{c}"' for c in (*shape.COLUMNS[entity], "v"))
        copy = f"INSERT OR REPLACE INTO main.{entity} ({names}) SELECT {names} FROM other.{entity}{where}"  # noqa: S608 - our own names
        db.execute(copy, (of,) if column else ())


def _set_cursor(db: sqlite3.Connection, part: Part, incarnation: str) -> None:
    row = (part.scope, part.epoch, part.version, incarnation, part.included, part.seen_at)
    db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?)", row)


def _check(work: Path) -> None:
    db = sqlite3.connect(work)
    try:
        found = db.execute("PRAGMA quick_check(3)").fetchall()
    finally:
        db.close()
    if found != [("ok",)]:
        raise BadSnapshot(f"the new replica is not sound: {found[0][0]}")


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
