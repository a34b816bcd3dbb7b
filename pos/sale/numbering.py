"""Asking for the number of a unit: goods that are sold by it stand in the cart once it is known."""

from dataclasses import dataclass

from sync.actions.cart import PLAIN, OnLabel
from sync.domain.catalogue import Product
from sync.domain.special import serial_of


@dataclass(frozen=True, slots=True)
class Numbering:
    """A product that waits for the number of its unit. `scanned`: what its label said; `typed`: the number so far;
    `waits`: other articles that were scanned meanwhile, in their order. `labelled`: what its label says besides."""

    product: Product
    scanned: str = ""
    typed: str = ""
    waits: tuple[str, ...] = ()
    labelled: OnLabel = PLAIN

    @property
    def serial(self) -> str | None:
        """The number as it is typed by now; None while it can't be a whole one."""
        return serial_of(self.typed)
