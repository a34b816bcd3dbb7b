"""What a case looks like: its row in the list, its head, both sides, the ways to settle it. No window here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pos.attention.cases import told
from pos.attention.state import AttentionState, Phase
from pos.attention.words import Way, way
from pos.pictures import path_of
from pos.ui.i18n import _, clock_time, day, language, money, ngettext, quantity
from sync.domain.catalogue import in_language
from sync.domain.matters import Choice
from sync.domain.verdicts import Code
from sync.local.attention import Matter
from sync.protocol.matters import Facts, Side

MINUTE = 60_000
_NOTHING = Facts()


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list."""

    id: str
    icon: str
    title: str
    line: str
    age: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Window:
    """One side: who, when, what, and by whom; `tint` is only told apart, never a meaning."""

    icon: str
    who: str
    when: str
    what: str
    line: str
    tint: str


@dataclass(frozen=True, slots=True)
class Head:
    """What the open case is called."""

    title: str
    line: str
    icon: str
    picture: str
    tint: str


def count(state: AttentionState) -> str:
    """How many there are."""
    n = len(state.read.matters)
    return ngettext("{n} to settle", "{n} to settle", n).format(n=n) if n else _("Nothing to settle")


def foot(state: AttentionState) -> str:
    """What of it waits for the network."""
    n = state.read.waiting
    if not n:
        return ""
    return ngettext("{n} settled here waits to be sent", "{n} settled here wait to be sent", n).format(n=n)


def rows(state: AttentionState) -> list[Row]:
    """The list."""
    return [_row(state, matter) for matter in state.read.matters]


def _row(state: AttentionState, matter: Matter) -> Row:
    said = told(matter.code)
    line = " · ".join(dict.fromkeys(x for x in (_amount(matter), *(_who(state, s) for s in _ends(matter))) if x))
    return Row(matter.id, said.icon, said.title(), line, _age(state.now - matter.at), matter.id == state.open)


def _amount(matter: Matter) -> str:
    facts = matter.facts
    return money(facts.amount, facts.currency or "KZT") if facts.amount else ""


def _age(ms: int) -> str:
    minutes = max(1, ms // MINUTE)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    hours = minutes // 60
    return _("{n} h").format(n=hours) if hours < 48 else _("{n} d").format(n=hours // 24)


def head(state: AttentionState, matter: Matter) -> Head:
    """Title and line of the open case, with the goods it is about."""
    said, facts = told(matter.code), matter.facts
    product = state.read.products.get(facts.product)
    name = product.name(language()) if product else facts.words or facts.product
    number = _("order {number}").format(number=facts.number) if facts.number else ""
    left = _("now {n} here").format(n=quantity(facts.left or 0)) if _counts_stock(matter) else ""
    about = " · ".join(x for x in (name, number, _amount(matter), left, _ahead(matter)) if x)
    picture, tint = (path_of(product.picture), product.tint or "sand") if product else ("", "sand")
    return Head(said.title(), about or said.happened(), said.icon, picture, tint)


def _ahead(matter: Matter) -> str:
    if matter.code != Code.CLOCK_WRONG or not matter.facts.sides:
        return ""
    minutes = (matter.facts.sides[0].at - matter.at) // MINUTE
    return ngettext("{n} minute ahead", "{n} minutes ahead", minutes).format(n=minutes)


def _counts_stock(matter: Matter) -> bool:
    return matter.facts.left is not None and matter.code in (Code.STOCK_BELOW_ZERO, Code.OVERSOLD)


def question(matter: Matter) -> str:
    """What is kept, and what there is to do."""
    said = told(matter.code)
    return f"{said.happened()} {said.kept()}"


def _ends(matter: Matter) -> list[Side]:
    """The first side and the last: where more met, those between are counted."""
    sides = matter.facts.sides
    return [sides[0], sides[-1]] if len(sides) > 1 else list(sides)


def windows(state: AttentionState, matter: Matter) -> list[Window]:
    """Both sides, or the only one."""
    ends = _ends(matter)
    between = len(matter.facts.sides) - len(ends)
    return [_window(state, matter, side, tint, between if n else 0) for n, (side, tint) in enumerate(_tinted(ends))]


def _tinted(sides: list[Side]) -> list[tuple[Side, str]]:
    return list(zip(sides, ("sky", "lemon"), strict=False))


def _window(state: AttentionState, matter: Matter, side: Side, tint: str, between: int) -> Window:
    when, then = _when(state, side.at)
    line = " · ".join(x for x in (then, _by(matter, side), _more(between)) if x)
    return Window(_icon(side), _title(state, side), when, _what(matter, side), line, tint)


def _when(state: AttentionState, at: int) -> tuple[str, str]:
    """The time as hero; of an older day the day, and the time behind it."""
    zone = state.read.settings.timezone
    today = [datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(zone)).date() for ms in (at, state.now)]
    same = today[0] == today[1]
    return (clock_time(at, zone), "") if same else (day(at, zone), clock_time(at, zone))


def _icon(side: Side) -> str:
    icons = {"sale": "scan-barcode", "return": "undo-2", "payment": "credit-card", "purchase": "receipt"}
    icons |= {
        "order": "globe",
        "move": "package",
        "stock": "layers",
        "settled": "user-round-check",
        "blind_return": "ticket",
        "cash_paid": "banknote",
        "handed_out": "package-check",
        "order_paid": "wallet",
        "paid": "globe",
        "proxy_withdrawn": "globe",
    }
    return icons.get(side.what, "store")


def _who(state: AttentionState, side: Side) -> str:
    """Who it was: the terminal or the channel, and its place where that is another one."""
    place = state.read.places.get(side.location)
    where = in_language(place.names, language()) if place and side.location != state.read.here else ""
    return ", ".join(dict.fromkeys(x for x in (side.name, where) if x)) or where


def _title(state: AttentionState, side: Side) -> str:
    who = _who(state, side)
    if side.what == "stock":
        who = _("The shelf")
    return _("{who}, offline").format(who=who) if side.late and who else who or _("This terminal")


def _what(matter: Matter, side: Side) -> str:
    facts, n = matter.facts, quantity(side.quantity or 0)
    said = {
        "sale": _("Sold, receipt {receipt}"),
        "return": _("Taken back, receipt {receipt}"),
        "blind_return": _("Without a receipt, slip {receipt}"),
        "cash_paid": _("Paid out, slip {receipt}"),
        "purchase": _("Bought as {receipt}"),
        "order": _("Promised in order {receipt}"),
        "move": _("Moved by another system"),
        "stock": _("{n} there"),
        "payment": _("Asked to give {amount} back")
        if matter.code == Code.CARD_BACK_UNKNOWN
        else _("Asked the card for {amount}"),
        "settled": _("Settled"),
        "handed_out": _("Handed out, slip {receipt}"),
        "order_paid": _("Took the money, receipt {receipt}"),
        "paid": _("Paid where it was ordered, {receipt}"),
        "cancelled": _("Cancelled"),
        "sent_back": _("Sent back"),
        "parcel_sent_back": _("Sent back"),
        "expected": _("Packed it"),
        "received": _("Received it"),
        "parcel_packed": _("Packed it"),
        "parcel_surplus": _("Scanned its label"),
        "parcels_missing": _("Said that it did not come"),
        "proxy_withdrawn": _("Withdrew the proxy's pass"),
    }.get(side.what, _("Recorded it"))
    said = said if side.receipt or "{receipt}" not in said else said.partition(",")[0].replace(" {receipt}", "")
    return said.format(receipt=side.receipt, n=n, amount=money(side.amount or 0, facts.currency or "KZT"))


def _by(matter: Matter, side: Side) -> str:
    facts = matter.facts
    amount = money(side.amount, facts.currency or "KZT") if side.amount and side.what != "payment" else ""
    pieces = (
        ""
        if side.quantity in (None, 1000) or side.what == "stock"
        else _("{n} pcs").format(n=quantity(side.quantity or 0))
    )
    how = _tenders(side)
    person = _("by {name}").format(name=side.actor) if side.actor else ""
    return ", ".join(x for x in (person, pieces, " ".join(x for x in (amount, how) if x)) if x)


def _tenders(side: Side) -> str:
    if side.what == "settled":
        return way(Choice(side.basis), _NOTHING).title if side.basis in Choice.__members__.values() else ""
    if side.what == "return" and side.basis == "promise":
        return _("promised")
    return _("in cash") if side.tenders == ["cash"] else _("by card") if side.tenders == ["card"] else ""


def _more(between: int) -> str:
    return ngettext("{n} more before", "{n} more before", between).format(n=between) if between else ""


def ways(matter: Matter) -> list[Way]:
    """The ways to settle it."""
    return [way(choice, matter.facts, matter.code) for choice in matter.choices]


@dataclass(frozen=True, slots=True)
class Primary:
    """The primary action."""

    text: str
    line: str
    off: bool
    busy: bool


def primary(state: AttentionState) -> Primary:
    """One action: its second line says how, and whether somebody else must agree."""
    matter, choice = state.matter, state.choice
    busy = state.phase is Phase.RECORDING
    if matter is None or choice is None:
        return Primary(_("Settle"), "", True, busy)
    title = way(choice, matter.facts, matter.code).title
    line = title if state.may else _("A lead approves it")
    return Primary(_("Settle"), line, False, busy)
