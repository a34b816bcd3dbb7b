"""What the screen of a refund by card says of a state: words, rows and steps. No window here."""

from dataclasses import dataclass

from pos.card_back.state import BackState, Phase
from pos.receipt.back_by import how
from pos.receipt.returned import TENDERS
from pos.trouble import cause, remedy
from pos.ui.i18n import _, clock_time, money, ngettext
from pos.ui.said import StepSaid
from sync.domain.payments import AttemptState
from sync.local.card_back import CardRefund

LONGEST_S = 90
"""How long a card terminal gives the customer, in seconds."""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done now: words, a line, icon, the flow's verb; `quiet`: it is the way out, and not the way on."""

    text: str
    line: str = ""
    icon: str = ""
    verb: str = ""
    quiet: bool = False
    off: bool = False


def headline(state: BackState) -> tuple[str, str]:
    """The large words beside the card terminal, and what they mean."""
    twice = _("Nothing goes back twice: if the answer is lost, the card terminal is asked again.")
    if state.phase is Phase.UNKNOWN:
        line = _("The money may be back on the card or not. It is asked about until it is known, on any screen.")
        return _("No answer yet"), f"{line} {_('If it did not go back, it goes back through the bank, by itself.')}"
    if state.phase is Phase.STOPPING:
        line = _(
            "If it went back to the card meanwhile, the card terminal says so. Else it goes back through the bank."
        )
        return _("Stopping"), line
    if state.phase is Phase.HELD and not state.parts:
        return cause(state.reason), remedy(state.reason)
    if state.phase is Phase.HELD:
        return cause(state.reason), f"{_('The card terminal answered; this is kept here.')} {remedy(state.reason)}"
    return _("Hold the card to the terminal"), f"{_('The same card that paid.')} {twice}"


def going_back(state: BackState) -> tuple[int, str, str]:
    """What goes back by card now: minor units, their currency, and what people know the card by. Of a return whose
    parts are not read yet, the first of them; without a return nothing."""
    part = state.part
    if part is not None:
        return part.amount, part.currency, part.masked
    body = state.done.body if state.done is not None else None
    first = next((refund for refund in body.refunds if refund.attempt), None) if body is not None else None
    return (first.amount, body.currency, first.masked) if body is not None and first is not None else (0, "", "")


def amount(state: BackState) -> str:
    """What the card terminal's display shows: nothing until it is asked."""
    part = state.part
    return money(part.amount, part.currency) if part is not None else ""


def caption(state: BackState) -> str:
    """What the large amount is, by what people know the card by."""
    return " ".join(x for x in (_("Back to the card"), going_back(state)[2]) if x)


def rows(state: BackState) -> list[tuple[str, str]]:
    """How all of the return goes back, where that is more than one way."""
    if state.done is None or len(state.done.body.refunds) < 2:
        return []
    body = state.done.body
    said = []
    for refund in body.refunds:
        if not refund.to:
            name = " ".join(x for x in (_(TENDERS.get(refund.kind, refund.kind)), refund.masked) if x)
            said.append((name, money(refund.amount, body.currency)))
    return said


def steps(state: BackState) -> list[StepSaid]:
    """The return, each card, the slip: each stands by itself."""
    if state.done is None:
        return []
    zone, body = state.settings.timezone, state.done.body
    at = clock_time(state.done.envelope.at, zone, seconds=True)
    recorded = StepSaid("done", _("Return recorded"), _("Receipt {number}").format(number=body.receipt), at)
    cards = [_card(state, n, part) for n, part in enumerate(state.parts)]
    return [recorded, *cards, StepSaid("next", _("Slip prints"), _("It says how each part goes back."))]


def _card(state: BackState, n: int, part: CardRefund) -> StepSaid:
    zone, days = state.settings.timezone, state.settings.refund_days
    if part.state is AttemptState.APPROVED:
        return StepSaid("done", _("Back on the card"), part.masked, clock_time(part.changed_at, zone, seconds=True))
    if part.state in (AttemptState.DECLINED, AttemptState.REVERSED):
        return StepSaid("fault", _("Not by the card terminal"), how(part.state, days), icon="undo-2")
    if n != state.at:
        return StepSaid("next", _("Then the next card"), part.masked)
    return _under_way(state, part)


def _under_way(state: BackState, part: CardRefund) -> StepSaid:
    asked = clock_time(state.asked_at, state.settings.timezone, seconds=True)
    if state.phase is Phase.UNKNOWN:
        again = ngettext("asked again {n} time", "asked again {n} times", state.asks).format(n=state.asks)
        return StepSaid(
            "fault", _("Answer is missing"), again if state.asks else _("asking again"), asked, "refresh-cw"
        )
    if state.phase is Phase.HELD:
        return StepSaid("fault", _("Not recorded yet"), cause(state.reason), asked)
    line = _("{time} of {most}").format(time=_minutes(state.waited_s), most=_minutes(LONGEST_S))
    return StepSaid("now", _("Waiting for the card"), line, asked, icon="nfc")


def action(state: BackState) -> Action:
    """What the person at the till can do."""
    if state.phase is Phase.UNKNOWN:
        return Action(_("Go on, ask later"), _("The slip says so"), "arrow-right", "go_on")
    if state.phase is Phase.HELD:
        return Action(_("Try again"), _("Nothing goes back twice"), "refresh-cw", "record_again")
    text = _("The card is not here")
    return Action(text, icon="x", verb="stop", quiet=True, off=state.phase is not Phase.WAITING)


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
