"""The shift on the screen: float, the drawer's page, cash moved by hand, the count, the end. No window, no work.

Amounts in minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.approval import NOBODY_YET, Approval
from pos.devices.base import DeviceFault
from pos.printing import PaperState
from pos.receipt.shift import ShiftReport
from pos.ui.happened import Happened
from pos.ui.i18n import WHOLE_WHEN_ZERO, exponent
from sync.actions.approve import ROLES
from sync.domain.shifts import MoveKind, counted, denominations
from sync.local import Link, Reason, Settings, Staff

USUAL = Settings()
NO_LINK = Link(False, 0, 0, None, 0, "starting", 0)
MOST_DIGITS = 11
"""More digits than any amount of cash has."""
MOST_PIECES = 99_999
"""More of one note or coin than a drawer holds."""


class Phase(StrEnum):
    """What stands on the screen."""

    OPENING = "opening"
    PAGE = "page"
    MOVING = "moving"
    APPROVAL = "approval"
    COUNTING = "counting"
    COMPARING = "comparing"
    CLOSED = "closed"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Slip:
    """What the devices did. `what` and `ref` name the paper; `drawer`: it was asked to open."""

    what: str = ""
    ref: str = ""
    paper: PaperState = PaperState.ABSENT
    fault: DeviceFault | None = None
    drawer: bool = False
    drawer_fault: DeviceFault | None = None


NO_SLIP = Slip()


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Cash that was moved by hand in this shift: at `at` (UTC ms), by a name."""

    move: str
    kind: str
    amount: int
    reason: str
    note: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class PastRow:
    """A shift that was closed: what the list of Z reports says of it."""

    number: str
    closed_at: int
    by: str
    counted: int
    difference: int
    currency: str


@dataclass(frozen=True, slots=True)
class Around:
    """What this terminal knows: settings, link, the open shift's figures and movements, and shifts that were closed.

    `shift`: the id of the open one, "" while none is; `report` its figures; `opened_at` UTC ms. `kept`: a count was
    begun.
    """

    settings: Settings = USUAL
    link: Link = NO_LINK
    shift: str = ""
    report: ShiftReport | None = None
    opened_at: int = 0
    moves: tuple[MoveRow, ...] = ()
    past: tuple[PastRow, ...] = ()
    kept: bool = False


NOTHING = Around()


@dataclass(frozen=True, slots=True)
class ShiftState:
    """`amount`: what is typed, `typed` once anything was. `counts`: pieces by value; a value that is missing was not
    counted. `value`: the one that the keypad fills, `fresh`: its next digit begins anew.

    `expected` is known once the count is given, and not before. `shown`: a Z report, just printed or an old one.
    """

    ready: bool = False
    phase: Phase = Phase.OPENING
    actor: Staff | None = None
    around: Around = NOTHING
    by_pieces: bool = False
    amount: int = 0
    typed: bool = False
    counts: Mapping[int, int] = field(default_factory=dict)
    value: int = 0
    fresh: bool = True
    move: MoveKind = MoveKind.DROP
    reason: str = ""
    note: str = ""
    noting: bool = False
    approval: Approval = NOBODY_YET
    approver: Staff | None = None
    expected: int | None = None
    waiting: int = 0
    shown: ShiftReport | None = None
    chosen: str = ""
    slip: Slip = NO_SLIP
    busy: bool = False
    held: Reason | None = None
    happened: Happened | None = None

    @property
    def settings(self) -> Settings:
        """The retailer's settings."""
        return self.around.settings

    @property
    def currency(self) -> str:
        """What the drawer holds."""
        return self.settings.currency

    @property
    def zone(self) -> str:
        """The store's time zone."""
        return self.settings.timezone

    @property
    def may_see(self) -> bool:
        """Whether this person may see how much cash there should be before it is counted."""
        return self.actor is not None and self.actor.role in ROLES

    @property
    def values(self) -> tuple[int, ...]:
        """What the drawer is counted by, largest first."""
        return denominations(self.currency)

    @property
    def counting(self) -> bool:
        """Whether the keypad fills pieces."""
        return self.phase is Phase.COUNTING or (self.phase is Phase.OPENING and self.by_pieces)

    @property
    def total(self) -> int:
        """The money of what is counted."""
        return counted(self.counts.items())

    @property
    def float_(self) -> int:
        """The opening float, as it stands."""
        return self.total if self.by_pieces else self.amount

    @property
    def said(self) -> bool:
        """Whether a float was typed or counted: none at all is said with a 0."""
        return bool(self.counts) if self.by_pieces else self.typed

    @property
    def difference(self) -> int:
        """Above 0: over, below: short."""
        return 0 if self.expected is None else self.total - self.expected

    @property
    def whole_units(self) -> bool:
        """Whether amounts are typed without their minor units."""
        return self.currency in WHOLE_WHEN_ZERO

    def amount_after(self, key: str) -> int:
        """The amount after one more key."""
        unit = 10 ** exponent(self.currency) if self.whole_units else 1
        digits = str(self.amount // unit) if self.amount else ""
        digits = digits[:-1] if key == "delete" else digits + key
        return int(digits or 0) * unit if len(digits) <= MOST_DIGITS - len(str(unit)) else self.amount

    def counts_after(self, key: str) -> dict[int, int]:
        """The pieces after one more key for the chosen value. The first digit says a number anew; delete to nothing
        says that it was not counted."""
        counts = dict(self.counts)
        digits = str(counts[self.value]) if self.value in counts else ""
        if key == "delete":
            digits = "" if self.fresh else digits[:-1]
        elif key.isdigit():
            digits = key if self.fresh else digits + key
        if digits and int(digits) <= MOST_PIECES:
            counts[self.value] = int(digits)
        elif not digits:
            counts.pop(self.value, None)
        return counts
