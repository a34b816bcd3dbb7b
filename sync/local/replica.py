"""Writing the replica: whole pages of the feed, each in one transaction with its cursor (F10, F20, F21).

Only the agent does this, on a connection of its own; the app reads.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sync.local import changes, files
from sync.local.changes import BadPage
from sync.protocol.messages import Page
from sync.protocol.pages import SentPage
from sync.protocol.replica import scope_entities

CACHE_KIB = 32 * 1024
"""Pages in memory at most: after a long night thousands of rows change at once, all over the tables."""
CHECKPOINT_PAGES = 8_000
"""Pages of the write-ahead log (32 MB) that are moved into the file at once: each time the disk is waited for."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the replica stands in a scope; `seen_at` (UTC ms): when the hub last vouched for it. `seal`: the hub's, on
    just this version; empty if it gave none."""

    scope: str
    epoch: str
    version: int
    incarnation: str
    included: int
    seen_at: int
    seal: str = ""


OF_SCOPE = {"pricelist": "list", "location": "location", "attention": "location"}
"""The kinds of scopes whose tables may hold rows of several of them, and the column that tells them apart."""


_UNFIT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, msgspec.MsgspecError)
"""What SQLite and the decoder raise for rows that are none; the disk's own failures are none of these."""
_MOVE = "UPDATE cursor SET version=?, incarnation=?, included=?, seen_at=?, seal=? WHERE scope=?"


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
        rows = self.db.execute("SELECT scope, epoch, version, incarnation, included, seen_at, seal FROM cursor")
        return {row[0]: Cursor(*row) for row in rows}

    def begin_scope(self, scope: str, epoch: str) -> None:
        """Follow a scope from its very beginning, by deltas."""
        with self.write() as db:
            clear_scope(db, scope)
            db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, 0, '', 0, 0, '')", (scope, epoch))

    def forget(self, scope: str) -> None:
        """Stop following a scope: its rows go, so that nothing old is shown as known."""
        with self.write() as db:
            clear_scope(db, scope)
            db.execute("DELETE FROM cursor WHERE scope = ?", (scope,))

    def apply(self, page: Page, incarnation: str, now: int) -> bool:
        """Apply a page that was taken apart already; as `apply_all`."""
        sent = msgspec.json.decode(msgspec.json.encode(page), type=SentPage)
        return self.apply_all([sent], incarnation, now)

    def apply_all(self, pages: list[SentPage], incarnation: str, now: int) -> bool:
        """Apply pages of one scope that follow each other: rows, cursor and how far our own journal is included, in
        one transaction. No reader waits for it.

        Whether rows changed. What is already here is skipped; a page that leaves a gap raises BadPage.
        """
        last = pages[-1]
        try:
            with self.write() as db:
                stands = self._continues(pages)
                fresh = (v for page in pages for v in page.versions if v.version > stands.version)
                changed = changes.apply(db, fresh)
                seen = now if last.upto >= last.head else stands.seen_at
                seal = last.seal or (stands.seal if last.upto == stands.version else "")
                row = (last.upto, incarnation, last.included, seen, seal, last.scope)
                if last.upto >= stands.version:
                    db.execute(_MOVE, row)
        except _UNFIT as error:
            raise BadPage(f"a page of {last.scope} can't be stored: {error}") from error
        return changed

    def _continues(self, pages: list[SentPage]) -> Cursor:
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
        for entity in scope_entities(scope):
            db.execute(f"DELETE FROM {entity} WHERE {OF_SCOPE[kind]} = ?", (of,))  # noqa: S608 - our own names
        return
    if kind == "catalogue":
        db.execute("INSERT INTO search(search) VALUES ('delete-all')")
    for entity in scope_entities(scope):
        db.execute(f"DELETE FROM {entity}")  # noqa: S608 - our own names
