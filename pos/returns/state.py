"""The return on the screen: the order, what lies on the counter, the plan for the money. No window, no work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos.approval import NOBODY_YET, Approval
from pos.devices.base import DeviceFault
from pos.on_scale import Weight
from pos.printing import PaperState
from pos.ui.happened import Happened
from sync.domain.catalogue import Product
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.owed import OwedState
from sync.domain.returns import (
    Accepted,
    Basis,
    Condition,
    Destination,
    Item,
    Reason,
    Refused,
    ReturnRules,
    basis_offline,
)
from sync.domain.returns import decide_return as decide
from sync.local import Link, RecordedReturn, Settings, Staff
from sync.local.card_back import CardRefund
from sync.local.drawer import way_of_cash
from sync.local.owed import RecordedPayOut
from sync.protocol.messages import Owed

USUAL = Settings()
NO_LINK = Link(False, 0, 0, None, 0, "starting", 0)
NO_RULES = ReturnRules()
PIECE = 1000
"""Thousandths of one piece."""


@dataclass(frozen=True, slots=True)
class WeighingBack(Weight):
    """How much of a weighed line comes back. `return_id`: of which return, so that the same goods count once in it and
    in no other."""

    return_id: str = ""

    @property
    def key(self) -> str:
        """That line of that return."""
        return f"{self.return_id}:{self.line_id}"


class Phase(StrEnum):
    """What stands on the screen, and whose move it is: the hub's while ASKING or CLAIMING, the disk's in RECORDING.

    OWED: cash that somebody fetches with a slip; PAYING: the hub, then the disk; PAID: it left the drawer."""

    FIND = "find"
    ASKING = "asking"
    ORDER = "order"
    APPROVAL = "approval"
    CLAIMING = "claiming"
    OWED = "owed"
    PAYING = "paying"
    PAID = "paid"
    RECORDING = "recording"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Why:
    """Reason and condition of a line, as far as they were said."""

    reason: Reason | None = None
    condition: Condition | None = None

    @property
    def said(self) -> bool:
        """Whether both were."""
        return self.reason is not None and self.condition is not None


NOT_SAID = Why()


@dataclass(frozen=True, slots=True)
class Copied:
    """What this terminal knows by itself: products of the order and their shelves, the rules, where it stands.

    `as_of`: how old its own copy of the orders is (UTC ms). `blind`: whether anything comes back with no proof at all.
    `drawer`: whether cash is given here.
    """

    here: str = ""
    products: Mapping[str, Product] = field(default_factory=dict)
    shelves: Mapping[str, str] = field(default_factory=dict)
    rules: ReturnRules = NO_RULES
    settings: Settings = USUAL
    link: Link = NO_LINK
    as_of: int = 0
    blind: bool = False
    drawer: bool = True


@dataclass(frozen=True, slots=True)
class Slip:
    """What the devices did with a recorded return. `drawer`: it was asked to open."""

    paper: PaperState = PaperState.ABSENT
    fault: DeviceFault | None = None
    drawer: bool = False
    drawer_fault: DeviceFault | None = None


@dataclass(frozen=True, slots=True)
class ReturnState:
    """`live`: the hub answered at `seen` (UTC ms); else it is this terminal's own copy of then. `by_hub`: the hub is
    asked for the right before money moves; else the offline rule holds, and `late` says that no answer came.

    `taken`: thousandths by line, `serials` the units of it that have numbers, `came` the article that was scanned for
    it, where another one than the line's own was handed out; `weighing`: a line whose weight is asked for now. `to`:
    where the money goes, as it was chosen. `plan` is what would be recorded; None while nothing is on the counter.
    `debts`: cash that is owed for a slip, `places` the names of the locations it tells of.
    """

    ready: bool = False
    phase: Phase = Phase.FIND
    query: str = ""
    found: tuple[Purchase, ...] = ()
    purchase: Purchase | None = None
    live: bool = False
    seen: int = 0
    copied: Copied = Copied()
    taken: Mapping[str, int] = field(default_factory=dict)
    why: Mapping[str, Why] = field(default_factory=dict)
    serials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    came: Mapping[str, str] = field(default_factory=dict)
    weighing: WeighingBack | None = None
    line: str = ""
    by_hub: bool = True
    late: bool = False
    claimed: bool = False
    to: Destination = Destination.TENDERS
    plan: Accepted | Refused | None = None
    approval: Approval = NOBODY_YET
    approver: Staff | None = None
    debts: tuple[Owed, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    payout: RecordedPayOut | None = None
    recorded: RecordedReturn | None = None
    cards: tuple[CardRefund, ...] = ()
    slip: Slip = Slip()
    now: int = 0
    happened: Happened | None = None
    undoable: bool = False

    @property
    def payable(self) -> bool:
        """Whether this terminal may pay what the slip is owed."""
        return self.debt is not None and self.debt.state == OwedState.OPEN and self.copied.drawer

    @property
    def settings(self) -> Settings:
        """The retailer's settings."""
        return self.copied.settings

    @property
    def busy(self) -> bool:
        """Whether somebody else is at work on it."""
        return self.phase in (Phase.ASKING, Phase.CLAIMING, Phase.RECORDING, Phase.PAYING)

    @property
    def ended(self) -> bool:
        """Whether it is done, so that the next one may come."""
        return self.phase in (Phase.DONE, Phase.PAID)

    @property
    def finding(self) -> bool:
        """Whether no order is open, so that what is typed looks for one."""
        return self.purchase is None and not self.debts and self.phase in (Phase.FIND, Phase.ASKING)

    @property
    def debt(self) -> Owed | None:
        """What the slip is about: the first that may be paid now, else the last."""
        due = (it for it in self.debts if it.state == OwedState.OPEN)
        return next(due, self.debts[-1] if self.debts else None)

    @property
    def currency(self) -> str:
        """The order's currency."""
        return self.purchase.currency if self.purchase else self.settings.currency

    @property
    def accepted(self) -> Accepted | None:
        """The plan, if it can be recorded."""
        return self.plan if isinstance(self.plan, Accepted) else None

    @property
    def promised(self) -> bool:
        """Whether nothing is paid now."""
        return self.accepted is not None and self.accepted.basis is Basis.PROMISE

    @property
    def owed(self) -> int:
        """Cash of the plan that no drawer here gives: the shopper fetches it at a till, minor units."""
        plan = self.accepted
        return sum(r.amount for r in plan.refunds if r.to is Destination.COUNTER) if plan else 0

    @property
    def exchanging(self) -> bool:
        """Whether it shall pay for other goods."""
        return self.to is Destination.EXCHANGE

    @property
    def unsaid(self) -> BoughtLine | None:
        """The first line on the counter whose reason or condition is missing."""
        if self.purchase is None:
            return None
        return next((x for x in self.purchase.lines if self.taken.get(x.id) and not self.why_of(x.id).said), None)

    @property
    def may_go_on(self) -> bool:
        """Whether the primary action has all that it needs."""
        ready = self.phase is Phase.ORDER and self.accepted is not None and self.unsaid is None
        return ready and self.weighing is None and not (self.exchanging and self.promised)

    def why_of(self, line: str) -> Why:
        """Reason and condition of a line."""
        return self.why.get(line, NOT_SAID)

    def article(self, line: BoughtLine) -> str:
        """The article of a line that lies on the counter, or would: the one that was scanned, else what was handed
        out."""
        scanned = self.came.get(line.id, "")
        return scanned if line.left_as(scanned) else line.comes_as

    def product(self, line: BoughtLine) -> Product | None:
        """The article of a line that is on the counter, or would be, where this terminal knows it."""
        return self.copied.products.get(self.article(line))

    def called(self, line: BoughtLine) -> str:
        """What that article is called in the order, for where this terminal does not know it."""
        instead = line.given_as(self.article(line))
        return instead.name if instead is not None and instead.name else line.name


def items(state: ReturnState, purchase: Purchase) -> list[Item]:
    """What lies on the counter. What was not said yet is taken as opened, so that no money depends on it."""
    return [_item(state, line, state.taken[line.id]) for line in purchase.lines if state.taken.get(line.id)]


def _item(state: ReturnState, line: BoughtLine, quantity: int) -> Item:
    why, units = state.why_of(line.id), state.serials.get(line.id, ())
    article = state.article(line)
    how = (why.reason or Reason.CHANGED_MIND, why.condition or Condition.OPENED)
    return Item(line.id, quantity, *how, units, "" if article == line.product else article)


def plan_of(state: ReturnState, now: int) -> Accepted | Refused | None:
    """What would be recorded: by the hub's word, or by the rule for when it gives none."""
    purchase = state.purchase
    if purchase is None:
        return None
    wanted = items(state, purchase)
    if not wanted and purchase.received_at is not None:
        return None
    here, rules = state.copied.here, state.copied.rules
    plan = decide(purchase, wanted, here, now, rules, Basis.CLAIM, _way(state, Basis.CLAIM))
    if state.by_hub or isinstance(plan, Refused):
        return plan
    basis = basis_offline(purchase, here, plan.total, rules)
    return decide(purchase, wanted, here, now, rules, basis, _way(state, basis))


def _way(state: ReturnState, basis: Basis) -> Destination:
    """Where the money goes; of an exchange what is left over is known only in the sale."""
    wished = state.to if state.to is Destination.CREDIT else Destination.TENDERS
    return way_of_cash(state.copied.drawer, wished, basis)


def still(state: ReturnState, purchase: Purchase) -> dict[str, int]:
    """What lies on the counter, as far as the order still lets it come back. Units with numbers count by those."""
    left = {line.id: line.left for line in purchase.lines}
    units = units_still(state, purchase)
    left |= {line.id: len(units.get(line.id, ())) * PIECE for line in purchase.lines if line.serials}
    kept = {id: min(n, left.get(id, 0)) for id, n in state.taken.items()}
    return {id: n for id, n in kept.items() if n}


def units_still(state: ReturnState, purchase: Purchase) -> dict[str, tuple[str, ...]]:
    """The units on the counter that may still come back, by line."""
    known = {line.id: line.serials_left for line in purchase.lines if line.serials}
    return {id: tuple(s for s in units if s in known.get(id, ())) for id, units in state.serials.items()}
