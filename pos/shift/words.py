"""What a shift says happened: what happened, what was kept, what to do."""

from pos.printing import PaperState
from pos.receipt.shift import MOVES
from pos.shift.state import NO_SLIP, ShiftState, Slip
from pos.trouble import cause, remedy
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, money, ngettext
from sync.domain.shifts import MoveKind, Refused, ShiftRefusal
from sync.local import Reason


def begin(name: str) -> Happened:
    """Nobody may sell yet."""
    return Happened("working", _("{name} is signed in").format(name=name), _("The shift begins with its float."))


def first_open() -> Happened:
    """Somebody wants to sell, and no shift is open."""
    line = _("Say how much cash is in the drawer. Nothing was sold.")
    return Happened("refused", _("Open the shift first"), line, icon="lock")


def opened(number: str, amount: str) -> Happened:
    """A shift is open."""
    return Happened(
        "good", _("Shift {number} is open").format(number=number), _("Float {amount}").format(amount=amount)
    )


def page(since: str) -> Happened:
    """The drawer's page."""
    return Happened("working", _("Your drawer"), _("Open since {time}").format(time=since), icon="wallet")


def no_shift() -> Happened:
    """No shift is open, and none must be."""
    return Happened(
        "working", _("No shift is open"), _("Say how much cash is in the drawer to open one."), icon="wallet"
    )


def no_scan() -> Happened:
    """A scan among money."""
    return Happened("refused", _("Go to the sale, then scan"), _("Nothing was added. The drawer's page stays open."))


def counting(slip: Slip = NO_SLIP) -> Happened:
    """The count began; a drawer that stays shut needs its key."""
    fault = device_fault("", slip)
    if fault is not None:
        return fault
    line = _("Every number is kept as you type it.")
    return Happened("working", _("Count the drawer, piece by piece"), line, icon="coins")


def goes_on(kinds: int) -> Happened:
    """A count that was begun before."""
    text = ngettext("{n} kind is counted already", "{n} kinds are counted already", kinds).format(n=kinds)
    return Happened("good", _("The count goes on where it stood"), text, icon="history")


def one_counted(value: int, count: int | None, currency: str, at: int, zone: str) -> Happened:
    """One kind was counted."""
    worth = money(value, currency)
    if count is None:
        return Happened("working", _("{value}: not counted").format(value=worth), _("Type how many there are."))
    said = f"{worth} × {count} = {money(value * count, currency)}"
    return Happened("good", said, _("Kept at {time}").format(time=clock_time(at, zone)), icon="coins")


def float_so_far(total: int, currency: str) -> Happened:
    """The float is typed or counted."""
    title = _("Float: {amount}").format(amount=money(total, currency))
    return Happened("working", title, _("Nothing is recorded yet."), icon="banknote")


def unsettled() -> Happened:
    """A card may have paid, or its answer is missing."""
    line = _("Finish its payment first. The shift stays open, nothing was counted.")
    return Happened("refused", _("A card payment is not settled"), line, icon="credit-card")


def open_sale() -> Happened:
    """Goods lie in the cart."""
    line = _("Take payment or empty it first. The shift stays open, nothing was counted.")
    return Happened("refused", _("A sale is open"), line, icon="shopping-basket")


def exact() -> Happened:
    """Zero difference."""
    return Happened("good", _("The drawer is exact"), _("Close the shift; the Z report prints by itself."))


def differs(state: ShiftState) -> Happened:
    """Over or short."""
    amount = money(abs(state.difference), state.currency)
    title = _("{amount} over") if state.difference > 0 else _("{amount} short")
    return Happened("working", title.format(amount=amount), _("Say why, as far as you know."), icon="info")


def because(words: str) -> Happened:
    """The reason was said."""
    return Happened("good", words, _("It stands on the Z report."))


def moving(kind: MoveKind) -> Happened:
    """Cash is to be moved."""
    line = _("The drawer opens once it is recorded.")
    return Happened("working", _(MOVES[kind]), line, icon="banknote")


def amount_so_far(kind: MoveKind, amount: int, currency: str) -> Happened:
    """The amount is typed."""
    return Happened(
        "working", f"{_(MOVES[kind])}: {money(amount, currency)}", _("Nothing is recorded yet."), icon="banknote"
    )


def moved(kind: MoveKind, amount: int, currency: str, slip: Slip) -> Happened:
    """Cash was moved; a device that fails needs a hand first."""
    title = f"{_(MOVES[kind])}: {money(amount, currency)}"
    fault = device_fault(title, slip)
    return fault or Happened("good", title, _("Recorded. The slip goes with the cash."))


def x_printed(slip: Slip) -> Happened:
    """The X report goes to paper."""
    if slip.paper is PaperState.ABSENT:
        return no_printer()
    title = _("X report")
    return device_fault(title, slip) or Happened("good", title, paper(slip.paper), icon="printer")


def z_printed(number: str, slip: Slip) -> Happened:
    """A Z report goes to paper once more."""
    if slip.paper is PaperState.ABSENT:
        return no_printer()
    title = _("Z report {number}").format(number=number)
    return device_fault(title, slip) or Happened("good", title, paper(slip.paper), icon="printer")


def paper(state: PaperState) -> str:
    """How a paper stands."""
    return _("It is on paper.") if state is PaperState.PRINTED else _("It is being printed.")


def no_printer() -> Happened:
    """There is nothing to print with."""
    return Happened("refused", _("This till has no printer"), _("The report stands on the screen."), icon="printer")


def closed(number: str, slip: Slip) -> Happened:
    """The shift is closed, whatever the devices say."""
    title = _("Shift {number} is closed").format(number=number)
    return device_fault(title, slip) or Happened("good", title, _("The next person signs in."))


def device_fault(kept: str, slip: Slip) -> Happened | None:
    """What a device needs a hand for; `kept` was recorded all the same."""
    again, icon = _("Print again"), "printer"
    if slip.paper is PaperState.FAILED:
        line = slip.fault.sentence if slip.fault else ""
        return Happened("fault", _("{what} · not on paper").format(what=kept), line, icon, again, icon)
    if slip.paper is PaperState.DOUBTFUL:
        line = slip.fault.sentence if slip.fault else ""
        return Happened("fault", _("{what} · perhaps on paper").format(what=kept), line, icon, again, icon)
    if slip.drawer_fault is not None:
        line = _("Open it by its key. What was recorded is kept.")
        return Happened("fault", _("The drawer did not open"), line, icon="lock")
    return None


def ask_somebody() -> Happened:
    """Somebody must approve."""
    line = _("Nothing is recorded yet. Somebody who may types their PIN.")
    return Happened("working", _("This needs an approval"), line, icon="user-round-check")


def not_approved() -> Happened:
    """Nobody did."""
    return Happened("working", _("Not approved"), _("Nothing was recorded, nothing was lost."), icon="undo-2")


def approved(name: str) -> Happened:
    """Somebody did."""
    return Happened("good", _("{name} approved it").format(name=name))


def again() -> Happened:
    """The count may be changed once more."""
    return Happened("good", _("Count again"), _("All numbers are kept. Change what is wrong."), icon="coins")


def past() -> Happened:
    """The list of closed shifts."""
    return Happened("working", _("Closed shifts"), _("Choose one to see it, or to print it again."), icon="history")


def refused(answer: Refused) -> Happened:
    """Why it was not recorded, in words."""
    nothing = _("Nothing was recorded.")
    said = {
        ShiftRefusal.ALREADY_OPEN: (_("A shift is open already"), _("Close it first.")),
        ShiftRefusal.NOT_OPEN: (_("No shift is open"), nothing),
        ShiftRefusal.BAD_AMOUNT: (_("This amount can't be recorded"), _("Type another one.")),
        ShiftRefusal.BAD_COUNT: (_("This count can't be recorded"), _("Look at the numbers again; they are kept.")),
        ShiftRefusal.NEEDS_REASON: (_("Say why first"), _("Choose a reason; the count is kept.")),
        ShiftRefusal.NEEDS_NOTE: (_("Say in words what it was"), _("Touch the note and type; the rest is kept.")),
        ShiftRefusal.NEEDS_APPROVAL: (_("This needs an approval"), nothing),
        ShiftRefusal.WAITING: (_("Some of it still waits for the order system"), _("Press once more to hand it over.")),
    }
    return Happened("refused", *said[answer.reason])


def not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written: nothing was recorded, and what was typed is on the screen."""
    return Happened("fault", f"{cause(reason)}. {_('Nothing was recorded.')}", remedy(reason), icon="triangle-alert")


def finish_first() -> Happened:
    """Somebody wants to leave in the middle of the close."""
    line = _("The count is kept. Close the shift, or go back to the drawer first.")
    return Happened("refused", _("Finish the close first"), line, icon="coins")


def sign_in_next() -> Happened:
    """The shift is over, and nobody sells without one."""
    return Happened("refused", _("This shift is closed"), _("Sign in again to open the next one."), icon="lock")


def maybe_unprinted(number: str) -> Happened:
    """The till stopped before the Z report was certainly on paper."""
    title = _("The Z report of shift {number} may not be on paper").format(number=number)
    return Happened("refused", title, _("It is kept."), "printer", _("Print again"), "printer")
