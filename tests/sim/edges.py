"""The edges of the simulated world: clock, chance, disks and the moment a process dies, in place of the real ones.

The product's code runs as it is. What it reaches the world by is replaced while a world runs: `time.time_ns`,
`os.urandom` and what `secrets`, `uuid` and `random` make of it, `sqlite3.connect` and the calls that rename, link and
remove files, the hub's threads (its work is done at once), and the bottom of httpx (tests/sim/net.py). SQLite itself is
real, and so are its files.

A process is a name: `till-1/app`, `till-1/agent`, `hub`. Who runs now is known, so each SQL statement and each file
call is a step of some process, and at any step that process can be killed: from then on none of its calls does a thing.
"""

import contextlib
import math
import os
import random
import re
import secrets
import sqlite3
import time
import uuid
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from anyio import to_thread

from sync.domain import collect_code
from sync.link import keys, pull
from tests.sim.wal import Durable, after_commit

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)", re.IGNORECASE)
_ENDS = re.compile(r"\s*COMMIT", re.IGNORECASE)
FILE_CALLS = ("replace", "rename", "link", "unlink", "mkdir")


class Killed(BaseException):
    """The process that runs now is dead. Nothing of the product catches it for good."""


class Edges:
    """Time, chance and disks of one world, and who runs now."""

    def __init__(self, seed: int, now_ms: int) -> None:
        self.now_ms = now_ms
        self.chance = random.Random(seed)
        self.process = ""
        self.skew: dict[str, int] = {}
        """How far a machine's clock is ahead, ms."""
        self.disk: dict[str, str] = {}
        """Machines whose disk is `full` or `readonly`."""
        self.armed: dict[str, int] = {}
        """Processes that die after so many more steps."""
        self.dead: set[str] = set()
        self.durable: dict[str, Durable] = {}
        """What of each write-ahead log has reached the disk."""
        self._open: dict[str, list[weakref.ref[Conn]]] = {}

    @property
    def machine(self) -> str:
        """The machine that runs now."""
        return self.process.partition("/")[0]

    def clock(self, machine: str = "") -> int:
        """A machine's clock, UTC ms; without a name the true time."""
        return self.now_ms + self.skew.get(machine, 0)

    @contextlib.contextmanager
    def running(self, process: str) -> Iterator[None]:
        """That process runs; afterwards whoever ran before goes on."""
        before, self.process = self.process, process
        try:
            yield
        finally:
            self.process = before

    def step(self, owner: str) -> None:
        """One step of a process. Raises Killed at its last."""
        if owner in self.dead:
            raise Killed(owner)
        if owner in self.armed:
            self.armed[owner] -= 1
            if self.armed[owner] <= 0:
                del self.armed[owner]
                self.dead.add(owner)
                raise Killed(owner)

    def opened(self, conn: "Conn") -> None:
        """A process opened a database."""
        self._open.setdefault(conn.owner, []).append(weakref.ref(conn))

    def bury(self, owner: str) -> None:
        """Close what a dead process had open, and let its name be used again."""
        # In the order they were opened: whether the log is moved into its file depends on who closes last.
        for conn in [it for ref in self._open.pop(owner, ()) if (it := ref()) is not None]:
            conn.closing = True
            conn.close()
        self.dead.discard(owner)
        self.armed.pop(owner, None)


_now: Edges | None = None


def edges() -> Edges:
    """The edges of the world that runs."""
    assert _now is not None, "no world runs"
    return _now


class Cur(sqlite3.Cursor):
    """A cursor whose statements are steps."""

    def execute(self, sql: str, *rest: Any) -> "Cur":
        conn: Conn = self.connection  # type: ignore[assignment]
        conn.before(sql)
        super().execute(sql, *rest)
        conn.after(sql)
        return self

    def executemany(self, sql: str, *rest: Any) -> "Cur":
        conn: Conn = self.connection  # type: ignore[assignment]
        conn.before(sql)
        super().executemany(sql, *rest)
        return self


class Conn(sqlite3.Connection):
    """A connection of one process to a file on its machine's disk."""

    def __init__(self, *args: Any, **named: Any) -> None:
        world = edges()
        self.owner = world.process
        self.closing = False
        self.wrote = False
        world.step(self.owner)
        super().__init__(*args, **named)
        world.opened(self)

    def cursor(self, *_: Any) -> Cur:  # type: ignore[override]
        return super().cursor(Cur)

    def execute(self, sql: str, *rest: Any) -> Cur:  # type: ignore[override]
        return self.cursor().execute(sql, *rest)

    def executemany(self, sql: str, *rest: Any) -> Cur:  # type: ignore[override]
        return self.cursor().executemany(sql, *rest)

    def commit(self) -> None:
        if self.in_transaction:
            self.before("COMMIT")
            super().commit()
            self.after("COMMIT")

    def before(self, sql: str) -> None:
        """A statement is about to run. Raises Killed, or sqlite3.OperationalError where the disk can't take it."""
        if self.closing:
            return
        world = edges()
        world.step(self.owner)
        if not _WRITES.match(sql):
            return
        self.wrote = True
        sick = world.disk.get(self.owner.partition("/")[0])
        if sick:
            raise _cant_write(sick)

    def after(self, sql: str) -> None:
        """A statement ran. Behind a COMMIT there is one more moment to die in: done, and nobody told."""
        if not _ENDS.match(sql) or self.closing:
            return
        world = edges()
        if self.wrote and self.owner.endswith("/app"):
            after_commit(world.durable, self._file())
        self.wrote = False
        world.step(self.owner)

    def _file(self) -> str:
        return str(next(row[2] for row in sqlite3.Connection.cursor(self).execute("PRAGMA database_list")))


def _cant_write(sick: str) -> sqlite3.OperationalError:
    words, code, name = {
        "full": ("database or disk is full", 13, "SQLITE_FULL"),
        "readonly": ("attempt to write a readonly database", 8, "SQLITE_READONLY"),
    }[sick]
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    return error


def _as_step(call: Callable[..., Any]) -> Callable[..., Any]:
    def stepped(*args: Any, **named: Any) -> Any:
        world = edges()
        if world.process:
            world.step(world.process)
        return call(*args, **named)

    return stepped


def _connect(*args: Any, **named: Any) -> sqlite3.Connection:
    factory = Conn if edges().process else sqlite3.Connection
    return sqlite3.Connection(*args, **named) if factory is sqlite3.Connection else Conn(*args, **named)


def _replacements(world: Edges) -> list[tuple[Any, str, Any]]:
    chance = world.chance
    return [
        (time, "time_ns", lambda: world.clock(world.machine) * 1_000_000),
        (time, "time", lambda: world.clock(world.machine) / 1000),
        (os, "urandom", chance.randbytes),
        (secrets, "token_hex", lambda n=32: chance.randbytes(n).hex()),
        (secrets, "choice", chance.choice),
        (pull, "TOGETHER_S", math.inf),  # how fast this machine is must not matter
        (to_thread, "run_sync", _at_once),
        (collect_code, "_COST", {"n": 2, "r": 1, "p": 1, "dklen": 16}),  # nobody guesses in here
        (keys, "new_seed", lambda: chance.randbytes(32)),
        (uuid, "uuid4", lambda: uuid.UUID(bytes=chance.randbytes(16), version=4)),
        (random, "uniform", chance.uniform),
        (sqlite3, "connect", _connect),
        (sqlite3.dbapi2, "connect", _connect),  # type: ignore[attr-defined]
        *((os, name, _as_step(getattr(os, name))) for name in FILE_CALLS),
    ]


async def _at_once(job: Callable[..., Any], *args: Any, **_: Any) -> Any:
    """In place of a thread: nobody runs beside the hub in here, and handing over takes longer than the work."""
    return job(*args)


@contextlib.contextmanager
def replaced(world: Edges) -> Iterator[None]:
    """The world's edges are in place of the real ones."""
    global _now
    before = [(owner, name, getattr(owner, name), new) for owner, name, new in _replacements(world)]
    try:
        _now = world
        for owner, name, _, new in before:
            setattr(owner, name, new)
        yield
    finally:
        for owner, name, old, _ in before:
            setattr(owner, name, old)
        _now = None


def copy_files(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder, but SQLite's shared memory, which no crash leaves behind."""
    found = (p for p in folder.rglob("*") if p.is_file() and not p.name.endswith("-shm"))
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


def put_back(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder hold just these files."""
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
