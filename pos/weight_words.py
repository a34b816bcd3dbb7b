"""What is said of the scale and of what lies on it: what happened, what was kept, what to do."""

from pos.devices.base import Load, ScaleAsk
from pos.on_scale import OnScale, Weight
from pos.ui.happened import Happened
from pos.ui.i18n import _, quantity


def scale_gone(on: OnScale) -> Happened:
    """The scale died while goods were weighed."""
    return Happened("fault", _("The scale can't be read"), on.fault.sentence if on.fault else "")


def scale_back() -> Happened:
    """The scale works again."""
    return Happened("good", _("The scale is back"), _("It weighs again. Nothing was added meanwhile."))


def did(ask: ScaleAsk, done: bool) -> Happened:
    """The scale took a tare or its zero, or did not."""
    if ask is ScaleAsk.TARE and done:
        return Happened("good", _("The container is taken off"), _("Put the goods in. Only they are weighed."))
    if ask is ScaleAsk.TARE:
        line = _("Put the empty container on alone and wait until it is steady. Or the scale allows none.")
        return Happened("refused", _("The scale took no container off"), line)
    if done:
        return Happened("good", _("The scale stands at zero"), _("Put the goods on."))
    line = _("Take everything off and wait until it is steady. A larger difference is for support.")
    return Happened("refused", _("The scale was not set to zero"), line)


def state_of(weight: Weight) -> tuple[str, str]:
    """How what lies on the scale stands, as icon and words; one line, always at the same place."""
    on = weight.scale
    if on is not None and on.fault is not None:
        return "triangle-alert", _("The scale can't be read")
    if on is None or on.load is None:
        return "hourglass", _("Asking the scale")
    if on.load is Load.OVER:
        return "triangle-alert", _("Too heavy: take something off")
    if on.load is Load.BELOW:
        return "triangle-alert", _("Below zero: empty it, then set it to zero")
    if weight.blocked:
        return "hand", _("Weighed already: take it off first")
    if on.load is Load.MOVING:
        return "hourglass", _("Not steady yet")
    if on.load is Load.EMPTY:
        return "circle", _("Put the goods in") if on.net else _("Put the goods on the scale")
    if weight.too_much:
        return "triangle-alert", _("More than {most} kg").format(most=quantity(weight.most or 0))
    return "circle-check", _("Steady, without the container") if on.net else _("Steady")
