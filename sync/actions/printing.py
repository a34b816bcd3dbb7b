"""The print journal: what must come out of the printer, and whether it did. A jam never undoes a sale (I-1, F46)."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from sync.local import Local, tables
from sync.local.tables import Statement


class PrintState(StrEnum):
    """Where a print job stands. `doubtful`: sent, but the printer did not confirm, so a copy may exist (F48)."""

    QUEUED = "queued"
    PRINTED = "printed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One thing to print: `what` (such as `receipt`) of `ref` (such as a receipt number)."""

    id: int
    ref: str
    what: str
    state: PrintState
    reason: str
    at: int
    changed_at: int


_job = tables.print_job
_insert = Statement(sa.insert(_job), ["ref", "what", "state", "reason", "at", "changed_at"])
_same = Statement(
    sa.select(_job.c.id).where(
        _job.c.ref == sa.bindparam("ref_"),
        _job.c.what == sa.bindparam("what_"),
        _job.c.state != sa.literal_column("'printed'"),
    )
)
_update = Statement(
    sa.update(_job)
    .where(_job.c.id == sa.bindparam("job"))
    .values(state=sa.bindparam("to"), reason=sa.bindparam("why"), changed_at=sa.bindparam("now"))
)
_unprinted = Statement(sa.select(_job).where(_job.c.state != sa.literal_column("'printed'")).order_by(_job.c.id))


def queue_print(local: Local, ref: str, what: str, now: int) -> int:
    """The number of a job for it: the one that is still unprinted, else a new one."""
    with local.write():
        return queue(local, ref, what, now)


def queue(local: Local, ref: str, what: str, now: int) -> int:
    """As `queue_print`, inside a transaction that is already open."""
    row = _same.run(local.raw, ref_=ref, what_=what).fetchone()
    if row is not None:
        return int(row[0])
    made = _insert.run(local.raw, ref=ref, what=what, state="queued", reason="", at=now, changed_at=now)
    return int(made.lastrowid or 0)


def printed(local: Local, job: int, state: PrintState | str, reason: str, now: int) -> None:
    """Record how a job ended: ValueError for a state that is none, KeyError for a job that is none."""
    with local.write() as db:
        if _update.run(db, job=job, to=PrintState(state).value, why=reason, now=now).rowcount == 0:
            raise KeyError(job)


def unprinted(local: Local) -> list[PrintJob]:
    """Jobs that did not come out for certain, oldest first."""
    return [_job_of(*row) for row in _unprinted.run(local.raw)]


def _job_of(id: int, ref: str, what: str, state: str, reason: str, at: int, changed_at: int) -> PrintJob:
    return PrintJob(id, ref, what, PrintState(state), reason, at, changed_at)
