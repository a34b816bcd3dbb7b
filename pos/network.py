"""The network light and what a touch on it says. Offline is a state, not an alarm."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pos.devices.base import N_
from pos.fiscal_words import what_waits
from pos.trouble import said_of
from pos.ui.happened import Light
from pos.ui.i18n import _, clock_time, day, ngettext
from sync.local import Link, Space

if TYPE_CHECKING:
    from pos.sale.state import SaleState

DAY_MS = 24 * 3600 * 1000
SKEW_MS = 60_000
"""From here on a clock that is wrong is worth a word (F41)."""


def light(link: Link, now: int, zone: str | None = None) -> Light:
    """What the light shows: a disk that fails first, then offline, what needs a person, what is being sent."""
    disk = said_of(link.space)
    if disk is not None and (link.online or link.space is not Space.LOW):
        return Light("attention", waiting=link.waiting, needs=link.needs_you, says=disk[0])
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
    disk = said_of(link.space)
    lines = [*([f"{disk[0]}. {disk[1]}"] if disk else []), _what_waits(link, now, zone)]
    if link.fiscal.why:
        lines.append(fiscal(link, now, zone))
    if link.needs_you:
        n = link.needs_you
        lines.append(
            ngettext("{n} case needs you. Open Attention.", "{n} cases need you. Open Attention.", n).format(n=n)
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
        lines += [why(link.reason), _("Sell as always. Sales go up by themselves when the network is back.")]
    return Waiting(_title(link, now, zone), tuple(lines))


def fiscal(link: Link, now: int, zone: str | None = None) -> str:
    """What waits for the fiscal printer; "" if nothing does."""
    return what_waits(link.fiscal, since(link.fiscal.since, now, zone)) if link.fiscal.waiting else ""


def fiscal_of(sale: "SaleState", now: int) -> str:
    """As `fiscal`, as a till's sale knows it."""
    return fiscal(sale.link, now, sale.settings.timezone)


_REASONS = {
    "starting": N_("This terminal is just getting ready."),
    "stopped": N_("The part that talks to the hub is switched off. Restart this terminal."),
    "agent_ended": N_("The part that talks to the hub stopped. It starts again by itself."),
    "agent_silent": N_("The part that talks to the hub is silent. Restart this terminal."),
    "no_connection": N_("The hub can't be reached. Check cable and Wi-Fi."),
    "timeout": N_("The network is too slow: the hub's answer did not come in time."),
    "not_the_hub": N_("The network answers with a page of its own. Sign it in, or call support."),
    "no_tls": N_("The connection to the hub is not secure, so it is not used. Call support."),
    "ca_file": N_("The connection to the hub is not set up right. Call support."),
    "proxy": N_("The network's proxy does not let this terminal through. Call support."),
    "certificate_unknown": N_("The hub can't prove who it is, so nothing is sent to it. Call support."),
    "certificate_expired": N_("The hub's certificate has expired, or this terminal's clock is wrong. Call support."),
    "certificate_early": N_("The hub's certificate is not valid yet, or this terminal's clock is wrong. Call support."),
    "certificate_name": N_("The hub can't prove its name, so nothing is sent to it. Call support."),
    "hub_busy": N_("The hub can't work now. It is asked again by itself."),
    "damaged": N_("A download arrived damaged. It is fetched again by itself."),
    "disk_full": N_("The disk has no room for the hub's news. Free some space, or call support."),
    "disk_read_only": N_("The disk takes nothing of the hub's news. Call support."),
    "journal_busy": N_("Another program holds this terminal's files. Call support."),
    "journal_damaged": N_("This terminal's files are damaged. Call support."),
    "disk_broken": N_("The disk fails at the hub's news. Call support."),
    "format": N_("Hub and terminal are of versions that don't fit. Call support."),
    "journal_pruned": N_("The hub asks for old entries that are not kept here. Call support."),
    "terminal_unknown": N_("The hub does not know this terminal. Call support."),
    "revoked": N_("This terminal was shut out at the hub. Call support."),
    "signature": N_("Another machine took this terminal's place at the hub. Call support."),
    "fork": N_("Two machines use this terminal's name. Call support."),
    "chain": N_("The hub holds other entries under this terminal's name. Call support."),
}
"""A sentence for each reason that the agent gives (`sync/link/reasons.py`)."""


def why(reason: str) -> str:
    """Why this terminal is offline, for people."""
    return _(_REASONS[reason]) if reason in _REASONS else _("The hub said no. Call support.")


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
