"""What is to be picked in this store: the hub's promises of it, less what this terminal packed and refused since.

The hub tells what of each order's line is left here; it goes once all of it is packed. What this terminal packed or
could not give is laid over that until the replica includes it, as sales are laid over stock.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.domain.catalogue import Words
from sync.domain.orders import Purchase, Substitutes
from sync.domain.stock import by_walk
from sync.local.database import Local
from sync.local.pickups import by_key, given_out, lacking, own_keys
from sync.local.rows import words
from sync.protocol import pickups


@dataclass(frozen=True, slots=True)
class StandIn:
    """An article that an order lists as what may be given in place of a line's own, where it lies and how much of it
    is counted here."""

    product: str
    names: Words
    shelf: str = ""
    on_hand: int | None = None


@dataclass(frozen=True, slots=True)
class LineToPick:
    """A line of an order: `quantity` thousandths of it are still to be packed here. `shelf` is where the product lies,
    "" if nobody said; `on_hand` thousandths of it are counted here (None: not known). `numbered`: each unit is packed
    by its own number. `substitutes`: what may stand in for it, `listed` the articles that its order names."""

    id: str
    product: str
    sku: str
    names: Words
    quantity: int
    unit: str = "pcs"
    department: str = ""
    department_names: Words = field(default_factory=dict)
    shelf: str = ""
    picture: str = ""
    tint: str = ""
    on_hand: int | None = None
    numbered: bool = False
    substitutes: Substitutes = Substitutes.NONE
    listed: tuple[StandIn, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderToPick:
    """An order with lines that are to be picked here, by department and shelf. `to`: the store where they are collected
    (lines for two stores are two of these: no parcel goes to both). `ready_by`: when the shopper was promised it (UTC
    ms; None: nothing was promised), `at`: when it was placed."""

    order: str
    number: str
    to: str
    ready_by: int | None
    at: int
    lines: tuple[LineToPick, ...]
    purchase: Purchase

    @property
    def key(self) -> str:
        """Tells it apart from every other one."""
        return f"{self.order}\x1f{self.to}"

    @property
    def pieces(self) -> int:
        """Thousandths to pick: of goods by weight each line counts as one."""
        return sum(line.quantity if line.unit == "pcs" else 1000 for line in self.lines)


_purchase = msgspec.json.Decoder(Purchase)

_ROWS = """SELECT k."order", k.line, k."to", k.product, k."left", o.body,
    p.sku, p.names, p.unit, p.department, d.names, coalesce(d.sort, 1 << 30), coalesce(s.shelf, ''),
    coalesce(p.picture, ''), coalesce(p.tint, ''), s.on_hand, coalesce(p.serial, 0)
    FROM replica.pick k JOIN replica.purchase o ON o.id = k."order"
    LEFT JOIN replica.product p ON p.id = k.product LEFT JOIN replica.department d ON d.id = p.department
    LEFT JOIN replica.stock s ON s.product = k.product AND s.location = k.location
    WHERE k.location = ? ORDER BY k."order", k.line"""
_LISTED = """SELECT p.id, p.names, coalesce(s.shelf, ''), s.on_hand FROM json_each(:ids) asked
    CROSS JOIN replica.product p ON p.id = asked.value
    LEFT JOIN replica.stock s ON s.product = p.id AND s.location = :here ORDER BY asked.key"""
_HERE = "(SELECT 'location:' || location FROM identity)"
_PACKED = by_key(
    f"""SELECT s.body FROM parcel_step s
    JOIN op o ON o.incarnation = s.incarnation AND o.seq = s.seq AND o.kind = 'parcel_packed'
    {lacking("s", _HERE)}"""  # noqa: S608 - constants
)
_REFUSED = f"""SELECT r."order", r.line FROM line_refused r {lacking("r", _HERE)}"""  # noqa: S608 - constants


def to_pick(local: Local) -> list[OrderToPick]:
    """The orders that are to be picked in this store, the most urgent first: by when they were promised, behind them
    those that were promised nothing, by when they were placed. One that the hub did not tell yet is not among them."""
    with local.read() as db:
        packed, refused = _packed_here(local), set(db.execute(_REFUSED).fetchall())
        orders: defaultdict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        for row in db.execute(_ROWS, (local.me.location,)).fetchall():
            if (row[0], row[1]) not in refused and row[4] > packed.get((row[0], row[1]), 0):
                orders[row[0], row[2]].append(row)
        found = [_order(local, rows, packed) for rows in orders.values()]
    return sorted(found, key=lambda one: (one.ready_by is None, one.ready_by or 0, one.at, one.key))


_LEFT = """SELECT "order", line, "left" FROM replica.pick WHERE location = ?"""


def left_to_pick(local: Local) -> set[str]:
    """Inside `local.read()`: the orders (purchases' ids) of which something is to be picked in this store. Those that
    the hub did not tell yet are among them."""
    db = local.raw
    packed, refused = _packed_here(local), set(db.execute(_REFUSED).fetchall())
    rows = db.execute(_LEFT, (local.me.location,)).fetchall()
    return {
        order for order, line, left in rows
        if (order, line) not in refused and left > packed.get((order, line), 0)
    }  # fmt: skip


def _packed_here(local: Local) -> dict[tuple[str, str], int]:
    """What this terminal packed and the replica does not include, by order and line; thousandths."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for (body,) in local.raw.execute(_PACKED, own_keys(local)).fetchall():
        parcel = pickups.read(body)
        for line in parcel.lines:
            sums[parcel.order, line.line] += line.quantity
    return sums


def _order(local: Local, rows: list[tuple[Any, ...]], packed: dict[tuple[str, str], int]) -> OrderToPick:
    bought = given_out(local, _purchase.decode(rows[0][5]))
    placed = sorted(rows, key=lambda row: (row[11], row[9] or "", by_walk(row[12]), row[6] or "", row[1]))
    lines = tuple(_line(local, bought, row, row[4] - packed.get((row[0], row[1]), 0)) for row in placed)
    return OrderToPick(bought.id, bought.number, rows[0][2], bought.ready_by, bought.at, lines, bought)


def _line(local: Local, bought: Purchase, row: tuple[Any, ...], left: int) -> LineToPick:
    """A product that the catalogue does not have any more is called as its order calls it."""
    _, id, _, product, _, _, sku, names, unit, department, of, _, shelf, picture, tint, on_hand, serial = row
    known = bought.line(id)
    said = words(names or "") or {"en": known.name if known else product}
    sku, unit = sku or (known.sku if known else ""), unit or (known.unit if known else "pcs")
    may_be = known.substitutes if known else Substitutes.NONE
    listed = _listed(local, known.substitute_ids) if known is not None and known.substitute_ids else ()
    numbered = bool(serial) and unit == "pcs"
    goods = (id, product, sku, said, left, unit, department or "", words(of or ""), shelf, picture, tint, on_hand)
    return LineToPick(*goods, numbered, may_be, listed)


def _listed(local: Local, ids: tuple[str, ...]) -> tuple[StandIn, ...]:
    """Those of the articles that the catalogue has, with where they lie."""
    rows = local.raw.execute(_LISTED, {"ids": json.dumps(ids), "here": local.me.location}).fetchall()
    return tuple(StandIn(id, words(names), shelf, on_hand) for id, names, shelf, on_hand in rows)
