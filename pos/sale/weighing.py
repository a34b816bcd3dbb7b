"""Weighed goods of a sale: a product that waits for its weight."""

from dataclasses import dataclass

from pos.on_scale import Weight
from sync.actions.cart import PLAIN, OnLabel
from sync.domain.catalogue import Product
from sync.domain.pricing import line_amount


@dataclass(frozen=True, slots=True)
class Weighing(Weight):
    """`line_id`: the cart line whose weight is entered again. `labelled`: what the product's own label says, on which
    no weight stands."""

    product: Product
    scanned: str = ""
    labelled: OnLabel = PLAIN

    @property
    def amount(self) -> int:
        """What that weight costs, in minor units."""
        return line_amount(self.weight, self.product.price.unit) if self.product.price else 0
