"""Cutting a stream of ZPL II into commands, and commands into labels. Written from the language's reference, not from a
driver."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from PIL import Image

_WHOLE = (b"~HS", b"~JA", b"^XA", b"^XZ", b"^FS")
"""Commands without parameters: complete with their name."""
_PREFIX = re.compile(rb"[\^~]")


@dataclass(frozen=True, slots=True)
class Zpl:
    """One command: its prefix with two letters ("^FO", "~HS"; "^A" of any font) and its parameters as they came."""

    name: str
    args: bytes = b""

    @property
    def numbers(self) -> list[int]:
        """The numbers among its parameters; of a letter at their beginning nothing."""
        return [int(x) for x in re.findall(rb"\d+", self.args)]


class ZplCutter:
    """Feed it bytes as they arrive; it yields whole commands and keeps an unfinished one for the next bytes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Zpl]:
        """The commands that are complete with `data`. What stands before a prefix is noise."""
        self._rest += data
        while (begin := _PREFIX.search(self._rest)) is not None:
            self._rest = self._rest[begin.start() :]
            head = self._rest[:3]
            if head in _WHOLE:
                self._rest = self._rest[3:]
                yield Zpl(head.decode())
                continue
            end = _PREFIX.search(self._rest, 1)
            if end is None:
                return
            whole, self._rest = self._rest[: end.start()], self._rest[end.start() :]
            named = 2 if whole[1:2] == b"A" else 3
            yield Zpl(whole[:named].decode("latin-1"), whole[named:])


@dataclass(frozen=True, slots=True)
class TextField:
    """Text in the printer's own font, `size` dots high. `?` stands for letters that a stock printer does not have."""

    x: int
    y: int
    size: int
    text: str


@dataclass(frozen=True, slots=True)
class CodeField:
    """A QR code; `module` dots a module, `level` of its error correction."""

    x: int
    y: int
    module: int
    level: str
    content: str


@dataclass(frozen=True, slots=True)
class PictureField:
    """A picture, mode L, black is 0."""

    x: int
    y: int
    picture: Image.Image


Field: TypeAlias = TextField | CodeField | PictureField


@dataclass
class Label:
    """A label as it was asked for; sides in dots."""

    width: int = 464
    height: int = 320
    fields: list[Field] = field(default_factory=list)
    copies: int = 1


class Formats:
    """Obeys commands; `unknown` are those that it does not know."""

    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.label: Label | None = None
        self._utf8 = False

    def obey(self, command: Zpl) -> Label | None:
        """Carry out a command; the label that is complete with it."""
        if command.name == "^XA":
            self.label = Label()
            self._field()
        elif self.label is None:
            self.unknown.append(command.name)
        elif command.name == "^XZ":
            done, self.label = self.label, None
            return done
        else:
            self._within(self.label, command)
        return None

    def _field(self) -> None:
        """What counts for one field ends with it."""
        self._x = self._y = 0
        self._size, self._module = 0, 0
        self._escape = b""
        self._data: str | None = None
        self._picture: Image.Image | None = None

    def _within(self, label: Label, command: Zpl) -> None:
        known = {"^PW": "width", "^LL": "height", "^PQ": "copies"}
        if command.name in known:
            setattr(label, known[command.name], command.numbers[0])
        elif command.name == "^FS":
            label.fields += self._whole()
            self._field()
        elif command.name == "^CI":
            self._utf8 = command.numbers == [28]
        elif command.name != "^LH":
            self._part(command)

    def _part(self, command: Zpl) -> None:
        """A command of one field."""
        if command.name == "^FO":
            self._x, self._y = command.numbers[:2]
        elif command.name == "^A":
            self._size = command.numbers[1]  # the first is the font's name, 0
        elif command.name == "^BQ":
            self._module = command.numbers[1]
        elif command.name == "^FH":
            self._escape = command.args.strip()[:1] or b"_"
        elif command.name == "^FD":
            self._data = self._read(command.args)
        elif command.name == "^GF":
            self._picture = _picture(command.args)
        else:
            self.unknown.append(command.name)

    def _read(self, data: bytes) -> str:
        if self._escape:
            mark = re.escape(self._escape)
            data = re.sub(mark + rb"([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), data)
        return data.decode("utf-8" if self._utf8 else "cp850", errors="replace")

    def _whole(self) -> Iterator[Field]:
        if self._picture is not None:
            yield PictureField(self._x, self._y, self._picture)
        elif self._data is not None and self._module:
            level, _mode, content = self._data[:1], self._data[1:2], self._data[3:]
            yield CodeField(self._x, self._y, self._module, level, content)
        elif self._data is not None:
            text = "".join(char if ord(char) < 0x100 else "?" for char in self._data)
            yield TextField(self._x, self._y, self._size, text)


def _picture(args: bytes) -> Image.Image:
    """`^GFA,bytes,bytes,bytes a row,data`, with the data in hexadecimal. ValueError for any other form."""
    form, total, _total, across, data = args.split(b",", 4)
    raw = bytes.fromhex(data.decode("ascii"))
    if form.strip() != b"A" or len(raw) != int(total) or len(raw) % int(across):
        raise ValueError(f"a picture of {len(raw)} bytes says that it has {int(total)}, {int(across)} a row")
    ink = Image.frombytes("1", (int(across) * 8, len(raw) // int(across)), raw).convert("L")
    return ink.point([255 - value for value in range(256)])
