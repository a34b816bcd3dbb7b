"""What the payment screen says of a state: words and pieces. No window here."""

from dataclasses import dataclass

from pos.payment.state import CardSteps, PayState, Phase
from pos.payment.words import kept
from pos.trouble import cause, remedy
from pos.ui.i18n import _, clock_time, money, ngettext
from pos.ui.said import PieceSaid, StepSaid, pieces_said

LONGEST_S = 90
"""How long a card terminal gives the customer, in seconds."""


@dataclass(frozen=True, slots=True)
class Primary:
    """The one action: words, its consequence, icon, the flow's verb ("" when it is off)."""

    text: str
    line: str = ""
    icon: str = "arrow-right"
    verb: str = ""
    off: bool = False


def primary(state: PayState) -> Primary:
    """What to do next; `off` while the next move is somebody else's or something is missing."""
    currency = state.settings.currency
    if state.phase is Phase.HELD:
        return Primary(_("Try again"), _("Nothing is charged twice"), "refresh-cw", "record_again")
    if state.phase is Phase.SELLING:
        return Primary(_("Recording the sale"), off=True, icon="hourglass")
    if state.tender == "cash":
        return _cash(state, currency)
    amount = money(state.by_card, currency)
    if state.phase is Phase.DECLINED:
        return Primary(_("Try the card again"), amount, "credit-card", "charge")
    if state.phase is Phase.UNKNOWN:
        return Primary(_("Ask the card terminal again"), _("Nothing is charged twice"), "refresh-cw", "ask_again")
    return Primary(_("Charge the card"), amount, "credit-card", "charge")


def _cash(state: PayState, currency: str) -> Primary:
    if state.covered:
        line = _("change {amount}").format(amount=money(state.change, currency)) if state.change else _("exact")
        return Primary(_("Cash received"), line, "check", "cash_received")
    if state.given and state.has_card:
        return Primary(_("Rest by card"), money(state.by_card, currency), "credit-card", "charge")
    if state.given:
        return Primary(_("Cash received"), _missing(state, currency), "check", off=True)
    return Primary(_("Cash received"), icon="check", off=True)


def _missing(state: PayState, currency: str) -> str:
    return _("{amount} missing").format(amount=money(state.cash_due - state.given, currency))


def cash_note(state: PayState) -> str:
    """That cash is rounded, and by how much; "" where it is not."""
    if not state.rounding:
        return ""
    currency = state.settings.currency
    step = money(state.settings.policy.cash_step, currency)
    text = _("Cash is rounded to {step}: {exact} becomes {rounded}. The difference is on the receipt.")
    return text.format(step=step, exact=money(state.rest, currency), rounded=money(state.cash_due, currency))


def change_pieces(state: PayState) -> list[PieceSaid]:
    """The change in notes and coins."""
    return pieces_said(state.change_pieces, state.settings.currency)


def headline(state: PayState) -> tuple[str, str]:
    """The card pane's large words and what they mean."""
    twice = _("You can't charge twice: if the answer is lost, we ask the card terminal again.")
    if state.phase is Phase.WAITING or state.phase is Phase.RECORDING:
        return _("Ask for the card"), f"{_('The customer taps, inserts or swipes.')} {twice}"
    if state.phase is Phase.STOPPING:
        return _("Stopping"), _("The card terminal is asked to stop. If the card was charged meanwhile, it says so.")
    if state.phase is Phase.HELD:
        return cause(state.reason), f"{kept(state)} {remedy(state.reason)}"
    if state.phase is Phase.UNKNOWN:
        return _("No answer yet"), _("The card may be charged or not. It is asked about again and never charged again.")
    if state.phase is Phase.DECLINED:
        return _("Not charged"), _("Try the same card again, another card, or take cash. The cart is kept.")
    if state.phase in (Phase.SELLING, Phase.DONE):
        return _("Approved"), _("The sale is being recorded.")
    if state.card_fault is not None:
        return _("The card terminal is off"), state.card_fault.sentence
    return _("Card payment"), f"{_('The amount goes to the card terminal by itself.')} {twice}"


def steps(state: PayState) -> list[StepSaid]:
    """The three steps of a card payment with their times."""
    card = state.card
    if card is None:
        return [
            StepSaid("next", _("Recorded here"), _("before the card terminal is asked")),
            StepSaid("next", _("Waiting for the customer"), _("{time} at most").format(time=minutes(LONGEST_S))),
            StepSaid("next", _("Approved"), _("receipt prints, sale is done")),
        ]
    zone = state.settings.timezone
    recorded = StepSaid(
        "done",
        _("Recorded here"),
        _("attempt {n}, before asking").format(n=card.number),
        clock_time(card.recorded_at, zone, seconds=True),
    )
    return [recorded, _waiting(state, card, zone), _answer(state, card, zone)]


def _waiting(state: PayState, card: CardSteps, zone: str) -> StepSaid:
    asked = clock_time(card.asked_at, zone, seconds=True)
    if state.phase is Phase.UNKNOWN:
        again = ngettext("asked again {n} time", "asked again {n} times", card.asks).format(n=card.asks)
        return StepSaid("fault", _("Answer is missing"), again if card.asks else _("asking again"), asked, "refresh-cw")
    if state.phase in (Phase.WAITING, Phase.STOPPING):
        line = _("{time} of {most}").format(time=minutes(card.waited_s), most=minutes(LONGEST_S))
        return StepSaid("now", _("Waiting for the customer"), line, asked)
    return StepSaid("done", _("Card terminal answered"), "", asked)


def _answer(state: PayState, card: CardSteps, zone: str) -> StepSaid:
    at = clock_time(card.answered_at, zone, seconds=True) if card.answered_at else ""
    if state.phase is Phase.DECLINED:
        return StepSaid("fault", _("Not charged"), _("the cart is kept"), at)
    if state.phase is Phase.HELD:
        return StepSaid("fault", _("Not recorded yet"), cause(state.reason), at)
    if state.phase in (Phase.SELLING, Phase.DONE):
        return StepSaid("done", _("Approved"), _("receipt prints, sale is done"), at)
    return StepSaid("next", _("Approved"), _("receipt prints, sale is done"))


def minutes(seconds: int) -> str:
    """Seconds as 1:30."""
    return f"{seconds // 60}:{seconds % 60:02d}"
