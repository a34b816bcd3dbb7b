"""The files of a terminal's home: made private, replaced by rename, found by a pointer (design, section 3; F7, F25)."""

import os
import re
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import quote

from sync.local.disk import unreadable
from sync.protocol import replica as shape

JOURNAL = "journal.db"
POINTER = "replica.current"
_NAME = re.compile(r"replica-(\d+)\.db")


def make_home(home: Path) -> None:
    """Make the directory, for its owner alone."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)


def make_private(path: Path) -> None:
    """Make the file if it is not there, readable by its owner alone; SQLite gives -wal and -shm the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


def uri(path: Path, mode: str = "rwc") -> str:
    """An SQLite URI of that file; mode `ro`, `rw` or `rwc`."""
    return f"file:{quote(str(path))}?mode={mode}"


def sync_directory(home: Path) -> None:
    """Make renames in that directory survive a power cut."""
    descriptor = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def current(home: Path) -> Path | None:
    """The replica that is valid now; None before there is one. A pointer with strange content counts as none."""
    try:
        name = (home / POINTER).read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    return home / name if _NAME.fullmatch(name) else None


def pointer_mark(home: Path) -> tuple[int, int] | None:
    """Changes whenever the pointer was replaced; costs one stat."""
    try:
        found = os.stat(home / POINTER)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def next_name(home: Path) -> str:
    """A replica name that no file here has, or had before the newest."""
    numbers = [int(m.group(1)) for p in home.glob("replica-*.db*") if (m := _NAME.match(p.name))]
    now = current(home)
    if now is not None:
        numbers.append(int(_NAME.fullmatch(now.name).group(1)))  # type: ignore[union-attr]
    return f"replica-{max(numbers, default=0) + 1}.db"


def point_to(home: Path, name: str, *, alone: bool = True) -> None:
    """Make `name` the valid replica, by rename, and (`alone`) remove the files of all others."""
    handle, temporary = tempfile.mkstemp(prefix=POINTER + ".", dir=home)
    with os.fdopen(handle, "w") as out:
        out.write(name + "\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, home / POINTER)
    sync_directory(home)
    if alone:
        remove_others(home, name)


def remove_others(home: Path, keep: str) -> None:
    """Remove replicas that are not valid any more; readers that have one open keep reading it."""
    for path in home.glob("replica-*.db*"):
        if not path.name.startswith(keep) and not path.name.endswith(".corrupt"):
            path.unlink(missing_ok=True)


def fill_shape(db: sqlite3.Connection) -> None:
    """Create the replica's tables and write its format."""
    db.executescript(shape.TABLES + shape.SEARCH + shape.INDEXES)
    db.execute("INSERT INTO meta VALUES ('format', ?)", (str(shape.FORMAT),))


def build_empty(path: Path) -> None:
    """Write an empty replica at `path`, in WAL mode, closed and fsynced."""
    make_private(path)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        fill_shape(db)
    finally:
        db.close()


def ensure_replica(home: Path) -> Path:
    """The valid replica; an empty one is made if there is none. Two processes may do so at once: both are right."""
    found = current(home)
    if found is not None and found.exists():
        return found
    handle, temporary = tempfile.mkstemp(prefix="new-", suffix=".part", dir=home)
    os.close(handle)
    build_empty(Path(temporary))
    target = home / next_name(home)
    try:
        os.link(temporary, target)
    except FileExistsError:
        pass  # another process was first; its empty replica is the same as ours
    finally:
        os.unlink(temporary)
    # Another process may be about to point to its own empty one: it is left where it is, until the next is installed.
    point_to(home, target.name, alone=False)
    return target


def sound(path: Path) -> bool:
    """Whether the file can be read as a replica of this format. Cheap: it does not read the whole file."""
    try:
        db = sqlite3.connect(uri(path, "ro"), uri=True)
        try:
            row = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
            db.execute("SELECT count(*) FROM cursor").fetchone()
        finally:
            db.close()
    except sqlite3.DatabaseError:
        return False
    return row is not None and row[0] == str(shape.FORMAT)


class Damaged(sqlite3.DatabaseError):
    """The replica in force is not what it should be: it is to be set aside, and filled anew."""


def damaged(path: Path) -> bool:
    """Whether the file is not what was written: SQLite finds it broken, or what should be JSON is none, as where a page
    of a long row came back empty, which SQLite does not notice. Reads all of it."""
    try:
        db = sqlite3.connect(uri(path, "ro"), uri=True)
        try:
            return bool(fault(db))
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        return unreadable(error)


def fault(db: sqlite3.Connection) -> str:
    """What is wrong with an open replica, in SQLite's words or by the table; "" if nothing. Raises sqlite3.Error."""
    lost = (f"a row of {table} is no JSON" for table in shape.JSON if db.execute(_not_json(table)).fetchone())
    return checked(db) or next(lost, "")


def checked(db: sqlite3.Connection) -> str:
    """What SQLite's own check finds wrong with the structure of an open file; "" if nothing. Raises sqlite3.Error."""
    said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if said == "ok" else said


def _not_json(table: str) -> str:
    wrong = " OR ".join(f"{column} <> '' AND NOT json_valid({column})" for column in shape.JSON[table])
    return f"SELECT 1 FROM {table} WHERE {wrong} LIMIT 1"  # noqa: S608 - our own names


def set_aside(home: Path, bad: Path) -> Path:
    """Keep an unreadable replica beside an empty one that takes its place. The journal is not touched (F26)."""
    if current(home) != bad:
        return ensure_replica(home)
    for kept in home.glob("replica-*.corrupt"):
        kept.unlink(missing_ok=True)
    name = next_name(home)
    build_empty(home / name)
    if bad.exists():
        os.replace(bad, bad.with_name(bad.name + ".corrupt"))
    point_to(home, name)
    return home / name
