"""A count of the drawer, kept piece by piece: whatever stops the till, nobody counts twice. The close records it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from sync.domain.shifts import counted
from sync.local import Local, tables
from sync.local.shifts import open_shift_of, totals_of
from sync.local.tables import Statement, insert

_draft = tables.count_draft
_keep = insert(_draft, replace=True)
_drop_others = Statement(sa.delete(_draft).where(_draft.c.shift != sa.bindparam("shift_")))
_drop = Statement(sa.delete(_draft).where(_draft.c.shift == sa.bindparam("shift_")))
_kept = Statement(sa.select(_draft.c.pieces, _draft.c.given, _draft.c.at).where(_draft.c.shift == sa.bindparam("of")))
_first = Statement(
    sa.update(tables.shift)
    .where(tables.shift.c.shift == sa.bindparam("of"), tables.shift.c.first_counted.is_(None))
    .values(first_counted=sa.bindparam("sum"))
)


@dataclass(frozen=True, slots=True)
class Count:
    """A count that is under way: pieces by value in minor units, kept at `at` (UTC ms). `given`: it was said to be all
    of it, so that the difference was seen."""

    pieces: dict[int, int]
    given: bool
    at: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A count that was given beside what should be there, minor units, and how many operations have no verdict (F9)."""

    counted: int
    expected: int
    waiting: int


class NoShift(RuntimeError):
    """No shift is open, so there is nothing to count for."""


def keep_count(local: Local, pieces: Mapping[int, int], now: int, given: bool = False) -> None:
    """Keep the count of the open shift as it is now; durable when it returns. Raises NoShift, NotRecorded."""
    with local.write():
        _put(local, pieces, now, given)


def kept_count(local: Local) -> Count | None:
    """The count that was under way when the till stopped; None where there is none, or no shift is open."""
    shift = open_shift_of(local)
    row = _kept.run(local.raw, of=shift.shift).fetchone() if shift is not None else None
    if row is None:
        return None
    return Count({int(value): int(count) for value, count in json.loads(row[0]).items()}, bool(row[1]), row[2])


def drop_count(local: Local) -> None:
    """Forget the count of the open shift. What was counted at the first try stays known."""
    shift = open_shift_of(local)
    if shift is not None:
        with local.write():
            _drop.run(local.raw, shift_=shift.shift)


def give_count(local: Local, pieces: Mapping[int, int], now: int) -> Compared:
    """The count is all of it: kept first, and only then is it said what should be there. What was counted at the first
    time stays known, whatever is counted after it. Raises NoShift, NotRecorded."""
    with local.write() as db:
        shift = _put(local, pieces, now, given=True)
        there = counted(pieces.items())
        _first.run(db, of=shift, sum=there)
        waiting = int(db.execute("SELECT count(*) FROM waiting").fetchone()[0])
        return Compared(there, totals_of(local, shift).expected, waiting)


def _put(local: Local, pieces: Mapping[int, int], now: int, given: bool) -> str:
    shift = open_shift_of(local)
    if shift is None:
        raise NoShift("No shift is open on this terminal.")
    _drop_others.run(local.raw, shift_=shift.shift)
    said = json.dumps({str(value): count for value, count in sorted(pieces.items())})
    _keep.run(local.raw, shift=shift.shift, at=now, pieces=said, given=int(given))
    return shift.shift
