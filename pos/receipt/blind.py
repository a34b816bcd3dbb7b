"""The slip of goods that came back with no proof: what the credit is, why it is that much, and its code."""

from collections.abc import Iterator
from dataclasses import dataclass

from pos.receipt.credit import Credit, credit_part
from pos.receipt.document import Centred, Document, Item, Row, Rule
from pos.receipt.page import Page, ReceiptVat, Shop, Stub
from pos.receipt.returned import REASONS
from pos.ui.i18n import quantity


@dataclass(frozen=True, slots=True)
class GivenLine:
    """Goods, the price that counted, and the credit for them. `unit` is a word after weighed quantities."""

    name: str
    quantity: int
    price: int
    amount: int
    reason: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class BlindReceipt:
    """A recorded blind return as it is printed; `weeks` of the lowest price, 0 if that is not known."""

    stub: Stub
    currency: str
    lines: tuple[GivenLine, ...]
    total: int
    vat: tuple[ReceiptVat, ...]
    credit: Credit
    weeks: int
    vat_included: bool = True
    footer: tuple[str, ...] = ()


def blind_receipt(back: BlindReceipt, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The slip in `lang`. A copy or possible duplicate says so at its top; none is worth more than the first."""
    page = _Page(back, lang)
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(page.title(), back.stub),
        *page.lines(),
        *page.why(),
        *page.taxes(back.vat, back.vat_included),
        *credit_part(page, back.credit),
        *page.foot(back.stub.code, back.footer, fiscal=(back.stub.fiscal,)),
    ]
    return Document(tuple(items), lang, copy, duplicate)


def _amounts(back: BlindReceipt) -> Iterator[int]:
    yield back.total
    for line in back.lines:
        yield from (line.amount, line.price)
    for row in back.vat:
        yield from (row.gross, row.vat)


class _Page(Page):
    def __init__(self, back: BlindReceipt, lang: str) -> None:
        super().__init__(lang, back.currency, _amounts(back))
        self.back = back

    def title(self) -> str:
        return self._("Return {number}").format(number=self.back.stub.number)

    def lines(self) -> Iterator[Item]:
        yield Row(self._("Without a receipt"), bold=True)
        for line in self.back.lines:
            unit = f" {line.unit}" if line.unit else ""
            reason = self._(REASONS.get(line.reason, line.reason))
            counted = f"{quantity(line.quantity, self.lang)}{unit} × {self.amount(line.price)}"
            yield Row(line.name)
            yield Row(f"{counted} ·\u00a0{reason}", self.amount(line.amount), indent=2)
        yield Rule()

    def why(self) -> Iterator[Item]:
        """What the credit is, so that nobody has to ask."""
        text = self._("Priced at the lowest price of the last weeks: {n}.")
        yield Centred(text.format(n=self.back.weeks) if self.back.weeks else self._("Priced at the lowest price."))
