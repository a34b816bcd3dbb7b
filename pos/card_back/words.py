"""What a refund by card says happened: what happened, what was kept, what comes next."""

from pos.receipt.back_by import through_bank
from pos.trouble import cause, remedy
from pos.ui.happened import Happened
from pos.ui.i18n import _, money
from sync.domain.payments import AttemptState
from sync.local import Reason
from sync.local.card_back import CardRefund


def sent(part: CardRefund) -> Happened:
    """The card terminal was asked."""
    title = _("{amount} goes back to the card").format(amount=money(part.amount, part.currency))
    return Happened("working", title, _("The return is recorded. The card terminal waits for the card."), icon="nfc")


def asking_again() -> Happened:
    """An answer is missing."""
    line = _("The return is kept. Nothing goes back twice.")
    return Happened("working", _("Asking the card terminal again"), line, icon="refresh-cw")


def lost() -> Happened:
    """No answer came."""
    line = _("The return is kept. It is asked about again; nothing goes back twice.")
    return Happened("fault", _("The answer of the card terminal is missing"), line, icon="credit-card")


def stopping() -> Happened:
    """The customer's card is not here."""
    line = _("Waiting for the card terminal to say so.")
    return Happened("working", _("It goes back another way"), line, icon="x")


def finish_first() -> Happened:
    """A scan or a touch while money is on its way."""
    return Happened("refused", _("First the money, then the next thing"), _("The last scan was not taken."))


def ended(part: CardRefund, days: int) -> Happened:
    """How it ended."""
    amount = money(part.amount, part.currency)
    if part.state is AttemptState.APPROVED:
        title = _("{amount} is back on the card").format(amount=amount)
        return Happened("good", title, part.masked or _("The card terminal confirmed it."), icon="credit-card")
    return Happened("refused", _("The card terminal did not give it back"), through_bank(days), icon="credit-card")


def not_read(reason: Reason | None) -> Happened:
    """What goes back stands in the journal, and the files can't be read now."""
    return Happened("fault", cause(reason), remedy(reason))


def not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = _("The card terminal's answer is kept here. Nothing goes back twice.")
    return Happened("fault", _("The card terminal's answer is not recorded"), f"{cause(reason)}. {line}")
