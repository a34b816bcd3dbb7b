"""A retailer's CSV file as decoded lines: its encoding, its delimiter, how far it was read.

The file is hostile until parsed: of any size, in any encoding, with lines of any length. It is read in pieces
of PIECE bytes that end at a line's end; UTF-8 and cp1251 both keep the line feed as one byte, so no letter is cut.
"""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

PIECE = 1 << 18
"""Bytes read at once."""
LONGEST_LINE = 1 << 20
"""Bytes of one line; a longer one is left out."""

_CONTROLS = bytes(i for i in range(32) if i not in b"\t\n\r") + b"\x7f"
# Marks that turn or hide text: a name with one would lie on a receipt.
# In UTF-8: U+200B, E, F, U+2028 to 2E, U+2066 to 69.
_HIDDEN = re.compile(rb"\xe2(?:\x80[\x8b\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class FileRefused(Exception):
    """Nothing of this file can be read. `reason` is a sentence for the person who gave it."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class Source:
    """Pieces of text from a CSV file, each an iterable of whole lines.

    `read` and `size` are bytes, for progress. `dirty` turns true once a control, a hidden mark or an undecodable
    byte was seen: only then must rows be looked at letter by letter. `too_long` collects the lines left out.
    Raises FileRefused for what is no text, OSError for what the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.encoding = ""  # unknown until the first byte that is not ASCII
        self.dirty = False
        self.too_long: list[int] = []
        self._file = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size
        self.read = 0
        self._lines = 0
        self._skipping = False
        try:
            self._head = self._first_piece()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def first_line(self) -> str:
        """The header as text, without its line's end: enough to tell the delimiter from."""
        lines = self._head.splitlines()
        return self._decode(lines[0]) if lines else ""

    def pieces(self) -> Iterator[Iterator[str]]:
        """The whole file, lines keep their ends. A line that is too long comes as an empty one."""
        pending = self._head
        self._head = b""
        self._newline = b"\n" if b"\n" in pending or b"\r" not in pending else b"\r"
        while True:
            cut = pending.rfind(self._newline) + 1
            if cut:
                yield self._text(pending[:cut])
                pending = pending[cut:]
            pending = self._bounded(pending)
            piece = self._more()
            if not piece:
                break
            pending += piece
        if pending or self._skipping:
            yield self._text(pending)

    def _first_piece(self) -> bytes:
        head = self._more()
        if head.startswith(_UTF16):
            raise FileRefused(self.name, "This file is UTF-16. Save it as “CSV UTF-8”.")
        return head.removeprefix(b"\xef\xbb\xbf")

    def _more(self) -> bytes:
        piece = self._file.read(PIECE)
        self.read += len(piece)
        return piece

    def _bounded(self, pending: bytes) -> bytes:
        """Drop the beginning of a line that has grown too long; its end is dropped when it comes."""
        if len(pending) <= LONGEST_LINE and not self._skipping:
            return pending
        self._skipping = True
        return b""

    def _text(self, data: bytes) -> Iterator[str]:
        if self._skipping:
            self._skipping = False
            self.too_long.append(self._lines + 1)
            end = data.find(self._newline)
            data = self._newline + data[end + 1 :] if end >= 0 else self._newline
        self._lines += data.count(self._newline)
        self.dirty = self.dirty or _suspicious(data)
        return io.StringIO(self._decode(data), newline="")

    def _decode(self, data: bytes) -> str:
        """UTF-8; or cp1251 if the first piece that is not ASCII is more broken than whole as UTF-8."""
        if data.isascii():
            return data.decode("ascii")
        if self.encoding != "cp1251":
            try:
                text = data.decode("utf-8")
                self.encoding = "utf-8"
                return text
            except UnicodeDecodeError:
                if self.encoding or not _looks_cyrillic(data):
                    return self._mended(data, "utf-8")
                self.encoding = "cp1251"
        return self._mended(data, "cp1251")

    def _mended(self, data: bytes, encoding: str) -> str:
        text = data.decode(encoding, "replace")
        self.dirty = self.dirty or "\ufffd" in text
        return text


def _suspicious(data: bytes) -> bool:
    return len(data.translate(None, _CONTROLS)) != len(data) or _HIDDEN.search(data) is not None


def _looks_cyrillic(data: bytes) -> bool:
    """Whether bytes that are not valid UTF-8 are rather another encoding than UTF-8 with a few broken bytes."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(not c.isascii() for c in text) - broken
    return broken > whole
