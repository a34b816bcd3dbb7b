"""The same unit sold twice: two sales hold one marking code, or one serial number, and it did not come back in between.

A till knows what it sold itself (`sync.actions.sold_units`); two tills meet only here. The goods are gone, so nothing
is refused (I-3): both sales are shown to a person. Sold, brought back and sold again is plain, as long as the return is
here with its sale or before the next one; one that comes later than that leaves the matter to a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection, select

from sync.domain import codes
from sync.domain.orders import Purchase
from sync.domain.receipts import SALE
from sync.domain.verdicts import Code
from sync.hub import given, sides
from sync.hub.cases import LONGEST_ID, Case, Court
from sync.hub.order_tables import unit_sold
from sync.hub.purchases import read
from sync.hub.tables import purchase, sale
from sync.protocol.matters import Facts, Side
from sync.protocol.operations import SaleLine

Key = tuple[str, str]
"""Product and unit."""
_COLUMNS = (("product", "text"), ("unit", "text"), ("sale_id", "text"), ("n", "number"))
_FIRST = """INSERT INTO unit_sold (product, unit, sale_id, n) SELECT product, unit, sale_id, n FROM {given}
    WHERE TRUE ORDER BY product, unit ON CONFLICT DO NOTHING RETURNING product, unit"""
_BEFORE = """SELECT u.product, u.unit, u.sale_id, u.n FROM {given} JOIN unit_sold AS u
    ON u.product = given.product AND u.unit = given.unit ORDER BY u.product, u.unit"""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit as one sale has it: on line `n`, from 1."""

    key: Key
    sale_id: str
    n: int

    @property
    def row(self) -> dict[str, Any]:
        """Its row."""
        return {"product": self.key[0], "unit": self.key[1], "sale_id": self.sale_id, "n": self.n}


def judge(court: Court, cases: list[Case]) -> None:
    """Find what was sold twice among these sales and all before them. Behind returns: what came back is free."""
    named = [(case, unit) for case in cases for unit in _units(case)]
    if not named:
        return
    last = _last_of(court.conn, [unit for _case, unit in named])
    met = [unit for _case, unit in named if last[unit.key].sale_id != unit.sale_id]
    bought = _bought(court.conn, {u.sale_id for unit in met for u in (unit, last[unit.key])})
    moved: dict[Key, _Unit] = {}
    for case, unit in named:
        before = last[unit.key]
        if before.sale_id == unit.sale_id or _is_back(unit, bought):
            continue
        if not _is_back(before, bought):
            _twice(court, case, unit, before)
        last[unit.key] = moved[unit.key] = unit
    given.update(court.conn, unit_sold, [moved[key].row for key in sorted(moved)])


def _units(case: Case) -> Iterator[_Unit]:
    for n, line in enumerate(case.body.lines, 1):
        for unit in dict.fromkeys((*line.serials, *_marked(line))):
            if 0 < len(unit) <= LONGEST_ID and unit.isprintable():
                yield _Unit((line.product, unit), case.body.sale_id, n)


def _marked(line: SaleLine) -> tuple[str, ...]:
    """The serial in its marking code; of what has a number, that number counts."""
    if line.mark is UNSET or line.serials:
        return ()
    return (codes.read(line.mark).said.serial,)


def _last_of(conn: Connection, units: list[_Unit]) -> dict[Key, _Unit]:
    """In which sale each was sold last before these; for the first time in the first of these. Their rows are held."""
    first: dict[Key, _Unit] = {}
    for unit in units:
        first.setdefault(unit.key, unit)
    rows = [first[key].row for key in sorted(first)]
    new = {(row.product, row.unit) for row in given.run(conn, _FIRST, _COLUMNS, rows)}
    old = [row for row in rows if (row["product"], row["unit"]) not in new]
    if old:
        held = " FOR UPDATE OF u" if conn.dialect.name == "postgresql" else ""
        for row in given.run(conn, _BEFORE + held, _COLUMNS, old):
            first[row.product, row.unit] = _Unit((row.product, row.unit), row.sale_id, row.n)
    return first


def _bought(conn: Connection, sales: set[str]) -> dict[str, Purchase]:
    """The sales of which something came back."""
    ids = [f"{SALE}:{id}" for id in sorted(sales)]
    rows = conn.execute(select(purchase.c.id, purchase.c.body).where(purchase.c.id.in_(ids)))
    return {row.id.partition(":")[2]: read(row.body) for row in rows}


def _is_back(unit: _Unit, bought: dict[str, Purchase]) -> bool:
    line = bought[unit.sale_id].line(str(unit.n)) if unit.sale_id in bought else None
    if line is None:
        return False
    return unit.key[1] in line.serials_back if line.serials else line.returned >= line.quantity


def _twice(court: Court, case: Case, unit: _Unit, before: _Unit) -> None:
    body, line = case.body, case.body.lines[unit.n - 1]
    row = court.conn.execute(select(sale).where(sale.c.sale_id == before.sale_id)).one()
    first = Side("sale", row.at, row.terminal, "", row.location, row.actor, row.receipt, row.total)
    both = sorted((first, sides.of_case(case)), key=lambda side: side.at)
    facts = Facts(sides=both, currency=body.currency, sku=line.sku, words=line.name, product=line.product)
    detail = f"{line.sku} {unit.key[1]}: sold on {row.receipt} at {row.terminal} ({row.location}) and on {body.receipt}"
    case.find(court, Code.UNIT_SOLD_TWICE, detail, ":".join(unit.key), body.location, facts)
