"""The receipt of an order that was paid where it is collected, from plain data. Minor units."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.receipt.card_slip import card_part
from pos.receipt.document import Document, Item, Row, Rule, Total
from pos.receipt.page import Page, Shop, Stub
from pos.receipt.sale import ReceiptTender, tender_rows


@dataclass(frozen=True, slots=True)
class OrderReceipt:
    """`number`: the order's; `amount` is what of it was paid, before `rounding`; `change` went back."""

    stub: Stub
    number: str
    currency: str
    amount: int
    tenders: tuple[ReceiptTender, ...]
    rounding: int = 0
    change: int = 0
    footer: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """What finds the order again when something of it comes back."""
        return f"STF1:{self.number}"


def order_receipt(paid: OrderReceipt, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The receipt in `lang`. A copy or possible duplicate says so at its top."""
    amounts = [paid.amount, paid.rounding, paid.change]
    page = Page(lang, paid.currency, [*amounts, *(x for t in paid.tenders for x in (t.amount, t.given, t.left))])
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(page._("Receipt {number}").format(number=paid.stub.number), paid.stub),
        *_sums(page, paid),
        *tender_rows(page, paid.tenders, paid.change),
        *card_part(it.slip for it in paid.tenders),
        *page.foot(paid.code, paid.footer, fiscal=(paid.stub.fiscal,)),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def _sums(page: Page, paid: OrderReceipt) -> Iterator[Item]:
    _ = page._
    yield Row(_("Payment of order {number}").format(number=paid.number), bold=True)
    if paid.rounding:
        yield Row(_("Sum"), page.amount(paid.amount))
        yield Row(_("Rounding"), page.amount(paid.rounding))
    yield Total(_("Paid"), page.money(paid.amount + paid.rounding))
    yield Rule()
