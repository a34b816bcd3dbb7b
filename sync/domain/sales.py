"""Deciding a sale: from a priced cart and tenders to the facts that are recorded, or the reason why not."""

from dataclasses import dataclass
from enum import StrEnum

from sync.domain.money import round_cash
from sync.domain.pricing import Line, Totals, price_cart


class TenderKind(StrEnum):
    """The ways to pay that this version takes."""

    CASH = "cash"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Tender:
    """Money given in one way. Cash: `amount` is what was handed over, before change. Card: what was approved.

    `attempt` names the payment attempt, `reference` and `masked` what the card terminal said of it.
    """

    kind: TenderKind
    amount: int
    attempt: str = ""
    reference: str = ""
    masked: str = ""


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


class SaleRefusal(StrEnum):
    """Why a sale can't be closed yet."""

    EMPTY = "empty"
    UNDERPAID = "underpaid"
    CARD_OVERPAID = "card_overpaid"
    BAD_TENDER = "bad_tender"
    BAD_LINE = "bad_line"


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason, and how much is missing or too much, in minor units."""

    reason: SaleRefusal
    amount: int = 0


def due_in_cash(total: int, paid_otherwise: int, policy: Policy) -> int:
    """What is still due if the rest is paid in cash: rounded to the smallest coin, never below zero."""
    return max(0, round_cash(total - paid_otherwise, policy.cash_step))


def decide_sale(lines: list[Line], tenders: list[Tender], policy: Policy) -> Sold | Refused:
    """Close a sale: exact by card, rounded and with change by cash. Pure; all amounts in minor units."""
    if not lines:
        return Refused(SaleRefusal.EMPTY)
    if any(line.quantity <= 0 or line.unit_price < 0 for line in lines):
        return Refused(SaleRefusal.BAD_LINE)
    if any(t.amount <= 0 for t in tenders):
        return Refused(SaleRefusal.BAD_TENDER)
    totals = price_cart(lines, policy.vat_included)
    card = sum(t.amount for t in tenders if t.kind is TenderKind.CARD)
    cash = sum(t.amount for t in tenders if t.kind is TenderKind.CASH)
    if card > totals.total:
        return Refused(SaleRefusal.CARD_OVERPAID, card - totals.total)
    rest = totals.total - card
    cash_due = due_in_cash(totals.total, card, policy) if cash or rest == 0 else rest
    if cash < cash_due:
        return Refused(SaleRefusal.UNDERPAID, cash_due - cash)
    return Sold(totals, tuple(tenders), card + cash_due, cash_due - rest, cash - cash_due)
