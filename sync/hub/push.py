"""Taking a push: one transaction from the terminal's lock to the feed's heads (design, section 4).

Sent twice, or by two connections at once, it has its effects once and the same verdicts each time (I-2, F1, F5, F15).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.domain.verdicts import Code
from sync.hub import attention, database, enrolment
from sync.hub.attention import Note
from sync.hub.cases import Court, Who
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.judge import judge
from sync.hub.signatures import Token, signed
from sync.hub.tables import fork, incarnation, operation
from sync.protocol.messages import PUSH_MOST, Judged, Push, Pushed
from sync.protocol.operations import GENESIS, chain


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a push, and the heads that it moved."""

    answer: Pushed
    versions: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Link:
    """One pushed operation with the hash that seals it."""

    seq: int
    raw: bytes
    hash: bytes


def push(engine: Engine, token: Token, request: Push, now: int) -> Taken:
    """Take the operations of a push. Raises Refusal: bad request, epoch, gap, fork, chain, signature."""
    _check(token, request)
    taken = database.retrying(engine, lambda conn: _take(conn, request, now))
    if isinstance(taken, Refusal):
        raise taken  # after the commit: what it found is written down
    return taken


def _check(token: Token, request: Push) -> None:
    if (request.terminal, request.incarnation) != (token.terminal, token.incarnation):
        raise Refusal(403, "not_yours", "The push is not of the terminal and journal that said hello.")
    if not 1 <= len(request.ops) <= PUSH_MOST:
        raise Refusal(400, "bad_push", f"A push holds 1 to {PUSH_MOST} operations; this one holds {len(request.ops)}.")
    if not 1 <= request.first <= 2**53:
        raise Refusal(400, "bad_push", "Operations are numbered from 1.")


def _take(conn: Connection, request: Push, now: int) -> Taken | Refusal:
    row = enrolment.admitted(conn, request.terminal, lock=True)
    epoch = database.hub_row(conn).epoch
    if request.epoch != epoch:
        return Refusal(409, "epoch", "The hub began anew since this terminal said hello. Say hello again.", have=epoch)
    stands = _standing(conn, request)
    if request.first > stands.last_seq + 1:
        message = f"The hub stands at {stands.last_seq} and wants {stands.last_seq + 1} next."
        return Refusal(409, "gap", message, want=stands.last_seq + 1, have=stands.last_hash.hex())
    stored = _stored(conn, request)
    links = _chain(request, stored[request.first - 1].hash if request.first > 1 else GENESIS)
    if not signed(row.public_key, request.signature, _sealed(request, links)):
        return _wrong_chain(conn, row, request, stored, now)
    forked = [link for link in links if link.seq in stored and stored[link.seq].hash != link.hash]
    if forked:
        return _quarantine(conn, row, request, links[forked[0].seq - request.first :], now)
    return _apply(conn, row, request, links, stored, stands, now)


def _standing(conn: Connection, request: Push) -> Any:
    mine = (incarnation.c.terminal == request.terminal, incarnation.c.incarnation == request.incarnation)
    row = conn.execute(select(incarnation).where(*mine)).first()
    if row is None:
        raise Refusal(409, "epoch", "The hub does not know this journal (yet). Say hello again.")
    return row


def _stored(conn: Connection, request: Push) -> dict[int, Any]:
    """What the ledger holds of the pushed numbers, and of the one before them."""
    columns = (operation.c.seq, operation.c.hash, operation.c.outcome, operation.c.code, operation.c.detail)
    mine = (operation.c.terminal == request.terminal, operation.c.incarnation == request.incarnation)
    span = operation.c.seq.between(request.first - 1, request.first + len(request.ops) - 1)
    return {row.seq: row for row in conn.execute(select(*columns).where(*mine, span))}


def _chain(request: Push, before: bytes) -> list[_Link]:
    links = []
    for seq, text in enumerate(request.ops, request.first):
        raw = text.encode()
        before = chain(before, raw)
        links.append(_Link(seq, raw, before))
    return links


def _sealed(request: Push, links: list[_Link]) -> str:
    return f"push:{request.terminal}:{request.incarnation}:{links[-1].seq}:{links[-1].hash.hex()}"


def _wrong_chain(conn: Connection, row: Any, request: Push, stored: dict[int, Any], now: int) -> Refusal:
    """Signed over another chain: the journals parted before `first`, or the signature is no good."""
    have = stored[request.first - 1].hash.hex() if request.first > 1 else GENESIS.hex()
    detail = f"a push of operations from {request.first} does not continue the chain that the hub holds"
    note = Note(Code.CHAIN, detail, row.location, row.id, request.incarnation, request.first, row.id, now)
    attention.add_once(conn, note)
    message = "The signature does not seal these operations onto the chain that the hub holds."
    return Refusal(409, "chain", message, want=request.first, have=have)


def _quarantine(conn: Connection, row: Any, request: Push, links: list[_Link], now: int) -> Refusal:
    """The same number with other bytes: keep them, tell a person, change nothing (I-2, F4, F27)."""
    who = {"terminal": row.id, "incarnation": request.incarnation, "received_at": now}
    rows = [{"seq": link.seq, "hash": link.hash, "raw": link.raw} | who for link in links]
    conn.execute(database.insert(conn, fork).on_conflict_do_nothing(), rows)
    detail = f"operation {links[0].seq} came again with other bytes; {len(links)} kept aside"
    note = Note(Code.FORK, detail, row.location, row.id, request.incarnation, links[0].seq, row.id, now)
    attention.add_once(conn, note)
    message = f"Number {links[0].seq} is recorded here with other bytes. Both are kept; begin a new journal."
    return Refusal(409, "fork", message, want=links[0].seq)


def _apply(
    conn: Connection, row: Any, request: Push, links: list[_Link], stored: dict[int, Any], stands: Any, now: int
) -> Taken:
    fresh = [link for link in links if link.seq > stands.last_seq]
    verdicts = [
        Judged(link.seq, stored[link.seq].outcome, stored[link.seq].code, stored[link.seq].detail)
        for link in links
        if link.seq <= stands.last_seq
    ]
    if not fresh:
        return Taken(Pushed(verdicts, stands.last_seq, stands.last_hash.hex()), {})
    last = fresh[-1]
    recorder = Recorder(now, row.id, request.incarnation, last.seq)
    court = Court(conn, recorder, Who(row.id, row.kind, row.location, request.incarnation))
    cases = judge(court, [(link.seq, link.raw, link.hash) for link in fresh])
    verdicts += [Judged(c.seq, c.verdict.outcome.value, c.verdict.code.value, c.verdict.detail) for c in cases]
    mine = (incarnation.c.terminal == row.id, incarnation.c.incarnation == request.incarnation)
    moved = {"last_seq": last.seq, "last_hash": last.hash, "pushed_at": now}
    conn.execute(incarnation.update().where(*mine).values(**moved))
    return Taken(Pushed(verdicts, last.seq, last.hash.hex()), recorder.commit(conn))
