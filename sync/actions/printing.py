"""The print journal: what must come out of the printer, and whether it did. A jam never undoes a sale (I-1, F46)."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from sync.domain.card_slips import CardSlip, papers
from sync.domain.payments import AttemptState
from sync.local import Local, tables
from sync.local.card_slips import keep_slips
from sync.local.tables import Statement

LABEL, HAND_OUT = "label", "hand_out"
"""`what` of jobs that are queued with what they are about: a parcel's label, the slip of a hand-out."""


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
_OPEN = "state IN ('queued', 'doubtful', 'failed')"
_ANY = "state IN ('queued', 'doubtful', 'failed', 'printed')"  # rows lie by state: so it is a look at each, and no scan
_NEWEST = ", ".join(f"coalesce((SELECT max(id) FROM print_job WHERE state = '{it}'), 0)" for it in PrintState)  # noqa: S608 - constants
_INSERT = f"""INSERT INTO print_job (state, id, ref, what, reason, at, changed_at)
    VALUES ('queued', max({_NEWEST}) + 1, :ref, :what, '', :at, :at)"""  # noqa: S608 - constants
_QUEUED = "SELECT max(id) FROM print_job WHERE state = 'queued'"
_same = Statement(
    sa.select(_job.c.id).where(
        sa.literal_column(_OPEN), _job.c.ref == sa.bindparam("ref_"), _job.c.what == sa.bindparam("what_")
    )
)
_drop = Statement(
    sa.delete(_job).where(
        _job.c.ref == sa.bindparam("ref_"),
        _job.c.what == sa.bindparam("what_"),
        _job.c.state == sa.literal_column("'queued'"),
    )
)
_update = Statement(
    sa.update(_job)
    .where(sa.literal_column(_ANY), _job.c.id == sa.bindparam("job"))
    .values(state=sa.bindparam("to"), reason=sa.bindparam("why"), changed_at=sa.bindparam("now"))
)
_names = [_job.c[name] for name in PrintJob.__dataclass_fields__]
_unprinted = Statement(sa.select(*_names).where(sa.literal_column(_OPEN)).order_by(_job.c.id))
_of_state = Statement(
    sa.select(*_names)
    .where(_job.c.state == sa.bindparam("state_"))
    .order_by(_job.c.id.desc())
    .limit(sa.bindparam("most"))
)


def queue_print(local: Local, ref: str, what: str, now: int) -> int:
    """The number of a job for it: the one that is still unprinted, else a new one."""
    with local.write():
        return queue(local, ref, what, now)


def queue(local: Local, ref: str, what: str, now: int) -> int:
    """As `queue_print`, inside a transaction that is already open."""
    row = _same.run(local.raw, ref_=ref, what_=what).fetchone()
    if row is not None:
        return int(row[0])
    queue_first(local, ref, what, now)
    return int(local.raw.execute(_QUEUED).fetchone()[0])


def queue_first(local: Local, ref: str, what: str, now: int) -> None:
    """As `queue`, for what has just got its number, so that no job for it can be there."""
    local.raw.execute(_INSERT, {"ref": ref, "what": what, "at": now})


def keep_papers(local: Local, attempt_id: str, state: AttemptState, slips: tuple[CardSlip, ...], now: int) -> None:
    """Inside `local.write()`, beside a card payment that ended so: keep what the card terminal wants printed, and queue
    what is a paper of its own."""
    keep_slips(local, attempt_id, slips, now)
    for what in papers(state, slips):
        queue_first(local, attempt_id, what, now)


def unqueue(local: Local, ref: str, what: str) -> None:
    """Inside `local.write()`: it stands on another paper, so nobody waits for one of its own."""
    _drop.run(local.raw, ref_=ref, what_=what)


def printed(local: Local, job: int, state: PrintState | str, reason: str, now: int) -> None:
    """Record how a job ended: ValueError for a state that is none, KeyError for a job that is none."""
    with local.write() as db:
        if _update.run(db, job=job, to=PrintState(state).value, why=reason, now=now).rowcount == 0:
            raise KeyError(job)


def unprinted(local: Local) -> list[PrintJob]:
    """Jobs that did not come out for certain, oldest first."""
    return [_job_of(*row) for row in _unprinted.run(local.raw)]


def newest(local: Local, most: int) -> list[PrintJob]:
    """The last `most` jobs, the newest first."""
    rows = [row for state in PrintState for row in _of_state.run(local.raw, state_=state.value, most=most)]
    return sorted((_job_of(*row) for row in rows), key=lambda job: -job.id)[:most]


def _job_of(id: int, ref: str, what: str, state: str, reason: str, at: int, changed_at: int) -> PrintJob:
    return PrintJob(id, ref, what, PrintState(state), reason, at, changed_at)
