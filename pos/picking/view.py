"""What picking looks like: the orders as rows, an order as lines, what is fetched next, the one action. No window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos.picking.state import PIECE, Made, Phase, PickingState
from pos.picking.words import because, may_be
from pos.pictures import initials, path_of
from pos.printing import PaperState
from pos.ui.i18n import _, clock_time, day, language, ngettext, quantity
from pos.ui.said import StepSaid
from sync.domain.catalogue import Product, in_language
from sync.local.picking import LineToPick, OrderToPick

MINUTE = 60_000
SOON_MIN = 30
"""With so few minutes left an order is no comfortable one any more."""
SHELVES = 4
"""Shelves that a row names."""


@dataclass(frozen=True, slots=True)
class OrderSaid:
    """An order in the list. `tone` and `icon` are of the time that is left."""

    key: str
    time: str
    title: str
    pill: str
    pill_icon: str
    line: str
    left: str
    tone: str
    icon: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LineSaid:
    """A line of the order that is picked."""

    id: str
    shelf: str
    name: str
    info: str
    picture: str
    tint: str
    letters: str
    number: str
    words: str
    tone: str
    icon: str
    reason: str
    open: bool
    next: bool
    may: str = ""


@dataclass(frozen=True, slots=True)
class WindowSaid:
    """The window at the right: what it is about, the hero, the goods on the shelf, what hangs below the line."""

    over: str
    hero: str
    name: str
    picture: str
    tint: str
    letters: str
    foot: str
    foot_icon: str


@dataclass(frozen=True, slots=True)
class Primary:
    """The one action: words, its consequence, icon; `verb` of the flow."""

    text: str
    line: str = ""
    icon: str = "arrow-right"
    verb: str = ""
    off: bool = False
    busy: bool = False


# --- the list --------------------------------------------------------------------------------------------------------


def count(state: PickingState) -> str:
    """How many there are."""
    n = len(state.read.orders)
    return ngettext("{n} order to pick", "{n} orders to pick", n).format(n=n) if n else _("Nothing to pick")


def rows(state: PickingState) -> list[OrderSaid]:
    """The list."""
    return [_row(state, one) for one in state.orders]


def _row(state: PickingState, one: OrderToPick) -> OrderSaid:
    left, tone, icon = time_left(one.ready_by, state.now)
    by = state.taken.get(one.key)
    new = one.key in state.fresh
    pill = by.staff or by.terminal if by is not None else _("New") if new else ""
    place = _elsewhere(state, one)
    line = " · ".join(x for x in (things(one), place, _shelves(one)) if x)
    title = _("Order {number}").format(number=one.number)
    time = _time(state, one)
    pill_icon = "user" if by is not None else "sparkles" if new else ""
    return OrderSaid(one.key, time, title, pill, pill_icon, line, left, tone, icon, one.key == state.open)


def _time(state: PickingState, one: OrderToPick) -> str:
    """When it is to be ready; of another day the day."""
    if one.ready_by is None:
        return "—"
    zone = state.read.settings.timezone
    return clock_time(one.ready_by, zone) if _same_day(one.ready_by, state.now, zone) else day(one.ready_by, zone)


def _same_day(one: int, other: int, zone: str) -> bool:
    return len({datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(zone)).date() for at in (one, other)}) == 1


def things(one: OrderToPick) -> str:
    """How many things it is."""
    n = one.pieces // 1000
    return ngettext("{n} item", "{n} items", n).format(n=n)


def _elsewhere(state: PickingState, one: OrderToPick) -> str:
    place = state.read.places.get(one.to)
    if one.to == state.read.here:
        return ""
    return _("for {place}").format(place=in_language(place.names, language()) if place else one.to)


def _shelves(one: OrderToPick) -> str:
    named = list(dict.fromkeys(x.shelf for x in one.lines if x.shelf))
    more = f" +{len(named) - SHELVES}" if len(named) > SHELVES else ""
    return ", ".join(named[:SHELVES]) + more


def time_left(ready_by: int | None, now: int) -> tuple[str, str, str]:
    """How long until it is to be ready, in words; its tone and icon."""
    if ready_by is None:
        return _("no time promised"), "", "clock"
    minutes = abs(ready_by - now) // MINUTE
    if ready_by < now:
        return _("{time} late").format(time=_span(minutes)), "alert", "triangle-alert"
    return _("{time} left").format(time=_span(minutes)), "good" if minutes >= SOON_MIN else "", "timer"


def _span(minutes: int) -> str:
    """A span of time as people say it: 4 min, 1 h 3 min, 2 d."""
    hours = minutes // 60
    if hours >= 48:
        return _("{n} d").format(n=hours // 24)
    if not hours:
        return _("{n} min").format(n=minutes)
    rest = minutes % 60
    said = _("{n} h").format(n=hours)
    return f"{said} {_('{n} min').format(n=rest)}" if rest else said


def chosen_window(state: PickingState, one: OrderToPick) -> WindowSaid:
    """The order at the right of the list."""
    over = _("To be ready by") if one.ready_by is not None else _("No time was promised")
    hero = _time(state, one) if one.ready_by is not None else things(one)
    foot = _("Order {number}").format(number=one.number)
    return WindowSaid(over, hero, "", path_of("parcel"), "sky", "", foot, "package-open")


def contents(one: OrderToPick) -> list[LineSaid]:
    """What is in it, in the order of the walk."""
    return [_content(line) for line in one.lines]


def _content(line: LineToPick) -> LineSaid:
    said = _goods(line)
    of = _many(line, line.quantity)
    return LineSaid(line.id, line.shelf or "—", *said, of, "", "", "", "", open=False, next=False)


# --- an order --------------------------------------------------------------------------------------------------------


def lines(state: PickingState) -> list[LineSaid]:
    """The lines of the order that is picked, by department and shelf."""
    following = state.next_line
    return [_line(state, x, following is not None and following.id == x.id) for x in state.lines]


def _line(state: PickingState, line: LineToPick, following: bool) -> LineSaid:
    left, reason = state.left(line), state.reasons.get(line.id)
    got = line.quantity - left
    number = _("{n} of {all}").format(n=quantity(got), all=_many(line, line.quantity))
    words, tone, icon = "", "", ""
    if not left:
        words, tone, icon = _("Picked"), "good", "check"
    elif reason is not None:
        words, tone, icon = because(reason), "alert", "undo-2"
    opened = line.id == state.line and bool(left)
    why, may = reason.value if reason is not None else "", may_be(line) if opened else ""
    name, info, picture, tint, letters = _goods(line)
    shown = (name, _instead(state, line) or info, picture, tint, letters, number)
    return LineSaid(line.id, line.shelf or "—", *shown, words, tone, icon, why, opened, following, may)


def _instead(state: PickingState, line: LineToPick) -> str:
    """What is in the hand in place of a line's own goods, and the numbers of units; "" if neither is."""
    counts: dict[str, int] = {}
    for it in state.instead(line):
        name = in_language(it.names, language())
        counts[name] = counts.get(name, 0) + it.quantity
    many = [f"{name} × {quantity(n)}" if n != PIECE else name for name, n in counts.items()]
    others = _("Instead: {names}").format(names=", ".join(many)) if many else ""
    units = ", ".join(state.units(line))
    return " · ".join(x for x in (others, _("number {serials}").format(serials=units) if units else "") if x)


def _goods(line: LineToPick) -> tuple[str, str, str, str, str]:
    """Name, one line more, picture, tint and letters of a line's goods."""
    name, picture = in_language(line.names, language()), path_of(line.picture)
    info = " · ".join(x for x in (in_language(line.department_names, language()), line.sku) if x)
    return name, info, picture, line.tint or "sand", "" if picture else initials(name)


def _many(line: LineToPick, of: int) -> str:
    return quantity(of) if line.unit == "pcs" else f"{quantity(of)} {_('kg')}"


def next_window(state: PickingState) -> WindowSaid:
    """What is fetched next; else what became of the order."""
    if state.numbering is not None:
        return _asked_window(state.numbering.product)
    line = state.next_line
    if line is None:
        over, foot = _("Nothing else is to be fetched"), head(state)[0]
        return WindowSaid(over, progress(state), "", path_of("parcel"), "mint", "", foot, "package-open")
    name, _info, picture, tint, letters = _goods(line)
    over = _("Next, from shelf") if line.shelf else _("Next, its shelf is not known")
    there = "" if line.on_hand is None else _("{n} on hand").format(n=_many(line, line.on_hand))
    left = _("{n} to fetch").format(n=_many(line, state.left(line)))
    foot = " · ".join(x for x in (left, there) if x)
    return WindowSaid(over, line.shelf or "—", name, picture, tint, letters, foot, "footprints")


def _asked_window(product: Product) -> WindowSaid:
    """The article whose number is asked for."""
    name, picture = product.name(language()), path_of(product.picture)
    foot = _("Not counted yet")
    hero = _("Serial number")
    return WindowSaid(
        product.sku, hero, name, picture, product.tint, "" if picture else initials(name), foot, "hourglass"
    )


def head(state: PickingState) -> tuple[str, str]:
    """The order that is picked: its title, and who collects what."""
    order = state.order
    if order is None:
        return "", ""
    collector = order.purchase.collector or order.purchase.customer
    line = " · ".join(x for x in (collector, things(order), _elsewhere(state, order)) if x)
    return _("Order {number}").format(number=order.number), line


def progress(state: PickingState) -> str:
    """How many of how many are in the hand."""
    return _("{n} of {all}").format(n=quantity(state.in_hand * 1000), all=quantity(state.wanted * 1000))


def parcel_now(state: PickingState) -> str:
    """The parcel that is being filled."""
    title = _("Parcel {n}").format(n=len(state.made) + 1)
    n = state.in_hand
    return f"{title} · {ngettext('{n} item', '{n} items', n).format(n=n)}"


def facts(state: PickingState) -> list[StepSaid]:
    """What is to be known while it is picked: the parcel, the time, who else may pick it."""
    order = state.order
    if order is None:
        return []
    left, tone, icon = time_left(order.ready_by, state.now)
    ready = _("Ready by {time}").format(time=_time(state, order)) if order.ready_by is not None else left
    who_for = " · ".join(x for x in (left if order.ready_by is not None else "", _elsewhere(state, order)) if x)
    late = {"alert": "fault", "good": "done"}.get(tone, "next")
    parcel = StepSaid("now", parcel_now(state), _("Each unit is confirmed by its scan."), icon="package")
    return [parcel, StepSaid(late, ready, who_for, icon=icon), _kept(state)]


def _kept(state: PickingState) -> StepSaid:
    """Whether a colleague may be at it too."""
    if not state.kept_until:
        return StepSaid("next", _("Nobody was asked"), _("A colleague may pick it too."), icon="wifi-off")
    time = clock_time(state.kept_until, state.read.settings.timezone)
    line = _("Nobody else here picks it.")
    return StepSaid("done", _("Kept for you until {time}").format(time=time), line, icon="user-round-check")


# --- when packed -----------------------------------------------------------------------------------------------------


def ended(state: PickingState) -> WindowSaid:
    """What became of the order."""
    number = state.order.number if state.order else ""
    n = len(state.made)
    over = _("Order {number}").format(number=number)
    hero = ngettext("{n} parcel", "{n} parcels", n).format(n=n) if n else _("Went back")
    foot = ngettext("{n} line went back", "{n} lines went back", state.given_back)
    said = foot.format(n=state.given_back) if state.given_back else _("All of it is packed")
    return WindowSaid(over, hero, "", path_of("parcel"), "mint" if n else "sand", "", said, "package-check")


def steps(state: PickingState) -> list[StepSaid]:
    """Parcels and their labels."""
    found: list[StepSaid] = []
    for n, made in enumerate(state.made, 1):
        many = sum(line.quantity // 1000 if line.unit == "pcs" else 1 for line in made.parcel.lines)
        what = ngettext("{n} item", "{n} items", many).format(n=many)
        instead = len(made.parcel.substituted)
        swapped = ngettext("{n} replaced", "{n} replaced", instead).format(n=instead) if instead else ""
        line = " · ".join(x for x in (what, swapped, _place_of(state, made)) if x)
        found += [StepSaid("done", _("Parcel {n} is packed").format(n=n), line, icon="package-check"), label(made)]
    return found


def _place_of(state: PickingState, made: Made) -> str:
    if made.parcel.location == state.read.here:
        return _("is collected here")
    place = state.read.places.get(made.parcel.location)
    return _("for {place}").format(place=in_language(place.names, language()) if place else made.parcel.location)


def label(made: Made) -> StepSaid:
    """How a label stands."""
    said: dict[PaperState, Callable[[], StepSaid]] = {
        PaperState.PRINTED: lambda: StepSaid("done", _("Label printed"), _("Stick it on.")),
        PaperState.PRINTING: lambda: StepSaid("now", _("Label is printing"), ""),
        PaperState.ABSENT: lambda: StepSaid("next", _("No printer here"), _("Write the number on it."), icon="printer"),
        PaperState.DOUBTFUL: lambda: StepSaid("fault", _("Label may be on paper"), _("Look, else print it again.")),
        PaperState.FAILED: lambda: StepSaid("fault", _("Label not printed"), _("See to the printer.")),
    }
    return said[made.label]()


# --- the action ------------------------------------------------------------------------------------------------------


def primary(state: PickingState, shelves: bool) -> Primary:
    """One action. `shelves`: a packed parcel can go on to a shelf from here."""
    if state.phase in (Phase.LIST, Phase.CLAIMING):
        one = state.chosen
        line = f"{one.number} · {things(one)}" if one is not None else ""
        return Primary(_("Accept"), line, "hand", "accept", one is None, state.phase is Phase.CLAIMING)
    if state.phase is Phase.DONE:
        here = next((it for it in state.made if it.parcel.location == state.read.here), None)
        if here is not None and shelves:
            line = _("Parcel {n}").format(n=1 + state.made.index(here)) if len(state.made) > 1 else ""
            return Primary(_("On to the shelf"), line, "package", "shelve_first")
        return Primary(_("Next order"), "", "arrow-right", "next")
    if state.numbering is not None:
        off = state.numbering.serial is None
        return Primary(_("Take the number"), state.numbering.serial or "", "check", "number_done", off)
    busy = state.phase is Phase.PACKING
    if state.settled and not state.in_hand:
        return Primary(_("Send it back"), _("Nothing of it can be given"), "undo-2", "pack", False, busy)
    off = not state.in_hand
    return Primary(_("Pack the parcel"), "" if off else _pack_line(state), "package-check", "pack", off, busy)


def _pack_line(state: PickingState) -> str:
    said = progress(state)
    return said if state.settled else _("{said}, then go on").format(said=said)
