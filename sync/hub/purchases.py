"""Purchases as the hub keeps them: one row for each, whose lock every claim, return and order takes first (F32).

An online order is made one by its channel; a sale in a store becomes one when something of it is first claimed or
comes back, so that the same right serves every door.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync.domain.orders import BoughtLine, Purchase, number_key
from sync.domain.receipts import SALE as SALE
from sync.domain.receipts import SoldAs, purchase_of_sale
from sync.hub import database, given, settings
from sync.hub.tables import purchase, sale, sale_line, sale_serial, sale_tender
from sync.protocol.operations import SaleLine

NOT_OF_ROW = ("units", "labelled", "mark", "expired")
"""What a sale's line may have and its row has not: it stands in a table of its own, or in the operation alone."""
_OF_LINE = tuple(name for name in SaleLine.__struct_fields__ if name not in NOT_OF_ROW)
_OMITTED = ("ready_by", "collector", "proxies", "collect_check")
"""Left out of a purchase's bytes where there is nothing to say, which is of most."""
_OMITTED_OF_LINE = ("substitutes", "substitute_ids", "given")
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Purchase)


def read(body: str) -> Purchase:
    """A purchase from its row's body."""
    return _decoder.decode(body)


def row_of(bought: Purchase) -> dict[str, Any]:
    """The row of the table, and of the feed."""
    said = msgspec.to_builtins(bought)
    paid = [{name: value for name, value in it.items() if name != "rounding" or value} for it in said["paid"]]
    kept = _said(said, _OMITTED) | {"paid": paid, "lines": [_said(line, _OMITTED_OF_LINE) for line in said["lines"]]}
    body = _encoder.encode(kept).decode()
    return {"id": bought.id, "number": number_key(bought.number), "at": bought.at, "body": body}


def _said(fields: dict[str, Any], optional: tuple[str, ...]) -> dict[str, Any]:
    """What there is to say."""
    return {name: value for name, value in fields.items() if name not in optional or value not in (None, "", (), [])}


def locked(conn: Connection, ids: Iterable[str]) -> dict[str, Purchase]:
    """Those of the purchases that there are, held until the transaction ends. Locks are taken in the order of ids."""
    query = select(purchase.c.id, purchase.c.body).where(purchase.c.id.in_(sorted(set(ids)))).order_by(purchase.c.id)
    return {row.id: read(row.body) for row in conn.execute(query.with_for_update())}


def make(conn: Connection, bought: Purchase) -> bool:
    """Make its row; False if there is one, or another transaction was faster. Ours is held by us."""
    statement = database.insert(conn, purchase).values(row_of(bought)).on_conflict_do_nothing()
    return conn.execute(statement.returning(purchase.c.id)).first() is not None


def make_of_sales(conn: Connection, ids: list[str]) -> set[str]:
    """Make rows for sales that have none yet; `ids` sorted. Answers those that were made now."""
    sold = [id for id in ids if id.startswith(f"{SALE}:")]
    known = given.those_of(conn, "purchase", "id", sold)
    numbers = [id.partition(":")[2] for id in sold if id not in known]
    found = sorted(of_sales(conn, numbers), key=lambda bought: bought.id)
    return {bought.id for bought in found if make(conn, bought)}


def of_sales(conn: Connection, numbers: list[str]) -> list[Purchase]:
    """Recorded sales as purchases of which nothing came back yet."""
    if not numbers:
        return []
    sales = conn.execute(select(sale).where(sale.c.sale_id.in_(numbers))).all()
    lines, tenders = _by_sale(conn, sale_line, numbers), _by_sale(conn, sale_tender, numbers)
    days, units = kept_number(conn, "return_days"), _units(conn, numbers)
    return [
        _of_sale(row, [_line_sold(x, units) for x in lines[row.sale_id]], tenders[row.sale_id], days) for row in sales
    ]


def _units(conn: Connection, numbers: list[str]) -> dict[tuple[str, int], list[str]]:
    """The serials of what was sold by them, by sale and line."""
    query = select(sale_serial).where(sale_serial.c.sale_id.in_(numbers))
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for row in conn.execute(query.order_by(sale_serial.c.sale_id, sale_serial.c.n, sale_serial.c.unit)):
        found[row.sale_id, row.n].append(row.serial)
    return found


def _line_sold(row: Any, units: dict[tuple[str, int], list[str]]) -> SaleLine:
    """A line as it was recorded."""
    said = {name: row._mapping[name] for name in _OF_LINE}
    return SaleLine(**said, units=units.get((row.sale_id, row.n), []))


def _by_sale(conn: Connection, table: Any, numbers: list[str]) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(select(table).where(table.c.sale_id.in_(numbers)).order_by(table.c.sale_id, table.c.n)):
        found[row.sale_id].append(row)
    return found


def _of_sale(row: Any, lines: list[Any], tenders: list[Any], days: int) -> Purchase:
    same = {name: getattr(row, name) for name in ("sale_id", "receipt", "location", "currency", "at", "change")}
    sold = SoldAs(**same, vat_included=bool(row.vat_included), language=row.language, days=days)
    return purchase_of_sale(sold, lines, tenders)


def kept_number(conn: Connection, key: str) -> int:
    """A setting that is a whole number above zero; else 0."""
    value = settings.kept(conn).get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def line_named(bought: Purchase, id: str) -> str:
    """A line as people know it."""
    line = bought.line(id)
    return f"line {id}" if line is None else f"line {id} ({line.sku} {line.name})"


def carried(before: Purchase, after: Purchase) -> Purchase:
    """`after` with what came back of `before`, line by line and tender by tender, where they are the same."""
    lines, paid = {x.id: x for x in before.lines}, {x.id: x for x in before.paid}
    return replace(
        after,
        received_at=before.received_at if after.collected else after.received_at,
        lines=tuple(_line_carried(lines.get(x.id), x) for x in after.lines),
        paid=tuple(replace(x, refunded=paid[x.id].refunded) if x.id in paid else x for x in after.paid),
    )


def _line_carried(before: BoughtLine | None, after: BoughtLine) -> BoughtLine:
    """The same line keeps its words and its VAT, whatever the catalogue says by now. A store that refused it is not
    asked again, whoever says so (F45)."""
    if before is None:
        return after
    asked = "" if after.pickup_at in before.refused else after.pickup_at
    if (before.product, before.quantity, before.amount) != (after.product, after.quantity, after.amount):
        return replace(after, refused=before.refused, pickup_at=asked)
    # Units that were handed out are known by what was packed; a channel may never have heard of them.
    serials = before.serials if before.returned or before.handed else after.serials
    kept = replace(before, until=after.until, returnable=after.returnable, serials=serials, bundle=after.bundle)
    kept = replace(kept, substitutes=after.substitutes, substitute_ids=after.substitute_ids)
    return replace(kept, fulfilment=after.fulfilment, pickup_at=asked)
