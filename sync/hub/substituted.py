"""What was packed in place of something else: whether its order allows that, and what the retailer is told of it.

The line's amount stays what was paid. Where the other article costs less, the event says by how much: what is given
back for it is the channel's own decision, and its own refund.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync.domain.money import divide
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.packing import Article, may_stand_in
from sync.domain.pickups import Parcel, ParcelLine
from sync.domain.pricing import Price, line_amount, price_now, vat_of
from sync.domain.verdicts import Code
from sync.hub import settings
from sync.hub.attention import Note
from sync.hub.events import Event
from sync.hub.feed import Recorder
from sync.hub.parcels import Shelf
from sync.hub.tables import location, price, product
from sync.protocol.matters import Facts, Side

SUBSTITUTED = "line_substituted"
"""The event."""


class Substitutes:
    """What the lines of parcels need to be judged by, read once."""

    def __init__(self, conn: Connection, lines: list[ParcelLine]) -> None:
        self._conn = conn
        ids = sorted({id for line in lines if line.instead_of for id in (line.product, line.instead_of)})
        columns = (product.c[name] for name in ("id", "department", "unit", "serial", "vat_rate"))
        query = select(*columns).where(product.c.id.in_(ids))
        self._goods: dict[str, Any] = {row.id: row for row in conn.execute(query)} if ids else {}

    def fits(self, of: BoughtLine, line: ParcelLine) -> bool:
        """Whether what is in the parcel may stand in for a line's own goods."""
        other = self._goods.get(line.product)
        ordered = self._goods.get(of.product)
        like = Article(of.product, "", of.unit, numbered=False) if ordered is None else _article(ordered)
        return other is not None and may_stand_in(of, like, _article(other))

    def told(self, bought: Purchase, line: ParcelLine, where: str, at: int) -> dict[str, Any]:
        """What the retailer is told of a line: what was paid for so much of it, what the other article costs at that
        place and time (None: nobody knows), and by how much that is less. Minor units."""
        of = bought.line(line.line)
        paid = divide(of.amount * min(line.quantity, of.quantity), of.quantity) if of is not None else 0
        costs = self._price(line, where, at)
        said: dict[str, Any] = {"line": line.line, "product": line.product, "sku": line.sku, "name": line.name}
        said |= {"instead_of": line.instead_of, "instead_name": line.instead_name, "quantity": line.quantity}
        allowed = of is not None and self.fits(of, line)
        less = max(0, paid - costs) if costs is not None else 0
        return said | {"allowed": allowed, "paid": paid, "costs": costs, "less": less, "currency": bought.currency}

    def _price(self, line: ParcelLine, where: str, at: int) -> int | None:
        of_place = select(location.c.pricelist).where(location.c.id == where)
        mine = (price.c.product == line.product, price.c.list == of_place.scalar_subquery())
        rows: Any = self._conn.execute(select(price).where(*mine))
        found = price_now([Price(row.unit, row.regular, row.start, row.end) for row in rows], at)
        goods = self._goods.get(line.product)
        if found is None or goods is None:
            return None
        amount = line_amount(line.quantity, found.unit)
        included = bool(settings.kept(self._conn).get("vat_included", True))
        return amount if included else amount + vat_of(amount, goods.vat_rate, included=False)


def _article(row: Any) -> Article:
    return Article(row.id, row.department, row.unit, bool(row.serial) and row.unit == "pcs")


def short(lines: tuple[ParcelLine, ...]) -> list[dict[str, Any]]:
    """What the shopper is told of lines whose goods are not those that were ordered."""
    return [
        {"line": x.line, "name": x.name, "sku": x.sku, "instead_of": x.instead_name, "quantity": x.quantity}
        for x in lines
        if x.instead_of
    ]


def told_late(conn: Connection, bought: Purchase, shelf: Shelf, recorder: Recorder) -> tuple[list[Event], list[Note]]:
    """What was packed of an order before the hub heard of it: what is told of it, and put before a person, as it would
    have been then. A parcel of which nobody told yet how it was packed is told of by that."""
    found: list[Event] = []
    notes: list[Note] = []
    for parcel in shelf.of_order(bought.id):
        packed = next((row for row in shelf.history[parcel.id] if row["fence"] == 1 and row["op"]), None)
        if packed is None or not parcel.substituted:
            continue
        known = Substitutes(conn, list(parcel.substituted))
        said = [known.told(bought, line, packed["location"], packed["at"]) for line in parcel.substituted]
        told = {"parcel": parcel.id, "number": parcel.number, "location": parcel.location, "lines": said}
        found.append(Event(SUBSTITUTED, bought.id, recorder.at, told))
        wrong = [line for line, each in zip(parcel.substituted, said, strict=True) if not each["allowed"]]
        notes += [_not_allowed(parcel, wrong, packed, recorder)] if wrong else []
    return found, notes


def not_allowed(parcel: Parcel, lines: Iterable[ParcelLine]) -> str:
    """What a parcel has in place of something else that its order does not allow, in words."""
    named = ", ".join(f"{x.sku or x.product} instead of {x.instead_name or x.instead_of}" for x in lines)
    return f"order {parcel.number}, parcel {parcel.id}: it does not allow {named}"


def _not_allowed(parcel: Parcel, lines: list[ParcelLine], packed: dict[str, Any], recorder: Recorder) -> Note:
    who = {"terminal": packed["terminal"], "location": packed["location"], "actor": packed["actor"]}
    first, text = lines[0], not_allowed(parcel, lines)
    side = Side("parcel_packed", packed["at"], quantity=sum(x.quantity for x in parcel.lines), **who)
    facts = Facts(sides=[side], purchase=parcel.order, number=parcel.number, line=first.line, sku=first.sku)
    facts = msgspec.structs.replace(facts, words=first.name, product=first.product)
    by = (packed["location"], packed["terminal"], "", 0, parcel.id, recorder.at)
    return Note(Code.SUBSTITUTE_DIFFERS, text, *by, recorder, facts)
