"""What the end of a return says: cash to give, what was promised, how drawer and slip stand. No window here."""

from pos.cash import count_out
from pos.printing import PaperState
from pos.returns import words
from pos.returns.done import cards
from pos.returns.state import ReturnState
from pos.ui.i18n import _, clock_time, money, ngettext
from pos.ui.said import PieceSaid, StepSaid, pieces_said
from sync.domain.orders import PaidBy
from sync.domain.returns import Basis, Destination
from sync.protocol.operations import Return, cash_of, credit_of, owed_of


def headline(body: Return) -> str:
    """What the hero number is."""
    if body.basis == Basis.PROMISE:
        return _("Promised")
    if credit_of(body):
        return _("On store credit")
    if owed_of(body) and not cash_of(body):
        return _("Cash to fetch at a till")
    return _("Cash to give back") if cash_of(body) else _("Refunded")


def next_words(body: Return, slip: bool = True) -> str:
    """What happens next. `slip`: there is a paper to hand over."""
    if credit_of(body):
        return _credit_words(body)
    if owed_of(body):
        return _owed_words(body, slip)
    if body.basis == Basis.PROMISE:
        return _("Money goes back by itself. The customer need not come again; hand over the slip.")
    if any(r.kind != PaidBy.CASH and not r.attempt for r in body.refunds):
        return _("What was not paid in cash goes back the way it came.")
    return ""


def hero(body: Return) -> int:
    """The hero number: what changes hands at a drawer, here or later; else all that goes back. Minor units."""
    whole = sum(r.amount for r in body.refunds)
    return whole if body.basis == Basis.PROMISE else cash_of(body) or owed_of(body) or whole


def _owed_words(body: Return, slip: bool) -> str:
    """Who pays the cash, and against what."""
    amount = money(owed_of(body), body.currency)
    hand = _("Hand over the slip.") if slip else _("Have the customer write the number down.")
    said = _("Any till pays {amount} in cash for number {number}.")
    if body.basis == Basis.PROMISE:
        said = _("Any till pays {amount} in cash for number {number}, once the order system has said yes.")
    said = f"{hand} {said.format(amount=amount, number=body.receipt)}"
    if any(not r.to and not r.attempt for r in body.refunds):
        said += " " + _("What was not paid in cash goes back the way it came.")
    return said


def _credit_words(body: Return) -> str:
    said = _("The code stands on the slip: hand it over. It pays at every till of ours.")
    if body.basis == Basis.PROMISE:
        return f"{said} {_('The credit is free once the order system has said yes.')}"
    return said


def pieces(body: Return) -> list[PieceSaid]:
    """The cash in notes and coins."""
    cash = cash_of(body)
    return pieces_said(count_out(cash, body.currency), body.currency) if cash else []


def rows(body: Return) -> list[tuple[str, str]]:
    """What goes back, and by which way."""
    said = [
        (words.tender(r.kind, r.masked), words.worth(r.kind, r.amount, body.currency)) for r in body.refunds if not r.to
    ]
    if owed_of(body):
        said.append((words.tender(Destination.COUNTER), money(owed_of(body), body.currency)))
    if credit_of(body):
        name = words.tender(PaidBy.STORE_CREDIT, f"**** {body.credit_masked}")
        said.append((name, money(credit_of(body), body.currency)))
    if body.rounding:
        said.append((_("Rounding"), money(body.rounding, body.currency)))
    return said


def steps(state: ReturnState) -> list[StepSaid]:
    """The return, the drawer, the slip: each stands by itself."""
    done = state.recorded
    if done is None:
        return []
    n = len(done.body.lines)
    kept = ngettext("{n} line, receipt {number}", "{n} lines, receipt {number}", n)
    at = clock_time(done.envelope.at, state.settings.timezone)
    said = [StepSaid("done", _recorded(done.body), kept.format(n=n, number=done.body.receipt), at)]
    said += cards.steps(state)
    if cash_of(done.body):
        said.append(drawer(state))
    return [*said, _slip(state)]


def _recorded(body: Return) -> str:
    if body.basis == Basis.CLAIM:
        return _("Confirmed and recorded")
    return _("Promise recorded") if body.basis == Basis.PROMISE else _("Return recorded")


def drawer(state: ReturnState) -> StepSaid:
    """How the drawer stands: of a return, and of cash that is paid for a slip."""
    if state.slip.drawer_fault is not None:
        return StepSaid("fault", _("Drawer did not open"), _("Open it by its key."), icon="lock")
    if not state.slip.drawer:
        return StepSaid("next", _("No drawer here"), _("Take the cash from where you keep it."), icon="lock")
    return StepSaid("done", _("Drawer opened"), _("Give the cash, then close it."))


def _slip(state: ReturnState) -> StepSaid:
    paper = state.slip.paper
    if paper is PaperState.PRINTED:
        return StepSaid("done", _("Slip printed"), _("Tear it off and hand it over."))
    if paper is PaperState.PRINTING:
        return StepSaid("now", _("Slip is printing"), _("It does not hold up the next customer."))
    if paper is PaperState.ABSENT:
        return StepSaid(
            "next", _("No printer here"), _("The return is kept. Print it at another till."), icon="printer"
        )
    title = _("Slip may be on paper") if paper is PaperState.DOUBTFUL else _("Slip not printed")
    return StepSaid("fault", title, _("See below what to do."), icon="printer")
