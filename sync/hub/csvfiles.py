"""Reading a retailer's own CSV files, with no database: rows typed and checked, bad ones named and left out.

The columns are described in assets/demo/README.md. Memory grows only by the keys of a file, which are kept so
that duplicates can be named.
"""

import csv
from collections.abc import Generator, Iterator
from datetime import UTC, tzinfo
from itertools import chain
from pathlib import Path

from sync.hub.csv_earlier import BadRow
from sync.hub.csv_layout import Fields, Layout, unreadable
from sync.hub.csv_rows import Kind, Row, Shape, shape
from sync.hub.csv_source import LONGEST_LINE, FileRefused, Source
from sync.hub.csv_values import Unclear


def read_rows(path: Path, kind: Kind, currency: str, zone: tzinfo = UTC) -> "CsvRows":
    """Open a file of that kind; iterate the answer for its rows and bad rows, in the file's order.

    `currency` is an ISO 4217 code: amounts become its minor units. Dates without an offset are of `zone`.
    Raises FileRefused (no text, no header, a column missing), UnknownCurrency, OSError.
    """
    return CsvRows(path, shape(Kind(kind), currency, zone))


class CsvRows(Iterator[Row | BadRow]):
    """The rows of one file. Closes it at the end, on an error, and as a context manager.

    `ignored` names the columns that nobody knows; `bytes_read` of `bytes_total` is the progress.
    """

    def __init__(self, path: Path, wanted: Shape) -> None:
        self._source = Source(path)
        try:
            self._csv = csv.reader(
                chain.from_iterable(self._source.pieces()), delimiter=_delimiter(self._source), strict=True
            )
            self._layout = Layout(self._header(), wanted, self._source.name)
        except BaseException:
            self._source.close()
            raise
        self.ignored = self._layout.ignored
        self._line = self._csv.line_num + 1
        self._rows = self._read()

    def __iter__(self) -> Iterator[Row | BadRow]:
        # The generator itself: a loop over it spares a call for each row.
        return self._rows

    def __next__(self) -> Row | BadRow:
        return next(self._rows)

    def __enter__(self) -> "CsvRows":
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()
        self._source.close()

    @property
    def bytes_total(self) -> int:
        """The file's size when it was opened."""
        return self._source.size

    @property
    def bytes_read(self) -> int:
        """How far the file was read."""
        return self._source.read

    @property
    def encoding(self) -> str:
        """utf-8 or cp1251, as far as it could be told until now; "" while all was ASCII."""
        return self._source.encoding

    def _header(self) -> Fields:
        try:
            header = next(self._csv, [])
        except csv.Error:
            raise FileRefused(self._source.name, "The first line is no header: a quote in it is not closed.") from None
        if self._source.dirty and unreadable(header):
            raise FileRefused(self._source.name, "The first line is no header: it has characters that are not text.")
        return [name.strip().casefold() for name in header]

    def _read(self) -> Generator[Row | BadRow, None, None]:
        try:
            ended = False
            while not ended:
                try:
                    yield from self._stretch()
                    ended = True
                except csv.Error as error:
                    yield BadRow(self._source.name, self._line, "", "", self._quoting(error))
                    self._line = self._csv.line_num + 1
            yield from self._left_out()
        finally:
            self._source.close()

    def _stretch(self) -> Iterator[Row | BadRow]:
        """Rows up to the end of the file, or to a broken quote: then csv.Error, and the next line is a new start."""
        source, layout, rows = self._source, self._layout, self._csv
        build, repeated, width = layout.build, layout.repeated, layout.width
        for fields in rows:
            if source.too_long:
                yield from self._left_out()
            try:
                if len(fields) != width or source.dirty:
                    fields = layout.checked(fields)
                row = build(fields)
                yield repeated(row, self._line) or row
            except Unclear as unclear:
                if any(map(str.strip, fields)):
                    yield layout.explained(fields, self._line, unclear)
            self._line = rows.line_num + 1

    def _left_out(self) -> Iterator[BadRow]:
        for line in self._source.too_long:
            yield BadRow(self._source.name, line, "", "", f"The line is longer than {LONGEST_LINE // 1024} KB.")
        self._source.too_long.clear()

    def _quoting(self, error: csv.Error) -> str:
        last = self._csv.line_num
        lines = f"lines {self._line} to {last} are" if last > self._line else "the line is"
        return f"A quote is not closed, or stands inside a quoted field; {lines} left out ({error})."


def _delimiter(source: Source) -> str:
    line = source.first_line()
    return ";" if line.count(";") > line.count(",") else ","
