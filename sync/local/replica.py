"""Writing the replica: whole pages of the feed, each in one transaction with its cursor (F10, F20, F21).

Only the agent does this, on a connection of its own; the app reads.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sync.local import files
from sync.local.tables import Statement
from sync.protocol.messages import Change, Page
from sync.protocol.replica import COLUMNS, KEYS, scope_entities


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


def _put(entity: str) -> Statement:
    columns = [*COLUMNS[entity], "v"]
    values: dict[str, Any] = {c: sa.bindparam(c) for c in columns}
    if entity == "barcode":
        values["rank"] = sa.select(sa.column("rank")).select_from(sa.table("product")).where(
            sa.column("id") == sa.bindparam("product")
        ).scalar_subquery()  # fmt: skip
    table = sa.table(entity, *(sa.column(c) for c in values))
    clause = sqlite.insert(table).values(values)
    clause = clause.on_conflict_do_update(
        index_elements=list(KEYS[entity]),
        set_={c: clause.excluded[c] for c in values if c not in KEYS[entity]},
        where=clause.excluded.v > table.c.v,
    )
    return Statement(clause)


def _delete(entity: str) -> Statement:
    table = sa.table(entity, *(sa.column(c) for c in (*KEYS[entity], "v")))
    keys = [table.c[k] == sa.bindparam(k) for k in KEYS[entity]]
    return Statement(sa.delete(table).where(*keys, table.c.v < sa.bindparam("v")))


_PUT = {entity: _put(entity) for entity in COLUMNS if entity != "product"}
_DELETE = {entity: _delete(entity) for entity in COLUMNS if entity != "product"}
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
        """Apply a page: rows, cursor and how far our own journal is included, in one transaction.

        Whether rows changed. What is already here is skipped; a page that leaves a gap raises BadPage.
        """
        try:
            with self.write() as db:
                stands = self._continues(page)
                changes = [(v.version, c) for v in page.versions if v.version > stands.version for c in v.changes]
                _apply(db, changes)
                seen = now if page.upto >= page.head else stands.seen_at
                row = (max(page.upto, stands.version), incarnation, page.included, seen, page.scope)
                if page.upto >= stands.version:
                    db.execute("UPDATE cursor SET version=?, incarnation=?, included=?, seen_at=? WHERE scope=?", row)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError) as error:
            raise BadPage(f"a page of {page.scope} can't be stored: {error}") from error
        return bool(changes)

    def _continues(self, page: Page) -> Cursor:
        stands = self.cursors().get(page.scope)
        if stands is None or stands.epoch != page.epoch or page.since > stands.version:
            raise BadPage(f"a page of {page.scope} from {page.since} does not continue what is here")
        if [v.version for v in page.versions] != list(range(page.since + 1, page.upto + 1)):
            raise BadPage(f"a page of {page.scope} from {page.since} to {page.upto} has a gap")
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
    known = [(v, c) for v, c in changes if c.entity in COLUMNS]  # a newer hub may speak of more
    for (entity, put), group in groupby(known, key=lambda vc: (vc[1].entity, vc[1].row is not None)):
        if entity == "product":
            for version, change in group:
                _apply_product(db, version, change)
        elif put:
            _PUT[entity].many(db, (_values(entity, version, c.row or {}) for version, c in group))
        else:
            _DELETE[entity].many(db, (_keys(entity, version, c.key) for version, c in group))


def _values(entity: str, version: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**{c: row.get(c) for c in COLUMNS[entity]}, "v": version}


def _keys(entity: str, version: int, key: str) -> dict[str, Any]:
    parts = key.split("\x1f")
    if len(parts) != len(KEYS[entity]):
        raise BadPage(f"{key!r} is no key of {entity}")
    return {**dict(zip(KEYS[entity], parts, strict=True)), "v": version}


_INSERT_PRODUCT = Statement(
    sa.insert(sa.table("product", *(sa.column(c) for c in ("rank", *COLUMNS["product"], "v")))),
    ["rank", *COLUMNS["product"], "v"],
)


def _apply_product(db: sqlite3.Connection, version: int, change: Change) -> None:
    """A product and its words in the search index, which holds no text of its own and must be told the old words."""
    old = db.execute("SELECT rank, terms, v FROM product WHERE id = ?", (change.key,)).fetchone()
    if old is not None and old[2] >= version:
        return
    if old is not None:
        db.execute("INSERT INTO search(search, rowid, terms) VALUES ('delete', ?, ?)", old[:2])
        db.execute("DELETE FROM product WHERE rank = ?", old[:1])
    if change.row is None:
        return
    rank = old[0] if old else db.execute("SELECT coalesce(max(rank), 0) + 1 FROM product").fetchone()[0]
    row = _values("product", version, change.row)
    _INSERT_PRODUCT.run(db, rank=rank, **row)
    db.execute("INSERT INTO search(rowid, terms) VALUES (?, ?)", (rank, row["terms"]))
