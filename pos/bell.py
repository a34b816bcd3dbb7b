"""When the bell rings: an order is to be picked here, or a shopper came, and this terminal did not know of it before.

What was there when the terminal was switched on is old, and so is what the hub tells at its first word after that.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from pos.terminal import Terminal
from sync.local import Local
from sync.local.collecting import seen_at, told_here

log = logging.getLogger(__name__)

QUIET_MS = 6_000
"""It rings no more often than this; what comes meanwhile rings once, afterwards."""


@dataclass(frozen=True, slots=True)
class News:
    """What is known here now: orders to be picked and shoppers who wait, by id; when the hub last vouched for it."""

    known: frozenset[str]
    seen: int


def read_news(local: Local) -> News:
    """What the bell goes by."""
    return News(told_here(local), seen_at(local))


class Bell:
    """`ring` makes the sound, `listens` says whether somebody here wants to hear it."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int], listens: Callable[[], bool]) -> None:
        self.ring: Callable[[], None] = lambda: None
        self._terminal = terminal
        self._clock = clock
        self._listens = listens
        self._known: frozenset[str] | None = None
        self._first_seen: int | None = None
        self._current = False
        self._rang: int | None = None
        self._owed = False

    def changed(self, topics: frozenset[str]) -> None:
        """Something changed underneath. Until the hub's first word the link is looked at too."""
        if "stock" in topics or not self._current:
            self._terminal.run(read_news, self._heard, self._unread)

    def _unread(self, error: Exception) -> None:
        """The files can't be worked on, as the screen says; the next change is looked at again."""
        log.warning("what is new at the store can't be read yet: %s", error)

    def _heard(self, news: News) -> None:
        if self._first_seen is None:
            self._first_seen = news.seen
        new = frozenset() if self._known is None or not self._current else news.known - self._known
        self._known = news.known
        self._current = self._current or news.seen != self._first_seen
        if new and self._listens():
            self._owed = True
            self.tick()

    def tick(self) -> None:
        """A second passed: what came while it had to be quiet is rung now."""
        now = self._clock()
        quiet = self._rang is not None and 0 <= now - self._rang < QUIET_MS
        if self._owed and not quiet:
            self._owed, self._rang = False, now
            if self._listens():
                self.ring()
