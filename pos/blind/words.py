"""What a blind return says happened: what happened, what was kept, what to do."""

from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, money, quantity
from sync.local import Reason, RecordedBlind


def hint() -> Happened:
    """Nothing is on the counter."""
    title = _("Nothing proves the purchase")
    return Happened("working", title, _("Scan what comes back. It becomes store credit."), icon="scan-barcode")


def half_read() -> Happened:
    """A code of which a part is missing."""
    return Happened("refused", _("The code was only half read"), _("Nothing was changed. Scan it again, or type it."))


def misread(code: str) -> Happened:
    """A code whose check digit is wrong."""
    line = _("Code {code} was not taken. Scan it again.").format(code=short(code))
    return Happened("refused", _("The code was misread. Nothing was changed."), line)


def unknown_goods(code: str) -> Happened:
    """A code that no article has."""
    line = _("Code {code} is no article of ours. Nothing was changed.").format(code=short(code))
    return Happened("refused", _("This is not ours"), line)


def proof() -> Happened:
    """A receipt or a pass was scanned."""
    title = _("That is a proof")
    return Happened("refused", title, _("Find the order with it instead: then the money goes back as it was paid."))


def weighed(name: str) -> Happened:
    """What is sold by weight."""
    title = _("{name} is sold by weight").format(name=name)
    return Happened("refused", title, _("Without a proof nobody knows what was weighed. Nothing was changed."))


def scanned(name: str, count: int) -> Happened:
    """One more of an article."""
    title = _("{name} scanned").format(name=name)
    line = _("{n} on the counter").format(n=quantity(count))
    return Happened("good", title, line, action=_("Undo"))


def counted(name: str, count: int) -> Happened:
    """The quantity was set by hand."""
    if not count:
        return Happened("good", _("{name} is off the counter").format(name=name), "", action=_("Undo"))
    line = _("{n} on the counter").format(n=quantity(count))
    return Happened("good", name, line, action=_("Undo"))


def undone() -> Happened:
    """The last change was taken back."""
    return Happened("good", _("Last change undone"), _("The credit has changed with it."), icon="undo-2")


def ask_phone() -> Happened:
    """The shopper is asked for a number."""
    title = _("Ask for the phone number")
    return Happened("working", title, _("It counts how often somebody comes without a proof."), icon="smartphone")


def no_phone() -> Happened:
    """What was typed is no number."""
    return Happened("refused", _("This is no phone number yet"), _("Type all its digits."))


def no_salt() -> Happened:
    """The hub has never told this till how shoppers are counted."""
    title = _("This till can't count shoppers yet")
    return Happened("refused", title, _("Connect it once to the order system, then try again."), icon="wifi-off")


def asking() -> Happened:
    """The hub is asked about the shopper."""
    line = _("The order system counts what other tills took back.")
    return Happened("working", _("Looking at the limits"), line, icon="search")


def looked(by_hub: bool, fails: bool) -> Happened:
    """The limits are known."""
    if fails:
        return Happened("refused", _("A rule does not allow it"), _("It stands in the list. Nothing was given."))
    if by_hub:
        return Happened("good", _("Within the limits"), _("Everything that counts stands in the list."))
    line = _("By what this till knows itself. The order system looks at it later.")
    return Happened("working", _("The order system gave no answer"), line, icon="wifi-off")


def not_asked(message: str) -> Happened:
    """The hub refused to answer, in its own words."""
    return Happened("refused", _("The order system said no"), message)


def ask_somebody() -> Happened:
    """Somebody must approve."""
    title = _("Somebody who may must approve")
    return Happened("working", title, _("The goods stay as they are. Nothing is given yet."), icon="user-round-check")


def approved(name: str) -> Happened:
    """Somebody approved."""
    return Happened("good", _("{name} approved").format(name=name), _("The return goes on."), icon="user-round-check")


def not_approved() -> Happened:
    """Nobody approved."""
    title = _("Nobody approved it")
    return Happened("working", title, _("The goods stay as they are. Nothing is given yet."), icon="history")


def sign_first() -> Happened:
    """A scan while a PIN is asked for."""
    return Happened("refused", _("First the approval, then the next scan"), _("The last scan was not taken."))


def phone_first() -> Happened:
    """A scan while the phone is asked for."""
    return Happened("refused", _("First the phone number, then the next scan"), _("The last scan was not taken."))


def wait_first() -> Happened:
    """A scan or a touch while somebody else is at work."""
    return Happened("refused", _("One moment, then again"), _("It was not taken: the order system is being asked."))


def changed_meanwhile() -> Happened:
    """A rule came out otherwise when it was recorded."""
    title = _("A rule does not allow it any more")
    return Happened("refused", title, _("Nothing was given. Look at the list."))


def not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = f"{cause(reason)}. {_('Nothing was given. Keep the goods on the counter and try again.')}"
    return Happened("fault", _("This return is not recorded"), line)


def recorded(done: RecordedBlind) -> Happened:
    """The return is on the disk."""
    title = _("Return {receipt} is recorded").format(receipt=done.body.receipt)
    line = _("{amount} of store credit").format(amount=money(done.body.total, done.body.currency))
    return Happened("good", title, line)


def not_printed(done: RecordedBlind, doubtful: bool, sentence: str) -> Happened:
    """The slip did not come out for certain."""
    title = _("The slip may be on paper") if doubtful else _("The slip is not printed")
    kept = sentence or _("Return {receipt} is kept.").format(receipt=done.body.receipt)
    return Happened("fault", title, kept, icon="printer", action=_("Print again"), action_icon="printer")


def maybe_unprinted(done: RecordedBlind) -> Happened:
    """The till stopped after the return was recorded and before its slip was out."""
    title = _("Return {receipt} is recorded").format(receipt=done.body.receipt)
    line = _("Its slip may be missing.")
    return Happened("good", title, line, icon="history", action=_("Print again"), action_icon="printer")


def printing(receipt: str) -> Happened:
    """The slip is printed again."""
    return Happened("working", _("Return {receipt} is printed again").format(receipt=receipt), "", icon="printer")


def short(code: str) -> str:
    """A long code as its ends: 4870…112."""
    return code if len(code) <= 13 else f"{code[:6]}…{code[-4:]}"
