"""What a cart costs. One engine for terminals and hub, so printed total = recorded total (F39).

Every line is rounded once, in minor units, and all totals are sums of lines: the order of scans can't change them.
"""

from collections import defaultdict
from dataclasses import dataclass

from sync.domain.money import divide

PIECE = 1000
"""One piece, or one kilogram, in thousandths."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a piece or kilogram in minor units, valid from `start` up to, not including, `end` (UTC ms).

    `regular` is the struck price above it, if any; `label` says why it is lower.
    """

    unit: int
    regular: int | None = None
    start: int | None = None
    end: int | None = None
    label: str = ""

    def holds(self, at: int) -> bool:
        """Whether the price is valid at that time (UTC ms)."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cart: `quantity` in thousandths, prices in minor units, `vat_rate` in basis points. `labelled`:
    what all of it costs by the label on it, which then holds; None without one."""

    product: str
    quantity: int
    unit_price: int
    vat_rate: int
    regular_price: int | None = None
    labelled: int | None = None


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with what it costs (`amount`), the VAT in or on it, and what the shopper saves, in minor units."""

    line: Line
    amount: int
    vat: int
    saved: int


@dataclass(frozen=True, slots=True)
class Vat:
    """One row of the VAT table: what was sold at `rate` basis points, VAT included, and the VAT in it."""

    rate: int
    gross: int
    vat: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A priced cart. `total` = sum of amounts (+ VAT where it is added); `vat` = sum over `by_rate`."""

    lines: tuple[PricedLine, ...]
    total: int
    vat: int
    saved: int
    by_rate: tuple[Vat, ...]


def price_now(prices: list[Price], at: int) -> Price | None:
    """The price that holds at `at` (UTC ms): one with dates wins over one without, then the lowest."""
    valid = [p for p in prices if p.holds(at)]
    return min(valid, key=lambda p: (p.start is None and p.end is None, p.unit), default=None)


def line_amount(quantity: int, unit_price: int) -> int:
    """Minor units for `quantity` thousandths at `unit_price`, rounded half up once."""
    return divide(quantity * unit_price, PIECE)


def vat_of(amount: int, rate: int, included: bool) -> int:
    """The VAT in (or on) an amount, in minor units; `rate` in basis points."""
    return divide(amount * rate, 10_000 + rate if included else 10_000)


def price_line(line: Line, included: bool) -> PricedLine:
    """One line priced by itself."""
    amount = line_amount(line.quantity, line.unit_price) if line.labelled is None else line.labelled
    before = line_amount(line.quantity, line.regular_price) if line.regular_price else amount
    return PricedLine(line, amount, vat_of(amount, line.vat_rate, included), max(0, before - amount))


def price_cart(lines: list[Line], vat_included: bool = True) -> Totals:
    """Price a whole cart. Quantities and prices may not be negative: ValueError names the line."""
    for number, line in enumerate(lines, 1):
        if line.quantity < 0 or line.unit_price < 0 or line.vat_rate < 0 or (line.labelled or 0) < 0:
            raise ValueError(f"line {number} ({line.product}) has a negative quantity, price or VAT rate")
    priced = tuple(price_line(line, vat_included) for line in lines)
    by_rate = _vat_table(priced, vat_included)
    vat = sum(row.vat for row in by_rate)
    net = sum(p.amount for p in priced)
    return Totals(priced, net if vat_included else net + vat, vat, sum(p.saved for p in priced), by_rate)


def _vat_table(priced: tuple[PricedLine, ...], included: bool) -> tuple[Vat, ...]:
    gross: dict[int, int] = defaultdict(int)
    vat: dict[int, int] = defaultdict(int)
    for p in priced:
        gross[p.line.vat_rate] += p.amount if included else p.amount + p.vat
        vat[p.line.vat_rate] += p.vat
    return tuple(Vat(rate, gross[rate], vat[rate]) for rate in sorted(gross))
