"""What a hand-out says of a proxy's own pass. No window here."""

from typing import TYPE_CHECKING

from pos.hand_out.state import HandOutState, Word
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, day
from sync.domain.passes import Answer

if TYPE_CHECKING:
    from sync.local.passes import ShownPass


def collected(state: HandOutState) -> str:
    """Who comes, and for whom."""
    if not state.name:
        return _("Collected by {name}").format(name=state.proxy)
    return _("For {shopper}, collected by {name}").format(shopper=state.name, name=state.proxy)


def proved(state: HandOutState) -> str:
    """By what it stands in the record."""
    if not state.name:
        return _("Collected by {name}: a pass of their own").format(name=state.proxy)
    said = _("For {shopper}, collected by {name}: a pass of their own")
    return said.format(shopper=state.name, name=state.proxy)


def sure(state: HandOutState) -> str:
    """How sure that is: without the network a withdrawal may not have been heard of, so its age is said."""
    if state.word is Word.HELD:
        return _("A pass of their own. No other terminal has handed this out.")
    if not state.alone:
        return _("A pass of their own. Asking the order system")
    return _("A pass of their own, not withdrawn as of {time}.").format(time=_known_as_of(state))


def _known_as_of(state: HandOutState) -> str:
    at, zone = state.around.told_at, state.zone
    if not at:
        return "—"
    time = clock_time(at, zone)
    return time if day(at, zone) == day(state.now, zone) else f"{day(at, zone)}, {time}"


def refused(shown: "ShownPass", zone: str) -> Happened | None:
    """What is wrong with a proxy's pass that our hub signed; None where another sentence says it."""
    if shown.proxy is None:
        return None
    name, number = shown.proxy.name, shown.proxy.number
    if shown.answer is Answer.REVOKED:
        line = _("{name} does not collect order {number} any more. The order's own pass holds as before.")
        return Happened("refused", _("This proxy's pass was withdrawn"), line.format(name=name, number=number))
    if shown.answer is Answer.EXPIRED:
        title = _("This proxy's pass expired on {day}").format(day=day(shown.proxy.expires, zone))
        line = _("{name} was to collect order {number}. Ask for its own pass, its code or a document.")
        return Happened("refused", title, line.format(name=name, number=number))
    return None


def taken(shown: "ShownPass") -> Happened:
    """All of the order was collected before."""
    line = _("All of order {number} was collected. Nothing is given on it twice.").format(number=shown.number)
    return Happened("refused", _("This proxy's pass is used up"), line)
