"""The words of the list of prints."""

from pos.devices.base import DeviceFault
from pos.devices.host_status import (
    HEAD_OPEN,
    LABEL_BROKEN,
    LABEL_CLOSED,
    LABEL_OFF,
    LABEL_REFUSED,
    LABEL_SILENT,
    LABEL_SMALL,
    LABEL_STUCK,
    LABELS_OUT,
    PAUSED,
    RIBBON_OUT,
)
from pos.devices.queue_printer import NO_CUPS, NO_SUCH_QUEUE, NOT_TAKEN, QUEUE_PAUSED
from pos.devices.status import (
    BROKEN,
    CLOSED,
    COVER_OPEN,
    JAM,
    NO_ANSWER,
    NO_LIBUSB,
    OFFLINE,
    PAPER_OUT,
    PRINTER_OFF,
    PRINTER_REFUSED,
    STUCK,
)
from pos.prints.state import How, Printed
from pos.receipt.shift import MOVES
from pos.ui.happened import Happened
from pos.ui.i18n import _, ngettext
from sync.domain.card_slips import CARD_CASHIER, CARD_CUSTOMER

_RECEIPT = (
    BROKEN,
    CLOSED,
    COVER_OPEN,
    JAM,
    NO_ANSWER,
    NO_LIBUSB,
    OFFLINE,
    PAPER_OUT,
    PRINTER_OFF,
    PRINTER_REFUSED,
    STUCK,
)
_LABEL = (HEAD_OPEN, LABEL_BROKEN, LABEL_CLOSED, LABEL_OFF, LABEL_REFUSED, LABEL_SILENT, LABEL_SMALL, LABEL_STUCK)
_MORE = (PRINTER_REFUSED, LABELS_OUT, PAUSED, RIBBON_OUT, NO_CUPS, NO_SUCH_QUEUE, NOT_TAKEN, QUEUE_PAUSED)
FAULTS: dict[str, DeviceFault] = {fault.kind: fault for fault in (*_RECEIPT, *_LABEL, *_MORE)}
"""Why a print did not come out, by the reason in the journal."""


def name(one: Printed) -> str:
    """What it is."""
    number = one.name
    if not number:
        return _unnumbered(one.kind)
    if one.kind == "move":
        return _(MOVES.get(number, number))
    return _numbered(one.kind).format(number=number)


def _numbered(kind: str) -> str:
    return {
        "receipt": _("Receipt {number}"),
        "gift": _("Gift receipt {number}"),
        "return": _("Return {number}"),
        "blind": _("Return {number}"),
        "label": _("Label of order {number}"),
        "hand_out": _("Slip {number}"),
        "order_paid": _("Receipt {number}"),
        "ticket": _("Ticket {number}"),
        "payout": _("Slip {number}"),
        "shift": _("Z report {number}"),
    }.get(kind, "{number}")


def _unnumbered(kind: str) -> str:
    words = {"label": _("Label"), "pick": _("Pick list"), "x": _("X report"), "ticket": _("Ticket")}
    words |= {CARD_CASHIER: _("Card slip for the cashier"), CARD_CUSTOMER: _("Card slip for the customer")}
    return words.get(kind, _("Paper"))


def icon(one: Printed) -> str:
    """The picture of its kind."""
    icons = {"gift": "gift", "label": "package", "ticket": "ticket", "pick": "list", "shift": "wallet", "x": "wallet"}
    more = {"move": "wallet", "return": "undo-2", "blind": "undo-2", "hand_out": "package-check", "payout": "coins"}
    more |= {CARD_CASHIER: "credit-card", CARD_CUSTOMER: "credit-card"}
    return (icons | more).get(one.kind, "receipt")


def how(one: Printed) -> str:
    """How it stands, in a word or two."""
    said = {
        How.PRINTING: _("Printing"),
        How.PRINTED: _("Printed"),
        How.FAILED: _("Not printed"),
        How.DOUBTFUL: _("Perhaps printed"),
    }[one.how]
    return f"{_('Copy')} · {said}" if one.is_copy else said


def why(one: Printed) -> str:
    """Why it did not come out for certain, and what that means."""
    fault = FAULTS.get(one.job.reason)
    if one.how is How.PRINTED:
        return _("It is on paper.")
    if one.how is How.PRINTING:
        return _("It is being printed.")
    if fault is not None:
        return fault.sentence
    if one.how is How.DOUBTFUL:
        return _("The terminal stopped before the printer had answered.")
    return _("Nothing of it is on paper.")


def after(one: Printed) -> str:
    """What a further print will say on itself."""
    if one.how is How.DOUBTFUL:
        return _("What is printed now says “Possible duplicate”.")
    if one.kind == "gift":
        return ""
    return _("What is printed now says “Copy”.") if one.how is How.PRINTED else ""


def anew(one: Printed) -> str:
    """Where a paper is made that can't be written again from here."""
    said = {
        "pick": _("A pick list changes with its orders: a new one is printed in Collect."),
        "x": _("An X report shows a moment: a new one is printed at the drawer."),
        "blind": _("Its code is money, so it is printed only where it was made."),
    }
    if one.kind in ("receipt", "return"):
        return _("It is no longer kept here, or it carries a code that is money. Look for it in Returns.")
    return said.get(one.kind, _("What it was about is no longer kept here, so it can't be printed again."))


def count(unsure: int, printing: bool) -> str:
    """How the list stands as a whole."""
    if not unsure:
        return _("It is being printed.") if printing else _("All of it is on paper.")
    text = ngettext("{n} is not on paper for certain.", "{n} are not on paper for certain.", unsure)
    return text.format(n=unsure)


def hint() -> Happened:
    """Nothing was done yet."""
    return Happened("working", _("What was printed here"), _("Touch a print to see it."), "printer")


def sent(one: Printed) -> Happened:
    """It goes to the printer again."""
    return Happened("working", _("{paper} goes to the printer").format(paper=name(one)), icon="printer")


def came_out(one: Printed) -> Happened:
    """It was printed again, or why it was not."""
    if one.how is How.PRINTED:
        return Happened("good", _("{paper} is printed").format(paper=name(one)), _("It is on paper."), "printer")
    title = _("{paper} may be on paper") if one.how is How.DOUBTFUL else _("{paper} is not printed")
    return Happened("fault", title.format(paper=name(one)), why(one), "printer")
