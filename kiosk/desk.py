"""What the kiosk's flows ask of their terminal: jobs on the local files, and the time."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sync.local import Local

Answer = TypeVar("Answer")
Clock = Callable[[], int]
"""Milliseconds: UTC since the epoch, or monotonic where that is said."""


class Desk(Protocol):
    """A job runs where the local files are; its answer comes back on the thread of the screen, in a later frame."""

    def run(self, job: Callable[[Local], Answer], then: Callable[[Answer], None]) -> None:
        """Run `job`, then hand its answer to `then`."""
