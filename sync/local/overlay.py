"""What own operations did to stock and the replica does not show yet: sums by product, kept up, not added up anew.

After a month offline a hundred thousand sales wait, and adding them up for each look at a shelf would take seconds.
Here only what came since the last look is read: new sales are added, those that the replica now includes or that the
hub refused are taken off. Operations of an earlier journal count until their verdict.
"""

import sqlite3
from dataclasses import dataclass, field

_WHERE_WE_ARE = """SELECT i.incarnation, i.location,
    coalesce((SELECT c.included FROM replica.cursor c
        WHERE c.scope = 'location:' || i.location AND c.incarnation = i.incarnation), 0),
    coalesce((SELECT max(e.seq) FROM effect e WHERE e.incarnation = i.incarnation), 0),
    coalesce((SELECT max(v.seq) FROM verdict v WHERE v.incarnation = i.incarnation), 0),
    coalesce((SELECT a.seq FROM anchor a WHERE a.incarnation = i.incarnation), 0) FROM identity i"""
_EFFECTS = """SELECT e.product, e.delta, e.seq FROM effect e
    WHERE e.incarnation = ? AND e.seq > ? AND e.seq <= ? AND e.location = ?"""
_SUMS = """SELECT e.product, sum(e.delta) FROM effect e
    WHERE e.incarnation = ? AND e.seq > ? AND e.seq <= ? AND e.location = ? GROUP BY e.product"""
_REFUSED = """SELECT v.seq FROM verdict v
    WHERE v.incarnation = ? AND v.seq > ? AND v.seq <= ? AND v.outcome = 'refused'"""
JOURNALS = """WITH RECURSIVE journal (name) AS (SELECT min(incarnation) FROM waiting UNION ALL
    SELECT (SELECT min(w.incarnation) FROM waiting w WHERE w.incarnation > name) FROM journal WHERE name IS NOT NULL)"""
"""The journals that have waiting operations, found by a step for each journal instead of one for each operation."""
_EARLIER_ENDS = f"""{JOURNALS} SELECT name, (SELECT min(seq) FROM waiting WHERE incarnation = name),
    (SELECT max(seq) FROM waiting WHERE incarnation = name) FROM journal WHERE name IS NOT NULL AND name <> ?"""  # noqa: S608 - constants
_EARLIER = """SELECT e.product, e.delta FROM waiting w
    JOIN effect e ON e.incarnation = w.incarnation AND e.seq = w.seq WHERE w.incarnation <> ? AND e.location = ?"""


@dataclass(slots=True)
class _Stand:
    """How far the sums go: own effects above `included` up to `last`, without `refused`, which is known to `judged`."""

    incarnation: str = ""
    location: str = ""
    included: int = 0
    last: int = 0
    judged: int = 0
    refused: set[int] = field(default_factory=set)


class Overlay:
    """The sums of one connection. One thread uses it."""

    def __init__(self) -> None:
        self._stand = _Stand()
        self._sums: dict[str, int] = {}
        self._earlier: dict[str, int] = {}
        self._earlier_ends: list[tuple[str, int, int]] = []

    def delta(self, db: sqlite3.Connection, products: list[str]) -> dict[str, int]:
        """What is to be added to the replica's on hand at the own location, in thousandths.

        Call it inside `local.read()`, so that it belongs to the same moment as the rows that are read with it.
        """
        row = db.execute(_WHERE_WE_ARE).fetchone()
        if row is None:
            return {}
        self._move_to(db, *row)
        ends = db.execute(_EARLIER_ENDS, (row[0],)).fetchall()
        if ends != self._earlier_ends:
            self._earlier_ends, self._earlier = ends, {}
            for product, change in db.execute(_EARLIER, row[:2]):
                self._earlier[product] = self._earlier.get(product, 0) + change
        return {p: self._sums.get(p, 0) + self._earlier.get(p, 0) for p in products}

    def _move_to(
        self, db: sqlite3.Connection, journal: str, place: str, included: int, last: int, judged: int, pruned: int
    ) -> None:
        now, last = self._stand, max(last, included)
        same = (now.incarnation, now.location) == (journal, place)
        forward = now.included <= included and now.last <= last and now.judged <= judged and pruned <= now.included
        if not (same and forward) or included - now.included > last - included:
            self._sums, self._stand = {}, _Stand(journal, place, included, included, min(judged, included))
            now = self._stand
        self._leave_refused(db, judged)
        for product, change in self._between(db, now.last, last):
            self._sums[product] = self._sums.get(product, 0) + change
        now.last = max(now.last, last)
        self._leave_included(db, included)

    def _between(self, db: sqlite3.Connection, after: int, upto: int) -> list[tuple[str, int]]:
        """Effects of the numbers above `after` up to `upto` that were not refused."""
        if upto <= after:
            return []
        now = self._stand
        span = (now.incarnation, after, upto, now.location)
        if not now.refused:
            return db.execute(_SUMS, span).fetchall()
        return [row[:2] for row in db.execute(_EFFECTS, span) if row[2] not in now.refused]

    def _leave_refused(self, db: sqlite3.Connection, judged: int) -> None:
        now = self._stand
        if judged <= now.judged:
            return
        for (seq,) in db.execute(_REFUSED, (now.incarnation, now.judged, judged)).fetchall():
            if now.included < seq <= now.last:
                self._take_off(self._between(db, seq - 1, seq))
            now.refused.add(seq)
        now.judged = judged

    def _leave_included(self, db: sqlite3.Connection, included: int) -> None:
        now = self._stand
        self._take_off(self._between(db, now.included, included))
        now.included = max(now.included, included)
        now.refused = {seq for seq in now.refused if seq > now.included}

    def _take_off(self, effects: list[tuple[str, int]]) -> None:
        for product, change in effects:
            left = self._sums.get(product, 0) - change
            if left:
                self._sums[product] = left
            else:
                self._sums.pop(product, None)
