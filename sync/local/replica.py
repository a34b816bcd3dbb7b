"""Writing the replica: whole pages of the feed, each in one transaction with its cursor (F10, F20, F21).

Only the agent does this, on a connection of its own; the app reads.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sync.local import files
from sync.protocol.messages import Change, Page
from sync.protocol.replica import COLUMNS, KEYS, scope_entities

CACHE_KIB = 32 * 1024
"""Pages in memory at most: after a long night thousands of rows change at once, all over the tables."""
CHECKPOINT_PAGES = 8_000
"""Pages of the write-ahead log (32 MB) that are moved into the file at once: each time the disk is waited for."""


class BadPage(ValueError):
    """A page that does not continue what the replica holds, or that can't be stored; nothing of it was applied."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the replica stands in a scope; `seen_at` (UTC ms): when the hub last vouched for it."""

    scope: str
    epoch: str
    version: int
    incarnation: str
    included: int
    seen_at: int


class _Many:
    """A Core statement for executemany, of rows that are dicts: values by position take half the time of names."""

    def __init__(self, clause: sa.ClauseElement) -> None:
        compiled = clause.compile(dialect=_dialect)
        self._sql = str(compiled)
        self._order: list[str] = list(compiled.positiontup)  # type: ignore[attr-defined]

    def run(self, db: sqlite3.Connection, rows: Iterable[dict[str, Any]]) -> None:
        """Columns that a row lacks are null."""
        db.executemany(self._sql, (tuple(map(row.get, self._order)) for row in rows))


_dialect = sqlite.dialect(paramstyle="qmark")


def _put(entity: str) -> _Many:
    columns = ["rank"] if entity == "product" else []
    columns += [*COLUMNS[entity], "v"]
    values: dict[str, Any] = {c: sa.bindparam(c) for c in columns}
    if entity == "barcode":
        values["rank"] = sa.select(sa.column("rank")).select_from(sa.table("product")).where(
            sa.column("id") == sa.bindparam("product")
        ).scalar_subquery()  # fmt: skip
    table = sa.table(entity, *(sa.column(c) for c in values))
    clause = sqlite.insert(table).values(values)
    keys = ["rank"] if entity == "product" else list(KEYS[entity])
    clause = clause.on_conflict_do_update(
        index_elements=keys,
        set_={c: clause.excluded[c] for c in values if c not in keys},
        where=clause.excluded.v > table.c.v,
    )
    return _Many(clause)


def _delete(entity: str) -> _Many:
    table = sa.table(entity, *(sa.column(c) for c in (*KEYS[entity], "v")))
    keys = [table.c[k] == sa.bindparam(k) for k in KEYS[entity]]
    return _Many(sa.delete(table).where(*keys, table.c.v < sa.bindparam("v")))


_PUT = {entity: _put(entity) for entity in COLUMNS}
_DELETE = {entity: _delete(entity) for entity in COLUMNS}
OF_SCOPE = {"pricelist": ("price", "list"), "location": ("stock", "location")}
"""The tables that may hold rows of several scopes of one kind, and the column that tells them apart."""


class Replica:
    """The open replica file, for writing. Everything raises sqlite3.Error where the file or the disk fails."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = files.ensure_replica(home)
        if not files.sound(self.path):
            self.path = files.set_aside(home, self.path)
        self.db = sqlite3.connect(files.uri(self.path, "rw"), uri=True, isolation_level=None, timeout=10)
        self.db.execute("PRAGMA journal_mode = WAL")
        # What a power cut takes of the newest pages the hub gives again; WAL keeps the file itself whole.
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self.db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; rolled back if the block raises."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def cursors(self) -> dict[str, Cursor]:
        """Where each followed scope stands."""
        rows = self.db.execute("SELECT scope, epoch, version, incarnation, included, seen_at FROM cursor")
        return {row[0]: Cursor(*row) for row in rows}

    def begin_scope(self, scope: str, epoch: str) -> None:
        """Follow a scope from its very beginning, by deltas."""
        with self.write() as db:
            clear_scope(db, scope)
            db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, 0, '', 0, 0)", (scope, epoch))

    def forget(self, scope: str) -> None:
        """Stop following a scope: its rows go, so that nothing old is shown as known."""
        with self.write() as db:
            clear_scope(db, scope)
            db.execute("DELETE FROM cursor WHERE scope = ?", (scope,))

    def apply(self, page: Page, incarnation: str, now: int) -> bool:
        """Apply a page; as `apply_all`."""
        return self.apply_all([page], incarnation, now)

    def apply_all(self, pages: list[Page], incarnation: str, now: int) -> bool:
        """Apply pages of one scope that follow each other: rows, cursor and how far our own journal is included, in
        one transaction. No reader waits for it.

        Whether rows changed. What is already here is skipped; a page that leaves a gap raises BadPage.
        """
        last = pages[-1]
        try:
            with self.write() as db:
                stands = self._continues(pages)
                fresh = [v for page in pages for v in page.versions if v.version > stands.version]
                changes = [(v.version, c) for v in fresh for c in v.changes]
                _apply(db, changes)
                seen = now if last.upto >= last.head else stands.seen_at
                row = (max(last.upto, stands.version), incarnation, last.included, seen, last.scope)
                if last.upto >= stands.version:
                    db.execute("UPDATE cursor SET version=?, incarnation=?, included=?, seen_at=? WHERE scope=?", row)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError) as error:
            raise BadPage(f"a page of {last.scope} can't be stored: {error}") from error
        return bool(changes)

    def _continues(self, pages: list[Page]) -> Cursor:
        first = pages[0]
        stands = self.cursors().get(first.scope)
        if stands is None or first.since > stands.version:
            raise BadPage(f"a page of {first.scope} from {first.since} does not continue what is here")
        upto = first.since
        for page in pages:
            if (page.scope, page.epoch, page.since) != (first.scope, stands.epoch, upto):
                raise BadPage(f"a page of {page.scope} from {page.since} does not continue what is here")
            upto = page.upto
            if [v.version for v in page.versions] != list(range(page.since + 1, upto + 1)):
                raise BadPage(f"a page of {page.scope} from {page.since} to {upto} has a gap")
        return stands

    def vouch(self, scopes: list[str], now: int) -> None:
        """The hub said at `now` that these scopes stand where we stand."""
        with self.write() as db:
            db.executemany("UPDATE cursor SET seen_at = ? WHERE scope = ?", [(now, s) for s in scopes])

    def status(self, *, online: bool, since: int, skew: int, reason: str, tried_at: int) -> None:
        """Write the link's state for the app to show."""
        with self.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO link VALUES (1, ?, ?, ?, ?, ?)", (int(online), since, skew, reason, tried_at)
            )


def clear_scope(db: sqlite3.Connection, scope: str) -> None:
    """Delete all rows of a scope."""
    kind, _, of = scope.partition(":")
    if kind in OF_SCOPE:
        table, column = OF_SCOPE[kind]
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (of,))  # noqa: S608 - our own names
        return
    if kind == "catalogue":
        db.execute("INSERT INTO search(search) VALUES ('delete-all')")
    for entity in scope_entities(scope):
        db.execute(f"DELETE FROM {entity}")  # noqa: S608 - our own names


def _apply(db: sqlite3.Connection, changes: list[tuple[int, Change]]) -> None:
    """Only the last change of a key counts. In the order of their keys, so that neighbours share a page; products come
    before the barcodes that look for them."""
    by_entity: dict[str, dict[str, tuple[int, Change]]] = {entity: {} for entity in COLUMNS}
    for version, change in changes:
        if change.entity in COLUMNS:  # a newer hub may speak of more
            by_entity[change.entity][change.key] = version, change
    for entity, found in by_entity.items():
        if not found:
            continue
        ordered = [found[key] for key in sorted(found)]
        if entity == "product":
            _apply_products(db, ordered)
        else:
            _DELETE[entity].run(db, [_keys(entity, v, c.key) for v, c in ordered if c.row is None])
            _PUT[entity].run(db, (_row(v, c.row) for v, c in ordered if c.row is not None))


def _row(version: int, row: dict[str, Any]) -> dict[str, Any]:
    row["v"] = version  # the page is ours alone; a copy of each row would cost as much as storing it
    return row


def _keys(entity: str, version: int, key: str) -> dict[str, Any]:
    parts = key.split("\x1f")
    if len(parts) != len(KEYS[entity]):
        raise BadPage(f"{key!r} is no key of {entity}")
    return {**dict(zip(KEYS[entity], parts, strict=True)), "v": version}


_OLD = "SELECT p.id, p.rank, p.terms, p.v FROM json_each(?) asked JOIN product p ON p.id = asked.value"
_FORGET_WORDS = "INSERT INTO search(search, rowid, terms) VALUES ('delete', ?, ?)"
_LEARN_WORDS = "INSERT INTO search(rowid, terms) VALUES (?, ?)"


def _apply_products(db: sqlite3.Connection, changes: list[tuple[int, Change]]) -> None:
    """Products and their words in the search index, which holds no text of its own and must be told the old words.

    In the order of rank: each step backwards makes FTS5 write what it has gathered as a segment of its own.
    """
    asked = json.dumps([c.key for _, c in changes])
    old = {id: (rank, terms, v) for id, rank, terms, v in db.execute(_OLD, (asked,))}
    last = db.execute("SELECT coalesce(max(rank), 0) FROM product").fetchone()[0]
    gone: list[tuple[int, str]] = []
    rows: list[dict[str, Any]] = []
    for version, change in changes:
        rank, terms, v = old.get(change.key, (0, None, 0))
        if rank and (v >= version or change.row is None):
            gone += [(rank, terms)] if v < version else []
        elif change.row is not None:
            last += not rank
            rows.append({**_row(version, change.row), "rank": rank or last, "old terms": terms})
    _store_products(db, gone, sorted(rows, key=_RANK))


_RANK = itemgetter("rank")


def _store_products(db: sqlite3.Connection, gone: list[tuple[int, str]], rows: list[dict[str, Any]]) -> None:
    renamed = [row for row in rows if row.get("terms") != row["old terms"]]
    forgotten = gone + [(row["rank"], row["old terms"]) for row in renamed if row["old terms"] is not None]
    db.executemany(_FORGET_WORDS, sorted(forgotten))
    db.executemany("DELETE FROM product WHERE rank = ?", [(rank,) for rank, _ in gone])
    _PUT["product"].run(db, rows)
    db.executemany(_LEARN_WORDS, [(row["rank"], row["terms"]) for row in renamed])
