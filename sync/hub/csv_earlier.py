"""The row that was left out, and the keys of the rows before it, so that duplicates inside a file are named."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from sync.hub.csv_rows import Row, Shape


class BadRow(NamedTuple):
    """A row that was left out: where (`line` counts from 1; `column` "" is the whole row), and why, in a sentence."""

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{place}: {self.reason}" + (f" Found: {self.value}" if self.value else "")


class Earlier:
    """The keys of the rows so far; `add` answers with a bad row if this one's key is among them.

    A single key is kept with its line. A key of several parts is a bit for each different rest (the locations of
    a stock file) on its first part, so five locations cost no more memory than one.
    """

    BITS = 62

    def __init__(self, wanted: Shape, file: str) -> None:
        names = [column.name for column in wanted.columns]
        self._file = file
        self._column = wanted.key[0]
        self._label = " and ".join(name for name in wanted.key if not name.startswith("valid"))
        self._first = names.index(wanted.key[0])
        rest = [names.index(name) for name in wanted.key[1:]]
        self._rest: Callable[[Row], Any] = itemgetter(*rest) if rest else str
        self._bits: dict[Any, int] = {}
        self._more: set[tuple[str, int]] = set()
        self.add = self._pairs() if rest else self._singles()

    def _singles(self) -> Callable[[Row, int], BadRow | None]:
        lines: dict[str, int] = {}
        remember, at = lines.setdefault, self._first

        def add(row: Row, line: int) -> BadRow | None:
            first = remember(row[at], line)  # type: ignore[arg-type]  # every key's first part is text
            if first == line:
                return None
            return self._bad(row, line, f"This {self._label} stands in line {first} already.")

        return add

    def _pairs(self) -> Callable[[Row, int], BadRow | None]:
        masks: dict[str, int] = {}

        def add(row: Row, line: int) -> BadRow | None:
            value: str = row[self._first]  # type: ignore[assignment]
            bit = self._bits.setdefault(self._rest(row), len(self._bits))
            if bit >= self.BITS:
                fresh = self._is_fresh(value, bit)
            else:
                mask = masks.get(value, 0)
                fresh = not mask >> bit & 1
                masks[value] = mask | 1 << bit
            return None if fresh else self._bad(row, line, f"This {self._label} stands in the file already.")

        return add

    def _is_fresh(self, value: str, bit: int) -> bool:
        before = len(self._more)
        self._more.add((value, bit))
        return len(self._more) > before

    def _bad(self, row: Row, line: int, reason: str) -> BadRow:
        return BadRow(self._file, line, self._column, str(row[self._first]), reason)
