"""What is behind the figure that is open, at the right of the day: larger numbers, and a list. No window here."""

from collections.abc import Callable
from dataclasses import dataclass

from pos.day.state import DayState, Topic
from pos.day.view import NAMES, PATIENCE, waiting
from pos.day.words import lasting
from pos.ui.i18n import _, ngettext, number
from sync.domain.arrivals import Arrival, ArrivalState
from sync.local.collect_day import OpenOrder

MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class Big:
    """A number with its words below."""

    number: str
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: `share` 0 to 1000 of its bar, -1: it has none. `tone`: "", quiet or alert."""

    name: str
    line: str
    value: str
    tone: str = ""
    share: int = -1


@dataclass(frozen=True, slots=True)
class Panel:
    """The right side. `rows` may be more than there is room for: the first are shown, and how many more there are."""

    heading: str
    big: tuple[Big, ...] = ()
    rows: tuple[Row, ...] = ()
    empty: str = ""


def panel(state: DayState) -> Panel:
    """What is behind the figure that is open."""
    if not state.known:
        return Panel(NAMES[state.topic][1]())
    return _PANELS[state.topic](state)


def _order_name(order: OpenOrder) -> str:
    return order.collector or _("Order {number}").format(number=order.number)


def _pick_panel(state: DayState) -> Panel:
    orders = state.read.figures.to_pick
    late = sum(bool(order.late(state.now)) for order in orders)
    big = (Big(number(len(orders)), ngettext("order", "orders", len(orders))), _count(late, _("late")))
    rows = tuple(_order_row(state, order, order.number if order.collector else "") for order in orders[:MOST_ROWS])
    return Panel(_("To pick"), big, rows, _("Everything is picked."))


def _late_panel(state: DayState) -> Panel:
    orders = state.read.figures.late(state.now)
    longest = orders[0].late(state.now) if orders else 0
    big = (Big(lasting(longest), _("the longest"), "alert"),) if orders else ()
    rows = tuple(_late_row(order, order.late(state.now)) for order in orders[:MOST_ROWS])
    return Panel(_("Late"), big, rows, _("Everything was ready when it was promised."))


def _order_row(state: DayState, order: OpenOrder, line: str) -> Row:
    late = order.late(state.now)
    if late:
        return Row(_order_name(order), line, _("{time} late").format(time=lasting(late)), "alert")
    if order.ready_by is None:
        return Row(_order_name(order), line, _("no time promised"), "quiet")
    return Row(_order_name(order), line, _("{time} left").format(time=lasting(order.ready_by - state.now)))


def _late_row(order: OpenOrder, late: int) -> Row:
    return Row(_order_name(order), _where(order), lasting(late), "alert")


def _where(order: OpenOrder) -> str:
    """Where it hangs."""
    if order.missing:
        where = _("a parcel is missing")
    else:
        where = _("to be picked here") if order.to_pick else _("on the way") if order.coming else _("on no shelf")
    return f"{order.number} · {where}" if order.collector else where


def _shelves_panel(state: DayState) -> Panel:
    found, places = state.read.figures, state.read.places
    full = sum(bool(places) and count >= places for _shelf, count in found.lying)
    shelves = Big(number(len(found.lying)), ngettext("shelf", "shelves", len(found.lying)))
    parcels = Big(number(found.on_shelves), ngettext("parcel", "parcels", found.on_shelves))
    second = _count(full, _("full")) if places else parcels
    big = (shelves, second, _count(found.expired + found.cancelled, _("to send back"))) if found.lying else ()
    most = places or max((count for _shelf, count in found.lying), default=1)
    rows = tuple(_shelf_row(shelf, count, places, most) for shelf, count in found.lying[:MOST_ROWS])
    return Panel(_("On shelves"), big, rows, _("No parcel lies here."))


def _shelf_row(shelf: str, count: int, places: int, most: int) -> Row:
    share = min(1000, count * 1000 // most)
    if not places:
        return Row(shelf, "", number(count), share=share)
    value = _("{n} of {places}").format(n=number(count), places=number(places))
    return Row(shelf, "", value, "alert" if count >= places else "", share)


def _here_panel(state: DayState) -> Panel:
    here, waits = state.read.figures.here, waiting(state)
    longest, alone = max(waits, default=0), sum(each.taken_at is None for each in here)
    first = Big(lasting(longest), _("the longest wait"), "alert" if longest > PATIENCE else "")
    big = (first, _count(alone, _("nobody serves yet"))) if here else ()
    rows = tuple(_shopper(each, wait) for each, wait in zip(here, waits, strict=True))
    return Panel(_("Here now"), big, rows[:MOST_ROWS], _("Nobody waits."))


def _shopper(arrival: Arrival, wait: int) -> Row:
    how = {
        ArrivalState.WAITING: _("waits"),
        ArrivalState.BRINGING: _("being brought"),
        ArrivalState.AT_COUNTER: _("at the counter"),
    }.get(arrival.state, "")
    line = f"{_('Order {number}').format(number=arrival.number)} · {how}"
    return Row(arrival.ticket, line, lasting(wait), "alert" if wait > PATIENCE else "")


def _out_panel(state: DayState) -> Panel:
    found, waits = state.read.figures, state.read.figures.waits
    big: tuple[Big, ...] = ()
    if waits.average is not None and waits.longest is not None:
        tone = "alert" if waits.longest > PATIENCE else ""
        big = (Big(lasting(waits.average), _("average wait")), Big(lasting(waits.longest), _("the longest wait"), tone))
    rows = [
        Row(_("Hand-outs"), "", number(found.hand_outs)),
        Row(_("Parcels"), "", number(found.handed)),
        Row(_("Shoppers who came"), "", number(waits.came)),
        Row(_("of them served"), "", number(waits.served), "quiet"),
        Row(_("of them gone before"), "", number(waits.left), "quiet"),
    ]
    if found.hand_outs:
        peak = max(range(len(found.given)), key=lambda hour: found.given[hour])
        rows.append(Row(_("Busiest hour"), "", f"{peak}:00 – {peak + 1}:00"))
    shown = tuple(rows) if found.hand_outs or waits.came else ()
    return Panel(_("Handed out"), big, shown, _("Nothing was handed out yet today."))


def _count(count: int, words: str) -> Big:
    return Big(number(count), words, "alert" if count else "")


_PANELS: dict[Topic, Callable[[DayState], Panel]] = {
    Topic.PICK: _pick_panel,
    Topic.LATE: _late_panel,
    Topic.SHELVES: _shelves_panel,
    Topic.HERE: _here_panel,
    Topic.OUT: _out_panel,
}
