"""What payment says happened: what happened, what was kept, what to do."""

from pos.devices.base import CardAnswer
from pos.payment.state import PayState
from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, money
from sync.domain.sales import Refused, SaleRefusal
from sync.local import Reason


def due(state: PayState) -> Happened:
    """Nothing was given or charged yet."""
    title = _("{amount} to pay").format(amount=money(state.rest, state.settings.currency))
    return Happened("working", title, _("Nothing is booked yet."), icon="wallet")


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


def asking_again() -> Happened:
    """An answer is missing."""
    return Happened(
        "working",
        _("Asking the card terminal again"),
        _("The attempt is kept. Nothing is charged twice."),
        icon="refresh-cw",
    )


def still_waiting() -> Happened:
    """The card terminal knows the attempt and waits for the customer."""
    return Happened("working", _("The card terminal still waits"), _("The customer can pay now."), icon="nfc")


def lost() -> Happened:
    """No answer came."""
    return Happened(
        "fault",
        _("The answer of the card terminal is missing"),
        _("The attempt is kept. Nothing is charged twice."),
        icon="credit-card",
        action=_("Stop payment"),
        action_icon="x",
    )


def declined(answer: CardAnswer | None) -> Happened:
    """The card was not charged."""
    if answer is not None and answer.reason in ("cancelled", "stopped", "canceled"):
        return Happened("refused", _("Payment stopped"), _("Nothing was charged. The cart is kept."))
    if answer is not None and answer.fault is not None:
        return Happened("fault", _("Nothing was charged"), answer.fault.sentence, icon="credit-card")
    return Happened("refused", _("The card was declined"), _("Nothing was charged. Try again or pay another way."))


def stopping() -> Happened:
    """A stop was asked for."""
    return Happened("working", _("Stopping the payment"), _("Waiting for the card terminal to say so."), icon="x")


def partly_paid(state: PayState) -> Happened:
    """A card paid a part."""
    currency = state.settings.currency
    title = _("{amount} paid by card").format(amount=money(state.cart.paid_by_card, currency))
    return Happened("good", title, _("{amount} are still to pay.").format(amount=money(state.rest, currency)))


def finish_first() -> Happened:
    """A scan during payment."""
    return Happened("refused", _("Go back to the sale to add goods"), _("The last scan was not added."))


def not_closed(answer: Refused, currency: str) -> Happened:
    """The sale could not be closed."""
    if answer.reason is SaleRefusal.UNDERPAID:
        title = _("{amount} are missing").format(amount=money(answer.amount, currency))
        return Happened("refused", title, _("Nothing is booked yet."))
    if answer.reason is SaleRefusal.CARD_OVERPAID:
        title = _("The card paid {amount} too much").format(amount=money(answer.amount, currency))
        return Happened("refused", title, _("Add goods for it, or ask the shift lead."))
    return Happened("refused", _("The sale can't be closed like this"), _("Go back and look through the cart."))


def kept(state: PayState) -> str:
    """What is safe while the journal can't be written."""
    if state.charged:
        return _("The card was charged once; this is kept and is not charged again.")
    if state.card is not None:
        return _("The card terminal's answer is kept here. Nothing is charged twice.")
    return _("The cart is kept. The drawer stays shut and nothing is printed.")


def not_recorded(state: PayState) -> Happened:
    """The journal could not be written: the sale, or the card's answer, waits for it."""
    return Happened("fault", _("This sale is not recorded"), f"{cause(state.reason)}. {kept(state)}")


def not_asked(reason: Reason | None) -> Happened:
    """The attempt could not be written down, so the card terminal was not asked (F30)."""
    line = f"{cause(reason)}. {_('Nothing was charged. The cart is kept.')}"
    return Happened("fault", _("The card terminal was not asked"), line)
