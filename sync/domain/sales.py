"""Deciding a sale: from a priced cart and tenders to the facts that are recorded, or the reason why not."""

from dataclasses import dataclass
from enum import StrEnum

from sync.domain.money import round_cash
from sync.domain.pricing import Line, Totals, price_cart


class TenderKind(StrEnum):
    """The ways to pay that this version takes."""

    CASH = "cash"
    CARD = "card"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"


STORED = frozenset({TenderKind.GIFT_CARD, TenderKind.STORE_CREDIT})
"""Ways to pay whose value lies in an account at the hub."""


@dataclass(frozen=True, slots=True)
class Tender:
    """Money given in one way. Cash: `amount` is what was handed over, before change. Card: what was approved.

    `attempt` names the payment attempt, `reference` and `masked` what the card terminal said of it. Gift card and store
    credit: `attempt` is the hold, `reference` the account, `masked` the code's end, `left` what stays on it. Exchange:
    `reference`: the return.
    """

    kind: TenderKind
    amount: int
    attempt: str = ""
    reference: str = ""
    masked: str = ""
    left: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What the retailer set: VAT in the prices or on them; the smallest cash in minor units (0: any)."""

    vat_included: bool = True
    cash_step: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """An accepted sale. `rounding` is what cash rounding added (+) or forgave (−); `change` goes back."""

    totals: Totals
    tenders: tuple[Tender, ...]
    due: int
    rounding: int
    change: int


@dataclass(frozen=True, slots=True)
class PaidUp:
    """What is due is paid: as in `Sold`."""

    tenders: tuple[Tender, ...]
    due: int
    rounding: int
    change: int


class SaleRefusal(StrEnum):
    """Why a sale, or the payment of an order, can't be closed yet. DUE_CHANGED: other than asked for is due by now."""

    EMPTY = "empty"
    UNDERPAID = "underpaid"
    CARD_OVERPAID = "card_overpaid"
    VALUE_OVERPAID = "value_overpaid"
    VALUE_ENDED = "value_ended"
    BAD_TENDER = "bad_tender"
    BAD_LINE = "bad_line"
    NO_SHIFT = "no_shift"
    DUE_CHANGED = "due_changed"


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason, and how much is missing or too much, in minor units."""

    reason: SaleRefusal
    amount: int = 0


def due_in_cash(total: int, paid_otherwise: int, policy: Policy) -> int:
    """What is still due if the rest is paid in cash: rounded to the smallest coin, never below zero."""
    return max(0, round_cash(total - paid_otherwise, policy.cash_step))


def decide_sale(lines: list[Line], tenders: list[Tender], policy: Policy) -> Sold | Refused:
    """Close a sale: exact by card, by stored value and by what came back for it; rounded and with change by cash.

    Pure; all amounts in minor units. No hold pays twice: the same one in two tenders is a bad tender.
    """
    if not lines:
        return Refused(SaleRefusal.EMPTY)
    if any(line.quantity <= 0 or line.unit_price < 0 or (line.labelled or 0) < 0 for line in lines):
        return Refused(SaleRefusal.BAD_LINE)
    totals = price_cart(lines, policy.vat_included)
    paid = decide_payment(totals.total, tenders, policy)
    return paid if isinstance(paid, Refused) else Sold(totals, paid.tenders, paid.due, paid.rounding, paid.change)


def decide_payment(total: int, tenders: list[Tender], policy: Policy) -> PaidUp | Refused:
    """Whether `total` is paid by these tenders, of a sale or of an order, and what that comes to."""
    if any(t.amount <= 0 for t in tenders) or _held_twice(tenders):
        return Refused(SaleRefusal.BAD_TENDER)
    exact = sum(t.amount for t in tenders if t.kind is not TenderKind.CASH)
    cash = sum(t.amount for t in tenders if t.kind is TenderKind.CASH)
    if exact > total:
        return Refused(_overpaid(tenders, total), exact - total)
    rest = total - exact
    cash_due = due_in_cash(total, exact, policy) if cash or rest == 0 else rest
    if cash < cash_due:
        return Refused(SaleRefusal.UNDERPAID, cash_due - cash)
    return PaidUp(tuple(tenders), exact + cash_due, cash_due - rest, cash - cash_due)


def _held_twice(tenders: list[Tender]) -> bool:
    holds = [t.attempt for t in tenders if t.kind in STORED]
    return len(set(holds)) < len(holds)


def _overpaid(tenders: list[Tender], total: int) -> SaleRefusal:
    """What is too much: the cards, if they are by themselves."""
    card = sum(t.amount for t in tenders if t.kind is TenderKind.CARD)
    return SaleRefusal.CARD_OVERPAID if card > total else SaleRefusal.VALUE_OVERPAID
