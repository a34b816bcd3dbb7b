"""A crowd on the feed: many writers that stall, fail and commit in any order, and readers that pull all the while.

Each version that a writer makes names itself and counts its rows, so a reader tells a skipped, a reordered, a split and
an invented version. What was committed and what was seen are compared at the end, by number and by checksum.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

from sqlalchemy import Engine

from sync.hub import database, feed
from sync.hub.feed import Recorder
from sync.protocol.messages import Page, Version

SCOPES = tuple(f"location:{n}" for n in range(8))


class Stumbled(Exception):
    """A writer's transaction that ends in nothing."""


@dataclass
class Sums:
    """Versions by scope: how many, and a checksum of their names that doesn't depend on order."""

    count: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)

    def add(self, scope: str, name: str) -> None:
        """One more version."""
        self.count[scope] += 1
        self.names[scope] ^= crc32(name.encode())


@dataclass
class Crowd:
    """`writers` make versions until there are `wanted`; stalls are up to `stall` seconds."""

    engine: Engine
    wanted: int
    writers: int = 32
    readers: int = 2
    stall: float = 0.004
    made: Sums = field(default_factory=Sums)
    faults: list[str] = field(default_factory=list)
    pulls: int = 0
    _reading: Engine = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """All at once; afterwards `faults` says what went wrong."""
        # Connections of their own: readers don't queue up behind the writers.
        self._reading = database.open(self.engine.url.render_as_string(hide_password=False))
        writing = [threading.Thread(target=self._guarded, args=(self._write, n)) for n in range(self.writers)]
        reading = [threading.Thread(target=self._guarded, args=(self._read, n)) for n in range(self.readers)]
        for thread in [*reading, *writing]:
            thread.start()
        for thread in writing:
            thread.join()
        self._done.set()
        for thread in reading:
            thread.join()
        self._reading.dispose()

    def _guarded(self, job: Callable[[int], None], number: int) -> None:
        try:
            job(number)
        except BaseException as fault:  # noqa: BLE001 - a fault of a thread is a fault of the run
            self.faults.append(f"{type(fault).__name__}: {fault}")

    def _write(self, number: int) -> None:
        chance, turn = random.Random(number), 0
        while sum(self.made.count.values()) < self.wanted and not self.faults:
            turn += 1
            try:
                versions = self._commit(chance, f"{number}-{turn}")
            except Stumbled:
                continue
            with self._lock:
                for scope, name in versions:
                    self.made.add(scope, name)

    def _commit(self, chance: random.Random, name: str) -> list[tuple[str, str]]:
        """One transaction of some pushes that each touch some scopes; one in ten ends in nothing."""
        with database.write(self.engine) as conn:
            recorders, versions = [], []
            for push in range(chance.choice((1, 1, 2, 4, 8, 40))):
                recorder = Recorder(1)
                for scope in chance.sample(SCOPES, chance.randint(1, 3)):
                    rows = chance.choice((0, 1, 1, 2, 5))
                    versions.append((scope, f"{name}-{push}" if rows else ""))
                    _fill(recorder, scope, f"{name}-{push}", rows)
                recorders.append(recorder)
            self._pause(chance)
            feed.commit_all(conn, recorders)
            self._pause(chance)  # has its versions, has not committed
            if chance.random() < 0.1:
                raise Stumbled
        return versions

    def _pause(self, chance: random.Random) -> None:
        if chance.random() < 0.3:
            time.sleep(chance.random() ** 4 * self.stall)

    def _read(self, number: int) -> None:
        seen, since, chance = Sums(), dict.fromkeys(SCOPES, 0), random.Random(-number)
        while not self._done.is_set():
            self._pull_all(seen, since)
            time.sleep(chance.random() * 0.01)
        self._pull_all(seen, since)
        if seen != self.made:
            self.faults.append(f"reader {number} saw {seen.count}, committed were {self.made.count}")

    def _pull_all(self, seen: Sums, since: dict[str, int]) -> None:
        for scope in SCOPES:
            head = since[scope] + 1
            while since[scope] < head:
                page = self._pull(scope, since[scope])
                head = page.head
                for version in page.versions:
                    since[scope] += 1
                    seen.add(scope, self._checked(scope, version, since[scope]))
                if page.upto != since[scope] or (head > page.upto and not page.versions):
                    raise AssertionError(f"{scope}: a page up to {page.upto} of {head} ends at {since[scope]}")

    def _pull(self, scope: str, since: int) -> Page:
        self.pulls += 1
        with database.read(self._reading) as conn:
            page = feed.page(conn, scope, database.hub_row(conn).epoch, since, 0)
        assert isinstance(page, Page), page
        return page

    def _checked(self, scope: str, version: Version, wanted: int) -> str:
        """The version's name, if it is the wanted one and whole."""
        if version.version != wanted:
            raise AssertionError(f"{scope}: version {version.version} came, {wanted} was next")
        parts = [change.key.split("/") for change in version.changes]
        names = {name for name, _, _ in parts}
        if len(names) > 1 or [(int(n), int(of)) for _, n, of in parts] != [(n, len(parts)) for n in range(len(parts))]:
            raise AssertionError(f"{scope}: version {wanted} is not whole: {parts}")
        return names.pop() if names else ""


def _fill(recorder: Recorder, scope: str, name: str, rows: int) -> None:
    recorder.touch(scope)
    for n in range(rows):
        recorder.put(scope, "setting", {"key": f"{name}/{n}/{rows}", "value": ""})
