"""How the columns of one file's header become typed rows: read, checked, compared with the rows before."""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from typing import Any

from sync.domain.catalogue import LANGUAGES, Words
from sync.hub.csv_earlier import BadRow, Earlier
from sync.hub.csv_rows import KEY_LENGTH, Column, Row, Shape, gtin, key
from sync.hub.csv_source import FileRefused
from sync.hub.csv_values import Remembered, Unclear

LONGEST_FIELD = 2000
"""Characters of one field, so that a whole page never becomes a name."""
_TOO_LONG = f"A field has at most {LONGEST_FIELD} characters."
_EMPTY = "This field is empty and must not be."
SHOWN = 80
"""Characters of a bad value that are shown."""

Fields = list[str]
Get = Callable[[Fields], Any]

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]")


class Layout:
    """A header matched with the columns that its kind of file has.

    `ignored` names the columns that nobody knows. Raises FileRefused where a needed column is missing.
    """

    def __init__(self, header: Fields, wanted: Shape, file: str) -> None:
        self._file = file
        self._header = header
        self._columns = wanted.columns
        # What _make does, less its check of the length: the columns are the row's fields by construction.
        self._make: Callable[[list[Any]], Row] = partial(tuple.__new__, wanted.row)
        _refuse_twice(header, file)
        self._gets = [_getter(column, header, file) for column in wanted.columns]
        self.ignored = tuple(name for name in header if name and not _known(name, wanted.columns))
        self.width = len(header)
        self.repeated = Earlier(wanted, file).add

    def build(self, fields: Fields) -> Row:
        """The typed row. Raises Unclear; `explained` then says where."""
        return self._make([get(fields) for get in self._gets])

    def checked(self, fields: Fields) -> Fields:
        """The same fields, without empty ones at the end that have no header. Raises Unclear for what is no row."""
        while len(fields) > self.width and not fields[-1].strip():
            fields = fields[:-1]
        if len(fields) != self.width:
            raise Unclear(f"The row has {len(fields)} fields, the header has {self.width}.")
        if unreadable(fields):
            raise Unclear("The row has characters that are not text.")
        return fields

    def explained(self, fields: Fields, line: int, unclear: Unclear) -> BadRow:
        """The bad row for what `build` or `checked` did not take: its first bad column, or the whole row."""
        if len(fields) == self.width:
            for column, get in zip(self._columns, self._gets, strict=True):
                try:
                    get(fields)
                except Unclear as here:
                    return BadRow(self._file, line, column.name, self._shown(column, fields), str(here))
        return BadRow(self._file, line, "", "", str(unclear))

    def _shown(self, column: Column, fields: Fields) -> str:
        if column.name not in self._header:
            return ""
        value = fields[self._header.index(column.name)].strip()
        if column.secret:
            return "•" * min(len(value), 8)
        shown = _NO_TEXT.sub("\ufffd", value)
        return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"


def unreadable(fields: Fields) -> bool:
    """Whether a field has controls, hidden marks, or bytes that were no text in the file's encoding."""
    return any(_NO_TEXT.search(field) for field in fields)


def _refuse_twice(header: Fields, file: str) -> None:
    twice = [name for name, times in Counter(header).items() if name and times > 1]
    if twice:
        raise FileRefused(file, f"The header names a column twice: {', '.join(twice)[:200]}.")


def _known(name: str, columns: tuple[Column, ...]) -> bool:
    return any(name == c.name or (c.words and _language(name, c.name)) for c in columns)


def _language(name: str, base: str) -> str:
    """The language of a column such as name_ru; "" if it is none."""
    code = name.removeprefix(base + "_")
    return code if code != name and code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else ""


def _getter(column: Column, header: Fields, file: str) -> Get:
    """How to get the column's value out of stripped fields."""
    if column.words:
        return _words_getter(column, header, file)
    if column.name not in header:
        if column.required:
            raise FileRefused(file, _missing(column.name, header))
        return lambda _: column.empty
    at = header.index(column.name)
    read = _reader(column)
    if column.parse is key:
        return _key_getter(at, read)
    if column.parse in (gtin, None):  # seldom twice the same
        return lambda fields: read(fields[at])
    remembered = Remembered(read)
    return lambda fields: remembered[fields[at]]


def _key_getter(at: int, read: Callable[[str], object]) -> Get:
    """Codes are in every row and mostly right: the usual case spares two calls."""

    def get(fields: Fields) -> object:
        text = fields[at].strip()
        return text if 0 < len(text) <= KEY_LENGTH else read(text)

    return get


def _reader(column: Column) -> Callable[[str], object]:
    parse, required, empty = column.parse or str, column.required, column.empty

    def read(text: str) -> object:
        text = text.strip()
        if len(text) > LONGEST_FIELD:
            raise Unclear(_TOO_LONG)
        if text:
            return parse(text)
        if required:
            raise Unclear(_EMPTY)
        return empty

    return read


def _words_getter(column: Column, header: Fields, file: str) -> Get:
    places = {language: i for i, name in enumerate(header) if (language := _language(name, column.name))}
    if column.name in header:
        # The plain column stands in for the first language, which is what other languages fall back to.
        places.setdefault(LANGUAGES[0], header.index(column.name))
    if not places:
        if column.required:
            raise FileRefused(file, _missing(column.name, header))
        return lambda _: {}
    if tuple(places) == LANGUAGES[:1]:
        return _word_getter(places[LANGUAGES[0]], column.required)
    languages = tuple(places)
    plain = column.name in header
    default = header.index(column.name) if plain else places[languages[0]]
    pick, required = itemgetter(*places.values(), default), column.required

    def words(fields: Fields) -> Words:
        texts = tuple(map(str.strip, pick(fields)))
        if len("".join(texts)) > LONGEST_FIELD and any(len(text) > LONGEST_FIELD for text in texts):
            raise Unclear(_TOO_LONG)
        if all(texts):
            return dict(zip(languages, texts))  # noqa: B905  # the last text is the default, for when one is empty
        found = {language: text for language, text in zip(languages, texts, strict=False) if text}
        if plain and texts[-1]:
            found.setdefault(LANGUAGES[0], texts[-1])
        if required and not found:
            raise Unclear(_EMPTY)
        return found

    return words


def _word_getter(at: int, required: bool) -> Get:
    """One column of words: most retailers have one language only."""

    def word(fields: Fields) -> Words:
        text = fields[at].strip()
        if len(text) > LONGEST_FIELD:
            raise Unclear(_TOO_LONG)
        if required and not text:
            raise Unclear(_EMPTY)
        return {LANGUAGES[0]: text} if text else {}

    return word


def _missing(name: str, header: Fields) -> str:
    there = ", ".join(header)[:200]
    return f"The column “{name}” is missing. The first line has: {there or 'nothing'}."
