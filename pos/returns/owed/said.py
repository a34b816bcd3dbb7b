"""What a slip for cash says on the window, before and after it is paid. No window here."""

from dataclasses import dataclass

from pos.cash import count_out
from pos.printing import PaperState
from pos.returns import plan
from pos.returns.done.said import drawer
from pos.returns.owed import words
from pos.returns.plan import Primary
from pos.returns.state import Phase, ReturnState
from pos.ui.i18n import _, clock_time, day, money
from pos.ui.said import PieceSaid, StepSaid, pieces_said
from sync.domain.owed import OwedState


@dataclass(frozen=True, slots=True)
class SlipSaid:
    """The window: its headline, the amount (minor units; None: not known, or none), what it means, and its foot.
    `lively`: the money is there to be had; `paid`: it left this drawer."""

    headline: str
    amount: int | None
    currency: str
    words: str
    foot: str
    lively: bool
    paid: bool


def slip(state: ReturnState) -> SlipSaid | None:
    """The slip on the screen."""
    debt, done = state.debt, state.payout
    if debt is None:
        return None
    if done is not None:
        text = _("Count it out. Keep the customer's slip with the one that prints: it is used up.")
        foot = _("Payment {number}").format(number=done.body.receipt)
        return SlipSaid(_("Cash to give"), done.body.amount, done.body.currency, text, foot, True, True)
    amount = debt.amount or None
    if debt.state == OwedState.OPEN:
        text, foot = _("Compare the number with the customer's slip."), _("At any till, once")
        return SlipSaid(_("Owed in cash"), amount, debt.currency, text, foot, True, False)
    if debt.state == OwedState.PAID:
        text = words.when_and_where(state, debt)
        return SlipSaid(_("Paid before"), amount, debt.currency, text, "", False, False)
    title, text = words.not_payable(debt)
    good = debt.state == OwedState.WAITING or (debt.state == OwedState.WITHHELD and debt.why != "settled")
    foot = _("The slip stays good") if good else ""
    return SlipSaid(title, amount, debt.currency, text, foot, False, False)


def head(state: ReturnState) -> tuple[str, str]:
    """Which slip it is, and of which order; when the goods came back."""
    debt, zone = state.debt, state.settings.timezone
    if debt is None:
        return "", ""
    order = _("Order {number}").format(number=debt.number) if debt.number else ""
    told = debt.at and debt.state != OwedState.PAID
    at = _("taken back {day}, {time}").format(day=day(debt.at, zone), time=clock_time(debt.at, zone)) if told else ""
    return _("Slip {number}").format(number=debt.receipt), " · ".join(x for x in (order, at) if x)


def pieces(state: ReturnState) -> list[PieceSaid]:
    """The cash in notes and coins, once it is recorded."""
    done = state.payout
    return pieces_said(count_out(done.body.amount, done.body.currency), done.body.currency) if done else []


def heading(state: ReturnState) -> str:
    """What stands above the steps."""
    if state.payout is not None:
        return _("What was done")
    return _("How it is paid") if state.payable else _("What to do")


def steps(state: ReturnState) -> list[StepSaid]:
    """How it is paid: what was done and what is to come; for a slip that is not paid, what to do."""
    if state.payout is not None:
        return [_recorded(state), drawer(state), _paper(state)]
    if state.debt is None or not state.payable:
        return _what_to_do(state)
    asking = state.phase is Phase.PAYING
    return [
        StepSaid(
            "now" if asking else "next",
            _("Kept for this till"),
            _("The order system makes sure that no other till pays it."),
            icon="" if asking else "lock-keyhole",
        ),
        StepSaid("next", _("The drawer opens"), _("Once the payment is on the disk."), icon="coins"),
        StepSaid("next", _("A slip prints"), _("The customer signs it; it stays in the drawer."), icon="printer"),
    ]


def _what_to_do(state: ReturnState) -> list[StepSaid]:
    """What staff and customer can do about a slip that is not paid here."""
    debt = state.debt
    if debt is None:
        return []
    if debt.state == OwedState.OPEN:
        return [
            StepSaid("next", _("Go to a till"), _("This terminal gives no cash. The slip stays good."), icon="store")
        ]
    if debt.state == OwedState.PAID:
        line = _("Whoever got the cash signed it. It is in that till's drawer.")
        return [StepSaid("next", _("Look at its payment slip"), line, icon="receipt")]
    if debt.state == OwedState.WAITING:
        line = _("The till that took the goods has no network. It goes on by itself.")
        return [StepSaid("now", _("Wait for that till"), line), _keep(_("Any till pays it then."))]
    if debt.state == OwedState.WITHHELD and debt.why != "settled":
        line = _("It stands under Attention where the goods were taken.")
        return [StepSaid("fault", _("Settle it first"), line, icon="bell"), _keep(_("It may be paid after that."))]
    if debt.state == OwedState.ELSEWHERE:
        return [StepSaid("done", _("Nothing to do"), _("The payment side gives it back by itself."))]
    return [StepSaid("next", _("Ask the shift lead"), _("Who decided it, and why, is on record."), icon="users")]


def _keep(line: str) -> StepSaid:
    return StepSaid("next", _("Keep the slip"), line, icon="receipt")


def _recorded(state: ReturnState) -> StepSaid:
    done = state.payout
    assert done is not None  # seen by steps
    at = clock_time(done.envelope.at, state.settings.timezone)
    return StepSaid("done", _("Paid and recorded"), _("Slip {number}").format(number=done.body.receipt), at)


def _paper(state: ReturnState) -> StepSaid:
    paper = state.slip.paper
    if paper is PaperState.PRINTED:
        return StepSaid("done", _("Slip printed"), _("The customer signs it; it stays in the drawer."))
    if paper is PaperState.PRINTING:
        return StepSaid("now", _("Slip is printing"), _("It does not hold up the next customer."))
    if paper is PaperState.ABSENT:
        return StepSaid("next", _("No printer here"), _("The payment is kept."), icon="printer")
    title = _("Slip may be on paper") if paper is PaperState.DOUBTFUL else _("Slip not printed")
    return StepSaid("fault", title, _("See below what to do."), icon="printer")


def primary(state: ReturnState) -> Primary:
    """What to do next: with a slip, else with an order."""
    if state.phase is Phase.PAID:
        return Primary(_("Next customer"), verb="next")
    if state.phase is Phase.PAYING:
        return Primary(_("Asking the order system"), _("No money has moved"), busy=True)
    if state.phase is Phase.OWED and state.payable and state.debt is not None:
        amount = money(state.debt.amount, state.debt.currency)
        return Primary(_("Pay out"), _("{amount} in cash").format(amount=amount), "banknote", "pay_out")
    if state.phase is Phase.OWED:
        return Primary(_("Another slip or order"), icon="search", verb="another")
    return plan.primary(state)
