"""Telling terminals at once that a scope moved: one watcher of heads for all subscribers; writers never notify.

A commit of this process wakes subscribers directly; commits of other processes are seen by looking at the heads.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sync.hub import database, feed
from sync.hub.feed import Head
from sync.protocol.messages import Live

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often heads are looked at while someone listens."""


@dataclass
class Watcher:
    """The newest known heads, and an event that is set and replaced whenever one moves. Lives on the event loop."""

    engine: Engine
    heads: dict[str, Head] = field(default_factory=dict)
    closed: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _listeners: int = 0
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    def _look(self) -> dict[str, Head]:
        with database.read(self.engine) as conn:
            return feed.heads(conn)

    async def refresh(self) -> None:
        """Look at the heads once."""
        self._merge(await to_thread.run_sync(self._look, limiter=self._limiter))

    def moved(self, versions: dict[str, int]) -> None:
        """A commit of this process moved these heads."""
        # A scope that was never seen waits for the next look: its epoch is not known here.
        known = {s: self.heads[s] for s in versions if s in self.heads}
        self._merge({s: Head(s, head.epoch, versions[s], head.floor) for s, head in known.items()})

    def _merge(self, seen: dict[str, Head]) -> None:
        news = {s: h for s, h in seen.items() if self._newer(h, self.heads.get(s))}
        self.heads |= news
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
            if self._listeners:
                try:
                    await self.refresh()
                except SQLAlchemyError as fault:
                    log.warning("The heads could not be read; trying again: %s", fault)
            await asyncio.sleep(LOOK_SECONDS)

    def close(self) -> None:
        """End every subscription."""
        self.closed = True
        self._wake()

    def _news(self, scopes: list[str], seen: dict[str, Live]) -> list[Live]:
        stand = [Live(h.scope, h.epoch, h.version) for h in map(self.heads.get, scopes) if h]
        return [now for now in stand if seen.get(now.scope) != now]

    async def follow(self, scopes: list[str], quiet: float) -> AsyncIterator[list[Live]]:
        """First where the scopes stand, then moves as they happen, and [] after `quiet` seconds without one."""
        seen: dict[str, Live] = {}
        self._listeners += 1
        try:
            await self.refresh()
            while not self.closed:
                event = self._moved
                news = self._news(scopes, seen)
                seen |= {now.scope: now for now in news}
                yield news
                await _sleep(event, quiet)
        finally:
            self._listeners -= 1

    async def wait(self, scopes: list[str], known: dict[str, int], seconds: float) -> list[Live]:
        """Where those scopes stand that are not at the version `known`, as soon as there is one; [] in the end."""
        until = asyncio.get_running_loop().time() + seconds
        self._listeners += 1
        try:
            await self.refresh()
            while not self.closed:
                event = self._moved
                news = [now for now in self._news(scopes, {}) if known.get(now.scope) != now.version]
                left = until - asyncio.get_running_loop().time()
                if news or left <= 0:
                    return news
                await _sleep(event, left)
        finally:
            self._listeners -= 1
        return []


async def _sleep(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
