"""What the page of a scanner says. Called when it is shown, never at import."""

from collections.abc import Callable

from pos.devices.scanner_learning import Finding, Found
from pos.ui.happened import Happened
from pos.ui.i18n import _

_ENDS: dict[str, Callable[[], str]] = {
    "\r": lambda: _("Enter"),
    "\r\n": lambda: _("Enter and line feed"),
    "\n": lambda: _("line feed"),
    "\t": lambda: _("Tab"),
}


def card(key: str) -> str:
    """What a code of the sheet is called, there and on the screen."""
    return {
        "letters": _("Letters"),
        "more_letters": _("More letters"),
        "signs": _("Signs"),
        "more_signs": _("More signs"),
        "article": _("Article (EAN-13)"),
        "fields": _("Fields (GS1-128)"),
        "matrix": _("Square code (Data Matrix)"),
    }[key]


def finding(found: Finding) -> str:
    """One thing that was found, and what to do about it."""
    return _SAID[found.found](found.detail)


def _end(suffix: str) -> str:
    if suffix in _ENDS:
        return _("Each code ends with {end}. So it is known at once when a code is over.").format(end=_ENDS[suffix]())
    return _("It puts “{sign}” behind each code. That is left out from now on.").format(sign=suffix.strip("\r\n\t"))


def _layout(name: str) -> str:
    if name:
        return _("Its keyboard is set to {layout}. It is read by its own keys from now on.").format(layout=name)
    return _("Its keyboard is set to another layout. It is read by its own keys from now on.")


_SAID: dict[Found, Callable[[str], str]] = {
    Found.WELL: lambda _d: _("Every kind of code is read exactly."),
    Found.PREFIX: lambda d: _("It puts “{sign}” before each code. That is left out from now on.").format(sign=d),
    Found.SUFFIX: _end,
    Found.NO_SUFFIX: lambda _d: _("Nothing ends a code, so each is read a moment late. Set the suffix Enter (CR)."),
    Found.LAYOUT: _layout,
    Found.SWAPPED: lambda _d: _("It swaps small and large letters. They are swapped back from now on."),
    Found.SEPARATORS: lambda _d: _("Separators come through: marking codes are read whole."),
    Found.SEPARATORS_STAND_IN: lambda d: _(
        "It sends “{sign}” for separators. They are put back, so marking codes are read whole."
    ).format(sign=d),
    Found.AIM: lambda _d: _("It says of each code what kind it is (AIM)."),
    Found.SEPARATORS_LOST: lambda _d: _(
        "It swallows separators: marking codes won't be read whole. Set it to send GS (ASCII 29), or Ctrl+] for it."
    ),
    Found.SEPARATORS_UNTRIED: lambda _d: _(
        "Codes 6 and 7 were not read: it is not known whether separators come through."
    ),
    Found.UPPER: lambda _d: _(
        "It makes all letters large: marking codes are read wrong. Set letter case to unchanged."
    ),
    Found.LOWER: lambda _d: _("It makes all letters small: receipts are not read. Set letter case to unchanged."),
    Found.NO_CHECK_DIGIT: lambda _d: _(
        "It leaves out the last digit of articles: none is found. Set EAN-13 to send its check digit."
    ),
    Found.OWN_MARKS: lambda _d: _(
        "It puts a mark of its own before each kind of code. Switch its code identifiers off, or to AIM."
    ),
    Found.NO_MATRIX: lambda _d: _(
        "It did not read the square code: passes and marking codes can't be scanned. If it can, switch Data Matrix on."
    ),
    Found.GARBLED: lambda _d: _(
        "Some signs come out wrong. Set its keyboard to US English, or at a serial cable the same speed as here."
    ),
}


def scan_this(number: int) -> str:
    """What is to be done now."""
    return _("Scan code {n}").format(n=number)


def verdict(right: bool) -> str:
    """What came of it."""
    return _("This scanner reads everything") if right else _("This scanner needs another setting")


def strange() -> Happened:
    """Something else was scanned, or a key was pressed."""
    title = _("That was not a code of the sheet")
    return Happened("refused", title, _("Nothing was changed. Scan the code with the number."))


def learned() -> Happened:
    """It is kept."""
    return Happened(
        "good", _("The scanner was learned"), _("This terminal reads it so from now on. Scan anything to try it.")
    )


def tried(text: str) -> Happened:
    """A code was read by what was learned; a separator is shown as a sign."""
    shown = text.replace("\x1d", "␝")
    return Happened("good", _("Read"), shown if len(shown) <= 60 else f"{shown[:59]}…")


def not_kept() -> Happened:
    """The disk took nothing."""
    title = _("What was learned could not be kept")
    return Happened("fault", title, _("The scanner is read so until the till stops. Try again."))


def printing() -> Happened:
    """The sheet goes to the printer."""
    return Happened("working", _("The sheet is printed"), _("Scan its codes one after the other."))


def not_printed(why: str) -> Happened:
    """It did not come out."""
    return Happened("fault", _("The sheet was not printed"), why)


def printed() -> Happened:
    """It lies there."""
    return Happened("good", _("The sheet was printed"), _("Scan its codes one after the other."))
