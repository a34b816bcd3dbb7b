"""The journal: append-only operations, chained by hash; verdicts; what waits. (design, sections 3 and 4)"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from sync.domain.verdicts import Outcome
from sync.local import tables
from sync.local.database import Local, NotEnrolled
from sync.local.fiscal import begin
from sync.local.tables import Statement, insert
from sync.protocol import operations

KEPT_MS = 90 * 24 * 3_600_000
"""Operations stay at least this long, and always until their verdict."""

_op, _waiting, _verdict, _anchor = tables.op, tables.waiting, tables.verdict, tables.anchor

insert_op = insert(_op)
insert_waiting = insert(_waiting)
insert_effect = insert(tables.effect)
insert_verdict = insert(_verdict, ignore=True)
insert_anchor = insert(_anchor, replace=True)
insert_attention = insert(tables.attention, ignore=True)

_incarnation = Statement(sa.select(tables.identity.c.incarnation).where(tables.identity.c.terminal != ""))
_last = Statement(
    sa.select(_op.c.seq, _op.c.hash, _op.c.receipts)
    .where(_op.c.incarnation == sa.bindparam("incarnation"))
    .order_by(_op.c.seq.desc())
    .limit(sa.literal_column("1"))
)
_anchored = Statement(
    sa.select(_anchor.c.seq, _anchor.c.hash).where(_anchor.c.incarnation == sa.bindparam("incarnation"))
)
_from = Statement(
    sa.select(_op.c.seq, _op.c.bytes, _op.c.hash)
    .where(_op.c.incarnation == sa.bindparam("incarnation"), _op.c.seq >= sa.bindparam("first"))
    .order_by(_op.c.seq)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_one = Statement(
    sa.select(_op.c.seq, _op.c.bytes, _op.c.hash).where(
        _op.c.incarnation == sa.bindparam("incarnation"), _op.c.seq == sa.bindparam("seq")
    )
)
_numbers = Statement(
    sa.select(_op.c.seq).where(
        _op.c.incarnation == sa.bindparam("incarnation"),
        _op.c.seq.between(sa.bindparam("first", type_=sa.Integer), sa.bindparam("last", type_=sa.Integer)),
    )
)
_done = Statement(
    sa.delete(_waiting).where(
        _waiting.c.incarnation == sa.bindparam("incarnation"), _waiting.c.seq == sa.bindparam("seq")
    )
)
_incarnations = Statement(sa.select(_op.c.incarnation).distinct().order_by(_op.c.incarnation))


@dataclass(frozen=True, slots=True)
class Recorded:
    """An operation of this journal: its bytes as they are, and the hash that seals it. `incarnation` names the journal
    where it was just appended."""

    seq: int
    raw: bytes
    hash: bytes
    incarnation: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an operation did to stock, in thousandths."""

    location: str
    product: str
    delta: int


@dataclass(frozen=True, slots=True)
class Head:
    """Where a journal stands: 0 and GENESIS while it is empty. `receipts`: the last number given to a receipt."""

    incarnation: str
    seq: int
    hash: bytes
    receipts: int = 0


def head(db: sqlite3.Connection, incarnation: str | None = None) -> Head:
    """The end of the chain of an incarnation (None: the one that is written now). Raises NotEnrolled."""
    if incarnation is None:
        row = _incarnation.run(db).fetchone()
        if row is None:
            raise NotEnrolled("This terminal is not enrolled yet.")
        incarnation = str(row[0])
    found = _last.run(db, incarnation=incarnation).fetchone() or _anchored.run(db, incarnation=incarnation).fetchone()
    return Head(incarnation, *(found or (0, operations.GENESIS)))


def append(
    local: Local,
    kind: str,
    body: msgspec.Struct,
    *,
    op_id: str,
    at: int,
    business_day: str,
    actor: str,
    causes: list[str] | None = None,
    effects: list[Effect] | None = None,
) -> Recorded:
    """Append an operation inside `local.write()`: its bytes are made here, once, and chained.

    `op_id` is new. Too large: ValueError.
    """
    db, end = local.raw, _end(local)
    seq = end.seq + 1
    raw = operations.encode(
        seq=seq, op_id=op_id, kind=kind, at=at, business_day=business_day, actor=actor, causes=causes or [], body=body
    )
    sealed = operations.chain(end.hash, raw)
    journal, receipts = end.incarnation, end.receipts
    insert_op.run(
        db, incarnation=journal, seq=seq, op_id=op_id, kind=kind, at=at, bytes=raw, hash=sealed, receipts=receipts
    )
    insert_waiting.run(db, incarnation=journal, seq=seq, at=at)
    if effects:
        _append_effects(db, journal, seq, effects)
    if local.fiscal:
        begin(local, kind, body, op_id=op_id, incarnation=journal, seq=seq, at=at)
    local.appended(Head(journal, seq, sealed, receipts))
    return Recorded(seq, raw, sealed, journal)


def _end(local: Local) -> Head:
    """The end of the journal that is written, read once in a transaction: nobody else writes meanwhile."""
    if local.end is None or not local.writing:
        local.end = head(local.raw)
    return local.end


_COUNTED = "SELECT value FROM counter WHERE name = ?"


def next_number(local: Local, series: Callable[[str], str]) -> tuple[str, int]:
    """Inside `local.write()`: the next number for a receipt, and its series, which `series` makes of the journal's
    name. It is given once an operation is appended after it, and stands beside that. Raises NotEnrolled."""
    end = _end(local)
    name, number = series(end.incarnation), end.receipts
    if not number:  # the first, or older software counted
        row = local.raw.execute(_COUNTED, (f"receipt:{name}",)).fetchone()
        number = int(row[0]) if row else 0
    local.end = Head(end.incarnation, end.seq, end.hash, number + 1)
    return name, number + 1


def _append_effects(db: sqlite3.Connection, incarnation: str, seq: int, effects: list[Effect]) -> None:
    sums: dict[tuple[str, str], int] = {}
    for e in effects:
        sums[e.location, e.product] = sums.get((e.location, e.product), 0) + e.delta
    insert_effect.many(
        db,
        [
            {"location": place, "product": product, "incarnation": incarnation, "seq": seq, "delta": delta}
            for (place, product), delta in sums.items()
        ],
    )


def read_from(db: sqlite3.Connection, incarnation: str, first: int, most: int) -> list[Recorded]:
    """Up to `most` operations of an incarnation from number `first` on."""
    return [Recorded(*row) for row in _from.run(db, incarnation=incarnation, first=first, most=most)]


def read_one(db: sqlite3.Connection, incarnation: str, seq: int) -> Recorded | None:
    """One operation, if this journal (still) has it."""
    row = _one.run(db, incarnation=incarnation, seq=seq).fetchone()
    return Recorded(*row) if row else None


def hash_before(db: sqlite3.Connection, incarnation: str, seq: int) -> bytes | None:
    """What operation `seq` is chained onto; None if that is not known here (any more)."""
    if seq == 1:
        return operations.GENESIS
    before = read_one(db, incarnation, seq - 1)
    if before is not None:
        return before.hash
    row = _anchored.run(db, incarnation=incarnation).fetchone()
    return bytes(row[1]) if row and row[0] == seq - 1 else None


@dataclass(frozen=True, slots=True)
class Ruling:
    """The hub's verdict on one operation: outcome and code as in `sync.domain.verdicts`."""

    seq: int
    outcome: str
    code: str = ""
    detail: str = ""


def rule(db: sqlite3.Connection, incarnation: str, rulings: list[Ruling], now: int) -> int:
    """Store verdicts; the only place where an operation stops waiting (I-6). The first verdict stays for ever (I-2).

    Runs inside `local.write()`; returns how many operations stopped waiting.
    """
    if not rulings:
        return 0
    numbers = [r.seq for r in rulings]
    span = {"incarnation": incarnation, "first": min(numbers), "last": max(numbers)}
    here = {row[0] for row in _numbers.run(db, **span)}
    ours = [r for r in rulings if r.seq in here]  # others are not here (any more): nothing waits for them
    keyed = {"incarnation": incarnation, "at": now}
    insert_verdict.many(
        db, [{**keyed, "seq": r.seq, "outcome": r.outcome, "code": r.code, "detail": r.detail} for r in ours]
    )
    before = db.total_changes
    _done.many(db, [{"incarnation": incarnation, "seq": r.seq} for r in ours])
    cleared = db.total_changes - before
    for r in ours:
        if r.outcome != Outcome.APPLIED:
            note(db, f"{r.outcome}:{incarnation}:{r.seq}", f"{r.code} {r.detail}".strip(), now)
    return cleared


def note(db: sqlite3.Connection, what: str, detail: str, now: int) -> None:
    """Put something before a person, once: `what` names it and never repeats."""
    insert_attention.run(db, what=what, detail=detail, at=now, settled=0)


def verify_chain(local: Local) -> list[str]:
    """Read every operation and check its number, its hash and its envelope: a sentence for each fault, [] if sound."""
    faults: list[str] = []
    with local.read() as db:
        for (incarnation,) in _incarnations.run(db).fetchall():
            faults += _verify(db, str(incarnation))
    return faults


def _verify(db: sqlite3.Connection, incarnation: str) -> list[str]:
    faults: list[str] = []
    row = _anchored.run(db, incarnation=incarnation).fetchone()
    seq, before = row or (0, operations.GENESIS)
    every = "SELECT seq, bytes, hash FROM op WHERE incarnation = ? ORDER BY seq"
    for number, stored, sealed in db.execute(every, (incarnation,)):
        raw = stored if isinstance(stored, bytes) else str(stored).encode()  # a hand may have put anything there
        if number != seq + 1:
            faults.append(f"Operations {seq + 1} to {number - 1} of journal {incarnation} are missing.")
        elif operations.chain(before, raw) != sealed:
            faults.append(f"Operation {number} of journal {incarnation} is not what was sealed.")
        elif _number_in(raw) != number:
            faults.append(f"Operation {number} of journal {incarnation} does not carry its number.")
        seq, before = number, sealed
    return faults


def _number_in(raw: bytes) -> int | None:
    try:
        return operations.open_envelope(raw).seq
    except msgspec.MsgspecError:
        return None


def integrity(local: Local) -> list[str]:
    """What SQLite itself finds wrong with journal.db, and then what the chain shows; [] if sound."""
    try:
        found = [str(row[0]) for row in local.raw.execute("PRAGMA main.integrity_check")]
        return ([] if found == ["ok"] else found) + verify_chain(local)
    except sqlite3.DatabaseError as error:
        return [f"journal.db can't be read: {error}."]


def prune(local: Local, now: int) -> int:
    """Remove the oldest operations that have had a verdict for KEPT_MS, are of no open shift and wait for no fiscal
    printer; returns how many.

    What was judged after months without a network counts from then: a hub that is restored asks for it again. Only a
    beginning of a chain goes, and its last hash stays, so that the rest can still be verified.
    """
    removed = 0
    with local.write() as db:
        for (incarnation,) in _incarnations.run(db).fetchall():
            removed += _prune(db, str(incarnation), now - KEPT_MS)
        _prune_takings(db, now - KEPT_MS)
        db.execute("DELETE FROM code_try WHERE at < ?", (now - KEPT_MS,))
    return removed


def _prune_takings(db: sqlite3.Connection, before: int) -> None:
    """Those of shifts that are closed. The newest stays whatever its age: the next one's number comes from it."""
    newest = "SELECT min(coalesce((SELECT max(since) FROM shift), (SELECT max(id) - 1 FROM taking)), max(id) - 1)"
    db.execute(f"DELETE FROM taking WHERE at < ? AND id <= ({newest} FROM taking)", (before,))  # noqa: S608 - constants


_UP_TO = """SELECT seq, hash FROM op WHERE incarnation = :incarnation AND seq < coalesce((SELECT min(seq) FROM op o
    WHERE o.incarnation = :incarnation AND (o.at >= :before OR EXISTS (SELECT 1 FROM waiting w
        WHERE w.incarnation = o.incarnation AND w.seq = o.seq) OR EXISTS (SELECT 1 FROM verdict v
        WHERE v.incarnation = o.incarnation AND v.seq = o.seq AND v.at >= :before) OR EXISTS (SELECT 1 FROM shift s
        WHERE s.closed_at = 0 AND s.incarnation = o.incarnation AND s.seq = o.seq) OR EXISTS (SELECT 1 FROM fiscal f
        WHERE f.state <> 'done' AND f.state <> 'failed' AND f.incarnation = o.incarnation AND f.seq = o.seq))),
    (SELECT max(seq) FROM op WHERE incarnation = :incarnation)) ORDER BY seq DESC LIMIT 1"""


def _prune(db: sqlite3.Connection, incarnation: str, before: int) -> int:
    row = db.execute(_UP_TO, {"incarnation": incarnation, "before": before}).fetchone()
    if row is None:
        return 0
    insert_anchor.run(db, incarnation=incarnation, seq=row[0], hash=row[1])
    upto: dict[str, Any] = {"incarnation": incarnation, "seq": row[0]}
    db.execute("DELETE FROM effect WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM sale WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM taken_back WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM blind_return WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM paid_out WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM order_paid WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM parcel_step WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM promised WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM handed_out WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM line_refused WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM arrival_step WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM settled WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM cash_move WHERE incarnation = :incarnation AND seq <= :seq", upto)
    db.execute("DELETE FROM fiscal WHERE incarnation = :incarnation AND seq <= :seq", upto)
    closed = "closed_at > 0 AND closed_incarnation = :incarnation AND closed_seq <= :seq"
    db.execute(f"DELETE FROM shift WHERE {closed} AND after < (SELECT max(after) FROM shift)", upto)  # noqa: S608 - constants
    return db.execute("DELETE FROM op WHERE incarnation = :incarnation AND seq <= :seq", upto).rowcount
