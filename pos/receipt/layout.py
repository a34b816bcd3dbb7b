"""From items to lines of a fixed number of columns. Screens, text files and printers share the result."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pos.receipt.document import (
    QR,
    Barcode,
    Blank,
    Centred,
    Cut,
    Document,
    DrawerKick,
    Huge,
    Item,
    Logo,
    Row,
    Rule,
    Total,
)

# Typographic signs that no code page of a printer has, and what a printer may show instead.
# Money and names keep their meaning, and their lines stay fast plain text.
_PLAIN = str.maketrans(
    {
        "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "«": '"', "»": '"', "\u2026": "...", "×": "x",
        "\t": " ", "\n": " ", "\r": " ", "\u2009": " ", "\u2007": "\u00a0", "\u202f": "\u00a0",
    }
)  # fmt: skip
_FIRM_SPACE = "\u00a0"


def plain(text: str) -> str:
    """Text with only such dashes, quotes and spaces as every printer has; control characters are left out.

    Firm spaces stay until the line is broken: numbers never wrap.
    """
    return "".join(c for c in text.translate(_PLAIN) if c.isprintable() or c == _FIRM_SPACE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of paper. `columns` is its width in its own characters: half as many when it is big. `times`: how large
    it is, if it is neither usual nor big."""

    columns: int
    left: str = ""
    right: str = ""
    indent: int = 0
    bold: bool = False
    big: bool = False
    centred: bool = False
    rule: bool = False
    times: int = 0

    def __post_init__(self) -> None:
        for side in ("left", "right"):
            object.__setattr__(self, side, getattr(self, side).replace(_FIRM_SPACE, " "))

    @property
    def size(self) -> int:
        """How many times wider and higher than usual its characters are."""
        return self.times or (2 if self.big else 1)

    @property
    def text(self) -> str:
        """The line in characters, without spaces at its end."""
        if self.rule:
            return "\u2500" * self.columns
        if self.centred:
            return self.left.center(self.columns).rstrip()
        left = " " * self.indent + self.left
        return f"{left}{self.right:>{self.columns - len(left)}}".rstrip()


Placed: TypeAlias = Line | Logo | QR | Barcode | Cut | DrawerKick


def layout(document: Document, columns: int) -> list[Placed]:
    """Place every item on lines of `columns` characters (48 or 42 on 80 mm paper, 32 on 58 mm)."""
    return [placed for item in document.items for placed in _place(item, columns)]


def _place(item: Item, columns: int) -> Iterator[Placed]:
    if isinstance(item, Row):
        yield from _row(item, columns)
    elif isinstance(item, Total):
        yield from _total(item, columns)
    elif isinstance(item, Centred):
        yield from _centred(item, columns)
    elif isinstance(item, Huge):
        yield from _huge(item, columns)
    elif isinstance(item, Rule):
        yield Line(columns, rule=True)
    elif isinstance(item, Blank):
        yield Line(columns)
    else:
        yield item


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(plain(text), max(1, width)) or [""]


def _row(item: Row, columns: int) -> Iterator[Line]:
    right = plain(item.right)
    parts = _wrap(item.left, columns - item.indent)
    if right and len(parts[-1]) + len(right) + 1 > columns - item.indent:
        parts = _wrap_before(parts, columns - item.indent - len(right) - 1)
    for part in parts[:-1]:
        yield Line(columns, part, indent=item.indent, bold=item.bold)
    yield Line(columns, parts[-1], right, item.indent, item.bold)


def _wrap_before(parts: list[str], room: int) -> list[str]:
    """Break the last part again so that its end leaves room for the right side; else the right stands alone."""
    if room < 8:
        return [*parts, ""]
    return parts[:-1] + _wrap(parts[-1], room)


def _total(item: Total, columns: int) -> Iterator[Line]:
    left, right, half = plain(item.left), plain(item.right), columns // 2
    if len(left) + 1 + len(right) <= half:
        yield Line(half, left, right, bold=True, big=True)
    elif len(right) <= half:
        yield from (Line(columns, part, bold=True) for part in _wrap(left, columns))
        yield Line(half, "", right, bold=True, big=True)
    else:
        yield from _row(Row(left, right, bold=True), columns)


def _centred(item: Centred, columns: int) -> Iterator[Line]:
    width = columns // 2 if item.big else columns
    for part in _wrap(item.text, width):
        yield Line(width, part, bold=item.bold, big=item.big, centred=True)


def _huge(item: Huge, columns: int) -> Iterator[Line]:
    """On one line; what is too long for that even at twice the size is big, and wraps."""
    text = plain(item.text).strip()
    times = min(item.most, columns // max(1, len(text)))
    if times < 3:
        yield from _centred(Centred(text, bold=True, big=True), columns)
    else:
        yield Line(columns // times, text, bold=True, centred=True, times=times)


def as_text(document: Document, columns: int = 42) -> str:
    """The page in plain characters, for screens, files and tests. Codes stand in brackets, big lines spread."""
    return "".join(_text_line(placed, columns) + "\n" for placed in layout(document, columns) if _shown(placed))


def _shown(placed: Placed) -> bool:
    return not isinstance(placed, DrawerKick | Logo)


def _text_line(placed: Placed, columns: int) -> str:
    if isinstance(placed, Line):
        return _widened(placed, columns).text
    if isinstance(placed, QR | Barcode):
        return f"[ {placed.content} ]".center(columns).rstrip()
    return "" if isinstance(placed, DrawerKick | Logo) else " -" * (columns // 2)


def _widened(line: Line, columns: int) -> Line:
    return Line(columns, line.left, line.right, line.indent, centred=line.centred, rule=line.rule)
