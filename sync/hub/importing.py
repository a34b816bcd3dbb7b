"""A retailer's own files into the hub: read and checked in full first, then merged kind by kind.

Each kind is one transaction. A run that is killed between two of them is finished by running it again, since what is
there already changes nothing.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.hub import import_merge
from sync.hub.csv_earlier import BadRow
from sync.hub.csv_rows import Kind, shape
from sync.hub.csvfiles import CsvRows
from sync.hub.feed import Recorder
from sync.hub.import_kinds import Encode, encoder
from sync.hub.import_merge import Merged
from sync.hub.import_stage import Stage, private, writing

BAD_SHOWN = 1000
"""Bad rows that a report keeps; the others are only counted."""
PACE_ROWS = 2000
"""Rows between two calls for progress."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: `step` is `read` (bytes of all files) or `write` (kinds of all kinds)."""

    step: str
    kind: Kind
    done: int
    total: int


@dataclass
class ImportReport:
    """What an import did. `counts` by kind; `bad` the first BAD_SHOWN bad rows of `bad_count`; `ignored` columns by
    kind that nobody knows. `refused`: strict, and something was bad, so that nothing was imported."""

    counts: dict[Kind, Merged] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    bad_count: int = 0
    ignored: dict[Kind, tuple[str, ...]] = field(default_factory=dict)
    refused: bool = False

    def leave_out(self, row: BadRow) -> None:
        """Count a bad row, and keep it while there is room."""
        self.bad_count += 1
        if len(self.bad) < BAD_SHOWN:
            self.bad.append(row)


Watch = Callable[[Progress], None]


def import_files(
    engine: Engine,
    files: Mapping[str, Path],
    *,
    currency: str,
    strict: bool = False,
    progress: Watch | None = None,
    zone: tzinfo = UTC,
    now: int | None = None,
) -> ImportReport:
    """Import files by kind (`locations`, `departments`, `products`, `barcodes`, `prices`, `stock`, `staff`).

    `currency` (ISO 4217) is that of the prices, `zone` of dates without an offset, `now` UTC ms. Bad rows are left out;
    with `strict` one bad row leaves out everything. Raises FileRefused, UnknownCurrency, OSError before anything is
    written.
    """
    given = {kind: Path(files[kind]) for kind in Kind if kind in files}
    at = time.time_ns() // 1_000_000 if now is None else now
    report = ImportReport()
    with private(engine) as conn:
        run = _Run(conn, given, report, at, progress or (lambda _: None))
        run.read(currency, zone)
        if strict and report.bad_count:
            report.refused = True
        else:
            run.write()
    return report


class _Numbered(CsvRows):
    """Rows that know where they stand."""

    @property
    def line(self) -> int:
        """The line at which the row that was read last begins."""
        return self._line


class _Run:
    """One import on its own connection."""

    def __init__(
        self, conn: Connection, files: Mapping[Kind, Path], report: ImportReport, at: int, watch: Watch
    ) -> None:
        self._conn = conn
        self._files = files
        self._report = report
        self._at = at
        self._watch = watch
        self._total = sum(path.stat().st_size for path in files.values())
        self._before = 0

    def read(self, currency: str, zone: tzinfo) -> None:
        """Stage all files and leave out what is bad. Locks nobody out."""
        with self._conn.begin():
            self._stage = Stage(self._conn, self._files)
            for kind, path in self._files.items():
                # Before the rows flow: while a COPY runs, its connection answers no query.
                encode = encoder(kind, self._conn, self._at)
                rows = _Numbered(path, shape(kind, currency, zone))
                with rows:
                    self._report.ignored[kind] = tuple(rows.ignored)
                    self._stage.fill(kind, self._values(kind, rows, encode))
                self._before += path.stat().st_size
            for kind in self._files:
                self._check(kind)

    def _values(self, kind: Kind, rows: _Numbered, encode: Encode) -> Iterator[tuple[Any, ...]]:
        report = self._report
        for number, row in enumerate(rows):
            if number % PACE_ROWS == 0:
                self._watch(Progress("read", kind, self._before + rows.bytes_read, self._total))
            if isinstance(row, BadRow):
                report.leave_out(row)
                continue
            yield (rows.line, *encode(row))
        self._watch(Progress("read", kind, self._before + rows.bytes_total, self._total))

    def _check(self, kind: Kind) -> None:
        name = self._files[kind].name
        for line, reference, value in import_merge.strangers(self._stage, kind):
            reason = f"There is no such {reference.kind.removesuffix('s')} here or in the files of this import."
            self._report.leave_out(BadRow(name, line, reference.csv, value, reason))

    def write(self) -> None:
        """Merge kind by kind; each is told to the feed in its own transaction."""
        run = secrets.token_hex(6)
        for number, kind in enumerate(self._files):
            self._watch(Progress("write", kind, number, len(self._files)))
            recorder = Recorder(self._at)
            with writing(self._conn):
                self._report.counts[kind] = import_merge.merge(self._stage, kind, recorder, run)
                recorder.commit(self._conn)
            self._watch(Progress("write", kind, number + 1, len(self._files)))
