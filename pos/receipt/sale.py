"""The receipt of a sale, from plain data. Amounts are minor units, quantities thousandths, rates basis points."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.receipt.document import (
    QR,
    Blank,
    Centred,
    Cut,
    Document,
    DrawerKick,
    Item,
    Row,
    Rule,
    Total,
)
from pos.receipt.numbers import amount, decimals, percent
from pos.receipt.words import words
from pos.ui.i18n import money, quantity


@dataclass(frozen=True, slots=True)
class Shop:
    """The head of the receipt: who sold, and where. `tax_id_name` is the English word for the tax number."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""
    tax_id_name: str = "BIN"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One sold line. `unit` is a word after weighed quantities ("kg"); pieces leave it empty.

    `regular_price` is the struck unit price when the line was reduced.
    """

    name: str
    quantity: int
    unit_price: int
    amount: int
    vat_rate: int
    unit: str = ""
    regular_price: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptVat:
    """One row of the VAT table: `gross` was sold at `rate`, `vat` of it is tax."""

    rate: int
    gross: int
    vat: int


@dataclass(frozen=True, slots=True)
class ReceiptTender:
    """Money taken. Cash: `given` was handed over. Card: `masked_pan`, `auth_code` and `scheme` say which."""

    kind: str
    amount: int
    given: int = 0
    masked_pan: str = ""
    auth_code: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class SaleReceipt:
    """A finished sale as it is printed. `local_time` is the shop's own clock.

    `total` is before `rounding`, which cash rounding added (+) or forgave (-); `change` went back to the shopper.
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

    @property
    def code(self) -> str:
        """What the QR at the foot says: a return finds the sale by it."""
        return f"STF1:{self.terminal}-{self.number}"


def sale_receipt(sale: SaleReceipt, shop: Shop, lang: str, copy: bool = False, duplicate: bool = False) -> Document:
    """The receipt in `lang`. A copy or possible duplicate says so at its top and never opens the drawer."""
    page = _Page(sale, lang)
    items = [
        *page.marks(copy, duplicate),
        *page.head(shop),
        *page.lines(),
        *page.totals(),
        *page.tenders(),
        *page.taxes(),
        *page.foot(),
    ]
    if sale.kick and not (copy or duplicate):
        items.insert(0, DrawerKick())
    return Document(tuple(items), lang, copy, duplicate)


class _Page:
    def __init__(self, sale: SaleReceipt, lang: str) -> None:
        self.sale = sale
        self.lang = lang
        self._: Callable[[str], str] = words(lang)
        self._places = decimals(sale.currency, self._amounts())

    def _amounts(self) -> Iterator[int]:
        """Every amount of the page: one with coins in it gives them all their decimals."""
        sale = self.sale
        yield from (sale.total, sale.rounding, sale.change, sale.saved)
        for line in sale.lines:
            yield from (line.amount, line.unit_price, line.regular_price or 0)
        for tender in sale.tenders:
            yield from (tender.amount, tender.given)
        for row in sale.vat:
            yield from (row.gross, row.vat)

    def amount(self, minor: int) -> str:
        return amount(minor, self.sale.currency, self.lang, self._places)

    def money(self, minor: int) -> str:
        return money(minor, self.sale.currency, self.lang)

    def marks(self, copy: bool, duplicate: bool) -> Iterator[Item]:
        _ = self._
        if copy:
            yield Centred(_("Copy"), bold=True)
        if duplicate:
            yield Centred(_("Possible duplicate"), bold=True)
        if copy or duplicate:
            yield Blank()

    def head(self, shop: Shop) -> Iterator[Item]:
        _, sale = self._, self.sale
        yield Centred(shop.name, bold=True, big=True)
        yield from (Centred(line) for line in shop.address)
        if shop.tax_id:
            yield Centred(f"{_(shop.tax_id_name)} {shop.tax_id}")
        if shop.phone:
            yield Centred(shop.phone)
        yield Blank()
        yield Row(_("Receipt {number}").format(number=sale.number), f"{sale.local_time:%d.%m.%Y %H:%M}")
        yield Row(sale.terminal, sale.cashier)
        yield Rule()

    def lines(self) -> Iterator[Item]:
        for line in self.sale.lines:
            unit = f" {line.unit}" if line.unit else ""
            count = f"{quantity(line.quantity, self.lang)}{unit} × {self.amount(line.unit_price)}"
            yield Row(line.name)
            yield Row(count, self.amount(line.amount), indent=2)
            if line.regular_price is not None:
                yield Row(self._("was {price}").format(price=self.amount(line.regular_price)), indent=2)
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
        for tender in self.sale.tenders:
            yield from self._card(tender) if tender.kind == "card" else self._cash(tender)
        if self.sale.change:
            yield Row(self._("Change"), self.amount(self.sale.change), bold=True)

    def _cash(self, tender: ReceiptTender) -> Iterator[Item]:
        yield Row(self._("Cash"), self.amount(tender.given or tender.amount))

    def _card(self, tender: ReceiptTender) -> Iterator[Item]:
        yield Row(self._("Card"), self.amount(tender.amount))
        card = " ".join(part for part in (tender.scheme, tender.masked_pan) if part)
        code = self._("Approval {code}").format(code=tender.auth_code) if tender.auth_code else ""
        if card or code:
            yield Row(card, code, indent=2)

    def taxes(self) -> Iterator[Item]:
        text = self._("VAT {rate} included in {sum}") if self.sale.vat_included else self._("VAT {rate} in {sum}")
        yield Rule()
        for row in self.sale.vat:
            shown = text.format(rate=percent(row.rate, self.lang), sum=self.amount(row.gross))
            yield Row(shown, self.amount(row.vat))

    def foot(self) -> Iterator[Item]:
        yield Blank()
        yield QR(self.sale.code)
        yield Centred(self.sale.code)
        if self.sale.footer:
            yield Blank()
        yield from (Centred(text) for text in self.sale.footer)
        yield Cut()
