"""What every slip of paper has in common: marks, the shop's head, amounts in columns, VAT, the code at the foot."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pos.receipt.document import QR, Blank, Centred, Cut, Item, Logo, Row, Rule
from pos.receipt.fiscal import FiscalMark, fiscal_part
from pos.receipt.numbers import amount, decimals, percent
from pos.receipt.words import words
from pos.ui.i18n import exponent, money
from sync.domain.money import divide


@dataclass(frozen=True, slots=True)
class Shop:
    """The head of the receipt: who sold, and where. `tax_id_name` is the English word for the tax number."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""
    tax_id_name: str = "BIN"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptVat:
    """One row of the VAT table: `gross` at `rate`, `vat` of it is tax."""

    rate: int
    gross: int
    vat: int


@dataclass(frozen=True, slots=True)
class Stub:
    """Which slip it is. `local_time` is the shop's own clock. `fiscal`: how its fiscal receipt stands, None where it
    has none."""

    terminal: str
    number: str
    cashier: str
    local_time: datetime
    fiscal: FiscalMark | None = None

    @property
    def code(self) -> str:
        """What the QR at the foot says."""
        return f"STF1:{self.terminal}-{self.number}"


class Page:
    """Writes the parts of a slip in `lang`. `amounts`: every one of the page, as one with coins gives all decimals."""

    def __init__(self, lang: str, currency: str, amounts: Iterable[int]) -> None:
        self.lang = lang
        self.currency = currency
        self._: Callable[[str], str] = words(lang)
        self._places = decimals(currency, amounts)

    def amount(self, minor: int) -> str:
        """An amount for a column, without its sign."""
        return amount(minor, self.currency, self.lang, self._places)

    def points(self, minor: int) -> str:
        """Points, which are whole: of what a unit of the currency is worth."""
        unit = 10 ** exponent(self.currency)
        return amount(divide(minor, unit) * unit, self.currency, self.lang, 0)

    def money(self, minor: int) -> str:
        """An amount with its sign."""
        return money(minor, self.currency, self.lang)

    def marks(self, copy: bool, duplicate: bool) -> Iterator[Item]:
        """What a copy, or what may be one, says first."""
        _ = self._
        if copy:
            yield Centred(_("Copy"), bold=True)
        if duplicate:
            yield Centred(_("Possible duplicate"), bold=True)
        if copy or duplicate:
            yield Blank()

    def shop(self, shop: Shop) -> Iterator[Item]:
        """Who and where."""
        _ = self._
        yield Logo()
        yield Centred(shop.name, bold=True, big=True)
        yield from (Centred(line) for line in shop.address)
        if shop.tax_id:
            yield Centred(f"{_(shop.tax_id_name)} {shop.tax_id}")
        if shop.phone:
            yield Centred(shop.phone)
        yield Blank()

    def stub(self, title: str, stub: Stub) -> Iterator[Item]:
        """Which slip, when, and by whom."""
        yield Row(title, f"{stub.local_time:%d.%m.%Y %H:%M}")
        yield Row(stub.terminal, stub.cashier)
        yield Rule()

    def serials(self, serials: Iterable[str]) -> Iterator[Item]:
        """The numbers of a line's units, one a row."""
        for serial in serials:
            yield Row(self._("Serial no. {serial}").format(serial=serial), indent=2)

    def taxes(self, rows: Iterable[ReceiptVat], included: bool) -> Iterator[Item]:
        """The VAT, a row for each rate."""
        text = self._("VAT {rate} included in {sum}") if included else self._("VAT {rate} in {sum}")
        yield Rule()
        for row in rows:
            yield Row(text.format(rate=percent(row.rate, self.lang), sum=self.amount(row.gross)), self.amount(row.vat))

    def foot(
        self,
        code: str,
        footer: tuple[str, ...],
        sealed: str | None = "",
        fiscal: Iterable[FiscalMark | None] = (),
    ) -> Iterator[Item]:
        """The fiscal receipts, the code that finds it again, and the retailer's last words. `sealed`: the signed pass
        that the code carries besides; None where it would be too long for one."""
        yield from fiscal_part(self._, fiscal)
        yield Blank()
        yield QR(sealed or code)
        yield Centred(code)
        if sealed is None:
            yield Centred(self._("A long receipt: other stores need the network to take it back."))
        if footer:
            yield Blank()
        yield from (Centred(text) for text in footer)
        yield Cut()
