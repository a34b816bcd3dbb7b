"""What the sale's right side says of an exchange: what comes back, what is to pay or to give back, what to press."""

from dataclasses import dataclass

from pos.sale.state import SaleState
from pos.sale.weighing import Weighing
from pos.ui.i18n import _, kilograms, money, quantity
from sync.domain.exchange import ComingBack
from sync.domain.orders import PaidBy


@dataclass(frozen=True, slots=True)
class Primary:
    """The one action: words, its consequence, icon."""

    text: str
    line: str = ""
    icon: str = "arrow-right"
    off: bool = False
    busy: bool = False


def primary(state: SaleState) -> Primary:
    """What to do next."""
    if state.weighing is not None:
        return _weigh(state.weighing)
    if state.numbering is not None:
        return Primary(_("Add with this number"), icon="plus", off=state.numbering.serial is None)
    if state.asking:
        return Primary(_("Asking the order system"), _("Nothing is booked yet"), busy=True)
    if state.cart.back is None:
        return Primary(_("Take payment"), off=not state.cart.lines)
    currency = state.settings.currency
    if not state.cart.lines:
        return Primary(_("Exchange"), _("Scan what the customer takes"), off=True)
    if state.owed:
        return Primary(_("Take payment"), _("{amount} to pay").format(amount=money(state.owed, currency)))
    back = given_back(state)
    if not back:
        return Primary(_("Exchange"), _("even, nothing to pay"), "check")
    line = _("{amount} back by {ways}").format(amount=money(back, currency), ways=ways(state))
    return Primary(_("Exchange"), line, "check")


def _weigh(weighing: Weighing) -> Primary:
    if not weighing.weight and not weighing.by_hand:
        return Primary(_("Add the weight"), icon="plus", off=True)
    text = _("Add {weight} kg").format(weight=kilograms(weighing.weight))
    return Primary(text, icon="plus", off=not weighing.weight)


def given_back(state: SaleState) -> int:
    """What goes back to the customer, in minor units, rounded as it is paid."""
    return sum(refund.amount for refund in state.left_over)


def ways(state: SaleState) -> str:
    """The ways by which it goes back, in a few words."""
    named = {
        PaidBy.CASH: _("cash") if state.drawer else _("cash at a till"),
        PaidBy.CARD: _("the card"),
        PaidBy.ONLINE: _("the account"),
        PaidBy.POINTS: _("points"),
        PaidBy.GIFT_CARD: _("the gift card"),
        PaidBy.STORE_CREDIT: _("store credit"),
        PaidBy.COUPON: _("the coupon"),
    }
    kinds = [PaidBy.STORE_CREDIT if refund.to else refund.kind for refund in state.left_over]
    said = list(dict.fromkeys(named[kind] for kind in kinds))
    return " ".join((", ".join(said[:-1]), _("and"), said[-1])) if len(said) > 1 else "".join(said)


def total(state: SaleState) -> tuple[str, int]:
    """The hero number and what it is: to pay, or to give back."""
    if state.cart.back is not None and not state.cart.lines:
        return _("To spend"), state.cart.back.worth
    if state.cart.back is not None and state.owed == 0:
        back = given_back(state)
        return (_("To give back"), back) if back else (_("Even, nothing to pay"), 0)
    return _("To pay"), state.owed


def counted(line: ComingBack) -> str:
    """How much of it comes back."""
    return f"{quantity(line.quantity)} {_('kg')}" if line.unit == "kg" else f"× {quantity(line.quantity)}"
