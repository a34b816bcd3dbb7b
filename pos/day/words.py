"""What the store's day says: what just happened, times in words."""

from pos.ui.happened import Happened
from pos.ui.i18n import _, age

MINUTE, HOUR, DAY = 60_000, 3_600_000, 24 * 3_600_000


def hint() -> Happened:
    """Nothing was done yet."""
    return Happened("working", _("The day so far"), _("Touch a figure to see what is behind it."), "clock")


def lasting(ms: int) -> str:
    """A time as long as it is: 4 min, 1 h 3 min, 5 d; under a minute it says so."""
    minutes = ms // MINUTE
    if minutes < 1:
        return _("< 1 min")
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    if ms >= 2 * DAY:
        return _("{n} d").format(n=ms // DAY)
    hours, rest = divmod(minutes, 60)
    return _("{h} h {n} min").format(h=hours, n=rest) if rest and hours < 10 else _("{n} h").format(n=hours)


def checked(seen: int, offline_since: int, now: int, zone: str) -> str:
    """How fresh the figures are."""
    if not seen:
        return _("The order system has told nothing yet")
    said = _("Figures checked: {age}").format(age=age(max(0, now - seen) // 1000, seen, zone))
    if not offline_since:
        return said
    since = _("without what others did since")
    return f"{said}, {since}"
