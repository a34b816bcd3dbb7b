"""What a shopper is shown of a sale, as the till tells it to a window of another process. Nothing of staff is in it."""

import msgspec

PIECE = 1000
"""Thousandths of one."""


class ShownLine(msgspec.Struct, frozen=True):
    """A line of the cart: `count` in thousandths of `unit` ("pcs" or "kg"), amounts in minor units; `regular`: the
    struck price of one, 0 for none. `back`: it comes back, and its amount is taken off."""

    id: str
    name: str
    count: int
    unit: str
    each: int
    amount: int
    regular: int = 0
    picture: str = ""
    tint: str = "sand"
    back: bool = False

    @property
    def many(self) -> bool:
        """Whether it has to be said how many, or how much."""
        return self.unit == "kg" or self.count > PIECE


class Shown(msgspec.Struct, frozen=True):
    """All of it. `phase`: idle, sale, pay or done. `hero`: the line that was last added or touched; `weighing`: goods
    that lie on the scale, of which nothing is added yet. Amounts in minor units: `due` is what is still to pay, or was
    paid once it is done; `back` what is given back. `card`: "", "wait" (it is theirs to act), "ask" or "no".
    `brand`: the retailer's name, "" while it is not known."""

    phase: str = "idle"
    language: str = "en"
    currency: str = "KZT"
    lines: tuple[ShownLine, ...] = ()
    hero: str = ""
    weighing: ShownLine | None = None
    total: int = 0
    saved: int = 0
    paid: int = 0
    due: int = 0
    given: int = 0
    change: int = 0
    back: int = 0
    card: str = ""
    brand: str = ""
