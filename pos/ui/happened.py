"""What a flow tells the frame of its screen: what just happened, the tabs, the network light. No Kivy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ICONS = {"good": "check", "refused": "x", "working": "loader-circle", "fault": "triangle-alert"}


@dataclass(frozen=True)
class Happened:
    """The strip at the left of the shelf: what just happened, one line more, and one way to act on it.

    `kind`: good (done), refused, working (under way), fault (a device). An empty `action` draws none.
    """

    kind: Literal["good", "refused", "working", "fault"]
    title: str
    line: str = ""
    icon: str = ""
    action: str = ""
    action_icon: str = "undo-2"

    @property
    def picture(self) -> str:
        """The icon to draw: its own, or the one of its kind."""
        return self.icon or ICONS[self.kind]


@dataclass(frozen=True)
class Tab:
    """One entry of the top bar; `count` draws a badge when it is not 0."""

    key: str
    text: str
    icon: str
    count: int = 0


@dataclass(frozen=True)
class Light:
    """The network light. `since` is a local time as "14:02"; `waiting` operations; `needs` attention cases.

    `says`: words of its own for something worse than the network.
    """

    state: Literal["online", "sending", "offline", "attention"]
    since: str = ""
    waiting: int = 0
    needs: int = 0
    says: str = ""
