"""Settle a matter: what was decided is recorded, once, by somebody who may. What follows from it the hub does."""

from dataclasses import dataclass

from sync.actions.approve import may_approve
from sync.actions.clock import new_id
from sync.actions.day import business_day
from sync.domain.matters import Choice
from sync.local import Local, Staff, settings, tables
from sync.local.attention import HERE, Matter, open_matter
from sync.local.journal import append, head
from sync.local.tables import insert
from sync.protocol import operations

_insert = insert(tables.settled, replace=True)


@dataclass(frozen=True, slots=True)
class Gone:
    """Nothing was recorded: the matter is not open here any more. Somebody settled it, or it settled itself."""


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """Nothing was recorded: somebody who may must approve it."""


@dataclass(frozen=True, slots=True)
class RecordedWord:
    """A matter as it was settled, and the operation."""

    matter: Matter
    envelope: operations.Envelope
    body: operations.Settled


def settle(
    local: Local, matter: str, choice: Choice, note: str, *, approver: Staff | None, actor: Staff, now: int
) -> RecordedWord | Gone | NeedsApproval:
    """Record what was decided of a matter; when this returns it, it is fsynced, and the matter is off the list.

    ValueError: a choice that the matter does not have. Raises NotRecorded.
    """
    with local.write():
        found = open_matter(local, matter)
        if found is None:
            return Gone()
        if choice not in found.choices:
            raise ValueError(f"{choice.value} settles no {found.code}")
        mine = may_approve(actor, now)
        if not mine and (approver is None or not may_approve(approver, now)):
            return NeedsApproval()
        by = "" if mine or approver is None else approver.id
        body = operations.Settled(found.id, found.code, choice.value, note, by)
        return _record(local, found, body, actor, now)


def _record(local: Local, found: Matter, body: operations.Settled, actor: Staff, now: int) -> RecordedWord:
    day = business_day(now, settings(local).timezone)
    done = append(local, "settled", body, op_id=new_id(now), at=now, business_day=day, actor=actor.id)
    journal = head(local.raw).incarnation
    _insert.run(
        local.raw, matter=found.id, code=found.code, choice=body.choice, incarnation=journal, seq=done.seq, at=now
    )
    own = f"{HERE}:{local.me.terminal}:"
    if found.id.startswith(own):
        local.raw.execute("UPDATE attention SET settled = 1 WHERE what = ?", (found.id.removeprefix(own),))
    return RecordedWord(found, operations.open_envelope(done.raw), body)
