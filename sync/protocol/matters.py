"""What a matter holds for a screen, so that both sides are shown without asking. No secrets, no addresses."""

import msgspec


class Side(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of those that met. `what`: sale, return, purchase, order, move, or an operation's kind. `at`: UTC ms, when it
    happened there; `late`: the hub heard of it more than a few minutes after.

    `name` is the terminal's or the channel's, `actor` a person as staff say it; `amount` minor units, `quantity`
    thousandths, `tenders` the kinds it was paid by, `basis` that of a return.
    """

    what: str
    at: int = 0
    terminal: str = ""
    name: str = ""
    location: str = ""
    actor: str = ""
    receipt: str = ""
    amount: int | None = None
    quantity: int | None = None
    tenders: list[str] = []
    basis: str = ""
    late: bool = False


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a matter is about: `amount` is what is in dispute, minor units; `back` was withheld of a promise and may be
    paid. `line`, `sku`, `product` and `words`: the goods; `left`: thousandths on hand, or left to return, after it.

    `choices`: those of the code that fit here; empty: all of them. `sides`: what came first comes first.
    """

    detail: str = ""
    terminal: str = ""
    incarnation: str = ""
    seq: int = 0
    about: str = ""
    sides: list[Side] = []
    currency: str = ""
    amount: int | None = None
    back: int = 0
    purchase: str = ""
    number: str = ""
    line: str = ""
    sku: str = ""
    words: str = ""
    product: str = ""
    left: int | None = None
    choices: list[str] = []
