"""Entering a weight by hand: grams from the right, as on a scale's own pad."""

from dataclasses import dataclass, replace

from sync.domain.catalogue import Product
from sync.domain.pricing import line_amount

MOST_GRAMS = 99_999
"""No shop scale weighs more; what is typed beyond it is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A product that waits for its weight. `line_id`: the cart line whose weight is entered again, else ""."""

    product: Product
    scanned: str = ""
    line_id: str = ""
    grams: int = 0

    def typed(self, key: str) -> "Weighing":
        """With one more digit, or one less after `delete`."""
        if key == "delete":
            return replace(self, grams=self.grams // 10)
        grams = self.grams * 10 ** len(key) + int(key) if key.isascii() and key.isdigit() else self.grams
        return replace(self, grams=grams) if grams <= MOST_GRAMS else self

    @property
    def amount(self) -> int:
        """What that weight costs, in minor units."""
        return line_amount(self.grams, self.product.price.unit) if self.product.price else 0
