"""Stock: movements are appended, levels are their running sums, changed by adding and never overwritten (F42)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sync.hub import given
from sync.hub.feed import Recorder
from sync.hub.given import append
from sync.hub.tables import movement
from sync.protocol.replica import COLUMNS

Place = tuple[str, str]
"""Product and location."""


@dataclass(frozen=True, slots=True)
class Move:
    """Goods came (+) or went (−), in thousandths. `key` makes it happen once; `source`: terminal or channel.
    `reserved`: so much more (+) or less (−) of what is there is promised; the movement itself says nothing of it."""

    key: str
    product: str
    location: str
    delta: int
    reason: str
    at: int
    source: str
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """A movement to be posted, whose feed it belongs to, and for whom."""

    recorder: Recorder
    move: Move
    owner: Any = None


def post(conn: Connection, recorder: Recorder, moves: list[Move]) -> list[int]:
    """Append movements with new keys and change the levels. Answers what was on hand right after each."""
    return post_all(conn, [Post(recorder, move) for move in moves])


def post_all(conn: Connection, posts: list[Post]) -> list[int]:
    """The same for movements of several pushes at once: each push's feed has the levels as they were right after it."""
    if not posts:
        return []
    append(conn, movement, [_row(post.move, post.recorder.at) for post in posts if post.move.delta])
    sums: defaultdict[Place, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for p in posts:
        on_hand, reserved = sums[p.move.product, p.move.location]
        sums[p.move.product, p.move.location] = on_hand + p.move.delta, reserved + p.move.reserved
    levels = _add(conn, sums, max(p.recorder.at for p in posts))
    for place, (on_hand, reserved) in sums.items():
        levels[place]["on_hand"] -= on_hand
        levels[place]["reserved"] -= reserved
    return _after_each(posts, levels)


def _row(move: Move, received: int) -> dict[str, Any]:
    return {
        "key": move.key,
        "product": move.product,
        "location": move.location,
        "delta": move.delta,
        "reason": move.reason,
        "at": move.at,
        "received_at": received,
        "source": move.source,
    }


def _after_each(posts: list[Post], levels: dict[Place, dict[str, Any]]) -> list[int]:
    """`levels` are those from before; they run on with each movement, and each push's feed gets its last of a place."""
    after = []
    for p in posts:
        level = levels[p.move.product, p.move.location]
        level["on_hand"] += p.move.delta
        level["reserved"] += p.move.reserved
        after.append(dict(level))
    last = {(id(p.recorder), p.move.product, p.move.location): n for n, p in enumerate(posts)}
    for n in sorted(last.values()):
        posts[n].recorder.put(f"location:{posts[n].move.location}", "stock", after[n])
    return [level["on_hand"] for level in after]


def change_levels(
    conn: Connection, recorder: Recorder, deltas: dict[Place, tuple[int, int]]
) -> dict[Place, dict[str, Any]]:
    """Add to on hand and reserved, and tell the feed. Answers the levels as they are now."""
    levels = _add(conn, deltas, recorder.at)
    for (_, where), level in levels.items():
        recorder.put(f"location:{where}", "stock", level)
    return levels


_COLUMNS = (("product", "text"), ("location", "text"), ("on_hand", "number"), ("reserved", "number"), ("at", "number"))
# Rows are given sorted, and so they are locked in one order: writers never wait in a ring.
_ADD = """INSERT INTO stock (product, location, on_hand, reserved, shelf, at)
SELECT product, location, on_hand, reserved, '', at FROM {given} WHERE true
ON CONFLICT (product, location) DO UPDATE
SET on_hand = stock.on_hand + excluded.on_hand, reserved = stock.reserved + excluded.reserved, at = excluded.at
RETURNING product, location, on_hand, reserved, shelf, at"""


def _add(conn: Connection, deltas: dict[Place, tuple[int, int]], at: int) -> dict[Place, dict[str, Any]]:
    rows = [
        {"product": p, "location": where, "on_hand": on_hand, "reserved": reserved, "at": at}
        for (p, where), (on_hand, reserved) in sorted(deltas.items())
    ]
    if not rows:
        return {}
    found: Any = given.run(conn, _ADD, _COLUMNS, rows)
    return {(row[0], row[1]): dict(zip(COLUMNS["stock"], row, strict=True)) for row in found}


def known_products(conn: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are products."""
    return given.those_of(conn, "product", "id", sorted(set(ids)))


def known_locations(conn: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are locations."""
    return given.those_of(conn, "location", "id", sorted(set(ids)))
