"""What the list of prints says of its state. No window here."""

from dataclasses import dataclass
from typing import Literal

from pos.prints import words
from pos.prints.state import How, Printed, PrintsState
from pos.ui.i18n import _, clock_time, day


@dataclass(frozen=True, slots=True)
class RowSaid:
    """One row of the list."""

    icon: str
    name: str
    line: str
    tone: Literal["", "good", "alert"]
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class NoteSaid:
    """What is said below the open one's page."""

    icon: str
    title: str
    line: str
    more: str
    alert: bool


def rows(state: PrintsState, now: int) -> list[RowSaid]:
    """The list, newest first."""
    return [_row(state, one, now) for one in state.prints]


def _row(state: PrintsState, one: Printed, now: int) -> RowSaid:
    tone: Literal["", "alert"] = "" if one.sure else "alert"
    at = when(one.job.at, now, state.settings.timezone)
    return RowSaid(words.icon(one), words.name(one), words.how(one), tone, at, one.job.id == state.chosen)


def when(at: int, now: int, zone: str) -> str:
    """The time today, else the day."""
    return clock_time(at, zone) if day(at, zone) == day(now, zone) else day(at, zone)


def note(state: PrintsState) -> NoteSaid:
    """How the open one stands."""
    one = state.open
    if one is None:
        return NoteSaid("", "", "", "", False)
    icons = {How.PRINTED: "circle-check", How.PRINTING: "printer", How.FAILED: "circle-alert"}
    more = words.after(one) if state.sheet is not None else ""
    icon = icons.get(one.how, "triangle-alert")
    return NoteSaid(icon, words.how(one), words.why(one), more, not one.sure)


def primary(state: PrintsState) -> str:
    """The primary action, "" where there is none."""
    one = state.open
    if one is None or (state.sheet_ready and state.sheet is None) or not state.printer:
        return ""
    return _("Print a copy") if one.how is How.PRINTED and one.kind != "gift" else _("Print again")
