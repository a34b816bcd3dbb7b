"""What a terminal recorded in a journal that it writes no more, told to a hub that was restored to before it (I-4).

A push is of the journal that said hello. A hub that lost what it held of an earlier one is told of it here: what had
a verdict is judged as a push is, and what no hub ever took is kept aside again.
"""

from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.hub import database, enrolment, matters
from sync.hub.faults import Refusal
from sync.hub.forks import branches, chained, is_signed, quarantine, stored_of, tell_of_fork
from sync.hub.push import Taken, stands_at, take
from sync.hub.signatures import Token
from sync.hub.tables import incarnation
from sync.protocol.messages import PUSH_MOST, Ended


def ended(engine: Engine, token: Token, request: Ended, now: int) -> Taken:
    """Take operations of an earlier journal of the terminal that asks. Raises Refusal."""
    if request.terminal != token.terminal or request.incarnation == token.incarnation:
        raise Refusal(403, "not_yours", "These operations are not of an earlier journal of this terminal.")
    enrolment.check_incarnation(request.incarnation)
    outcome = database.retrying(engine, lambda conn: _take(conn, request, now))
    if request.aside:
        matters.show_all(engine, now)
    if isinstance(outcome, Refusal):
        raise outcome  # after the commit: what it found is written down
    return outcome


def _take(conn: Connection, request: Ended, now: int) -> Taken | Refusal:
    row = enrolment.admitted(conn, request.terminal, lock=True)
    own = database.hub_row(conn)
    if request.epoch != own.epoch:
        return Refusal(409, "epoch", "The hub began anew since this terminal said hello.", have=own.epoch)
    enrolment.start_journal(conn, row.id, request.incarnation, now)
    return _keep(conn, row, own, request, now) if request.aside else take(conn, [(request, now)])[0]


def _keep(conn: Connection, row: Any, own: Any, request: Ended, now: int) -> Taken | Refusal:
    if not 1 <= len(request.ops) <= PUSH_MOST or not 1 <= request.first <= 2**53:
        return Refusal(400, "bad_push", f"A push holds 1 to {PUSH_MOST} operations, numbered from 1.")
    try:
        before = bytes.fromhex(request.before)
    except ValueError:
        return Refusal(400, "bad_push", "The hash of what precedes these operations is not one.")
    links = chained(request, before)
    if not is_signed(row, request, links):
        return Refusal(409, "chain", "The signature does not seal these operations.", want=request.first)
    stored = stored_of(conn, request)
    aside = [it for it in links if it.seq not in stored or stored[it.seq].hash != it.hash]
    if aside:
        if before not in branches(conn, request):
            tell_of_fork(conn, row, request, aside, now)
        quarantine(conn, row, request, aside, now)
    return Taken(stands_at(own, request, [], *_standing(conn, request)), {})


def _standing(conn: Connection, request: Ended) -> tuple[int, bytes]:
    mine = (incarnation.c.terminal == request.terminal, incarnation.c.incarnation == request.incarnation)
    row = conn.execute(select(incarnation.c.last_seq, incarnation.c.last_hash).where(*mine)).one()
    return row.last_seq, bytes(row.last_hash)
