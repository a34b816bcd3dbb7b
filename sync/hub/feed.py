"""What terminals follow: scopes, their versions and changes.

A transaction collects its changes in a Recorder; `commit` bumps the head of each touched scope once, as the last thing
the transaction does, in sorted order. The head's row lock is held until the commit, so version order is commit order
and a reader can never pass over a version that commits late (F19).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, and_, select

from sync.hub import database, given, seals
from sync.hub.tables import change, head, version
from sync.protocol.messages import PULL_ROWS, Change, Page, Version
from sync.protocol.replica import COLUMNS, key_of, scope_entities

BULK = 100_000
"""Above this many rows in one scope a version carries no changes: followers take the snapshot instead."""

_json = msgspec.json.Encoder()
_ticks = count()
"""In which order rows were told, over all recorders of a transaction."""


@dataclass
class Recorder:
    """The changes of one transaction. With `terminal`, it is that terminal's push up to `seq` of `incarnation`."""

    at: int
    terminal: str = ""
    incarnation: str = ""
    seq: int = 0
    _scopes: dict[str, dict[tuple[str, str], tuple[int, str | None]]] = field(default_factory=dict)
    _bulk: set[str] = field(default_factory=set)

    def put(self, scope: str, entity: str, row: Mapping[str, Any]) -> None:
        """A row as it stands now; only the entity's columns are sent. The last put of a key wins."""
        kept = {c: row[c] for c in COLUMNS[entity]}
        self._add(scope, entity, key_of(entity, kept), _json.encode(kept).decode())

    def delete(self, scope: str, entity: str, key: str) -> None:
        """A row is gone; `key` as `replica.key_of` makes it."""
        self._add(scope, entity, key, None)

    def touch(self, scope: str) -> None:
        """The scope gets a version even if nothing in it changed, so that "included" can be told."""
        self._scopes.setdefault(scope, {})

    def bulk(self, scope: str) -> None:
        """More changed than is worth sending row by row: the new version becomes the scope's floor."""
        self._bulk.add(scope)
        self._scopes[scope] = {}

    def _add(self, scope: str, entity: str, key: str, row: str | None) -> None:
        rows = self._scopes.setdefault(scope, {})
        if scope in self._bulk:
            return
        rows[entity, key] = next(_ticks), row
        if len(rows) > BULK:
            self.bulk(scope)

    def commit(self, conn: Connection) -> dict[str, int]:
        """Bump the heads and write versions and changes: the last statements of the transaction. New heads by scope."""
        return commit_all(conn, [self])[0]

    def told_of(self, entity: str) -> list[tuple[tuple[str, str], int]]:
        """Scopes and keys of the rows of an entity that it tells as they stand, each with when that was among all that
        is told; none of a scope told in bulk."""
        mine = [(s, rows) for s, rows in self._scopes.items() if entity in scope_entities(s)]
        return [((s, key), at) for s, rows in mine for (of, key), (at, row) in rows.items() if of == entity and row]

    @property
    def scopes(self) -> list[str]:
        """What it touched."""
        return list(self._scopes)

    def floor_of(self, scope: str) -> int:
        """1 if its version of the scope is to be the floor."""
        return 1 if scope in self._bulk else 0

    def version_row(self, scope: str, number: int) -> dict[str, Any]:
        """Its row of the table `version`."""
        return {
            "scope": scope,
            "version": number,
            "at": self.at,
            "rows": len(self._scopes[scope]),
            "terminal": self.terminal,
            "incarnation": self.incarnation,
            "seq": self.seq,
        }

    def change_rows(self, scope: str, number: int) -> Iterator[dict[str, Any]]:
        """Its rows of the table `change`."""
        for n, ((entity, key), (_, row)) in enumerate(self._scopes[scope].items()):
            yield {"scope": scope, "version": number, "n": n, "entity": entity, "key": key, "row": row}


def commit_all(conn: Connection, recorders: list[Recorder]) -> list[dict[str, int]]:
    """Commit several recorders of one transaction, each with versions of its own, in this order. The transaction's last
    statements. Answers each one's new heads by scope."""
    heads_before = _raise(conn, recorders)
    made: list[dict[str, int]] = []
    for recorder in recorders:
        for scope in recorder.scopes:
            heads_before[scope] += 1
        made.append({scope: heads_before[scope] for scope in recorder.scopes})
    pairs = [(r, s, v) for r, versions in zip(recorders, made, strict=True) for s, v in versions.items()]
    given.append(conn, version, [r.version_row(s, v) for r, s, v in pairs])
    given.append(conn, change, [row for r, s, v in pairs for row in r.change_rows(s, v)])
    return made


_COLUMNS = (("scope", "text"), ("more", "number"), ("floor", "number"))
# Rows are given sorted, and so the heads are locked in one order. A scope's first version is 1.
_RAISE = """INSERT INTO head (scope, epoch, version, floor)
SELECT given.scope, hub.epoch, given.more, given.floor FROM {given} CROSS JOIN hub WHERE true
ON CONFLICT (scope) DO UPDATE SET version = head.version + excluded.version,
floor = CASE WHEN excluded.floor > 0 THEN head.version + excluded.floor ELSE head.floor END
RETURNING scope, version"""


def _raise(conn: Connection, recorders: list[Recorder]) -> dict[str, int]:
    """Raise the heads by as many versions as there are; where each stood before."""
    more: Counter[str] = Counter()
    floors: Counter[str] = Counter()
    for recorder in recorders:
        for scope in recorder.scopes:
            more[scope] += 1
            floors[scope] = more[scope] if recorder.floor_of(scope) else floors[scope]
    rows = [{"scope": s, "more": n, "floor": floors[s]} for s, n in sorted(more.items())]
    if not rows:
        return {}
    return {row.scope: row.version - more[row.scope] for row in given.run(conn, _RAISE, _COLUMNS, rows)}


@contextmanager
def recording(engine: Engine, at: int) -> Iterator[tuple[Connection, Recorder]]:
    """A writing transaction of the hub itself (an import, a setting): its changes are committed when the block ends."""
    with database.write(engine) as conn:
        recorder = Recorder(at)
        yield conn, recorder
        recorder.commit(conn)


@dataclass(frozen=True, slots=True)
class SnapshotNeeded:
    """The asked version lies below the scope's floor: deltas are no longer kept."""

    floor: int


@dataclass(frozen=True, slots=True)
class WrongEpoch:
    """The hub began anew since, or was restored to before the asked version: `epoch` is the present one."""

    epoch: str


@dataclass(frozen=True, slots=True)
class Forgotten:
    """This hub gave out the asked version, as its seal proves, and has none of that number or another one: it was
    restored from a backup in the midst of `epoch`."""

    epoch: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a scope stands. Followers that stand below `floor` need the snapshot."""

    scope: str
    epoch: str
    version: int
    floor: int


def heads(conn: Connection, scopes: list[str] | None = None) -> dict[str, Head]:
    """Where scopes stand, by name. None: all that have a version. One asked for that has none yet stands at 0."""
    query = select(head) if scopes is None else select(head).where(head.c.scope.in_(scopes))
    found = {row.scope: Head(row.scope, row.epoch, row.version, row.floor) for row in conn.execute(query)}
    missing = [scope for scope in scopes or [] if scope not in found]
    if missing:
        epoch = database.hub_row(conn).epoch
        found |= {scope: Head(scope, epoch, 0, 0) for scope in missing}
    return found


def included(conn: Connection, scope: str, upto: int, terminal: str, incarnation: str) -> int:
    """The last number of that journal whose effects in the scope lie at or below version `upto`; 0 if none do."""
    mine = and_(version.c.terminal == terminal, version.c.incarnation == incarnation)
    query = select(version.c.seq).where(version.c.scope == scope, mine, version.c.version <= upto)
    return conn.execute(query.order_by(version.c.version.desc()).limit(1)).scalar() or 0


def page(
    conn: Connection,
    scope: str,
    epoch: str,
    since: int,
    now: int,
    terminal: str = "",
    incarnation: str = "",
    seal: str = "",
) -> Page | SnapshotNeeded | WrongEpoch | Forgotten:
    """The versions after `since`, whole and in order, until PULL_ROWS rows are reached (F20). `seal` is the one that
    came with version `since`. `conn` is one reading transaction (`database.read`), so head, versions and changes are
    of one moment. Rows are still JSON (`msgspec.Raw`): the page is for being encoded."""
    own, stands = database.hub_row(conn), heads(conn, [scope])[scope]
    if stands.epoch != epoch:
        return WrongEpoch(stands.epoch)
    other = _other(conn, own, stands, since, seal)
    if other is not None:
        return other
    if since > stands.version:
        return WrongEpoch(stands.epoch)
    if since < stands.floor:
        return SnapshotNeeded(stands.floor)
    versions, mark = _whole(conn, scope, since)
    upto = versions[-1].version if versions else since
    mine = included(conn, scope, upto, terminal, incarnation) if terminal else 0
    seal = seals.seal(own, scope, upto, mark) if mark else seal
    return Page(scope, epoch, since, upto, stands.version, mine, now, versions, seal)


def _other(conn: Connection, own: Any, stands: Head, since: int, seal: str) -> Forgotten | SnapshotNeeded | None:
    """What to answer if the seal is on another version than the one of that number here; None: it is on the same."""
    if not (seal and seals.made_here(own, stands.scope, since, seal)):
        return None
    mark = seals.mark_at(conn, stands.scope, since)
    if mark is None and since <= stands.version:
        return SnapshotNeeded(stands.floor)  # trimmed: nobody can tell any more
    return None if mark == seal[: seals.MARK] else Forgotten(own.epoch)


def _whole(conn: Connection, scope: str, since: int) -> tuple[list[Version], str]:
    """The versions of a page, and the mark of the last one."""
    query = select(version).where(version.c.scope == scope, version.c.version > since).order_by(version.c.version)
    found: dict[int, Version] = {}
    weight, last = 0, None
    for row in conn.execute(query.limit(PULL_ROWS)):
        found[row.version] = Version(row.version, row.at, [])
        weight += max(1, row.rows)
        last = row
        if weight >= PULL_ROWS:
            break
    if found:
        _fill(conn, scope, since, max(found), found)
    return list(found.values()), "" if last is None else seals.mark_of_version(last)


def _fill(conn: Connection, scope: str, since: int, upto: int, found: dict[int, Version]) -> None:
    query = select(change.c.version, change.c.entity, change.c.key, change.c.row)
    query = query.where(change.c.scope == scope, change.c.version > since, change.c.version <= upto)
    for number, entity, key, row in conn.execute(query.order_by(change.c.version, change.c.n)):
        # The text goes out as it is kept: reading and writing it anew is half the time of a page.
        values: Any = None if row is None else msgspec.Raw(row.encode())
        found[number].changes.append(Change(entity, key, values))
