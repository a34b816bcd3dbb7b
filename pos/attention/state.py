"""What needs a person, on the screen: the cases, the one that is open, what was chosen. No window, no work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.approval import NOBODY_YET, Approval
from pos.ui.happened import Happened
from sync.domain.catalogue import Location, Product
from sync.domain.matters import Choice
from sync.local import Settings
from sync.local.attention import Matter

USUAL = Settings()


class Phase(StrEnum):
    """What stands on the screen: the cases, somebody's PIN, or the disk's turn."""

    CASES = "cases"
    APPROVAL = "approval"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class Read:
    """What the local files hold of it. `waiting`: settled here, and the hub has not heard of it."""

    here: str = ""
    matters: tuple[Matter, ...] = ()
    waiting: int = 0
    products: Mapping[str, Product] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict)
    settings: Settings = USUAL
    online: bool = True


@dataclass(frozen=True, slots=True)
class AttentionState:
    """`open` is the case at the right, `choice` what was touched of it. `may`: the person at the till may settle."""

    ready: bool = False
    phase: Phase = Phase.CASES
    read: Read = Read()
    open: str = ""
    choice: Choice | None = None
    may: bool = False
    approval: Approval = NOBODY_YET
    now: int = 0
    happened: Happened | None = None

    @property
    def matter(self) -> Matter | None:
        """The open case."""
        return next((each for each in self.read.matters if each.id == self.open), None)

    @property
    def may_settle(self) -> bool:
        """Whether the primary action has all that it needs."""
        return self.phase is Phase.CASES and self.matter is not None and self.choice is not None
