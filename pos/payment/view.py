"""What the payment screen says of a state: words and pieces. No window here."""

from dataclasses import dataclass

from pos.payment.state import CardSteps, PayState, Phase
from pos.payment.words import at_a_till, kept, named, trouble
from pos.trouble import cause, remedy
from pos.ui.i18n import _, clock_time, money, ngettext
from pos.ui.said import PieceSaid, StepSaid, pieces_said
from sync.domain.payments import AttemptState
from sync.domain.pricing import PIECE

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
    busy: bool = False


@dataclass(frozen=True, slots=True)
class PartSaid:
    """A part that is paid already: what with and how much; `hold`: by which it can be taken off, "" if it can't."""

    icon: str
    name: str
    amount: str
    hold: str = ""


@dataclass(frozen=True, slots=True)
class StoredSaid:
    """What the pane of a gift card says: icon, heading, a line, rows of words and amounts; `bad`: nothing to be had."""

    icon: str
    title: str
    line: str
    rows: tuple[tuple[str, str], ...] = ()
    bad: bool = False


def primary(state: PayState) -> Primary:
    """What to do next; `off` while the next move is somebody else's or something is missing."""
    currency = state.settings.currency
    if state.phase is Phase.HELD:
        return Primary(_("Try again"), _("Nothing is charged twice"), "refresh-cw", "record_again")
    if state.phase is Phase.SELLING:
        text = _("Recording the payment") if state.ordered else _("Recording the sale")
        return Primary(text, off=True, icon="hourglass")
    if state.phase is Phase.HOLDING:
        line = _("Nothing is given yet") if state.ordered else _("The cart is kept")
        return Primary(_("Asking the order system"), line, busy=True)
    if state.tender == "value":
        return _stored(state, currency)
    if state.tender == "cash":
        return _cash(state, currency)
    if state.phase is Phase.STOPPING and state.card is not None:
        return Primary(_("Giving it back"), money(state.card.amount, currency), busy=True)
    amount = money(state.by_card, currency)
    if state.phase is Phase.DECLINED:
        return Primary(_("Try the card again"), amount, "credit-card", "charge")
    if state.phase is Phase.UNKNOWN:
        back = state.card is not None and state.card.back
        twice = _("Nothing goes back twice") if back else _("Nothing is charged twice")
        return Primary(_("Ask the card terminal again"), twice, "refresh-cw", "ask_again")
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


def _stored(state: PayState, currency: str) -> Primary:
    stored = state.stored
    if stored.waits:
        return Primary(_("Asking the order system"), _("Nothing is taken yet"), busy=True)
    if stored.answer is None:
        return Primary(_("Take from the card"), _("Scan or type its code"), "gift", off=True)
    left = stored.answer.balance - state.by_value
    line = _("{amount} stay on it").format(amount=money(left, currency)) if left else _("all that is on it")
    return Primary(_("Take {amount}").format(amount=money(state.by_value, currency)), line, "check", "take")


def stored_said(state: PayState) -> StoredSaid:
    """What is known of the gift card or store credit on the screen."""
    stored, currency = state.stored, state.settings.currency
    if stored.waits == "asking":
        return StoredSaid("search", _("The order system is asked"), _("Nothing is taken yet."))
    if stored.trouble:
        icon = "wifi-off" if stored.trouble == "no_answer" else "circle-alert"
        return StoredSaid(icon, *trouble(state), bad=True)
    if stored.answer is None:
        line = _("Scan its code, or type the 16 digits. The order system says what is on it.")
        return StoredSaid("gift", _("Gift card or store credit"), line)
    answer, taken = stored.answer, state.by_value
    rows = (
        (_("On it"), money(answer.balance, currency)),
        (_("Taken for this order") if state.ordered else _("Taken for this sale"), money(-taken, currency)),
        (_("Stays on it"), money(answer.balance - taken, currency)),
    )
    return StoredSaid("gift" if answer.kind == "gift_card" else "ticket", named(answer.kind, stored.masked), "", rows)


def code_cells(state: PayState) -> list[str]:
    """The code in its four groups; once the hub has answered only the last one is known."""
    stored = state.stored
    if stored.masked and not stored.digits:
        return ["••••", "••••", "••••", stored.masked]
    return [stored.digits[n : n + 4] for n in range(0, 16, 4)]


def parts(state: PayState) -> list[PartSaid]:
    """What is paid already, part by part."""
    currency = state.settings.currency
    cards = [a for a in state.cart.attempts if a.state is AttemptState.APPROVED]
    goods = state.cart.paid_by_goods(state.totals.total)
    said = [PartSaid("undo-2", _("Goods that come back"), money(-goods, currency))] if goods else []
    named_card = [(f"{_('Card')} {a.masked}".strip(), a) for a in cards]
    said += [PartSaid("credit-card", name, money(-a.amount, currency), a.id) for name, a in named_card]
    for held in state.cart.held:
        icon = "gift" if held.kind == "gift_card" else "ticket"
        said.append(PartSaid(icon, named(held.kind, held.masked), money(-held.amount, currency), held.hold))
    return said


def _missing(state: PayState, currency: str) -> str:
    return _("{amount} missing").format(amount=money(state.cash_due - state.given, currency))


def tabs_note(state: PayState) -> str:
    """What stands beside the ways to pay: which of them is not here."""
    if state.drawer:
        return "" if state.has_card else _("This till has no card terminal.")
    return _("Cash is taken at a till.") if state.has_card else _("No cash and no card here: a till takes both.")


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
    if state.card is not None and state.card.back and state.phase in (Phase.STOPPING, Phase.UNKNOWN):
        return _("Back to the card"), _("The card terminal gives back what this card paid. It may ask for the card.")
    if state.phase is Phase.STOPPING:
        return _("Stopping"), _("The card terminal is asked to stop. If the card was charged meanwhile, it says so.")
    if state.phase is Phase.HELD:
        return cause(state.reason), f"{kept(state)} {remedy(state.reason)}"
    if state.phase is Phase.UNKNOWN:
        return _("No answer yet"), _("The card may be charged or not. It is asked about again and never charged again.")
    if state.phase is Phase.DECLINED:
        cash = _("Try the same card again, another card, or take cash. The cart is kept.")
        till = _("Try the same card again, or another one; a till takes cash. The cart is kept.")
        if state.ordered:
            return _("Not charged"), _(
                "Try the same card again, or take the money another way. The order is not paid yet."
            )
        return _("Not charged"), cash if state.drawer else till
    if state.phase in (Phase.SELLING, Phase.DONE):
        being = _("The payment is being recorded.") if state.ordered else _("The sale is being recorded.")
        return _("Approved"), being
    if state.card_fault is not None:
        sentence = state.card_fault.sentence
        return _("The card terminal is off"), f"{sentence} {at_a_till(state)}" if state.only_cash else sentence
    return _("Card payment"), f"{_('The amount goes to the card terminal by itself.')} {twice}"


def steps(state: PayState) -> list[StepSaid]:
    """The three steps of a card payment with their times."""
    card = state.card
    if card is None:
        return [
            StepSaid("next", _("Recorded here"), _("before the card terminal is asked")),
            StepSaid("next", _("Waiting for the customer"), _("{time} at most").format(time=minutes(LONGEST_S))),
            StepSaid("next", _("Approved"), _after(state)),
        ]
    zone = state.settings.timezone
    if card.back:
        return _steps_back(state, card, zone)
    recorded = StepSaid(
        "done",
        _("Recorded here"),
        _("attempt {n}, before asking").format(n=card.number),
        clock_time(card.recorded_at, zone, seconds=True),
    )
    return [recorded, _waiting(state, card, zone), _answer(state, card, zone)]


def _steps_back(state: PayState, card: CardSteps, zone: str) -> list[StepSaid]:
    asked = clock_time(card.asked_at, zone, seconds=True)
    recorded = StepSaid("done", _("Recorded here"), _("before the card terminal is asked"), asked)
    again = ngettext("asked again {n} time", "asked again {n} times", card.asks).format(n=card.asks)
    line = again if card.asks else _("asking again")
    waits = StepSaid("now", _("The card terminal is asked"), minutes(card.waited_s), asked)
    if state.phase is Phase.UNKNOWN:
        waits = StepSaid("fault", _("Answer is missing"), line, asked, "refresh-cw")
    return [recorded, waits, StepSaid("next", _("Back on the card"))]


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
        kept = _("the order is not paid yet") if state.ordered else _("the cart is kept")
        return StepSaid("fault", _("Not charged"), kept, at)
    if state.phase is Phase.HELD:
        return StepSaid("fault", _("Not recorded yet"), cause(state.reason), at)
    if state.phase in (Phase.SELLING, Phase.DONE):
        return StepSaid("done", _("Approved"), _after(state), at)
    return StepSaid("next", _("Approved"), _after(state))


def _after(state: PayState) -> str:
    return _("receipt prints, the hand-out goes on") if state.ordered else _("receipt prints, sale is done")


def by_hand_words(state: PayState, paid: bool) -> tuple[str, str]:
    """What a person is about to say of an attempt by the terminal's slip: the question, and the answer."""
    if state.card is not None and state.card.back:
        if paid:
            return _("The slip says: not given back?"), _("It is not given back")
        return _("The slip says: given back?"), _("It is given back")
    if paid:
        return _("The slip says: paid?"), _("It is paid")
    return _("The slip says: not paid?"), _("It is not paid")


def back_text(state: PayState) -> str:
    """The way back, or what keeps somebody here."""
    if not state.can_leave and state.tender == "card":
        return _("Payment by card")
    return _("Back to the hand-out") if state.ordered else _("Back to the sale")


def what(state: PayState) -> str:
    """What is paid for: how many things, or which order."""
    if state.cart.order is not None:
        return _("Order {number}").format(number=state.cart.order.purchase.number)
    n = sum(x.quantity // PIECE if x.product.unit == "pcs" else 1 for x in state.cart.lines)
    return ngettext("{n} item", "{n} items", n).format(n=n)


def alone(state: PayState) -> str:
    """For what stored value is kept."""
    if state.ordered:
        return _("What is taken is kept for this order alone.")
    return _("What is taken is kept for this sale alone.")


def minutes(seconds: int) -> str:
    """Seconds as 1:30."""
    return f"{seconds // 60}:{seconds % 60:02d}"
