"""Taking a push: one transaction from the terminal's lock to the feed's heads (design, section 4).

Sent twice, or by two connections at once, it has its effects once and the same verdicts each time (I-2, F1, F5, F15).
"""

from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine

from sync.domain.verdicts import Code
from sync.hub import attention, database, enrolment, feed, given, seals
from sync.hub.attention import Note
from sync.hub.cases import Case, Court, Who
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.forks import Link, chained, is_signed, of_a_branch, quarantine, stored_of, tell_of_fork
from sync.hub.judge import judge
from sync.hub.signatures import Token
from sync.hub.tables import incarnation
from sync.protocol.messages import PUSH_MOST, Judged, Push, Pushed
from sync.protocol.operations import GENESIS


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a push, and the heads that it moved."""

    answer: Pushed
    versions: dict[str, int]


def push(engine: Engine, token: Token, request: Push, now: int) -> Taken:
    """Take the operations of a push. Raises Refusal: bad request, epoch, gap, fork, chain, signature."""
    check(token, request)
    taken = database.retrying(engine, lambda conn: take(conn, [(request, now)]))[0]
    if isinstance(taken, Refusal):
        raise taken  # after the commit: what it found is written down
    return taken


def check(token: Token, request: Push) -> None:
    """Raise Refusal if the push is not of the terminal whose token it carries."""
    if (request.terminal, request.incarnation) != (token.terminal, token.incarnation):
        raise Refusal(403, "not_yours", "The push is not of the terminal and journal that said hello.")


def take(conn: Connection, pushes: list[tuple[Push, int]]) -> list[Taken | Refusal]:
    """Take checked pushes of different terminals, each with its time (UTC ms), in one transaction, in this order.

    Each gets what it would get alone, and versions of its own in the feed. A refusal of one is no matter to the others.
    """
    terminals = enrolment.locked(conn, sorted({request.terminal for request, _ in pushes}))
    own = database.hub_row(conn)
    journals = _journals(conn, [request for request, _ in pushes])
    found: list[_Fresh | Taken | Refusal] = []
    for request, now in pushes:
        try:
            row = enrolment.check_admitted(terminals.get(request.terminal))
            stands = journals.get((request.terminal, request.incarnation))
            found.append(_examine(conn, row, request, stands, own, now))
        except Refusal as refusal:
            found.append(refusal)
    _apply(conn, own, [it for it in found if isinstance(it, _Fresh)])
    return [it.taken if isinstance(it, _Fresh) else it for it in found]


@dataclass(slots=True)
class _Fresh:
    """A push with operations that the hub does not have, before the judge."""

    who: Who
    recorder: Recorder
    request: Push
    links: list[Link]
    verdicts: list[Judged]
    taken: Taken = field(init=False)


_MINE = (("terminal", "text"), ("incarnation", "text"))
_JOURNALS = """SELECT incarnation.* FROM {given} JOIN incarnation
ON incarnation.terminal = given.terminal AND incarnation.incarnation = given.incarnation"""


def _journals(conn: Connection, requests: list[Push]) -> dict[tuple[str, str], Any]:
    """Where the hub stands in the pushed journals."""
    asked = [{"terminal": r.terminal, "incarnation": r.incarnation} for r in requests]
    return {(row.terminal, row.incarnation): row for row in given.run(conn, _JOURNALS, _MINE, asked)}


def _examine(conn: Connection, row: Any, request: Push, stands: Any, own: Any, now: int) -> _Fresh | Taken | Refusal:
    if not 1 <= len(request.ops) <= PUSH_MOST:
        return Refusal(400, "bad_push", f"A push holds 1 to {PUSH_MOST} operations; this one holds {len(request.ops)}.")
    if not 1 <= request.first <= 2**53:
        return Refusal(400, "bad_push", "Operations are numbered from 1.")
    if request.epoch != own.epoch:
        message = "The hub began anew since this terminal said hello. Say hello again."
        return Refusal(409, "epoch", message, have=own.epoch)
    if stands is None:
        return Refusal(409, "epoch", "The hub does not know this journal (yet). Say hello again.")
    if request.first > stands.last_seq + 1:
        message = f"The hub stands at {stands.last_seq} and wants {stands.last_seq + 1} next."
        gap = Refusal(409, "gap", message, want=stands.last_seq + 1, have=bytes(stands.last_hash).hex())
        return of_a_branch(conn, row, request, now) or gap
    stored = stored_of(conn, request) if request.first <= stands.last_seq else {}
    before = _hash_before(request, stands, stored)
    links = chained(request, before)
    if not is_signed(row, request, links):
        return of_a_branch(conn, row, request, now) or _wrong_chain(conn, row, request, before, now)
    forked = [link for link in links if link.seq in stored and stored[link.seq].hash != link.hash]
    if forked:
        links = links[forked[0].seq - request.first :]
        tell_of_fork(conn, row, request, links, now)
        return quarantine(conn, row, request, links, now)
    return _told(row, request, links, stored, stands, own, now)


def _hash_before(request: Push, stands: Any, stored: dict[int, Any]) -> bytes:
    """The hash of the operation before the first pushed one."""
    if request.first == 1:
        return GENESIS
    return bytes(stands.last_hash if request.first > stands.last_seq else stored[request.first - 1].hash)


def _wrong_chain(conn: Connection, row: Any, request: Push, before: bytes, now: int) -> Refusal:
    """Signed over another chain: the journals parted before `first`, or the signature is no good."""
    detail = f"a push of operations from {request.first} does not continue the chain that the hub holds"
    note = Note(Code.CHAIN, detail, row.location, row.id, request.incarnation, request.first, row.id, now)
    attention.add_once(conn, note)
    message = "The signature does not seal these operations onto the chain that the hub holds."
    return Refusal(409, "chain", message, want=request.first, have=before.hex())


def _told(
    row: Any, request: Push, links: list[Link], stored: dict[int, Any], stands: Any, own: Any, now: int
) -> _Fresh | Taken:
    known = [stored[link.seq] for link in links if link.seq <= stands.last_seq]
    verdicts = [Judged(it.seq, it.outcome, it.code, it.detail) for it in known]
    fresh = links[len(known) :]
    if not fresh:
        return Taken(stands_at(own, request, verdicts, stands.last_seq, bytes(stands.last_hash)), {})
    recorder = Recorder(now, row.id, request.incarnation, fresh[-1].seq)
    return _Fresh(Who(row.id, row.kind, row.location, request.incarnation), recorder, request, fresh, verdicts)


def stands_at(own: Any, request: Push, verdicts: list[Judged], seq: int, hash: bytes) -> Pushed:
    """The answer to a push: verdicts, and where the journal stands, under the hub's seal."""
    what = seals.of_journal(request.terminal, request.incarnation)
    return Pushed(verdicts, seq, hash.hex(), seals.seal(own, what, seq, seals.mark_of_hash(hash)))


def _apply(conn: Connection, own: Any, pushes: list[_Fresh]) -> None:
    """Judge what is new, and say where the journals stand now. The heads come last."""
    if not pushes:
        return
    cases = [Case(p.who, p.recorder, link.seq, link.raw, link.hash) for p in pushes for link in p.links]
    judge(Court(conn), cases)
    given.update(conn, incarnation, [_standing(p) for p in pushes])
    ruled = iter(cases)
    for p, versions in zip(pushes, feed.commit_all(conn, [p.recorder for p in pushes]), strict=True):
        for c in islice(ruled, len(p.links)):
            p.verdicts.append(Judged(c.seq, c.verdict.outcome.value, c.verdict.code.value, c.verdict.detail))
        p.taken = Taken(stands_at(own, p.request, p.verdicts, p.links[-1].seq, p.links[-1].hash), versions)


def _standing(p: _Fresh) -> dict[str, Any]:
    last = p.links[-1]
    mine = {"terminal": p.who.terminal, "incarnation": p.who.incarnation}
    return mine | {"last_seq": last.seq, "last_hash": last.hash, "pushed_at": p.recorder.at}
