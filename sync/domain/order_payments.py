"""An order that is paid where it is collected: what its payment comes to, and what was paid beyond it. Pure.

Money in minor units. An order is paid like a sale: exactly by card and stored value, rounded and with change by cash.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from sync.domain.orders import Paid, PaidBy, Purchase

TILL = "till:"
"""How the ids of payments begin that a till took; no channel gives such an id."""
KINDS = (PaidBy.CASH, PaidBy.CARD, PaidBy.GIFT_CARD, PaidBy.STORE_CREDIT)
"""What a till takes for an order."""


class Given(Protocol):
    """A tender as it was recorded: cash is what was handed over, before change."""

    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> int: ...
    @property
    def reference(self) -> str: ...
    @property
    def masked(self) -> str: ...


def paid_of(receipt: str, tenders: Iterable[Given], rounding: int, change: int) -> tuple[Paid, ...]:
    """What the tenders of one payment are in the purchase, called by its receipt and their places: change was never
    paid (F34), and what cash rounding added or forgave stands with the cash."""
    known = [(n, it) for n, it in enumerate(tenders, 1) if it.kind in list(KINDS)]
    kept = []
    for n, it in reversed(known):
        cash = it.kind == PaidBy.CASH
        back = min(change, it.amount) if cash else 0
        change -= back
        rounded, rounding = (rounding, 0) if cash else (0, rounding)
        id = f"{TILL}{receipt}:{n}"
        kept.append(Paid(id, PaidBy(it.kind), max(0, it.amount - back), 0, it.masked, it.reference, rounded))
    return tuple(reversed([it for it in kept if it.amount or it.rounding]))


def at_till(paid: Paid) -> bool:
    """Whether a till took it, and not the channel."""
    return paid.id.startswith(TILL)


def paid_also(purchase: Purchase, more: Iterable[Paid]) -> Purchase:
    """The purchase with these payments in it, each once."""
    known = {it.id for it in purchase.paid}
    fresh = tuple({it.id: it for it in more if it.id not in known}.values())
    return replace(purchase, paid=(*purchase.paid, *fresh)) if fresh else purchase


def overpaid(purchase: Purchase) -> int:
    """What was paid beyond the order and did not go back, as far as tills took it: the rest is its channel's matter.
    Cash rounding is no part of it."""
    here = sum(_kept(it) for it in purchase.paid if at_till(it))
    owed = purchase.worth - sum(line.refunded for line in purchase.lines)
    return max(0, min(here, sum(_kept(it) for it in purchase.paid) - owed))


def _kept(it: Paid) -> int:
    """What of the order a payment still pays: of one that went back whole nothing."""
    return max(0, it.left - it.rounding) if it.left else 0


def given_back(purchase: Purchase, amount: int) -> tuple[tuple[Paid, int], ...]:
    """What of `amount` goes back by which payment that a till took: of the last ones first. One that goes back whole
    does so with its rounding: as much as was given."""
    parts = []
    for it in reversed([x for x in purchase.paid if at_till(x) and _kept(x)]):
        part = min(amount, _kept(it))
        amount -= part
        parts += [(it, it.left if part == _kept(it) else part)] if part else []
    return tuple(parts)


def taken_back(purchase: Purchase, parts: Iterable[tuple[Paid, int]]) -> Purchase:
    """The purchase once these parts went back."""
    gone = {it.id: part for it, part in parts}
    return replace(purchase, paid=tuple(replace(x, refunded=x.refunded + gone.get(x.id, 0)) for x in purchase.paid))
