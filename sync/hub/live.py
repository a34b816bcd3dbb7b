"""Telling terminals at once that a scope moved: one watcher of heads for all subscribers; writers never notify.

A commit of this process wakes subscribers directly; commits of other processes are seen by looking at the heads.
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sync.hub import database, feed
from sync.hub.feed import Head
from sync.protocol.messages import Live

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often heads are looked at while someone listens."""
HEARTBEAT_SECONDS = 15.0
"""A comment on a live stream this often, so that both ends notice a dead line."""
STILL_HERE = b": still here\n\n"


class Listener:
    """One live stream: woken when one of its scopes moves, and for a heartbeat. Small: there are thousands."""

    __slots__ = ("_told", "_wake", "_watcher", "beat_at", "scopes")

    def __init__(self, watcher: "Watcher", scopes: list[str]) -> None:
        self.scopes = scopes
        self.beat_at = time.monotonic() + HEARTBEAT_SECONDS
        self._watcher = watcher
        self._told: dict[str, bytes] = {}
        self._wake: asyncio.Future[bool] | None = None

    def news(self) -> bytes:
        """Events of what moved since the last call, b"" if nothing did; at first where all scopes stand."""
        fresh = []
        for scope in self.scopes:
            event = self._watcher.events.get(scope)
            if event is not None and self._told.get(scope) is not event:
                self._told[scope] = event
                fresh.append(event)
        return b"".join(fresh)

    async def moved(self) -> bool:
        """Wait until there may be news (False) or a heartbeat is due (True)."""
        self._wake = asyncio.get_running_loop().create_future()
        return await self._wake

    def wake(self, beat: bool = False) -> None:
        """End its waiting."""
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(beat)


@dataclass
class Watcher:
    """The newest known heads, and an event that is set and replaced whenever one moves. Lives on the event loop."""

    engine: Engine
    heads: dict[str, Head] = field(default_factory=dict)
    events: dict[str, bytes] = field(default_factory=dict)
    closed: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _polls: int = 0
    _listeners: defaultdict[str, set[Listener]] = field(default_factory=lambda: defaultdict(set))
    _beats: deque[Listener] = field(default_factory=deque)
    _looked_at: float = float("-inf")
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    def _look(self) -> dict[str, Head]:
        with database.read(self.engine) as conn:
            return feed.heads(conn)

    async def refresh(self) -> None:
        """Look at the heads once."""
        self._merge(await to_thread.run_sync(self._look, limiter=self._limiter))
        self._looked_at = time.monotonic()

    def moved(self, versions: dict[str, int]) -> None:
        """A commit of this process moved these heads."""
        # A scope that was never seen waits for the next look: its epoch is not known here.
        known = {s: self.heads[s] for s in versions if s in self.heads}
        self._merge({s: Head(s, head.epoch, versions[s], head.floor) for s, head in known.items()})

    def _merge(self, seen: dict[str, Head]) -> None:
        news = {s: h for s, h in seen.items() if self._newer(h, self.heads.get(s))}
        self.heads |= news
        for scope, head in news.items():
            self.events[scope] = b"data: " + msgspec.json.encode(Live(scope, head.epoch, head.version)) + b"\n\n"
        woken = {listener for scope in news for listener in self._listeners.get(scope, ())}
        for listener in woken:
            listener.wake()
        if news:
            self._wake()

    @staticmethod
    def _newer(head: Head, known: Head | None) -> bool:
        return known is None or head.epoch != known.epoch or head.version > known.version

    def _wake(self) -> None:
        event, self._moved = self._moved, asyncio.Event()
        event.set()

    async def run(self) -> None:
        """Look again and again while someone listens. A database that can't be read now is looked at later."""
        while not self.closed:
            if self._polls or self._beats:
                try:
                    await self.refresh()
                except SQLAlchemyError as fault:
                    log.warning("The heads could not be read; trying again: %s", fault)
            self._beat()
            await asyncio.sleep(LOOK_SECONDS)

    def _beat(self) -> None:
        now = time.monotonic()
        while self._beats and self._beats[0].beat_at <= now:
            listener = self._beats.popleft()
            listener.beat_at = now + HEARTBEAT_SECONDS
            self._beats.append(listener)
            listener.wake(beat=True)

    def close(self) -> None:
        """End every subscription."""
        self.closed = True
        self._wake()
        for listener in self._beats:
            listener.wake()

    @contextmanager
    def listening(self, scopes: list[str]) -> Iterator[Listener]:
        """A live stream's place among the others, for the length of a block."""
        listener = Listener(self, scopes)
        self._beats.append(listener)
        for scope in scopes:
            self._listeners[scope].add(listener)
        try:
            yield listener
        finally:
            self._beats.remove(listener)
            for scope in scopes:
                self._listeners[scope].discard(listener)

    async def look_first(self) -> None:
        """For one who begins to listen: the heads as they are now, or were a moment ago."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            await self.refresh()

    def _news(self, scopes: list[str]) -> list[Live]:
        return [Live(h.scope, h.epoch, h.version) for h in map(self.heads.get, scopes) if h]

    async def wait(self, scopes: list[str], known: dict[str, int], seconds: float) -> list[Live]:
        """Where those scopes stand that are not at the version `known`, as soon as there is one; [] in the end."""
        until = asyncio.get_running_loop().time() + seconds
        self._polls += 1
        try:
            await self.refresh()
            while not self.closed:
                event = self._moved
                news = [now for now in self._news(scopes) if known.get(now.scope) != now.version]
                left = until - asyncio.get_running_loop().time()
                if news or left <= 0:
                    return news
                await _sleep(event, left)
        finally:
            self._polls -= 1
        return []


async def _sleep(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
