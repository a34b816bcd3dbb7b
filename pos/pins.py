"""What is said about PINs and people, at the sign-in and wherever somebody must approve. No window here."""

from pos.ui.i18n import _, clock_time, ngettext
from sync.actions.sign_in import SignInRefusal, SignInRefused

PIN_LENGTH = 4
"""Digits of a PIN where nothing else is set."""


def role_words(role: str) -> str:
    """A role as people say it; one that is not known here stands as it came."""
    known = {
        "cashier": _("Cashier"),
        "lead": _("Shift lead"),
        "shift_lead": _("Shift lead"),
        "manager": _("Manager"),
        "sales": _("Sales"),
    }
    return known.get(role, role)


def locked(until: int, zone: str | None) -> str:
    """No PIN counts before that time (UTC ms)."""
    return _("Too many wrong PINs. Try again at {time}.").format(time=clock_time(until, zone, seconds=True))


def refused(answer: SignInRefused, name: str, zone: str | None) -> str:
    """Why a PIN was refused, and what to do."""
    if answer.reason is SignInRefusal.LOCKED:
        return locked(answer.until, zone)
    if answer.reason is SignInRefusal.EXPIRED:
        return _("This PIN is out of date. Connect the till once and it is renewed by itself.")
    if answer.reason is SignInRefusal.UNKNOWN:
        return _("{name} no longer works at this store.").format(name=name)
    text = ngettext(
        "{name}: wrong PIN. {n} more try before a pause.",
        "{name}: wrong PIN. {n} more tries before a pause.",
        answer.left,
    )
    return text.format(name=name, n=answer.left)
