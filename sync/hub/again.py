"""After the hub's upgrade: operations that it was too old to read are taken up, and keep the verdict they have (I-2).

They were set aside with their bytes (I-5), and each is an open matter. Once this hub knows their kind and schema, their
effects are applied as the hub's own change, and the matter is settled. Until then they wait, whatever else is pushed.
"""

import logging
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, and_, select

from sync.domain.verdicts import Code
from sync.hub import attention, database, judge
from sync.hub.cases import READERS, Case, Court, Who
from sync.hub.feed import Recorder
from sync.hub.tables import attention as matter
from sync.hub.tables import operation, terminal

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Operations in one transaction."""
BY = "upgrade"
"""Who settled the matter."""
_TOO_OLD = (Code.KIND_UNKNOWN.value, Code.SCHEMA_UNKNOWN.value)


def take_up(engine: Engine, now: int) -> int:
    """Apply what this hub can read by now; how many operations. `now`: UTC ms. Again: nothing. Many terminals' at once
    and in the order of arrival."""
    taken, after = 0, -1
    while after:
        count, after = database.retrying(engine, partial(_take_up, now=now, after=after))
        taken += count
    if taken:
        log.warning("%d operations that an older hub could not read are applied now", taken)
    return taken


def _take_up(conn: Connection, now: int, after: int) -> tuple[int, int]:
    rows = _waiting(conn, after)
    readable = [row for row in rows if _readable(row)]
    if readable:
        recorder = Recorder(now)
        cases = [_case(row, recorder) for row in readable]
        judge.judge_again(Court(conn), cases)
        for row in readable:
            attention.close(conn, [matter.c.id == row.matter], BY, recorder)
        recorder.commit(conn)
    return len(readable), rows[-1].matter if rows else 0


def _waiting(conn: Connection, after: int) -> list[Any]:
    mine = [getattr(operation.c, name) == getattr(matter.c, name) for name in ("terminal", "incarnation", "seq")]
    columns = (matter.c.id.label("matter"), terminal.c.kind.label("role"), terminal.c.location, operation)
    query = select(*columns).select_from(matter).join(operation, and_(*mine))
    query = query.join(terminal, terminal.c.id == operation.c.terminal)
    open_ones = (matter.c.settled_at.is_(None), matter.c.code.in_(_TOO_OLD), operation.c.code == matter.c.code)
    return list(conn.execute(query.where(*open_ones, matter.c.id > after).order_by(matter.c.id).limit(AT_ONCE)))


def _readable(row: Any) -> bool:
    reader = READERS.get(row.kind)
    return reader is not None and 1 <= row.schema <= reader.newest


def _case(row: Any, recorder: Recorder) -> Case:
    who = Who(row.terminal, row.role, row.location, row.incarnation)
    return Case(who, recorder, row.seq, bytes(row.raw), bytes(row.hash))
