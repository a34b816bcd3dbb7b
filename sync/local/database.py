"""One open connection to a terminal's files: journal.db as main, the replica attached for reading only.

Read-only matters: `BEGIN IMMEDIATE` takes the write lock of every file that may be written, and a sale must never
wait for the agent that fills the replica.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from sync.local import files, tables
from sync.local.disk import NotRecorded, Reason, Reserve, Space, locked, reason_of, space, unreadable
from sync.local.overlay import Overlay
from sync.local.tables import Statement
from sync.local.upgrades import UPGRADES
from sync.local.wake import SUSPECT, Sender

if TYPE_CHECKING:
    from sync.local.journal import Head

BUSY_MS = 10_000
"""How long a write waits for the other process; its transactions on journal.db take milliseconds."""
UPGRADE_MS = 120_000
"""How long a process waits for another that brings the journal up: one of 100,000 operations takes some seconds."""
CACHE_KIB = 32 * 1024
"""Pages of the replica kept in memory at most: the inner pages of a million products' indexes, and what sells."""

CHECKPOINT_PAGES = 2_000
"""The app moves its write-ahead log into the file only when it is this long (8 MB), once in two hundred sales: the
agent does it before, with the verdicts, so that no sale waits for it. Until then a log that was not so long before
grows, and a commit that makes a file longer takes twice as long as one that writes over what was there."""
STATEMENTS = 512
"""Statements that are kept compiled; a day at a till runs more of them than the 128 that are usual."""


Moment = tuple[object, ...]
"""A mark of what the files hold (`Local.moment`)."""


class NotEnrolled(RuntimeError):
    """This terminal has no identity yet: enrol it first."""


class JournalTooNew(RuntimeError):
    """A newer version of this software wrote the journal; it is not touched."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this terminal is: `kind` is till, kiosk or tablet; `incarnation` names the life of its journal."""

    terminal: str
    name: str
    kind: str
    location: str
    hub: str
    incarnation: str


_identity = Statement(
    sa.select(*(tables.identity.c[n] for n in Identity.__dataclass_fields__)).where(tables.identity.c.terminal != "")
)


class Local:
    """The open files. One thread uses it; `write()` makes transactions; queries are functions of `sync.local`."""

    def __init__(self, home: Path, raw: sqlite3.Connection) -> None:
        self.home = home
        self.raw = raw
        self.drawer: bool | None = None  # what the settings say; `sync.local.drawer.has_drawer` answers
        self.fiscal = False  # whether what is paid here has to be fiscalised: `sync.local.fiscal` keeps it
        self.overlay = Overlay()
        self._mark: tuple[int, int] | None = None
        self._identity: Identity | None = None
        self._damaged: Path | None = None  # the replica that was found so
        self._agent = Sender(home, "agent")
        # While a transaction writes, and known by it alone: where the journal ends, and the settings it works by.
        self.writing = False
        self.end: Head | None = None
        self.told: tuple[tuple[str, str], ...] | None = None
        self._appended = False
        self._reserve: Reserve | None = None
        self._locked = False

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        agent: bool = False,
        reserve: bool = False,
        drawer: bool | None = None,
        fiscal: bool = False,
    ) -> "Local":
        """Open (and if need be make) the files of that home.

        `agent`: its verdicts can be asked for again, so its commits need not wait for the disk. `reserve`: keep some
        room on the disk for sales (see `sync.local.disk`). `drawer`: what the settings say of one. `fiscal`: a fiscal
        printer hangs here, and is given what is recorded from now on. Raises
        JournalTooNew; sqlite3.Error and OSError where the disk fails, for which `disk.reason_of` has a word.
        """
        files.make_home(home)
        path = home / files.JOURNAL
        files.make_private(path)
        raw = sqlite3.connect(
            files.uri(path), uri=True, isolation_level=None, timeout=BUSY_MS / 1000, cached_statements=STATEMENTS
        )
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute(f"PRAGMA synchronous = {'NORMAL' if agent else 'FULL'}")
        if not agent:
            raw.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        _make_or_upgrade(raw)
        local = cls(home, raw)
        local.drawer, local.fiscal = drawer, fiscal
        local.refresh()
        if reserve:
            local._reserve = Reserve(home)
            local._reserve.keep()
        return local

    def close(self) -> None:
        """Close the files."""
        self._agent.close()
        self.raw.close()

    @property
    def identity(self) -> Identity | None:
        """Who this terminal is; None before enrolment."""
        if self._identity is None:
            row = _identity.run(self.raw).fetchone()
            self._identity = Identity(*row) if row else None
        return self._identity

    @property
    def space(self) -> Space:
        """How the disk stands now."""
        self._locked = self._locked and locked(self.home)  # tried only while it was, so that a look writes nothing
        return Space.READ_ONLY if self._locked else space(self.home)

    @property
    def me(self) -> Identity:
        """Who this terminal is. Raises NotEnrolled."""
        found = self.identity
        if found is None:
            raise NotEnrolled("This terminal is not enrolled yet.")
        return found

    def forget_identity(self) -> None:
        """Read the identity anew when it is next asked for."""
        self._identity = None

    def refresh(self) -> bool:
        """Attach the replica that is valid now; whether it is another one than before. Costs one stat if it is not."""
        mark = files.pointer_mark(self.home)
        if mark is not None and mark == self._mark:
            return False
        self._attach()
        return True

    def _attach(self) -> None:
        for _ in range(20):  # the agent may replace the file between our reading its name and opening it
            path = files.ensure_replica(self.home)
            mark = files.pointer_mark(self.home)
            if path.exists() and not files.sound(path):
                path = files.set_aside(self.home, path)
                continue
            if self._try_attach(path):
                self._mark = mark
                return
        raise sqlite3.OperationalError(f"no replica in {self.home} can be opened")

    def _try_attach(self, path: Path) -> bool:
        if any(row[1] == "replica" for row in self.raw.execute("PRAGMA database_list")):
            self.raw.execute("DETACH replica")
        try:
            self.raw.execute("ATTACH ? AS replica", (files.uri(path, "ro"),))
            self.raw.execute(f"PRAGMA replica.cache_size = -{CACHE_KIB}")
            self.raw.execute("SELECT count(*) FROM replica.cursor").fetchone()
        except sqlite3.OperationalError:
            return False
        return True

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the journal, durable when it ends; rolled back if the block raises.

        Raises NotRecorded, with the reason, where the disk does not take it.
        """
        self._appended = False
        if self._reserve is not None:
            self._reserve.release_if_needed()
        try:
            self.raw.execute("BEGIN IMMEDIATE")
            self.writing = True
            yield self.raw
            self.raw.execute("COMMIT")
        except BaseException as error:
            self._roll_back()
            reason = reason_of(error, self.home) if isinstance(error, sqlite3.DatabaseError) else None
            self._locked = reason is Reason.READ_ONLY
            if reason is not None and not isinstance(error, NotRecorded):
                raise NotRecorded(reason) from error
            raise
        finally:
            self.writing, self.end, self.told = False, None, None
        if self._appended:
            self._agent.send("journal")

    def _roll_back(self) -> None:
        if self.raw.in_transaction:  # SQLite ends it by itself after some failures of the disk
            self.raw.execute("ROLLBACK")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view over several reads."""
        self.raw.execute("BEGIN")
        try:
            yield self.raw
        finally:
            if self.raw.in_transaction:  # as above
                self.raw.execute("COMMIT")

    def moment(self) -> Moment:
        """Inside `read()` or `write()`: a mark of what the files hold. Whatever was read of them before holds as long
        as the mark is the same, whoever wrote (SQLite: PRAGMA data_version, total_changes). It may be another without
        a change, too."""
        others = self.raw.execute("PRAGMA main.data_version").fetchone()
        agents = self.raw.execute("PRAGMA replica.data_version").fetchone()
        return (self.raw, self._mark, others, agents, self.raw.total_changes, self.drawer)

    def blame(self, error: Exception) -> Exception:
        """What a job failed with: NotRecorded if the replica is not what was written, which the agent is told, else
        `error` itself. The agent fills another replica, and `refresh` finds it. Reads all of the replica once."""
        if not unreadable(error):
            return error
        path = files.current(self.home)
        if path != self._damaged and (path is None or not files.damaged(path)):
            return error
        self._damaged = path
        self._agent.send(SUSPECT)
        found = NotRecorded(Reason.REPLICA)
        found.__cause__ = error
        return found

    def appended(self, end: "Head | None" = None) -> None:
        """Note that the running transaction holds something to tell the hub, so that the agent is woken after it.
        `end`: a new operation, and where the journal ends now."""
        self._appended, self.end = True, end or self.end


def _make_or_upgrade(raw: sqlite3.Connection) -> None:
    if _format(raw) == tables.FORMAT:
        return
    raw.execute(f"PRAGMA busy_timeout = {UPGRADE_MS}")
    raw.execute("BEGIN IMMEDIATE")
    try:
        _bring_up(raw)
        raw.execute("COMMIT")
    except BaseException:
        raw.execute("ROLLBACK")
        raise
    raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")


def _bring_up(raw: sqlite3.Connection) -> None:
    found = _format(raw)
    if found > tables.FORMAT:
        raise JournalTooNew(f"journal.db has format {found}; this software knows formats up to {tables.FORMAT}.")
    if found == 0:
        for statement in tables.ddl():
            raw.execute(statement)
    for number in range(found or tables.FORMAT, tables.FORMAT):
        UPGRADES[number](raw)
    raw.execute(f"PRAGMA user_version = {tables.FORMAT}")


def _format(raw: sqlite3.Connection) -> int:
    return int(raw.execute("PRAGMA user_version").fetchone()[0])
