"""What the panel says, in the language of the screen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pos.devices.base import N_
from pos.panel.state import Seen
from pos.ui.happened import Happened
from pos.ui.i18n import _, money, ngettext

Say = Callable[[], Happened]

NAMES: Mapping[str, str] = {
    "printer": N_("Receipt printer"),
    "label": N_("Label printer"),
    "card": N_("Card terminal"),
    "scanner": N_("Scanner"),
    "scale": N_("Scale"),
    "camera": N_("Camera"),
    "display": N_("Customer display"),
    "fiscal": N_("Fiscal printer"),
}
_SHORT: Mapping[str, str] = {
    "scanner": N_("Scanner"),
    "scale": N_("Scale"),
    "camera": N_("Camera"),
    "label": N_("Labels"),
    "display": N_("Display"),
    "fiscal": N_("Fiscal"),
}
_PLACES: Mapping[str, str] = {
    "printer": "printer",
    "label": "tag",
    "card": "credit-card",
    "scanner": "scan-barcode",
    "scale": "layers",
    "camera": "eye",
    "display": "smartphone",
    "fiscal": "receipt",
}


@dataclass(frozen=True, slots=True)
class FaultChip:
    """A fault that one touch sets: its name, the value that switches it on, and its words (see `word`)."""

    name: str
    value: str
    text: str


FAULTS: Mapping[str, tuple[FaultChip, ...]] = {
    "printer": (
        FaultChip("paper_out", "on", N_("No paper")),
        FaultChip("cover_open", "on", N_("Cover open")),
        FaultChip("jam", "on", N_("Jam")),
        FaultChip("paper_lines", "12", N_("Roll ends soon")),
        FaultChip("silent", "on", N_("Silent")),
        FaultChip("off", "on", N_("Off")),
    ),
    "label": (
        FaultChip("labels_out", "on", N_("No labels")),
        FaultChip("ribbon_out", "on", N_("No ribbon")),
        FaultChip("head_open", "on", N_("Head open")),
        FaultChip("paused", "on", N_("Paused")),
        FaultChip("silent", "on", N_("Silent")),
        FaultChip("off", "on", N_("Off")),
    ),
    "card": (
        FaultChip("decline", "insufficient_funds", N_("Declines")),
        FaultChip("partial", "100000", N_("Pays a part")),
        FaultChip("slow_s", "8", N_("Slow")),
        FaultChip("lose_answers", "1", N_("Loses the answer")),
        FaultChip("reverse_after", "on", N_("Takes it back")),
        FaultChip("silent", "on", N_("Silent")),
        FaultChip("off", "on", N_("Off")),
    ),
    "scanner": (
        FaultChip("unplugged", "on", N_("Unplugged")),
        FaultChip("cut_after", "6", N_("Breaks in the next scan")),
        FaultChip("swallows_gs", "on", N_("Leaves out separators")),
        FaultChip("swaps_case", "on", N_("Mixes up capitals")),
    ),
    "scale": (
        FaultChip("motion", "on", N_("In motion")),
        FaultChip("over", "on", N_("Too much on it")),
        FaultChip("under", "on", N_("Below zero")),
        FaultChip("garbled", "on", N_("Garbled")),
        FaultChip("silent", "on", N_("Silent")),
        FaultChip("off", "on", N_("Off")),
    ),
    "camera": (
        FaultChip("busy", "on", N_("Busy")),
        FaultChip("silent", "on", N_("Silent")),
        FaultChip("unplugged", "on", N_("Unplugged")),
    ),
    "display": (FaultChip("dark", "on", N_("Dark")), FaultChip("off", "on", N_("Off"))),
    "fiscal": (
        FaultChip("slow_s", "8", N_("Slow")),
        FaultChip("lose_answers", "1", N_("Loses the answer")),
        FaultChip("memory_full", "on", N_("Memory full")),
        FaultChip("clock_wrong", "on", N_("Clock wrong")),
        FaultChip("shift_hours", "25", N_("Shift too long")),
        FaultChip("silent", "on", N_("Silent")),
        FaultChip("off", "on", N_("Off")),
    ),
}


PAGES = ("scanner", "camera", "scale", "label", "display", "fiscal")
"""The devices that share the right of the panel."""


def pages(kinds: Iterable[str]) -> list[str]:
    """Which of those devices have a page at the right, in their order."""
    return [kind for kind in PAGES if kind in kinds]


def name(kind: str) -> str:
    """What a device is called."""
    return _(NAMES[kind])


def short(kind: str) -> str:
    """Its name on a narrow chip."""
    return _(_SHORT[kind])


def icon(kind: str) -> str:
    """Its icon."""
    return _PLACES[kind]


def chips(seen: Seen) -> list[tuple[FaultChip, str, bool]]:
    """The faults that it knows: each with its words and whether it is set."""
    return [(chip, _(chip.text), seen.on(chip.name)) for chip in FAULTS[seen.kind] if chip.name in seen.faults]


def standing(seen: Seen) -> tuple[str, bool]:
    """How a device is in a word or two, and whether that is well."""
    if not seen.alive:
        return (_("Starting") if not seen.shows else _("Not running")), False
    hurt = [text for chip, text, on in chips(seen) if on and chip.name in _STOPS]
    return (hurt[0], False) if hurt else (_("Ready"), True)


_STOPS = (
    "off",
    "silent",
    "paper_out",
    "cover_open",
    "jam",
    "labels_out",
    "ribbon_out",
    "head_open",
    "paused",
    "unplugged",
)
"""The faults that keep a device from its work; the others only change how it ends."""


def held(seen: Seen) -> str:
    """What lies below a printer: how much came out of it, and what it holds back."""
    n, waits = len(seen.papers), int(seen.shows.get("held", 0))
    if waits and not standing(seen)[1]:
        return _("Holds a page back until it can print again")
    if seen.kind == "label":
        return ngettext("{n} label", "{n} labels", n).format(n=n) if n else _("No label yet")
    return ngettext("{n} receipt", "{n} receipts", n).format(n=n) if n else _("No receipt yet")


def asked(seen: Seen) -> tuple[str, str]:
    """The card terminal's display: an amount, and a line below it."""
    asks, last = seen.shows.get("asks"), seen.shows.get("last")
    if not seen.alive or seen.on("off"):
        return "", ""
    if asks is not None:
        return _amount(asks), _("Money goes back") if asks["back"] else _("Hold a card to it")
    if last is not None:
        return _amount(last), _ended(last)
    return "", _("Welcome")


def _amount(charge: Mapping[str, Any]) -> str:
    return money(int(charge["amount"]), str(charge["currency"]))


def _ended(charge: Mapping[str, Any]) -> str:
    said = {"approved": _("Approved"), "declined": _("Declined"), "reversed": _("Taken back")}
    return said.get(str(charge["state"]), "")


def weight(seen: Seen) -> str:
    """What the scale shows: kilograms, or why it shows none."""
    if not seen.alive or seen.on("off"):
        return ""
    if seen.on("over") or seen.on("under"):
        return "----"
    return kilograms(grams(seen))


def grams(seen: Seen) -> int:
    """What lies on the scale."""
    whole, _point, part = str(seen.faults.get("weight") or "0").lstrip("-").partition(".")
    return int(whole or 0) * 1000 + int((part + "000")[:3])


def kilograms(load: int) -> str:
    """A load in grams as a scale shows it."""
    return f"{load // 1000}.{load % 1000:03d}"


def documents(seen: Seen) -> str:
    """What lies below the fiscal printer."""
    n, shift = int(seen.shows.get("count", 0)), seen.shows.get("shift")
    said = ngettext("{n} document", "{n} documents", n).format(n=n) if n else _("No document yet")
    return f"{said} · {_('shift {n}').format(n=shift)}" if shift else said


def scanned(code: str) -> Say:
    """A code was held to the scanner."""
    return lambda: Happened("good", _("Scanned"), code, "scan-barcode")


def not_scanned(seen: Seen) -> Say:
    """The scanner can't."""
    line = N_("The scanner is unplugged. Plug it in below.") if seen.alive else N_("The scanner does not run now.")
    return lambda: Happened("refused", _("Nothing was scanned"), _(line), "scan-barcode")


def card_mark(seen: Seen) -> str:
    """The sign on its display."""
    asks, last = seen.shows.get("asks"), seen.shows.get("last")
    if asks is not None or last is None:
        return "nfc"
    return "check" if last["state"] == "approved" else "undo-2" if last["state"] == "reversed" else "x"


def waits(seen: Seen) -> str:
    """What lies below the card terminal."""
    n = int(seen.shows.get("count", 0))
    return ngettext("{n} payment", "{n} payments", n).format(n=n) if n else _("No payment yet")


# What just happened, by what changed


def change(before: Seen, now: Seen) -> Say | None:
    """What to say of a device that changed; None where there is nothing worth a word."""
    if before.alive != now.alive:
        return _alive(now) if before.shows or not now.alive else None
    for what in (_asks, _settled, _drawer, _paper, _standing):
        if (said := what(before, now)) is not None:
            return said
    return None


def _alive(now: Seen) -> Say:
    called = NAMES[now.kind]
    if now.alive:
        return lambda: Happened("good", _("{device} is back").format(device=_(called)), "", icon(now.kind))
    line = N_("Its process ended. It is started again by itself.")
    return lambda: Happened("fault", _("{device} is gone").format(device=_(called)), _(line), icon(now.kind))


def _asks(before: Seen, now: Seen) -> Say | None:
    asks = now.shows.get("asks")
    if asks is None or asks == before.shows.get("asks"):
        return None
    title = N_("{amount} are to go back to a card") if asks["back"] else N_("The till asks for {amount}")
    line = N_("Hold a card to the terminal, or stop it there.")
    return lambda: Happened("working", _(title).format(amount=_amount(asks)), _(line), "credit-card")


def _settled(before: Seen, now: Seen) -> Say | None:
    last = now.shows.get("last")
    if last is None or last == before.shows.get("last") or last["state"] == "pending":
        return None
    kind = "good" if last["state"] == "approved" else "refused"

    def said() -> Happened:
        return Happened(kind, f"{_amount(last)} · {_ended(last)}", str(last.get("card", "")), "credit-card")  # type: ignore[arg-type]

    return said


def _drawer(before: Seen, now: Seen) -> Say | None:
    was, opened = before.shows.get("drawer_open"), now.shows.get("drawer_open")
    if was is None or was == opened:
        return None
    if opened:
        return lambda: Happened("good", _("The drawer is open"), _("Touch it to shut it."), "banknote")
    return lambda: Happened("good", _("The drawer is shut"), "", "banknote")


def _paper(before: Seen, now: Seen) -> Say | None:
    if len(now.papers) == 0 or now.papers[-1:] == before.papers[-1:] or not before.shows:
        return None
    title = N_("A label came out") if now.kind == "label" else N_("A receipt came out")
    return lambda: Happened("good", _(title), now.address, icon(now.kind))


def _standing(before: Seen, now: Seen) -> Say | None:
    if not before.shows or standing(before) == standing(now):
        return None

    def said() -> Happened:
        text, well = standing(now)
        return Happened("good" if well else "fault", f"{name(now.kind)}: {text}", now.address, icon(now.kind))

    return said
