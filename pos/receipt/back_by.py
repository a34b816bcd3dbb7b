"""How money goes back to a card, in words: on the slip in its own language, on the screen in that of the screen."""

from collections.abc import Callable

from pos.devices.base import N_
from pos.ui.i18n import _
from sync.domain.payments import AttemptState, may_have_gone

GIVEN = N_("Given back by our card terminal.")
OPEN = N_("The card terminal is still asked. It comes back once: by it, or through the bank.")
BANK = N_("It goes back through the bank.")
BANK_DAYS = N_("It goes back through the bank, within {n} days.")


def through_bank(days: int, say: Callable[[str], str] = _) -> str:
    """The payment side gives it back; `days` it takes at most, 0 if nobody set that."""
    return say(BANK_DAYS).format(n=days) if days else say(BANK)


def how(state: AttemptState, days: int, say: Callable[[str], str] = _) -> str:
    """How a part goes back that a card terminal was asked to give, by how its attempt stands."""
    if state is AttemptState.APPROVED:
        return say(GIVEN)
    return say(OPEN) if may_have_gone(state) else through_bank(days, say)
