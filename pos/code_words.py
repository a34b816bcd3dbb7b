"""What a code is that no article has: damaged, somebody's card, a label of something else. Said alike by every task."""

from pos.ui.happened import Happened
from pos.ui.i18n import _
from sync.domain.codes import Code, Fault, Kind
from sync.domain.value import parse


def what(code: Code, kept: str) -> Happened | None:
    """What it is, what was kept (`kept`, a sentence), what to do; None if it is just none of ours."""
    said = _fault(code.fault) or _card(code) or _label(code)
    return Happened("refused", said[0], f"{kept} {said[1]}", icon=said[2]) if said else None


def _fault(fault: Fault | None) -> tuple[str, str, str] | None:
    if fault is Fault.SEPARATORS:
        line = _("Set it to send GS (FNC1), or scan the plain barcode.")
        return _("The scanner swallows separators"), line, "scan-barcode"
    if fault is Fault.UNKNOWN_FIELD:
        line = _("Scan it again. If it stays so, scan the plain barcode.")
        return _("This code has a field that nobody here knows"), line, ""
    if fault is Fault.HALF_READ:
        return _("The code was only half read"), _("Scan it again."), ""
    if fault is Fault.LAYOUT:
        line = _("Switch the keyboard to English letters, then scan again.")
        return _("These are letters of another layout"), line, ""
    if fault is Fault.NO_ARTICLE:
        return _("This code names no article"), _("There is another code on the goods. Scan that one."), ""
    return None


def _card(code: Code) -> tuple[str, str, str] | None:
    if code.kind is Kind.BADGE:
        return _("This is a staff badge"), _("It says who signs in, and nothing else."), "id-card"
    if code.kind is Kind.LOYALTY:
        return _("This is a loyalty card"), _("No points are kept here. Go on without it."), "star"
    if parse(code.raw) is not None:
        return _("This is a gift card or store credit"), _("It is scanned where a sale is paid."), "gift"
    if code.kind is Kind.GIFT_CARD:
        return _("This is a gift card of another kind"), _("This store can't be paid with it."), "gift"
    return None


def _label(code: Code) -> tuple[str, str, str] | None:
    if code.said.item:
        line = _("No article here has the number {item}. Find it by its name.").format(item=code.said.item)
        return _("This is a label of a scale"), line, ""
    if code.kind is Kind.GTIN and code.key.startswith("02"):
        line = _("No article and no scale here has it. Find the item by name.")
        return _("This is the label of some store"), line, ""
    if code.kind is Kind.SSCC:
        return _("This is the number of a transport unit"), _("Open Collect and scan it there."), "package"
    return None
