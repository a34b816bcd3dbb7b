"""What a hub does ahead, in a process beside it: snapshots of large scopes, and the end of old feed rows.

A million products take half a minute of work, which must neither wait for the first terminal that asks nor be taken
from those that are served. `python -m sync.hub.keeping` reads `{"database", "folder"}` from its standard input, works
once, and ends.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anyio
import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, literal, select, update

from sync.domain.arrivals import DAY_MS
from sync.domain.pickups import ParcelState
from sync.hub import database, feed, reminders, roles, snapshots
from sync.hub.tables import ENTITIES, arrival, change, head, location, parcel, terminal, version
from sync.protocol.replica import scope_entities

log = logging.getLogger(__name__)

FIRST_S, EVERY_S = 20.0, 60.0
"""When a hub looks first whether there is something to do, and how often later."""
LARGE = 10_000
"""Rows of a scope from which on its snapshot is made ahead; others take less than a second when first asked for."""
KEEP_ROWS = 200_000
"""Changed rows of a scope that the feed keeps at most. Past half of that a snapshot is quicker than deltas."""
KEEP_MS = 30 * 24 * 3_600_000
"""How long the feed keeps a version at most: a terminal that was away longer takes a snapshot."""
TRIM_MORE = 20_000
"""So many rows too many are put up with, so that trimming is rare."""
STEP = 5_000
"""Rows that one transaction deletes: a writer waits for no more than that."""


class Task(msgspec.Struct):
    """What the process beside the hub is told."""

    database: str
    folder: str


def due(engine: Engine, folder: Path) -> list[str]:
    """The large scopes that terminals follow whose snapshot is missing or too old."""
    with database.read(engine) as conn:
        large = [scope for scope in _followed(conn) if _is_large(conn, scope)]
    return [scope for scope in large if not snapshots.is_recent(engine, folder, scope)]


def _followed(conn: Connection) -> list[str]:
    places = select(terminal.c.kind, terminal.c.location).where(terminal.c.revoked_at.is_(None)).distinct()
    lists = conn.execute(select(location.c.pricelist).distinct()).scalars()  # before the first terminal is enrolled
    scopes = {"catalogue", *(f"pricelist:{name}" for name in lists if name)}
    return sorted(scopes.union(*(roles.followed(conn, kind, place) for kind, place in conn.execute(places).all())))


def _is_large(conn: Connection, scope: str) -> bool:
    return any(_rows(conn, scope, entity) >= LARGE for entity in scope_entities(scope))


def _rows(conn: Connection, scope: str, entity: str) -> int:
    table, of = ENTITIES[entity], scope.partition(":")[2]
    query = select(literal(1)).select_from(table)
    if entity in ("price", "price_past", "stock", "parcel", "pick", "arrival"):
        query = query.where((table.c.list if entity in ("price", "price_past") else table.c.location) == of)
    return int(conn.execute(select(func.count()).select_from(query.limit(LARGE).subquery())).scalar_one())


def trim(engine: Engine, now: int) -> dict[str, int]:
    """End feed rows past KEEP_ROWS or KEEP_MS; the new floors by scope. Terminals below them are sent to a snapshot.

    The newest version of a scope always stays, and of each journal the last version at or below the floor: it tells how
    far that journal is included.
    """
    with database.read(engine) as conn:
        found = {scope: _new_floor(conn, stands, now) for scope, stands in feed.heads(conn).items()}
    floors = {scope: floor for scope, floor in found.items() if floor is not None}
    for scope, floor in sorted(floors.items()):
        with database.write(engine) as conn:
            raised = update(head).where(head.c.scope == scope, head.c.floor < floor).values(floor=floor)
            conn.execute(raised)
        _delete_below(engine, scope, floor)
    return floors


def _new_floor(conn: Connection, stands: feed.Head, now: int) -> int | None:
    """Where the scope's floor should be; None: it may stay."""
    mine = (version.c.scope == stands.scope, version.c.version > stands.floor, version.c.version < stands.version)
    aged = conn.execute(select(func.max(version.c.version)).where(*mine, version.c.at < now - KEEP_MS)).scalar()
    behind = func.sum(version.c.rows).over(order_by=version.c.version.desc())
    every = select(version.c.version, behind.label("behind")).where(
        version.c.scope == stands.scope, version.c.version > stands.floor
    )
    each = every.subquery()
    deepest = select(func.max(each.c.behind))
    beyond = select(func.max(each.c.version)).where(each.c.behind > KEEP_ROWS, each.c.version < stands.version)
    many = (conn.execute(deepest).scalar() or 0) > KEEP_ROWS + TRIM_MORE
    floors = [floor for floor in (aged, conn.execute(beyond).scalar() if many else None) if floor is not None]
    return max(floors, default=None)


def _delete_below(engine: Engine, scope: str, floor: int) -> None:
    ended = and_(change.c.scope == scope, change.c.version <= floor)
    with database.read(engine) as conn:
        rows = conn.execute(
            select(change.c.version, func.count()).where(ended).group_by(change.c.version).order_by(change.c.version)
        ).all()
    for upto in [*_steps(rows), floor]:
        with database.write(engine) as conn:
            conn.execute(delete(change).where(change.c.scope == scope, change.c.version <= upto))
    later = version.alias()
    last = select(func.max(later.c.version)).where(
        later.c.scope == scope,
        later.c.terminal == version.c.terminal,
        later.c.incarnation == version.c.incarnation,
        later.c.version <= floor,
    )
    superfluous = (version.c.terminal == "") | (version.c.version < last.scalar_subquery())
    with database.write(engine) as conn:
        conn.execute(delete(version).where(version.c.scope == scope, version.c.version <= floor, superfluous))


def _steps(rows: Sequence[Any]) -> list[int]:
    """Versions up to which to delete, one after the other, so that each time some STEP rows go."""
    ends, weight = [], 0
    for number, count in rows:
        weight += count
        if weight >= STEP:
            ends.append(number)
            weight = 0
    return ends


def work(engine: Engine, folder: Path, now: int) -> None:
    """Make what is due, then trim: a snapshot has to be there for those whom the trimming sends to it."""
    for scope in due(engine, folder):
        snapshots.snapshot_info(engine, folder, scope)
    forgotten = forget_parcels(engine, now)
    if forgotten:
        log.info("%d parcels that ended long ago are shown no more", forgotten)
    forget_arrivals(engine, now)
    reminders.remind(engine, now)
    for scope, floor in trim(engine, now).items():
        log.info("the feed of %s begins after version %d now", scope, floor)


def _ended_before(at: int) -> tuple[ColumnElement[bool], ...]:
    ended = (ParcelState.HANDED_OUT.value, ParcelState.SENT_BACK.value)
    return parcel.c.state.in_(ended), parcel.c.at < at


def forget_parcels(engine: Engine, now: int) -> int:
    """Terminals need not follow parcels that were handed out or sent back more than KEEP_MS ago; how many went. Who had
    them stays known to the hub (I-9)."""
    gone = 0
    while True:
        with feed.recording(engine, now) as (conn, recorder):
            query = select(parcel.c.id, parcel.c.location).where(*_ended_before(now - KEEP_MS))
            rows = conn.execute(query.order_by(parcel.c.id).limit(STEP).with_for_update()).all()
            conn.execute(delete(parcel).where(parcel.c.id.in_([row.id for row in rows])))
            for row in rows:
                recorder.delete(f"location:{row.location}", "parcel", row.id)
        gone += len(rows)
        if len(rows) < STEP:
            return gone


def forget_arrivals(engine: Engine, now: int) -> int:
    """Who came to collect something is not shown a day after anybody moved the arrival last: served, or long gone. How
    many went."""
    with feed.recording(engine, now) as (conn, recorder):
        query = select(arrival.c.id, arrival.c.location).where(arrival.c.changed_at < now - DAY_MS)
        rows = conn.execute(query.order_by(arrival.c.id).limit(STEP).with_for_update()).all()
        conn.execute(delete(arrival).where(arrival.c.id.in_([row.id for row in rows])))
        for row in rows:
            recorder.delete(f"location:{row.location}", "arrival", row.id)
    return len(rows)


def needed(engine: Engine, folder: Path, now: int) -> bool:
    """Whether there is anything to do; costs a few queries."""
    with database.read(engine) as conn:
        ended = conn.execute(select(parcel.c.id).where(*_ended_before(now - KEEP_MS)).limit(1)).first()
        came = conn.execute(select(arrival.c.id).where(arrival.c.changed_at < now - DAY_MS).limit(1)).first()
        owed = reminders.needed(conn, now)
    return ended is not None or came is not None or owed or bool(due(engine, folder)) or needed_trim(engine, now)


def needed_trim(engine: Engine, now: int) -> bool:
    """Whether a scope's feed is too long."""
    with database.read(engine) as conn:
        return any(_new_floor(conn, stands, now) is not None for stands in feed.heads(conn).values())


async def beside(engine: Engine, folder: Path, clock: Callable[[], int]) -> None:
    """Look now and then, and start a process when there is something to do; for the life of the hub."""
    await anyio.sleep(FIRST_S)
    while True:
        try:
            if await anyio.to_thread.run_sync(needed, engine, folder, clock()):
                await _in_a_process(engine, folder)
        except Exception:
            log.exception("snapshots and the feed's end have to wait for the next time")
        await anyio.sleep(EVERY_S)


async def _in_a_process(engine: Engine, folder: Path) -> None:
    url = engine.url
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(Path(url.database or "").resolve()))  # the process works in another folder
    task = Task(url.render_as_string(hide_password=False), str(folder.resolve()))
    command = [sys.executable, "-m", "sync.hub.keeping"]  # the password goes by a pipe, not where all may read
    root = Path(__file__).resolve().parents[2]
    await anyio.run_process(command, input=msgspec.json.encode(task), cwd=root, stdout=None, stderr=None)


def main() -> None:
    """One piece of work, behind everything else that this machine does."""
    os.nice(10)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    engine = database.open(task.database)
    try:
        work(engine, Path(task.folder), time.time_ns() // 1_000_000)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
