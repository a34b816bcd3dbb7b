"""What Attention says: the ways to settle a case, and what just happened."""

from dataclasses import dataclass

from pos.attention.cases import told
from pos.devices.base import N_
from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, money
from sync.domain.matters import Choice
from sync.domain.verdicts import Code
from sync.local import Reason
from sync.protocol.matters import Facts

__all__ = ["Way", "gone", "not_recorded", "settled", "told", "way"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to settle a case."""

    choice: Choice
    icon: str
    title: str
    line: str


_WAYS: dict[Choice, tuple[str, str, str]] = {
    Choice.PAY: ("banknote", N_("Pay what was held back"), N_("{amount} goes back the way it was promised.")),
    Choice.REFUSE: ("x", N_("No more money"), N_("The customer was told, and may take the goods home.")),
    Choice.CALL: ("phone-call", N_("The customer was called"), N_("It was agreed what they bring or get.")),
    Choice.LOSS: ("wallet", N_("We take the loss"), N_("Nobody brings anything back.")),
    Choice.RIGHT: ("check", N_("It is right as it stands"), N_("Nothing has to change.")),
    Choice.PUT_RIGHT: ("pen-line", N_("It was put right"), N_("At the office, or by another entry.")),
    Choice.COUNTED: ("list", N_("The shelf was counted"), N_("The number is set right by the count.")),
    Choice.FOUND: ("search", N_("The goods were there"), N_("Only the number was wrong.")),
    Choice.SENT_ON: ("truck", N_("It was sent on"), N_("To where it belongs.")),
    Choice.CAME: ("package-check", N_("It came later"), N_("It was found, and is received.")),
    Choice.ELSEWHERE: ("truck", N_("It comes from another place"), N_("The customer gets it in time.")),
    Choice.MONEY_BACK: ("undo-2", N_("The money goes back"), N_("The customer was told.")),
    Choice.CHARGED: ("check", N_("The card was charged"), N_("The bank's list has it.")),
    Choice.NOT_CHARGED: ("x", N_("The card was not charged"), N_("The bank's list does not have it.")),
    Choice.GIVEN: ("check", N_("The card has it back"), N_("The bank's list has it.")),
    Choice.NOT_GIVEN: ("x", N_("The card does not have it"), N_("{amount} goes back through the bank now.")),
    Choice.CLOCK_SET: ("clock", N_("The clock is set right"), N_("New entries carry the right time.")),
    Choice.ENROLLED: ("smartphone", N_("One machine has a new name"), N_("It was enrolled anew.")),
    Choice.REPLACED: ("x", N_("One machine is out of use"), N_("Only the other one goes on.")),
    Choice.SUPPORT: ("headphones", N_("Support has it"), N_("They were told and go on with it.")),
    Choice.NOTED: ("check", N_("It was seen"), N_("There is nothing more to do.")),
}


_OF_CODE: dict[tuple[str, Choice], tuple[str, str, str]] = {
    (Code.ORDER_OVERPAID, Choice.PAY): (
        "banknote",
        N_("It goes back as it was paid"),
        N_("{amount}: cash at any till, by the last receipt; a card through the bank."),
    ),
    (Code.ORDER_OVERPAID, Choice.PUT_RIGHT): (
        "globe",
        N_("It went back where it was ordered"),
        N_("The shop gave its own payment back."),
    ),
}
"""Where a choice says something else than usual."""


def _words(choice: Choice, code: str) -> tuple[str, str, str]:
    return _OF_CODE.get((code, choice), _WAYS[choice])


def way(choice: Choice, facts: Facts, code: str = "") -> Way:
    """A choice in words, for a matter of that code."""
    icon, title, line = _words(choice, code)
    return Way(choice, icon, _(title), _(line).format(amount=money(facts.back, facts.currency or "KZT")))


def hint() -> Happened:
    """Nothing was chosen yet."""
    return Happened(
        "working", _("What collided, or is not known"), _("Choose a case, then how it was settled."), "bell"
    )


def settled(title: str, choice: Choice, online: bool, code: str = "") -> Happened:
    """It is on the disk."""
    how = _(_words(choice, code)[1])
    if online:
        return Happened("good", _("Settled: {case}").format(case=title), how)
    waits = _("{how}. It is kept here and sent when the network is back.").format(how=how)
    return Happened("good", _("Settled: {case}").format(case=title), waits)


def gone(title: str) -> Happened:
    """Somebody else settled it, or it settled itself."""
    line = _("Somebody settled it elsewhere, or it settled itself. Nothing was recorded here.")
    return Happened("working", _("No longer open: {case}").format(case=title), line, icon="check")


def not_recorded(reason: Reason | None) -> Happened:
    """The disk did not take it."""
    line = _("{cause}. The case stays open.").format(cause=cause(reason))
    return Happened("fault", _("Nothing was settled"), line)


def ask_somebody() -> Happened:
    """Somebody who may has to give a PIN."""
    line = _("The case stays as it is until then.")
    return Happened("working", _("A lead or manager settles this"), line, icon="lock")


def sign_first() -> Happened:
    """A scan in the midst of an approval."""
    return Happened("refused", _("First the PIN, then the scan"), _("Nothing was added. Go back to the case to sell."))


def not_approved() -> Happened:
    """Nobody gave a PIN."""
    return Happened("working", _("Nobody approved it"), _("The case is still open."), icon="lock")
