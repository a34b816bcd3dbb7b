"""The flows of a till as they are made: each is remembered, and so is what it says. No window here."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pos.flow import Flow
from pos.ui.happened import Happened

REMEMBERED = 10
"""How many past happenings a touch on the strip shows."""
F = TypeVar("F", bound=Flow[Any])


@dataclass(frozen=True, slots=True)
class Past:
    """Something that happened at `at` (UTC ms), as it was said."""

    at: int
    said: Happened


class MadeFlows:
    """A part of the till."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self.flows: list[Flow[Any]] = []
        self.history: deque[Past] = deque(maxlen=REMEMBERED)
        self._clock = clock

    def _made(self, flow: F) -> F:
        flow.remember = self._remember
        self.flows.append(flow)
        return flow

    def has_made(self, name: str) -> bool:
        """Whether the flow of this name is there; asking for it by its name makes it."""
        return name in vars(self)

    def spoken(self) -> None:
        """The language changed: what just happened is said again."""
        for flow in self.flows:
            flow.spoken()

    def _remember(self, said: Happened) -> None:
        self.history.appendleft(Past(self._clock(), said))
