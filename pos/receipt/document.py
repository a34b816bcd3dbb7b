"""A printed page as data: lines and codes, independent of printer, paper and font."""

from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Row:
    """`left` wraps to as many lines as it needs; `right` stands on one edge with all others.

    `indent` counts characters and applies to every wrapped line.
    """

    left: str
    right: str = ""
    indent: int = 0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Centred:
    """Text in the middle, wrapped. `big` is double width and height."""

    text: str
    bold: bool = False
    big: bool = False


@dataclass(frozen=True, slots=True)
class Huge:
    """A few characters in the middle, as large as the paper takes them and at most `most` times the usual size: what is
    read across a room."""

    text: str
    most: int = 6


@dataclass(frozen=True, slots=True)
class Total:
    """The one number of the page, double size, with its word."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Blank:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The retailer's logo in the middle, where the printer has one; else nothing."""


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code in the middle; `size` is the side of a module in printer dots."""

    content: str
    size: int = 6


@dataclass(frozen=True, slots=True)
class Barcode:
    """A Code 128 of ASCII text in the middle, with its text below."""

    content: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the paper here."""


@dataclass(frozen=True, slots=True)
class DrawerKick:
    """Open the drawer at this printer. It opens before anything is printed, and even when nothing can be."""


Item: TypeAlias = Row | Centred | Huge | Total | Rule | Blank | Logo | QR | Barcode | Cut | DrawerKick


@dataclass(frozen=True, slots=True)
class Document:
    """Items from top to bottom. `lang` is the language of its texts.

    `copy`: printed before, on purpose. `duplicate`: its first print ended unknown (F48). Both are also words
    on the paper; the flags tell the printer and the journal.
    """

    items: tuple[Item, ...]
    lang: str = "en"
    copy: bool = False
    duplicate: bool = False

    @property
    def kicks(self) -> bool:
        """Whether the drawer opens with this document."""
        return any(isinstance(item, DrawerKick) for item in self.items)


def as_duplicate(document: Document, words: str) -> Document:
    """The same page, marked as a possible duplicate by `words` at its top; the drawer stays shut."""
    items = tuple(item for item in document.items if not isinstance(item, DrawerKick))
    return replace(document, items=(Centred(words, bold=True), *items), duplicate=True)
