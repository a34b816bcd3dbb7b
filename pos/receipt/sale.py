"""The receipt of a sale, from plain data. Amounts are minor units, quantities thousandths, rates basis points."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.receipt.card_slip import card_part
from pos.receipt.document import Document, DrawerKick, Item, Row, Rule, Total
from pos.receipt.fiscal import FiscalMark
from pos.receipt.page import Page, ReceiptVat, Shop, Stub
from pos.ui.i18n import quantity
from sync.domain.card_slips import SlipLine


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One sold line. `unit` is a word after weighed quantities ("kg"); pieces leave it empty. `serials`: the numbers
    of its units, if they have any.

    `regular_price` is the struck unit price when the line was reduced. `labelled`: a scale's label says the amount.
    """

    name: str
    quantity: int
    unit_price: int
    amount: int
    vat_rate: int
    unit: str = ""
    regular_price: int | None = None
    serials: tuple[str, ...] = ()
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptTender:
    """Money taken. Cash: `given` was handed over. Card: `masked_pan`, `auth_code` and `scheme` say which. Gift card and
    store credit: `masked_pan` too, and `left` stays on it. `slip`: what the card terminal wants on the paper."""

    kind: str
    amount: int
    given: int = 0
    masked_pan: str = ""
    auth_code: str = ""
    scheme: str = ""
    left: int = 0
    slip: tuple[SlipLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleReceipt:
    """A finished sale as it is printed. `local_time` is the shop's own clock.

    `total` is before `rounding`, which cash rounding added (+) or forgave (-); `change` went back to the shopper.
    `sealed`: the text of its signed pass; "" without one, None where it would be too long. `fiscal`: how
    its fiscal receipt stands.
    """

    terminal: str
    number: str
    cashier: str
    local_time: datetime
    currency: str
    lines: tuple[ReceiptLine, ...]
    total: int
    vat: tuple[ReceiptVat, ...]
    tenders: tuple[ReceiptTender, ...]
    rounding: int = 0
    change: int = 0
    saved: int = 0
    vat_included: bool = True
    footer: tuple[str, ...] = ()
    kick: bool = False
    sealed: str | None = ""
    fiscal: FiscalMark | None = None

    @property
    def stub(self) -> Stub:
        """Which receipt it is."""
        return Stub(self.terminal, self.number, self.cashier, self.local_time, self.fiscal)


def sale_receipt(sale: SaleReceipt, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The receipt in `lang`. A copy or possible duplicate says so at its top and never opens the drawer."""
    page = SalePage(sale, lang)
    items = [
        *page.marks(copy, duplicate),
        *page.shop(shop),
        *page.stub(page._("Receipt {number}").format(number=sale.number), sale.stub),
        *page.lines(),
        *page.totals(),
        *page.tenders(),
        *page.taxes(sale.vat, sale.vat_included),
        *card_part(it.slip for it in sale.tenders),
        *page.foot(sale.stub.code, sale.footer, sale.sealed, (sale.fiscal,)),
    ]
    if sale.kick and not (copy or duplicate):
        items.insert(0, DrawerKick())
    return Document(tuple(items), lang, copy, duplicate)


def _amounts(sale: SaleReceipt) -> Iterator[int]:
    """Every amount of the page: one with coins in it gives them all their decimals."""
    yield from (sale.total, sale.rounding, sale.change, sale.saved)
    for line in sale.lines:
        yield from (line.amount, line.unit_price, line.regular_price or 0)
    for tender in sale.tenders:
        yield from (tender.amount, tender.given, tender.left)
    for row in sale.vat:
        yield from (row.gross, row.vat)


class SalePage(Page):
    """The parts of this slip."""

    def __init__(self, sale: SaleReceipt, lang: str) -> None:
        super().__init__(lang, sale.currency, _amounts(sale))
        self.sale = sale

    def lines(self) -> Iterator[Item]:
        for line in self.sale.lines:
            unit = f" {line.unit}" if line.unit else ""
            count = f"{quantity(line.quantity, self.lang)}{unit} × {self.amount(line.unit_price)}"
            yield Row(line.name)
            yield Row(count, self.amount(line.amount), indent=2)
            if line.labelled:
                yield Row(self._("Price on its label"), indent=2)
            if line.regular_price is not None:
                yield Row(self._("was {price}").format(price=self.amount(line.regular_price)), indent=2)
            yield from self.serials(line.serials)
        yield Rule()

    def totals(self) -> Iterator[Item]:
        _, sale = self._, self.sale
        if sale.rounding:
            yield Row(_("Sum"), self.amount(sale.total))
            yield Row(_("Rounding"), self.amount(sale.rounding))
        yield Total(_("Total"), self.money(sale.total + sale.rounding))
        if sale.saved:
            yield Row(_("You saved"), self.amount(sale.saved))
        yield Rule()

    def tenders(self) -> Iterator[Item]:
        yield from tender_rows(self, self.sale.tenders, self.sale.change)


def tender_rows(page: Page, tenders: Iterable[ReceiptTender], change: int) -> Iterator[Item]:
    """By what was paid, and the change."""
    write = {"card": _card, "gift_card": _stored, "store_credit": _stored, "exchange": _exchange}
    for tender in tenders:
        yield from write.get(tender.kind, _cash)(page, tender)
    if change:
        yield Row(page._("Change"), page.amount(change), bold=True)


def _cash(page: Page, tender: ReceiptTender) -> Iterator[Item]:
    yield Row(page._("Cash"), page.amount(tender.given or tender.amount))


def _stored(page: Page, tender: ReceiptTender) -> Iterator[Item]:
    name = page._("Store credit") if tender.kind == "store_credit" else page._("Gift card")
    yield Row(f"{name} •• {tender.masked_pan}", page.amount(tender.amount))
    yield Row(page._("Left on it"), page.amount(tender.left), indent=2)


def _exchange(page: Page, tender: ReceiptTender) -> Iterator[Item]:
    yield Row(page._("Goods that came back"), page.amount(tender.amount))


def _card(page: Page, tender: ReceiptTender) -> Iterator[Item]:
    yield Row(page._("Card"), page.amount(tender.amount))
    card = " ".join(part for part in (tender.scheme, tender.masked_pan) if part)
    approval = tender.auth_code.partition("@")[0]  # what follows is the time that is part of a name at nexo terminals
    code = page._("Approval {code}").format(code=approval) if approval else ""
    if card or code:
        yield Row(card, code, indent=2)
