"""What happened to cash that is owed: what happened, what was kept, what to do. No window here."""

from pos.printing import PaperState
from pos.returns import words
from pos.returns.state import ReturnState
from pos.trouble import cause
from pos.ui.happened import Happened as Happened
from pos.ui.i18n import _, clock_time, day, money
from sync.domain.owed import OwedState, PayOutRefusal
from sync.local import Reason
from sync.local.owed import RecordedPayOut
from sync.protocol.messages import Owed

hub_said = words.hub_said


def needs_network(text: str) -> Happened:
    """A number that a slip may have, and no answer of the hub."""
    line = _("A slip for cash is paid once the network is back. Nothing was paid; keep the slip.")
    return Happened("refused", _("Not found without the network: {what}").format(what=text), line, icon="wifi-off")


def no_answer(number: str) -> Happened:
    """The hub was asked about a slip, and gave no answer in time."""
    title = _("No answer about slip {number}").format(number=number)
    return Happened("refused", title, _("Nothing was paid. The slip stays good: look again."), icon="wifi-off")


def no_answer_paying() -> Happened:
    """The hub was asked to keep it for this till, and gave no answer in time."""
    line = _("Nothing was paid and the drawer stays shut. The slip stays good: press once more.")
    return Happened("refused", _("The order system did not answer"), line, icon="wifi-off")


def found(state: ReturnState) -> Happened:
    """A slip is on the screen."""
    debt = state.debt
    assert debt is not None  # it is told of a slip alone
    if debt.state == OwedState.OPEN and not state.copied.drawer:
        return Happened("refused", _("No cash is given here"), _("Any till with a drawer pays this slip."), icon="lock")
    if debt.state == OwedState.OPEN:
        title = _("{amount} is owed in cash").format(amount=money(debt.amount, debt.currency))
        return Happened("good", title, _("Look at the number on the slip, then pay out."), icon="banknote")
    if debt.state == OwedState.PAID:
        return Happened("refused", _("This slip was paid already"), when_and_where(state, debt), icon="lock")
    icon = "hourglass" if debt.state == OwedState.WAITING else "lock"
    return Happened("refused", not_payable(debt)[0], _("Nothing was paid."), icon=icon)


def when_and_where(state: ReturnState, debt: Owed) -> str:
    """When, where and at which till a slip was paid."""
    zone = state.settings.timezone
    at = f"{day(debt.at, zone)}, {clock_time(debt.at, zone)}"
    return " · ".join((at, state.places.get(debt.why, debt.why), debt.till))


def not_payable(debt: Owed) -> tuple[str, str]:
    """How a slip stands that was not paid and can't be: in a few words, and what it means."""
    if debt.state == OwedState.WAITING:
        return _("This return is not confirmed yet"), _("The order system has not heard of it.")
    if debt.state == OwedState.ELSEWHERE:
        return _("It goes back without a till"), _("The money goes back by itself. No till pays this slip.")
    if debt.state == OwedState.WITHHELD and debt.why == "settled":
        return _("Nothing is paid for this slip"), _("Somebody looked into it and decided so.")
    if debt.state == OwedState.WITHHELD:
        return _("This slip is held back"), _("A person must look at the return first.")
    return _("This slip can't be paid here"), _("The till knows no such slip.")


def claiming() -> Happened:
    """The hub is asked to keep it for this till."""
    line = _("No money has moved. It takes three seconds at most.")
    return Happened("working", _("Asking the order system"), line, icon="lock-keyhole")


def taken(code: str, have: str) -> Happened:
    """Another till is faster, or was."""
    if code == "owed_claimed":
        line = _("Nothing was paid here. Till {till} is paying it at this moment.").format(till=have)
        return Happened("refused", _("Another till has this slip"), line, icon="lock")
    if code == "owed_paid":
        line = _("Nothing was paid here. It is looked up where.")
        return Happened("refused", _("This slip was paid already"), line, icon="lock")
    return Happened("refused", _("Nothing is owed for this slip any more"), _("Nothing was paid. Look at it again."))


def refused(reason: PayOutRefusal) -> Happened:
    """This till can't pay it."""
    kept = _("Nothing was paid; the slip stays good.")
    if reason is PayOutRefusal.NO_SHIFT:
        return Happened("refused", _("Open the shift first"), f"{kept} {_('Its page is in your own menu.')}")
    if reason is PayOutRefusal.PAID_HERE:
        line = _("This till has its payment in its own journal. Nothing was paid again.")
        return Happened("refused", _("It was paid at this till before"), line, icon="lock")
    if reason is PayOutRefusal.OTHER_CURRENCY:
        return Happened("refused", _("It is owed in another currency"), f"{kept} {_('Ask the shift lead.')}")
    return Happened("refused", _("It took too long"), f"{kept} {_('Press once more.')}", icon="clock")


def not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = f"{cause(reason)}. {_('No money has moved, the drawer stays shut.')}"
    return Happened("fault", _("This payment is not recorded"), line)


def ended(state: ReturnState) -> Happened:
    """The payment is kept whatever the devices say; a device fault comes first, as it needs a hand."""
    done, slip = state.payout, state.slip
    assert done is not None  # it is told of a payment alone
    kept = _("Payment {receipt} is kept.").format(receipt=done.body.receipt)
    if slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL):
        doubtful = slip.paper is PaperState.DOUBTFUL
        title = _("The slip may be on paper") if doubtful else _("The slip is not printed")
        line = slip.fault.sentence if slip.fault else kept
        again = {"action": _("Print again"), "action_icon": "printer"}
        return Happened("fault", title, line, icon="printer", **again)
    if slip.drawer_fault is not None:
        line = f"{_('Open it by its key.')} {kept}"
        return Happened("fault", _("The drawer did not open"), line, icon="lock")
    title = _("Payment {receipt} is recorded").format(receipt=done.body.receipt)
    return Happened("good", title, more(state) or _("Give the cash, then close the drawer."))


def more(state: ReturnState) -> str:
    """What the slip is good for besides what was paid now; "" for nothing."""
    others = [debt for debt in state.debts if debt is not state.debt and debt.state == OwedState.OPEN]
    rest = sum(debt.amount for debt in others)
    return (
        _("{amount} is owed besides. Scan the slip again.").format(amount=money(rest, others[0].currency))
        if rest
        else ""
    )


def maybe_unpaid(done: RecordedPayOut) -> Happened:
    """The till stopped after a payment was recorded."""
    body = done.body
    title = _("Payment {receipt} is recorded").format(receipt=body.receipt)
    line = _("Was the cash given? {amount}. Its slip may be missing.").format(amount=money(body.amount, body.currency))
    return Happened("good", title, line, icon="history", action=_("Print again"), action_icon="printer")


def printing(done: RecordedPayOut, absent: bool) -> Happened:
    """Its slip is printed again."""
    receipt = done.body.receipt
    if absent:
        line = _("Payment {receipt} is kept.").format(receipt=receipt)
        return Happened("fault", _("No printer here"), line, icon="printer")
    return Happened("working", _("Payment {receipt} is printed again").format(receipt=receipt), "", icon="printer")
