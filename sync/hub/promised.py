"""What orders that are picked up are promised at which source: reserved at once, and let go of step by step (F44).

`pickup_line.left` is promised and not packed; what is packed is promised by its parcel. The order's row is held by
whoever changes either. What is left at a source is told to its terminals, as `pick`: that is what is picked there.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, select, tuple_

from sync.domain.orders import BoughtLine, Fulfilment, Purchase
from sync.domain.pickups import ParcelLine
from sync.hub import given
from sync.hub.feed import Recorder
from sync.hub.movements import Place
from sync.hub.tables import line_refusal, pick, pickup_line
from sync.protocol.replica import key_of


class Promises:
    """The promises of the orders that a transaction holds; `write` puts them down."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._orders: dict[str, dict[str, dict[str, Any]]] = {}
        self._known: set[tuple[str, str]] = set()
        self._changed: set[tuple[str, str]] = set()

    def hold(self, orders: list[str]) -> None:
        """Read them; whoever holds the order's row holds these."""
        new = sorted(set(orders) - set(self._orders))
        if not new:
            return
        self._orders |= {order: {} for order in new}
        for row in self._conn.execute(select(pickup_line).where(pickup_line.c.order.in_(new))).mappings():
            self._orders[row["order"]][row["line"]] = dict(row)
            self._known.add((row["order"], row["line"]))

    @property
    def products(self) -> set[str]:
        """What is promised."""
        return {row["product"] for lines in self._orders.values() for row in lines.values()}

    @property
    def places(self) -> set[str]:
        """Where it is promised."""
        return {row["source"] for lines in self._orders.values() for row in lines.values()}

    def take(self, order: str, line: ParcelLine, recorder: Recorder) -> tuple[str, int]:
        """Goods of a line are packed, wherever that is: where so much of them was promised, and how much. The rest of
        the promise stays."""
        row = self._orders[order].get(line.line)
        if row is None:
            return "", 0
        taken: int = min(line.quantity, row["left"])
        self._set(row, recorder, left=row["left"] - taken)
        return str(row["source"]), taken

    def let_go(self, order: str, line: str, recorder: Recorder) -> tuple[Place, int] | None:
        """Nothing more of a line is promised: where it was, and how much; None if it was not."""
        row = self._orders[order].get(line)
        if row is None or not row["left"]:
            return None
        was = (row["product"], row["source"]), row["left"]
        self._set(row, recorder, left=0)
        return was

    def product_of(self, order: str, line: str) -> str:
        """What is promised of a line, "" if nothing is."""
        row = self._orders[order].get(line)
        return str(row["product"]) if row is not None else ""

    def source_of(self, order: str, line: str) -> str:
        """Where a line is promised, "" if it is not."""
        row = self._orders[order].get(line)
        return str(row["source"]) if row is not None else ""

    def made_at(self, order: str, line: str) -> set[str]:
        """The places that a line's promise names."""
        row = self._orders[order].get(line)
        return set() if row is None else {row["source"], row["location"]}

    def settle(
        self, bought: Purchase, packed: dict[str, int], sources: dict[str, str], recorder: Recorder
    ) -> dict[Place, int]:
        """Promise what an order waits for and what is not packed. Answers by how much is promised more or less there.

        `sources`: where lines come from, if it is not where they are picked up."""
        deltas: defaultdict[Place, int] = defaultdict(int)
        rows = self._orders[bought.id]
        for line in bought.lines:
            before = rows.get(line.id)
            if before is not None:
                deltas[before["product"], before["source"]] -= before["left"]
            if line.fulfilment is Fulfilment.PICKUP and line.goods:
                row = _wanted(line, before, packed.get(line.id, 0), sources.get(line.id, ""))
                deltas[line.product, row["source"] or line.pickup_at] += row["left"]
                self._set(rows.setdefault(line.id, {"order": bought.id, "line": line.id}), recorder, **row)
            elif before is not None:
                self._set(before, recorder, left=0)
        for id in set(rows) - {line.id for line in bought.lines}:
            deltas[rows[id]["product"], rows[id]["source"]] -= rows[id]["left"]
            self._set(rows[id], recorder, left=0)
        return {place: delta for place, delta in deltas.items() if delta}

    def _set(self, row: dict[str, Any], recorder: Recorder, **values: Any) -> None:
        """Change a promise; what is left to be picked is told where it is."""
        if all(row.get(name) == value for name, value in values.items()):
            return
        before, key = row.get("source", "") if row.get("left") else "", (row["order"], row["line"])
        row |= values
        self._changed.add(key)
        if before and (before != row["source"] or not row["left"]):
            recorder.delete(f"location:{before}", "pick", key_of("pick", row | {"location": before}))
        if row["left"]:
            recorder.put(f"location:{row['source']}", "pick", _pick(row))

    def write(self) -> None:
        """Write them down."""
        rows = {key: self._orders[key[0]][key[1]] for key in sorted(self._changed)}
        given.append(self._conn, pickup_line, [row for key, row in rows.items() if key not in self._known])
        given.update(self._conn, pickup_line, [row for key, row in rows.items() if key in self._known])
        if rows:
            self._conn.execute(pick.delete().where(tuple_(pick.c.order, pick.c.line).in_(list(rows))))
        given.append(self._conn, pick, [_pick(row) for row in rows.values() if row["left"]])
        self._known |= set(rows)
        self._changed.clear()


def _wanted(line: BoughtLine, before: dict[str, Any] | None, packed: int, source: str) -> dict[str, Any]:
    """What is promised of a line, and where; `source` is what its order says of it, `before` the promise that there
    was."""
    kept = before["source"] if before is not None and before["location"] == line.pickup_at else ""
    source = source or kept or line.pickup_at
    wanted = max(0, line.quantity - line.cancelled - max(line.handed, packed))
    wanted = wanted if line.pickup_at and source not in line.refused else 0
    return {"product": line.product, "source": source, "location": line.pickup_at, "left": wanted}


def _pick(row: dict[str, Any]) -> dict[str, Any]:
    """What terminals are told of a promise."""
    same = {name: row[name] for name in ("order", "line", "product", "left")}
    return same | {"location": row["source"], "to": row["location"]}


def refusals(conn: Connection, order: str) -> list[tuple[str, str]]:
    """The lines of an order that stores refused: line and store."""
    mine = line_refusal.c.order == order
    columns = (line_refusal.c.line, line_refusal.c.location)
    return [(row.line, row.location) for row in conn.execute(select(*columns).where(mine).order_by(*columns))]
