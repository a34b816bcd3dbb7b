"""Stock: movements are appended, levels are their running sums, changed by adding and never overwritten (F42)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, select

from sync.hub.database import append, insert
from sync.hub.feed import Recorder
from sync.hub.tables import location, movement, product, stock

CHUNK = 5000
"""Values of one IN list: below every database's limit of parameters."""

Place = tuple[str, str]
"""Product and location."""


@dataclass(frozen=True, slots=True)
class Move:
    """Goods came (+) or went (−), in thousandths. `key` makes it happen once; `source`: terminal or channel."""

    key: str
    product: str
    location: str
    delta: int
    reason: str
    at: int
    source: str


def post(conn: Connection, recorder: Recorder, moves: list[Move]) -> list[int]:
    """Append movements with new keys and change the levels. Answers what was on hand right after each."""
    if not moves:
        return []
    received = recorder.at
    rows = [
        {
            "key": m.key,
            "product": m.product,
            "location": m.location,
            "delta": m.delta,
            "reason": m.reason,
            "at": m.at,
            "received_at": received,
            "source": m.source,
        }
        for m in moves
    ]
    append(conn, movement, rows)
    sums: defaultdict[Place, int] = defaultdict(int)
    for m in moves:
        sums[m.product, m.location] += m.delta
    levels = change_levels(conn, recorder, {place: (delta, 0) for place, delta in sums.items()})
    return _after_each(moves, sums, levels)


def _after_each(moves: list[Move], sums: dict[Place, int], levels: dict[Place, dict[str, Any]]) -> list[int]:
    running = {place: levels[place]["on_hand"] - delta for place, delta in sums.items()}
    after = []
    for m in moves:
        running[m.product, m.location] += m.delta
        after.append(running[m.product, m.location])
    return after


def change_levels(
    conn: Connection, recorder: Recorder, deltas: dict[Place, tuple[int, int]]
) -> dict[Place, dict[str, Any]]:
    """Add to on hand and reserved, and tell the feed. Rows are locked in sorted order, so writers never ring-wait."""
    rows = [
        {"product": p, "location": where, "on_hand": on_hand, "reserved": reserved, "shelf": "", "at": recorder.at}
        for (p, where), (on_hand, reserved) in sorted(deltas.items())
    ]
    if not rows:
        return {}
    statement = insert(conn, stock)
    added = {
        "on_hand": stock.c.on_hand + statement.excluded.on_hand,
        "reserved": stock.c.reserved + statement.excluded.reserved,
        "at": statement.excluded.at,
    }
    statement = statement.on_conflict_do_update(index_elements=["product", "location"], set_=added).returning(*stock.c)
    levels = {}
    for row in conn.execute(statement, rows):
        level = dict(row._mapping)
        levels[row.product, row.location] = level
        recorder.put(f"location:{row.location}", "stock", level)
    return levels


def _known(conn: Connection, column: Column[str], ids: Iterable[str]) -> set[str]:
    asked = sorted(set(ids))
    found: set[str] = set()
    for start in range(0, len(asked), CHUNK):
        found.update(conn.execute(select(column).where(column.in_(asked[start : start + CHUNK]))).scalars())
    return found


def known_products(conn: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are products."""
    return _known(conn, product.c.id, ids)


def known_locations(conn: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are locations."""
    return _known(conn, location.c.id, ids)
