"""How money goes back to cards, as the end of a return or of an exchange says it. No window here."""

from collections.abc import Iterable

from pos.receipt.back_by import through_bank
from pos.ui.i18n import _, clock_time, money
from pos.ui.said import StepSaid
from sync.domain.payments import AttemptState, may_have_gone
from sync.local.card_back import CardRefund


def step(part: CardRefund, zone: str | None) -> StepSaid:
    """One card: back on it, through the bank, or not known yet."""
    amount = money(part.amount, part.currency)
    line = " · ".join(x for x in (amount, part.masked) if x)
    if part.state is AttemptState.APPROVED:
        return StepSaid("done", _("Back on the card"), line, clock_time(part.changed_at, zone))
    if may_have_gone(part.state):
        return StepSaid("fault", _("Card answer is missing"), _("It is asked again, on any screen."), icon="refresh-cw")
    return StepSaid(
        "next", _("Not by the card terminal"), _("{amount} through the bank").format(amount=amount), icon="x"
    )


def words(parts: Iterable[CardRefund], days: int) -> str:
    """What the customer is told, each thing once: nobody needs to come again."""
    return " ".join(dict.fromkeys(_words(part.state, days) for part in parts))


def _words(state: AttemptState, days: int) -> str:
    if state is AttemptState.APPROVED:
        return _("The bank shows it soon.")
    if may_have_gone(state):
        return _("It comes back once: by the card terminal, or through the bank. The customer need not come again.")
    return f"{through_bank(days)} {_('The customer need not come again.')}"


def with_newest(parts: tuple[CardRefund, ...], new: CardRefund) -> tuple[CardRefund, ...]:
    """The parts with one of them as it stands now."""
    return tuple(new if part.id == new.id else part for part in parts)
