"""The payment on the screen: what is due, what was given, how the card stands. Amounts in minor units."""

from dataclasses import dataclass
from enum import StrEnum

from pos.cash import Piece, count_out, likely
from pos.devices.base import DeviceFault
from pos.ui.happened import Happened
from pos.ui.i18n import exponent
from sync.actions.cart import Cart
from sync.domain.pricing import Totals, price_cart
from sync.domain.sales import due_in_cash
from sync.local import Reason, Settings
from sync.protocol.messages import ValueAnswer

BY_HAND_AFTER = 3
"""So many lost answers, and a person may settle the attempt by the card terminal's own slip."""
OTHER_AMOUNT = "other_amount"
"""Why an approval does not count: it is of more than was asked, of nothing, or in another currency."""
MOST_DIGITS = 11
"""More digits than any amount of cash has."""


NO_CART, NO_TOTALS, USUAL = Cart(""), price_cart([]), Settings()


class Phase(StrEnum):
    """Whose move it is: the cashier's (choosing, declined, unknown, held) or somebody else's.

    HELD: the journal could not be written, so nothing is told as done before it can. HOLDING: the hub is asked to hold
    a gift card's money, or to go on holding it.
    """

    CHOOSING = "choosing"
    HOLDING = "holding"
    RECORDING = "recording"
    WAITING = "waiting"
    STOPPING = "stopping"
    UNKNOWN = "unknown"
    DECLINED = "declined"
    HELD = "held"
    SELLING = "selling"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class CardSteps:
    """The three steps of a card payment and their times (UTC ms). `asks`: how often a lost answer was asked for;
    `chased`: its line was lost once, so no answer may come by itself; `back`: it gives back what it was charged.
    """

    attempt: str
    amount: int
    recorded_at: int
    asked_at: int
    number: int = 1
    answered_at: int = 0
    waited_s: int = 0
    asks: int = 0
    chased: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A gift card or store credit on the screen. `digits`: as far as typed or scanned, gone once the hub has answered;
    `waits`: "asking" or "holding"; `trouble`: why nothing can be taken of it, `said` what the hub said to that."""

    digits: str = ""
    account: str = ""
    masked: str = ""
    answer: ValueAnswer | None = None
    waits: str = ""
    trouble: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class PayState:
    """`given`: cash handed over; `chosen`: the quick amount it came from, 0 if it was typed. `tender`: `cash`, `card`
    or `value`, which is a gift card or store credit. Without a `drawer` no cash is taken, and none is counted.

    `pictures`: those of an order's articles. While HELD, `reason` says why the journal could not be written, and
    `charged` that a card has paid already.
    """

    ready: bool = False
    cart: Cart = NO_CART
    totals: Totals = NO_TOTALS
    settings: Settings = USUAL
    tender: str = "cash"
    phase: Phase = Phase.CHOOSING
    given: int = 0
    chosen: int = 0
    card: CardSteps | None = None
    drawer: bool = True
    has_card: bool = False
    card_fault: DeviceFault | None = None
    reason: Reason | None = None
    charged: bool = False
    stored: Stored = Stored()
    pictures: tuple[str, ...] = ()
    happened: Happened | None = None

    @property
    def paid(self) -> int:
        """What is paid already: by cards, by what the hub holds, by goods that come back."""
        return self.taken + self.cart.paid_by_goods(self.totals.total)

    @property
    def ordered(self) -> bool:
        """Whether an order is paid, and no sale."""
        return self.cart.order is not None

    @property
    def taken(self) -> int:
        """What cards have paid, and what the hub holds for it."""
        return self.cart.paid_by_card + self.cart.paid_by_value

    @property
    def rest(self) -> int:
        """What is still to pay, exactly."""
        return max(0, self.totals.total - self.paid)

    @property
    def usual(self) -> str:
        """The way to pay that stands first here."""
        return "cash" if self.drawer else "card" if self.has_card else "value"

    @property
    def only_cash(self) -> bool:
        """Whether neither a drawer nor a working card terminal is here: what no gift card pays, a till takes."""
        return not self.drawer and (not self.has_card or self.card_fault is not None)

    @property
    def cash_due(self) -> int:
        """What is still to pay, if in cash: rounded to what a drawer can pay. Without a drawer it is just the rest."""
        return due_in_cash(self.totals.total, self.paid, self.settings.policy) if self.drawer else self.rest

    @property
    def rounding(self) -> int:
        """What cash rounding adds (+) or forgives (−)."""
        return self.cash_due - self.rest

    @property
    def covered(self) -> bool:
        """Whether the cash given is enough."""
        return self.given >= self.cash_due and self.rest > 0

    @property
    def change(self) -> int:
        """What goes back."""
        return max(0, self.given - self.cash_due) if self.given else 0

    @property
    def by_card(self) -> int:
        """What a card would be charged: all that is open, less cash that does not cover it."""
        return self.rest - self.given if 0 < self.given < self.rest else self.rest

    @property
    def by_value(self) -> int:
        """What would be taken of the gift card on the screen: all that is due, or all that is on it."""
        return min(self.rest, self.stored.answer.balance) if self.stored.answer else 0

    @property
    def quick(self) -> tuple[int, ...]:
        """The likely amounts of cash."""
        return likely(self.cash_due, self.settings.currency) if self.drawer else ()

    @property
    def change_pieces(self) -> tuple[Piece, ...]:
        """The change in notes and coins."""
        return count_out(self.change, self.settings.currency)

    @property
    def can_leave(self) -> bool:
        """Whether no card can be charged at this moment, and no charge waits to be recorded."""
        return self.phase in (Phase.CHOOSING, Phase.DECLINED) or (self.phase is Phase.HELD and self.card is None)

    @property
    def untouched(self) -> bool:
        """Whether nothing was given, typed or charged: then a scan means one thing more for the cart. An order is paid
        as it is."""
        begun = self.given or self.taken or self.stored != Stored() or self.cart.order is not None
        return self.phase is Phase.CHOOSING and not begun

    @property
    def by_hand(self) -> bool:
        """Whether the attempt may be settled by the card terminal's slip."""
        return self.phase is Phase.UNKNOWN and self.card is not None and self.card.asks >= BY_HAND_AFTER

    def typed(self, key: str) -> int:
        """The amount given after one more key: digits fill whole units of the currency."""
        unit = 10 ** exponent(self.settings.currency) if self.whole_units else 1
        digits = str(self.given // unit) if self.given else ""
        digits = digits[:-1] if key == "delete" else digits + key if key.isdigit() else digits
        return int(digits or 0) * unit if len(digits) <= MOST_DIGITS - len(str(unit)) else self.given

    @property
    def whole_units(self) -> bool:
        """Whether the drawer holds nothing smaller than one unit of the currency: then "000" helps, else "00"."""
        return self.settings.policy.cash_step % 10 ** exponent(self.settings.currency) == 0 or (
            self.settings.currency == "KZT"
        )
