"""The network light and what a touch on it says. Offline is a state, not an alarm."""

from dataclasses import dataclass

from pos.ui.happened import Light
from pos.ui.i18n import _, clock_time, day, ngettext
from sync.local import Link

DAY_MS = 24 * 3600 * 1000
SKEW_MS = 60_000
"""From here on a clock that is wrong is worth a word (F41)."""


def light(link: Link, now: int, zone: str | None = None) -> Light:
    """What the light shows: offline first, then what needs a person, then what is being sent."""
    if not link.online:
        return Light("offline", since=since(link.since, now, zone), waiting=link.waiting)
    if link.needs_you:
        return Light("attention", waiting=link.waiting, needs=link.needs_you)
    if link.waiting:
        return Light("sending", waiting=link.waiting)
    return Light("online")


def since(at: int, now: int, zone: str | None = None) -> str:
    """A time of today as 14:02, an older one as its day; "" if it never was."""
    if not at:
        return ""
    return clock_time(at, zone) if now - at < DAY_MS else day(at, zone)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The words of the panel behind the light."""

    title: str
    lines: tuple[str, ...]


def waiting(link: Link, now: int, zone: str | None = None) -> Waiting:
    """What waits, since when, and that nothing of it is lost."""
    lines = [_what_waits(link, now, zone)]
    if link.needs_you:
        n = link.needs_you
        lines.append(
            ngettext("{n} case needs a person at the office.", "{n} cases need a person at the office.", n).format(n=n)
        )
    if abs(link.skew_ms) >= SKEW_MS:
        minutes = abs(link.skew_ms) // 60_000
        text = ngettext(
            "This till's clock is {n} minute off. Set it right.",
            "This till's clock is {n} minutes off. Set it right.",
            minutes,
        )
        lines.append(text.format(n=minutes))
    if not link.online:
        lines.append(_("Sell as always. Sales go up by themselves when the network is back."))
    return Waiting(_title(link, now, zone), tuple(lines))


def _title(link: Link, now: int, zone: str | None) -> str:
    when = since(link.since, now, zone)
    if link.online:
        return _("Online since {time}").format(time=when) if when else _("Online")
    return _("Offline since {time}").format(time=when) if when else _("Not online yet")


def _what_waits(link: Link, now: int, zone: str | None) -> str:
    if not link.waiting or link.oldest is None:
        return _("Nothing waits to be sent.")
    text = ngettext(
        "{n} entry waits to be sent, from {time}. It is kept here.",
        "{n} entries wait to be sent, the oldest from {time}. They are kept here.",
        link.waiting,
    )
    return text.format(n=link.waiting, time=since(link.oldest, now, zone))
