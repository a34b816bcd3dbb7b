"""A blind return on the screen: the goods, the shopper, every rule and how it came out. No window, no work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.approval import NOBODY_YET, Approval
from pos.devices.base import DeviceFault
from pos.printing import PaperState
from pos.ui.happened import Happened
from sync.actions.take_back_blind import Velocity
from sync.domain.blind import (
    Accepted,
    Before,
    BlindItem,
    BlindRules,
    Goods,
    Outcome,
    Refused,
    Rule,
    Ruled,
    decide_blind,
    phone_key,
)
from sync.domain.catalogue import Product
from sync.domain.returns import Condition, Reason
from sync.local import Link, RecordedBlind, Settings, Staff

PIECE = 1000
"""Thousandths of one piece."""
USUAL = Settings()
NO_LINK = Link(False, 0, 0, None, 0, "starting", 0)
NO_RULES = BlindRules()
LONGEST_PHONE = 15


class Phase(StrEnum):
    """What stands on the screen, and whose move it is: the hub's while ASKING, the disk's in RECORDING."""

    GOODS = "goods"
    PHONE = "phone"
    ASKING = "asking"
    APPROVAL = "approval"
    RECORDING = "recording"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class OnCounter:
    """An article on the counter: thousandths of it, why and how it came back as far as that was said."""

    product: Product
    quantity: int
    reason: Reason | None = None
    condition: Condition | None = None

    @property
    def said(self) -> bool:
        """Whether both were."""
        return self.reason is not None and self.condition is not None

    @property
    def item(self) -> BlindItem:
        """What is decided on. What was not said yet is taken as opened, so that no money depends on it."""
        reason, condition = self.reason or Reason.CHANGED_MIND, self.condition or Condition.OPENED
        return BlindItem(self.product.id, self.quantity, reason, condition)


@dataclass(frozen=True, slots=True)
class Known:
    """What this terminal knows by itself. `till_today`: minor units that it gave so on this business day."""

    rules: BlindRules = NO_RULES
    settings: Settings = USUAL
    link: Link = NO_LINK
    goods: Mapping[str, Goods] = field(default_factory=dict)
    till_today: int = 0
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """How the slip stands. `code`: of the credit, to be read aloud where no paper came; else empty."""

    paper: PaperState = PaperState.ABSENT
    fault: DeviceFault | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class BlindState:
    """`line`: the open one. `velocity` and `before`: the shopper, once their phone was given and the limits looked up.
    `plan` is what would be recorded; None while nothing is on the counter."""

    ready: bool = False
    phase: Phase = Phase.GOODS
    lines: tuple[OnCounter, ...] = ()
    line: str = ""
    known: Known = Known()
    phone: str = ""
    typed: str = ""
    velocity: Velocity | None = None
    before: Before | None = None
    plan: Accepted | Refused | None = None
    approval: Approval = NOBODY_YET
    approver: Staff | None = None
    recorded: RecordedBlind | None = None
    slip: Slip = Slip()
    happened: Happened | None = None
    undoable: bool = False

    @property
    def settings(self) -> Settings:
        """The retailer's settings."""
        return self.known.settings

    @property
    def busy(self) -> bool:
        """Whether somebody else is at work on it."""
        return self.phase in (Phase.ASKING, Phase.RECORDING)

    @property
    def unsaid(self) -> OnCounter | None:
        """The first article of which nobody said why and how it came back."""
        return next((line for line in self.lines if not line.said), None)

    @property
    def rules(self) -> tuple[Ruled, ...]:
        """Every rule and how it came out."""
        return self.plan.rules if self.plan is not None else ()

    @property
    def failing(self) -> Ruled | None:
        """The first rule that forbids it."""
        return next((one for one in self.rules if one.outcome is Outcome.FAILS), None)

    @property
    def only_approval(self) -> bool:
        """Whether nothing but somebody's approval is missing, if even that."""
        return isinstance(self.plan, Accepted) or (self.plan is not None and self.plan.only is Rule.APPROVAL)

    @property
    def phone_may_be(self) -> bool:
        """Whether what is typed can be a phone number."""
        return bool(phone_key(self.typed))

    def on_counter(self, product: str) -> OnCounter | None:
        """The line of that product."""
        return next((line for line in self.lines if line.product.id == product), None)


def plan_of(state: BlindState) -> Accepted | Refused | None:
    """What would be recorded now, and every rule."""
    if not state.lines:
        return None
    items, known = [line.item for line in state.lines], state.known
    approved = state.approver is not None
    return decide_blind(items, known.goods, known.rules, state.before, known.till_today, approved)
