"""Store credit on paper: what it is worth, its code to read aloud and to scan, and how to pay with it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.receipt.document import QR, Blank, Centred, Item, Row, Rule
from pos.receipt.page import Page
from sync.domain.value import grouped


@dataclass(frozen=True, slots=True)
class Credit:
    """Store credit that a slip gives: its `code` of 16 digits ("" where this terminal can't know it any more), the end
    of it, `amount` in minor units. `waits`: for the hub's word."""

    code: str
    masked: str
    amount: int
    waits: bool = False


def credit_part(page: Page, credit: Credit) -> Iterator[Item]:
    """The part of a slip that is worth money to whoever holds it. Raises BadCode."""
    _ = page._
    yield Rule()
    yield Row(_("Store credit"), page.money(credit.amount), bold=True)
    yield Blank()
    if not credit.code:
        text = _("This till can't print its code any more. The office finds it by its last digits: {digits}.")
        yield Centred(text.format(digits=credit.masked), bold=True)
        return
    yield QR(credit.code)
    yield Centred(grouped(credit.code), bold=True, big=True)
    yield Blank()
    if credit.waits:
        yield Centred(_("It can be spent as soon as the order system has said yes."), bold=True)
    yield Centred(_("Show this code when you pay, in any of our stores. What you don't spend stays on it."))
    yield Centred(_("Keep it like cash: whoever has the code can spend it."))
