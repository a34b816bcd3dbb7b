"""Weighing at the till: what the scale says, or grams from the right by hand, as on a scale's own pad."""

from dataclasses import dataclass, replace

from pos.devices.base import DeviceEvent, DeviceFault, Load, ScaleReading, StatusUpdate
from sync.actions.cart import PLAIN, OnLabel
from sync.domain.catalogue import Product
from sync.domain.pricing import line_amount

MOST_GRAMS = 99_999
"""No shop scale weighs more; what is typed beyond it is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class OnScale:
    """What the scale says. `load`: None before it said anything, and while a `fault` stands. `net`: a tare is off.

    `sold`: the cart line that what lies there was weighed for; nothing else is weighed before the scale was empty.
    """

    load: Load | None = None
    grams: int = 0
    net: bool = False
    fault: DeviceFault | None = None
    sold: str = ""

    def heard(self, event: DeviceEvent) -> "OnScale":
        """After one more event of the scale."""
        if isinstance(event, ScaleReading):
            sold = "" if event.load is Load.EMPTY and not event.net else self.sold
            return OnScale(event.load, event.grams, event.net, None, sold)
        if isinstance(event, StatusUpdate) and event.fault is not None:
            return OnScale(fault=event.fault, sold=self.sold)
        if isinstance(event, StatusUpdate):
            return replace(self, fault=None)
        return self


@dataclass(frozen=True, slots=True)
class Weighing:
    """A product that waits for its weight. `line_id`: the cart line whose weight is entered again, else "".

    `scale`: what the scale says, None where there is none. `by_hand`: `grams` are typed instead. `labelled`: what
    its own label says, on which no weight stands.
    """

    product: Product
    scanned: str = ""
    line_id: str = ""
    grams: int = 0
    scale: OnScale | None = None
    by_hand: bool = True
    labelled: OnLabel = PLAIN

    def typed(self, key: str) -> "Weighing":
        """With one more digit, or one less after `delete`."""
        if key == "delete":
            return replace(self, grams=self.grams // 10)
        grams = self.grams * 10 ** len(key) + int(key) if key.isascii() and key.isdigit() else self.grams
        return replace(self, grams=grams) if grams <= MOST_GRAMS else self

    @property
    def blocked(self) -> bool:
        """Whether what lies on the scale was sold already, as another line."""
        return self.scale is not None and self.scale.sold not in ("", self.line_id)

    @property
    def weight(self) -> int:
        """What would be taken now, in thousandths of a kilogram; 0: nothing."""
        if self.by_hand or self.scale is None:
            return self.grams
        return self.scale.grams if self.scale.load is Load.STEADY and not self.blocked else 0

    @property
    def amount(self) -> int:
        """What that weight costs, in minor units."""
        return line_amount(self.weight, self.product.price.unit) if self.product.price else 0
