"""What the store's day looks like: five figures, the hours, and what is behind the figure that is open. No window
here."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.day.state import DayState, Topic, Way
from pos.day.words import MINUTE, lasting
from pos.ui.i18n import _, clock_time, ngettext, number, weekday
from sync.actions.day import zone_of
from sync.domain.collect_day import hour_at

UNKNOWN = "—"
PATIENCE = 5 * MINUTE
"""Who waits longer than this is too long here, as in the list of Collect."""
USUAL_HOURS = (9, 20)
"""What is shown where the store's hours are not known."""
LEAST_HOURS = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the five: its number and what there is to say of it. `tone`: "" or alert."""

    topic: Topic
    icon: str
    name: str
    number: str
    note: str
    tone: str
    chosen: bool


def title(state: DayState) -> str:
    """Which day it is. Georgian has one case only, and its letters stay as they are."""
    said = weekday(state.now, state.read.settings.timezone) if state.now else ""
    return said[:1].title() + said[1:]


def figures(state: DayState) -> tuple[Figure, ...]:
    """The five figures."""
    return tuple(_figure(state, topic) for topic in Topic)


NAMES: dict[Topic, tuple[str, Callable[[], str]]] = {
    Topic.PICK: ("list", lambda: _("To pick")),
    Topic.LATE: ("triangle-alert", lambda: _("Late")),
    Topic.SHELVES: ("layers", lambda: _("On shelves")),
    Topic.HERE: ("hand", lambda: _("Here now")),
    Topic.OUT: ("package-check", lambda: _("Handed out")),
}


def _figure(state: DayState, topic: Topic) -> Figure:
    icon, name = NAMES[topic]
    if not state.known:
        return Figure(topic, icon, name(), UNKNOWN, "", "", topic is state.topic)
    count, note, alert = _SAID[topic](state)
    return Figure(topic, icon, name(), number(count), note, "alert" if alert else "", topic is state.topic)


Said = tuple[int, str, bool]


def _pick(state: DayState) -> Said:
    orders = state.read.figures.to_pick
    left = next((x.ready_by for x in orders if x.ready_by is not None and x.ready_by >= state.now), None)
    note = _("next by {time}").format(time=clock_time(left, state.read.settings.timezone)) if left else ""
    return len(orders), note, False


def _late(state: DayState) -> Said:
    orders = state.read.figures.late(state.now)
    return len(orders), _up_to(orders[0].late(state.now)) if orders else _("all in time"), bool(orders)


def _shelves(state: DayState) -> Said:
    found = state.read.figures
    back = found.expired + found.cancelled
    return found.on_shelves, _("to send back: {n}").format(n=number(back)) if back else "", bool(back)


def _here(state: DayState) -> Said:
    waits = waiting(state)
    longest = max(waits, default=0)
    return len(waits), _up_to(longest) if waits else "", longest > PATIENCE


def _out(state: DayState) -> Said:
    found = state.read.figures
    parcels = ngettext("{n} parcel", "{n} parcels", found.handed).format(n=number(found.handed)) if found.handed else ""
    return found.hand_outs, parcels, False


_SAID: dict[Topic, Callable[[DayState], Said]] = {
    Topic.PICK: _pick,
    Topic.LATE: _late,
    Topic.SHELVES: _shelves,
    Topic.HERE: _here,
    Topic.OUT: _out,
}


def _up_to(ms: int) -> str:
    return _("up to {time}").format(time=lasting(ms))


def waiting(state: DayState) -> list[int]:
    """For how long each one who is here waits; by a clock that was set back for no time."""
    return [max(0, state.now - each.at) for each in state.read.figures.here]


# --- the hours -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """What happened in each hour that is shown, by one measure for all three. `now`: the place of the current hour."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[int, ...]], ...]
    most: int
    now: int


def hours(state: DayState) -> Hours | None:
    """The hours of the day; None where nothing happened, or nothing is known."""
    found = state.read.figures
    rows = (
        (_("Orders"), found.orders),
        (_("Shoppers"), found.came),
        (_("Hand-outs"), found.given),
    )
    most = max((max(counts, default=0) for _name, counts in rows), default=0)
    if not state.known or not most:
        return None
    now = hour_at(state.now, zone_of(state.read.settings.timezone))
    first, last = _shown(state, [now, *(hour for _name, counts in rows for hour, n in enumerate(counts) if n)])
    said = tuple((name, number(sum(counts)), counts[first : last + 1]) for name, counts in rows)
    return Hours(tuple(f"{hour}" for hour in range(first, last + 1)), said, most, now - first)


def _shown(state: DayState, needed: list[int]) -> tuple[int, int]:
    """From which hour to which: those of the store, and those in which something happened."""
    opens, closes = _hour(state.read.opens), _hour(state.read.closes)
    ends = closes if closes is None or not state.read.closes.endswith(":00") else closes - 1
    usual = (opens, ends) if opens is not None and ends is not None and opens < ends else USUAL_HOURS
    first, last = min(usual[0], *needed), max(usual[1], *needed)
    return first, min(23, max(last, first + LEAST_HOURS - 1))


def _hour(text: str) -> int | None:
    head = text.partition(":")[0]
    return int(head) if head.isascii() and head.isdigit() and int(head) <= 24 else None


def empty(state: DayState) -> tuple[str, str]:
    """What stands in the place of the hours while there is nothing to show."""
    if not state.ready:
        return "", ""
    if not state.known:
        line = _("As soon as the terminal hears from it, the figures of this store stand here.")
        return _("The order system has told nothing yet"), line
    return _("A quiet day so far"), _("Orders, shoppers and hand-outs stand here, hour by hour.")


# --- the primary action ----------------------------------------------------------------------------------------------


def primary(state: DayState) -> tuple[str, str]:
    """Its words and its icon; "" where nothing is to be done."""
    return {
        Way.PICKING: (_("Pick orders"), "list"),
        Way.WAITING: (_("Show who waits"), "hand"),
        Way.READY: (_("Show what lies ready"), "layers"),
        Way.LATE: (_("Show late ones"), "triangle-alert")
        if state.topic is Topic.LATE
        else (_("Show what goes back"), "undo-2"),
    }.get(state.way, ("", ""))
