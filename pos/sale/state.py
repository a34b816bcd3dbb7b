"""What the sale screen shows. No Kivy, no work."""

from dataclasses import dataclass

from pos.approval import NOBODY_YET, Approval
from pos.sale.expired_goods import Expiring
from pos.sale.numbering import Numbering
from pos.sale.weighing import Weighing
from pos.ui.happened import Happened
from sync.actions.cart import Cart, CartLine
from sync.domain.exchange import left_over
from sync.domain.pricing import PIECE, Totals, price_cart
from sync.domain.returns import Refund
from sync.domain.stock import Known, Level
from sync.local import Link, Settings

NO_CART, NO_TOTALS, USUAL = Cart(""), price_cart([]), Settings()
NO_LINK = Link(False, 0, 0, None, 0, "starting", 0)


@dataclass(frozen=True, slots=True)
class SaleState:
    """The sale on the screen. `hero`: the line in the window; `level`: its stock here, read at `looked_at`.

    `unkept`: the journal could not be written, so the cart stands on the screen alone. `asking`: the hub is asked for
    the right of an exchange, or the exchange is being recorded. `expiring`: goods past their expiry that somebody is
    asked to approve. `drawer`: whether cash is given here.
    """

    ready: bool = False
    cart: Cart = NO_CART
    totals: Totals = NO_TOTALS
    settings: Settings = USUAL
    link: Link = NO_LINK
    hero: str = ""
    level: Level | None = None
    known: Known = Known.UNKNOWN
    looked_at: int = 0
    weighing: Weighing | None = None
    numbering: Numbering | None = None
    expiring: Expiring | None = None
    approval: Approval = NOBODY_YET
    happened: Happened | None = None
    undoable: bool = False
    unkept: bool = False
    asking: bool = False
    drawer: bool = True

    @property
    def asks_digits(self) -> bool:
        """Whether digits that are typed belong to a weight or a PIN."""
        return self.weighing is not None or self.expiring is not None

    @property
    def hero_line(self) -> CartLine | None:
        """The line in the window."""
        return next((x for x in self.cart.lines if x.line_id == self.hero), None)

    @property
    def pieces(self) -> int:
        """How many things lie in the cart; a weighed one counts as one."""
        return sum(x.quantity // PIECE if x.product.unit == "pcs" else 1 for x in self.cart.lines)

    @property
    def paid(self) -> int:
        """What cards have paid already, and what the hub holds of gift cards and store credit."""
        return self.cart.paid_by_card + self.cart.paid_by_value

    @property
    def credit(self) -> int:
        """What goods that come back pay of it."""
        return self.cart.paid_by_goods(self.totals.total)

    @property
    def owed(self) -> int:
        """What is still to pay."""
        return max(0, self.totals.total - self.paid - self.credit)

    @property
    def left_over(self) -> tuple[Refund, ...]:
        """What goes back by the purchase's tenders, where what comes back is worth more than what goes out."""
        back = self.cart.back
        return left_over(back, self.credit, self.settings.policy.cash_step) if back else ()

    @property
    def locked(self) -> bool:
        """Whether money was, or may have been, taken for this cart: then nothing is taken out of it."""
        return any(a.holds_money for a in self.cart.attempts)
