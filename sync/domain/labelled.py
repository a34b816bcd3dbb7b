"""How much of an article its label sells, and for how much. Pure.

A label with a weight sells that weight. One with a price alone sells what that price buys, to the nearest gram, and
costs what stands on it: quantity times price would miss that by some units, and who buys has read it.
"""

from dataclasses import dataclass

from sync.domain.gs1 import Said
from sync.domain.money import currency, divide
from sync.domain.pricing import PIECE, line_amount

MOST_MILLI = 99_999
"""Thousandths of a kilogram: no shop's scale weighs more. A label that says so was misread or misprinted."""
MOST_PIECES = 999
_NUMERIC = {"KZT": "398", "RUB": "643", "GEL": "981", "EUR": "978", "USD": "840"}


@dataclass(frozen=True, slots=True)
class Measured:
    """`quantity` in thousandths; `amount`: what all of it costs, minor units, None where quantity times price is it."""

    quantity: int
    amount: int | None = None


def price_on(said: Said, code: str) -> int:
    """The price on a label in minor units of that currency; 0 where none stands there, or one in another currency."""
    if said.currency and said.currency != _NUMERIC.get(code):
        return 0
    return divide(said.price * 10 ** currency(code).exponent, 10**said.places)


def weighed(said: Said, unit_price: int, code: str) -> Measured | None:
    """What a label sells of goods at `unit_price` minor units a kilogram; None if it does not say, or nothing sane."""
    price = price_on(said, code)
    milli = said.milli or (divide(price * PIECE, unit_price) if unit_price else 0)
    if not 0 < milli <= MOST_MILLI:
        return None
    plain = not price or line_amount(milli, unit_price) == price
    return Measured(milli, None if plain else price)
