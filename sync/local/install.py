"""Joining snapshots into a new replica: built aside, checked, then pointed to (F21, F25)."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sync.local import files
from sync.local.disk import unreadable
from sync.local.graft import graft
from sync.local.replica import OF_SCOPE, clear_scope
from sync.protocol import replica as shape

PART = ".part"


class BadSnapshot(ValueError):
    """A snapshot that is not what it should be; the replica in force was not touched."""


@dataclass(frozen=True, slots=True)
class Part:
    """A downloaded, verified snapshot of one scope, at `version`; own operations up to `included` are in it.

    `seen_at` (UTC ms): when the hub is known to have vouched for it. `hashed`: the bytes are those that the hub named,
    which checked the file itself: another check of all its pages would find what the hash has excluded.
    """

    scope: str
    epoch: str
    version: int
    included: int
    path: Path
    seen_at: int = 0
    hashed: bool = False
    seal: str = ""


class Assembly:
    """A new replica in the making, of parts of `scopes` and of what is here of the other followed ones.

    `add` each part as it comes, the catalogue first if it is among them: it becomes the file itself. Then `finish`,
    which points to the new file; or `drop`. One thread at a time. The parts' files are used up. All raise BadSnapshot,
    files.Damaged, sqlite3.Error, OSError; the old replica stays in force until the very end (F25).
    """

    def __init__(self, home: Path, scopes: list[str], incarnation: str, followed: list[str]) -> None:
        self._home = home
        self._scopes = set(scopes)
        self._incarnation = incarnation
        self._followed = followed
        self._target = home / files.next_name(home)
        self._work = self._target.with_name(self._target.name + PART)
        self._db: sqlite3.Connection | None = None
        self._hashed = True

    def add(self, part: Part) -> None:
        """Take in a part."""
        with self._told():
            if self._db is None:
                self._db = self._begin(part if part.scope == "catalogue" else None)
            if part.scope != "catalogue":
                clear_scope(self._db, part.scope)
                if not self._grafted(part):
                    _bring(self._db, part.path, part, [part.scope], set())
                part.path.unlink()
            _set_cursor(self._db, part, self._incarnation)
        self._hashed &= part.hashed

    def _begin(self, base: Part | None) -> sqlite3.Connection:
        for stale in self._home.glob(f"replica-*{PART}*"):
            stale.unlink()
        old = files.ensure_replica(self._home)
        if base is None:
            self._hashed = False
            with _reading(old):
                _copy(old, self._work)
        else:
            os.replace(base.path, self._work)
        self._work.chmod(0o600)
        self._db = db = _open(self._work)
        if db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone() != (str(shape.FORMAT),):
            raise BadSnapshot("the snapshot has another format than this software")
        if base is not None:
            db.execute("DELETE FROM cursor")
            with _reading(old):
                _bring(db, old, None, self._followed, self._scopes)
        return db

    def _grafted(self, part: Part) -> bool:
        """A large part that the hub vouches for goes in by its pages, if its tables are empty here."""
        if not part.hashed or part.path.stat().st_size < WORTH_GRAFTING or self._db is None:
            return False
        self._db.close()
        try:
            return graft(part.path, self._work, shape.scope_entities(part.scope))
        finally:
            self._db = _open(self._work)

    def finish(self) -> Path:
        """Check what no hash vouches for, give it to the disk, and make it the replica in force."""
        assert self._db is not None
        with self._told():
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.close()
            if not self._hashed:
                _check(self._work)
        _sync_file(self._work)
        os.replace(self._work, self._target)
        files.sync_directory(self._home)
        files.point_to(self._home, self._target.name)
        return self._target

    def drop(self) -> None:
        """Leave nothing behind; after `finish`: nothing to do."""
        if self._db is not None:
            self._db.close()
        self._work.unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell a bad file from a bad disk."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, files.Damaged) or error.sqlite_errorcode & 0xFF in DISK:
                raise
            raise BadSnapshot(f"a snapshot can't be read: {error}") from error


@contextmanager
def _reading(old: Path) -> Iterator[None]:
    """What the replica in force is to blame for is no snapshot's fault: fetched again, it would fail again."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if unreadable(error) and files.damaged(old):
            raise files.Damaged(f"{old.name} can't be read: {error}") from error
        raise


def _open(work: Path) -> sqlite3.Connection:
    db = sqlite3.connect(work, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    return db


WORTH_GRAFTING = 1 << 20
"""Bytes of a part from which on its pages are moved rather than its rows."""
DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
"""What SQLite says when it is the disk, or the directory, that does not do as it should."""


def install(home: Path, parts: list[Part], incarnation: str, followed: list[str]) -> Path:
    """Make a new replica of these parts and of what is already here of the other followed scopes, and point to it.

    The parts' files are used up. Raises BadSnapshot, sqlite3.Error, OSError; then the old replica stays in force.
    """
    assembly = Assembly(home, [p.scope for p in parts], incarnation, followed)
    try:
        for part in sorted(parts, key=lambda p: (p.scope != "catalogue", -p.path.stat().st_size)):
            assembly.add(part)
        return assembly.finish()
    finally:
        assembly.drop()


def _copy(old: Path, work: Path) -> None:
    files.make_private(work)
    source, sink = sqlite3.connect(files.uri(old, "ro"), uri=True), sqlite3.connect(work)
    try:
        source.backup(sink)
    finally:
        source.close()
        sink.close()


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
    others = (
        db.execute(f"SELECT EXISTS (SELECT 1 FROM other.{entity} WHERE {OF_SCOPE[kind]} <> ?)", (of,))  # noqa: S608 - our own names
        for entity in shape.scope_entities(scope)
    )
    return not any(found.fetchone()[0] for found in others)


def _bring_scope(db: sqlite3.Connection, scope: str) -> None:
    if scope == "catalogue":
        raise BadSnapshot("a catalogue can't be copied into another replica")
    kind, _, of = scope.partition(":")
    column = OF_SCOPE.get(kind, "")
    where = f" WHERE {column} = ?" if column else ""
    for entity in shape.scope_entities(scope):
        names = ", ".join(f'"{c}"' for c in (*shape.COLUMNS[entity], "v"))
        copy = f"INSERT OR REPLACE INTO main.{entity} ({names}) SELECT {names} FROM other.{entity}{where}"  # noqa: S608 - our own names
        db.execute(copy, (of,) if column else ())


def _set_cursor(db: sqlite3.Connection, part: Part, incarnation: str) -> None:
    row = (part.scope, part.epoch, part.version, incarnation, part.included, part.seen_at, part.seal)
    db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?, ?, ?, ?)", row)


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
