"""What the end of a return says where money of it goes back to cards, by how that stands now. No window here."""

from pos.back_by_card import step, words
from pos.returns.state import ReturnState
from pos.ui.i18n import _
from pos.ui.said import StepSaid
from sync.domain.payments import AttemptState, settled
from sync.protocol.operations import cash_of


def headline(state: ReturnState, usual: str) -> str:
    """What the hero number is: cash is named first, as somebody has to count it."""
    if not state.cards or state.recorded is None or cash_of(state.recorded.body):
        return usual
    states = {part.state for part in state.cards}
    if not all(settled(one) for one in states):
        return _("Back to the card, not known yet")
    return _("Back on the card") if states == {AttemptState.APPROVED} else _("Back through the bank")


def said(state: ReturnState, usual: str) -> str:
    """What happens next."""
    return " ".join(x for x in (usual, words(state.cards, state.settings.refund_days)) if x)


def steps(state: ReturnState) -> list[StepSaid]:
    """One step for each card."""
    return [step(part, state.settings.timezone) for part in state.cards]
