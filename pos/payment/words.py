"""What payment says happened: what happened, what was kept, what to do."""

from pos.devices.base import CardAnswer
from pos.payment.state import OTHER_AMOUNT, CardSteps, PayState
from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, money
from sync.actions.exchange import Needs
from sync.domain import returns
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused, SaleRefusal
from sync.domain.value import HeldTender
from sync.local import Reason


def due(state: PayState) -> Happened:
    """Nothing was given or charged yet."""
    title = _("{amount} to pay").format(amount=money(state.rest, state.settings.currency))
    line = at_a_till(state) if state.only_cash else _("Nothing is booked yet.")
    return Happened("working", title, line, icon="wallet")


def at_a_till(state: PayState) -> str:
    """Neither cash nor a card is taken here now."""
    if state.ordered:
        return _("Here only a gift card pays. For cash the order is paid, and handed out, at a till.")
    return _("Here only a gift card pays. Take these goods to a till for cash; the cart is kept.")


def others(state: PayState) -> str:
    """Nothing was taken of a gift card: by what the payment goes on."""
    if state.drawer:
        return _("Nothing was taken. Cash and card go on.")
    if state.only_cash and state.ordered:
        return _("Nothing was taken. Only cash is left: the order is paid, and handed out, at a till.")
    if state.only_cash:
        return _("Nothing was taken. Only cash is left: take these goods to a till. The cart is kept.")
    return _("Nothing was taken. A card goes on; cash is taken at a till.")


def given(amount: int, currency: str, at: int, zone: str) -> Happened:
    """Cash was counted."""
    title = _("Given: {amount}").format(amount=money(amount, currency))
    line = _("Chosen {time} · nothing is booked yet").format(time=clock_time(at, zone))
    return Happened("working", title, line, icon="banknote", action=_("Clear"))


def sent(amount: int, currency: str, at: int, zone: str) -> Happened:
    """The card terminal was asked."""
    title = _("Sent {amount} to the card terminal").format(amount=money(amount, currency))
    line = _("{time} · the attempt is recorded").format(time=clock_time(at, zone, seconds=True))
    return Happened("working", title, line, icon="nfc")


def asking_again(state: PayState) -> Happened:
    """An answer is missing."""
    line = _("The attempt is kept. Nothing is charged twice.")
    line = _("Nothing goes back twice.") if state.card is not None and state.card.back else line
    return Happened("working", _("Asking the card terminal again"), line, icon="refresh-cw")


def still_waiting() -> Happened:
    """The card terminal knows the attempt and waits for the customer."""
    return Happened("working", _("The card terminal still waits"), _("The customer can pay now."), icon="nfc")


def lost(answer: CardAnswer | None = None, state: CardSteps | None = None) -> Happened:
    """No answer came, or one that does not answer what was asked."""
    title, line = _("The answer of the card terminal is missing"), _("The attempt is kept. Nothing is charged twice.")
    if answer is not None and answer.reason == OTHER_AMOUNT:
        title = _("The card terminal names another amount")
        line = _("It does not count as paid. Look at its own slip; the attempt is kept.")
    if state is not None and state.back:
        return Happened("fault", title, _("Nothing goes back twice."), icon="credit-card")
    return Happened(
        "fault",
        title,
        line,
        icon="credit-card",
        action=_("Stop payment"),
        action_icon="x",
    )


def declined(state: PayState, answer: CardAnswer | None) -> Happened:
    """The card was not charged, or was given its money back."""
    if answer is not None and answer.state is AttemptState.REVERSED:
        line = _("Its money went back to the card. Try again or pay another way.")
        return Happened("fault", _("The card payment was taken back"), line, icon="credit-card")
    if answer is not None and answer.reason in ("cancelled", "stopped", "canceled"):
        return Happened("refused", _("Payment stopped"), _uncharged(state))
    if answer is not None and answer.fault is not None:
        return Happened("fault", _("Nothing was charged"), answer.fault.sentence, icon="credit-card")
    return Happened("refused", _("The card was declined"), _("Nothing was charged. Try again or pay another way."))


def _uncharged(state: PayState) -> str:
    if state.ordered:
        return _("Nothing was charged. The order is not paid yet.")
    return _("Nothing was charged. The cart is kept.")


def stopping() -> Happened:
    """A stop was asked for."""
    return Happened("working", _("Stopping the payment"), _("Waiting for the card terminal to say so."), icon="x")


def partly_paid(state: PayState) -> Happened:
    """A part is paid."""
    currency = state.settings.currency
    title = _("{amount} paid by card").format(amount=money(state.cart.paid_by_card, currency))
    if state.cart.held:
        title = _("{amount} are paid").format(amount=money(state.taken, currency))
    return Happened("good", title, _("{amount} are still to pay.").format(amount=money(state.rest, currency)))


def less_paid(state: PayState) -> Happened:
    """The card was approved for less than was asked."""
    title = _("The card paid only a part")
    return Happened(
        "good", title, _("{amount} are still to pay.").format(amount=money(state.rest, state.settings.currency))
    )


def giving_back(state: PayState) -> Happened:
    """The card terminal was asked to give a part back."""
    amount = money(state.card.amount, state.settings.currency) if state.card else ""
    title = _("{amount} go back to the card").format(amount=amount)
    return Happened("working", title, _("Waiting for the card terminal to say so."), icon="undo-2")


def given_back(state: PayState) -> Happened:
    """A part went back to its card."""
    line = _("{amount} are to pay now.").format(amount=money(state.rest, state.settings.currency))
    return Happened("good", _("The money is back on the card"), line)


def not_given_back(state: PayState) -> Happened:
    """The card terminal gave nothing back, so the part still pays."""
    line = _("The card still pays its part. {amount} are to pay.")
    line = line.format(amount=money(state.rest, state.settings.currency))
    return Happened("refused", _("The card terminal gave nothing back"), line)


def finish_first() -> Happened:
    """A scan during payment."""
    return Happened("refused", _("Go back to the sale to add goods"), _("The last scan was not added."))


def order_first() -> Happened:
    """A scan while an order is paid."""
    line = _("The last scan was not taken. The parcels are scanned once the order is paid.")
    return Happened("refused", _("First the payment of the order"), line)


def not_closed(answer: Refused, state: PayState) -> Happened:
    """The sale, or the payment of an order, could not be closed."""
    currency = state.settings.currency
    if answer.reason is SaleRefusal.UNDERPAID:
        title = _("{amount} are missing").format(amount=money(answer.amount, currency))
        return Happened("refused", title, _("Nothing is booked yet."))
    if answer.reason is SaleRefusal.VALUE_OVERPAID:
        title = _("{amount} too much would be taken").format(amount=money(answer.amount, currency))
        return Happened("refused", title, _("Take the gift card off and take it again. Nothing is booked yet."))
    if answer.reason is SaleRefusal.CARD_OVERPAID:
        title = _("The card paid {amount} too much").format(amount=money(answer.amount, currency))
        return Happened("refused", title, _("Add goods for it, or ask the shift lead."))
    if answer.reason is SaleRefusal.NO_SHIFT:
        return Happened("refused", _("Open the shift first"), _("Its page is in your own menu. Nothing is booked yet."))
    if state.ordered:
        line = _("Go back and open the order again.")
        return Happened("refused", _("The payment can't be closed like this"), line)
    return Happened("refused", _("The sale can't be closed like this"), _("Go back and look through the cart."))


def not_taken_back(why: returns.Refused | Needs) -> Happened:
    """The goods that were to pay can't come back like this."""
    title = _("These goods can't come back like this")
    if isinstance(why, Needs):
        return Happened("refused", title, _("The approval is over. Leave the exchange and open the order again."))
    return Happened("refused", title, _("Leave the exchange and open the order again. The sale is kept."))


def kept(state: PayState) -> str:
    """What is safe while the journal can't be written."""
    if state.charged:
        return _("The card was charged once; this is kept and is not charged again.")
    if state.card is not None:
        return _("The card terminal's answer is kept here. Nothing is charged twice.")
    if state.ordered:
        return _("The order is not paid yet. No drawer opens and nothing is printed.")
    if not state.drawer:
        return _("The cart is kept. Nothing is printed.")
    return _("The cart is kept. The drawer stays shut and nothing is printed.")


def not_recorded(state: PayState) -> Happened:
    """The journal could not be written: the sale, or the card's answer, waits for it."""
    title = _("This payment is not recorded") if state.ordered else _("This sale is not recorded")
    return Happened("fault", title, f"{cause(state.reason)}. {kept(state)}")


def not_asked(state: PayState, reason: Reason | None) -> Happened:
    """The attempt could not be written down, so the card terminal was not asked (F30)."""
    line = f"{cause(reason)}. {_uncharged(state)}"
    return Happened("fault", _("The card terminal was not asked"), line)


# ------------------------------------------------------------------------------------- gift cards, store credit


def trouble(state: PayState) -> tuple[str, str]:
    """Why nothing can be taken of the gift card or store credit on the screen, and what to do."""
    stored, on = state.stored, others(state)
    another = _("It stands in this payment. Take another one, cash or card.") if state.drawer else on
    said = {
        "check": (_("One digit is wrong"), _("Nothing was taken. Look at the digits again, or scan the code.")),
        "half": (_("The code was only half read"), _("Nothing was taken. Scan it again, or type its 16 digits.")),
        "already": (_("This one pays already"), another),
        "unknown": (_("Nobody knows this code"), _("It may be another retailer's, or it was never sold.") + f" {on}"),
        "empty": (_("Nothing is left on it"), on),
        "elsewhere": (_("Another till holds it now"), _("It pays for a sale there, or is free again soon.") + f" {on}"),
        "held": (_("Not so much can be taken of it now"), f"{stored.said} {on}".strip()),
        "blocked": (_("It is blocked"), _("The office knows why.") + f" {on}"),
        "ended": (_("Its time is over"), _("It can't be spent any more.") + f" {on}"),
        "currency": (_("It is of another currency"), on),
        "no_answer": (_("Not without the order system"), _("It gives no answer now.") + f" {on}"),
        "said": (_("The order system said no"), f"{stored.said} {on}".strip()),
    }
    return said.get(stored.trouble, ("", ""))


def named(kind: str, masked: str) -> str:
    """What people call it: a gift card or store credit, by its last digits."""
    name = _("Store credit") if kind == "store_credit" else _("Gift card")
    return f"{name} •• {masked}" if masked else name


def stored(state: PayState) -> Happened:
    """How a gift card or store credit stands."""
    it, currency = state.stored, state.settings.currency
    if it.waits == "asking":
        return Happened("working", _("The order system is asked"), _("Nothing is taken yet."), icon="search")
    if it.waits == "holding":
        return keeping()
    if it.trouble:
        return Happened("refused", *trouble(state), icon="wifi-off" if it.trouble == "no_answer" else "")
    if it.answer is not None:
        title = named(it.answer.kind, it.masked)
        line = _("{amount} are on it. Nothing is taken yet.").format(amount=money(it.answer.balance, currency))
        return Happened("good", title, line, icon="gift" if it.answer.kind == "gift_card" else "ticket")
    line = at_a_till(state) if state.only_cash else _("Scan its code, or type the 16 digits.")
    return Happened("working", _("Gift card or store credit"), line, icon="gift")


def taken_off(held: HeldTender, currency: str) -> Happened:
    """A hold was given back."""
    title = _("{card} is not used").format(card=named(held.kind, held.masked))
    return Happened("good", title, _("{amount} stay on it.").format(amount=money(held.amount, currency)))


def let_go(held: HeldTender, said: str) -> Happened:
    """The hub does not hold it any more."""
    title = _("{card} was taken off").format(card=named(held.kind, held.masked))
    line = said or _("It was kept for too long, and the order system gives no answer.")
    return Happened("refused", title, f"{line} {_('Nothing of it was spent.')}")


def not_taken(state: PayState, reason: Reason | None) -> Happened:
    """The journal could not be written, so nothing counts as taken."""
    safe = _("The order is not paid yet.") if state.ordered else _("The cart is kept.")
    return Happened("fault", _("Nothing was taken of it"), f"{cause(reason)}. {safe}")


def keeping() -> Happened:
    """What is held is held for longer."""
    line = _("It takes three seconds at most.")
    return Happened("working", _("The order system keeps it for this sale"), line, icon="lock-keyhole")
