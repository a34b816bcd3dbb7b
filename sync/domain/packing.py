"""Packing lines of an order into a parcel: never more than is waited for, and what may stand in for something else.

Pure. Quantities in thousandths.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sync.domain.orders import BoughtLine, Fulfilment, Purchase, Substitutes
from sync.domain.pickups import Parcel, ParcelLine, ParcelState

_NO_MORE = (ParcelState.HANDED_OUT, ParcelState.SENT_BACK, ParcelState.CANCELLED)
"""What is in such a parcel does not wait for the shopper: its order's line says so."""


class PackRefusal(StrEnum):
    """Why a parcel can't be packed as asked."""

    NOTHING = "nothing"
    LINE_UNKNOWN = "line_unknown"
    OTHER_STORES = "other_stores"
    TOO_MANY = "too_many"
    NO_SUBSTITUTE = "no_substitute"
    NO_NUMBER = "no_number"


@dataclass(frozen=True, slots=True)
class PackAccepted:
    """What is in the parcel, and where it is collected."""

    lines: tuple[ParcelLine, ...]
    to: str


@dataclass(frozen=True, slots=True)
class PackRefused:
    """The reason, the line it is about, and how much of it is still to be packed."""

    reason: PackRefusal
    line: str = ""
    quantity: int = 0


@dataclass(frozen=True, slots=True)
class Put:
    """What goes into a parcel for an order's line and is more than so much of it: another article in its place, or
    units with numbers; thousandths."""

    line: str
    product: str
    sku: str
    name: str
    quantity: int
    serials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """What of an article decides whether it may stand in for another one."""

    id: str
    department: str
    unit: str
    numbered: bool


def may_stand_in(line: BoughtLine, ordered: Article, other: Article) -> bool:
    """Whether `other` may be given in place of what was `ordered` by a line: as its order says, and only what is
    counted in the same way."""
    alike = (ordered.unit, ordered.numbered) == (other.unit, other.numbered)
    if ordered.id == other.id or not alike or line.substitutes is Substitutes.NONE:
        return False
    if line.substitutes is Substitutes.LISTED:
        return other.id in line.substitute_ids
    return bool(ordered.department) and ordered.department == other.department


def decide_pack(
    bought: Purchase, parcels: Iterable[Parcel], wanted: dict[str, int], put: Iterable[Put] = ()
) -> PackAccepted | PackRefused:
    """Decide a parcel of thousandths of lines, beside the `parcels` of the order that there are: never more than is
    waited for. `put`: what of that is more than plain goods of the line."""
    special = {id: [it for it in put if it.line == id and it.quantity] for id in {it.line for it in put}}
    wanted = wanted | {id: wanted.get(id, 0) + sum(it.quantity for it in its) for id, its in special.items()}
    if not wanted:
        return PackRefused(PackRefusal.NOTHING)
    packed_before: dict[str, int] = {}
    for line in (x for it in parcels if it.state not in _NO_MORE for x in it.lines):
        packed_before[line.line] = packed_before.get(line.line, 0) + line.quantity
    places = {x.pickup_at for x in bought.lines if x.id in wanted}
    lines: list[ParcelLine] = []
    for id, quantity in wanted.items():
        found = bought.line(id)
        if found is None or found.fulfilment is not Fulfilment.PICKUP or not found.pickup_at:
            return PackRefused(PackRefusal.LINE_UNKNOWN, id)
        left = max(0, found.awaited - packed_before.get(id, 0))
        if not 0 < quantity <= left:
            return PackRefused(PackRefusal.TOO_MANY, id, left)
        lines += _into(found, quantity, special.get(id, []))
    if len(places) > 1:
        return PackRefused(PackRefusal.OTHER_STORES)
    return PackAccepted(tuple(lines), places.pop())


def _into(line: BoughtLine, quantity: int, special: list[Put]) -> list[ParcelLine]:
    """The parcel's lines of an order's line: its own goods, then what stands in for them."""
    own = [it for it in special if it.product == line.product]
    others = [it for it in special if it.product != line.product]
    plain = quantity - sum(it.quantity for it in others)
    units = tuple(serial for it in own for serial in it.serials)
    mine = ParcelLine(line.id, line.product, line.sku, line.name, plain, line.unit, serials=units)
    instead = [
        ParcelLine(line.id, it.product, it.sku, it.name, it.quantity, line.unit, line.product, line.name, it.serials)
        for it in others
    ]
    return [mine, *instead] if plain else instead
