"""What the kiosk's flows ask of their terminal: jobs on the local files, and the time."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from sync.link.questions import Answered, Said, Unanswered
from sync.local import Local

Answer = TypeVar("Answer")
Clock = Callable[[], int]
"""Milliseconds: UTC since the epoch, or monotonic where that is said."""


class Desk(Protocol):
    """A job runs where the local files are; its answer comes back on the thread of the screen, in a later frame."""

    def run(self, job: Callable[[Local], Answer], then: Callable[[Answer], None]) -> None:
        """Run `job`, then hand its answer to `then`."""


class Asking(Desk, Protocol):
    """A desk that can ask the hub, too. Nobody waits longer than a few seconds: then that is the answer."""

    def ask(
        self,
        path: str,
        body: msgspec.Struct,
        kind: type[Answer],
        then: Callable[[Answered[Answer] | Unanswered | Said], None],
    ) -> None:
        """Ask, and hand the answer to `then` in a later frame."""
