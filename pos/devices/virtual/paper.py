"""What commands put on paper: the state of a printer's head, and receipts as lists of marks."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

from PIL import Image

from pos.devices.virtual.escpos_wire import Command

# The numbers of ESC t on practically every printer.
CODE_PAGES = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737", 16: "cp1252", 17: "cp866",
    18: "cp852", 19: "cp858", 34: "cp855", 36: "cp862", 37: "cp864", 38: "cp869", 45: "cp1250", 46: "cp1251",
    47: "cp1253", 48: "cp1254", 49: "cp1255", 50: "cp1256", 51: "cp1257", 52: "cp1258",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How the next character looks. `across` and `down` multiply its size."""

    bold: bool = False
    underline: bool = False
    inverse: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class TextMark:
    """One printed line: characters with their styles, and how the line stands (0 left, 1 middle, 2 right)."""

    cells: tuple[tuple[str, Style], ...]
    align: int = 0
    spacing: int = 30

    @property
    def text(self) -> str:
        """The characters alone."""
        return "".join(char for char, _style in self.cells)


@dataclass(frozen=True, slots=True)
class PictureMark:
    """A raster picture, mode 1, black is 0."""

    picture: Image.Image
    align: int = 0


@dataclass(frozen=True, slots=True)
class QRMark:
    """A QR code that the printer draws itself."""

    content: str
    module: int
    level: int
    align: int = 0


@dataclass(frozen=True, slots=True)
class BarcodeMark:
    """A barcode that the printer draws itself; `kind` is the m of GS k."""

    content: str
    kind: int
    height: int
    module: int
    align: int = 0
    text_below: bool = True


@dataclass(frozen=True, slots=True)
class FeedMark:
    """Empty paper, in dots."""

    dots: int


Mark: TypeAlias = TextMark | PictureMark | QRMark | BarcodeMark | FeedMark


@dataclass
class Head:
    """The printer's head. `obey` commands; `receipts` are those that were cut, `kicks` the drawer's pulses."""

    columns: int = 48
    receipts: list[list[Mark]] = field(default_factory=list)
    kicks: int = 0
    unknown: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self._style = Style()
        self._page, self._align, self._spacing = "cp437", 0, 30
        self._cells: list[tuple[str, Style]] = []
        self._bar_height, self._bar_module, self._bar_text = 162, 3, False
        self._qr, self._qr_module, self._qr_level = b"", 3, 48

    def obey(self, command: Command) -> int:
        """Carry out one command; returns the lines of paper it used."""
        before = len(self.marks)
        done = getattr(self, _METHODS.get(command.name, "_unknown"))
        if command.name in _METHODS:
            done(command.args)
        else:
            self.unknown.append(command.name)
        return sum(isinstance(mark, TextMark | PictureMark) for mark in self.marks[before:])

    def _unknown(self, args: bytes) -> None:
        raise AssertionError("unknown commands are listed, not obeyed")

    def finish(self) -> None:
        """End the receipt in hand, as a cut does."""
        if self._cells:
            self._line_feed(b"")
        if any(not isinstance(mark, FeedMark) for mark in self.marks):
            self.receipts.append(self.marks)
        self.marks = []

    def _ignore(self, args: bytes) -> None:
        """Commands without a visible effect here."""

    def _text(self, args: bytes) -> None:
        for char in args.decode(self._page, errors="replace"):
            width = sum(style.across for _c, style in self._cells) + self._style.across
            if width > self.columns:
                self._line_feed(b"")
            self._cells.append((char, self._style))

    def _line_feed(self, args: bytes) -> None:
        self.marks.append(TextMark(tuple(self._cells), self._align, self._spacing))
        self._cells = []

    def _initialise(self, args: bytes) -> None:
        self._reset()

    def _mode(self, args: bytes) -> None:
        n = args[0]
        self._style = Style(bool(n & 8), bool(n & 128), False, 2 if n & 32 else 1, 2 if n & 16 else 1)

    def _size(self, args: bytes) -> None:
        self._style = replace(self._style, across=(args[0] >> 4 & 7) + 1, down=(args[0] & 7) + 1)

    def _bold(self, args: bytes) -> None:
        self._style = replace(self._style, bold=bool(args[0] & 1))

    def _underline(self, args: bytes) -> None:
        self._style = replace(self._style, underline=args[0] % 48 > 0)

    def _inverse(self, args: bytes) -> None:
        self._style = replace(self._style, inverse=bool(args[0] & 1))

    def _alignment(self, args: bytes) -> None:
        self._align = args[0] % 48

    def _code_page(self, args: bytes) -> None:
        if args[0] in CODE_PAGES:
            self._page = CODE_PAGES[args[0]]
        else:
            self.unknown.append(f"code page {args[0]}")

    def _feed_lines(self, args: bytes) -> None:
        if self._cells:
            self._line_feed(b"")
        self.marks.append(FeedMark(args[0] * self._spacing))

    def _feed_dots(self, args: bytes) -> None:
        self.marks.append(FeedMark(args[0]))

    def _line_spacing(self, args: bytes) -> None:
        self._spacing = args[0] if args else 30

    def _kick(self, args: bytes) -> None:
        self.kicks += 1

    def _raster(self, args: bytes) -> None:
        bits = Image.frombytes("1", ((args[1] + args[2] * 256) * 8, args[3] + args[4] * 256), args[5:], "raw", "1;I")
        across, down = 2 if args[0] & 1 else 1, 2 if args[0] & 2 else 1
        self.marks.append(PictureMark(bits.resize((bits.width * across, bits.height * down)), self._align))

    def _cut(self, args: bytes) -> None:
        self.finish()

    def _bar(self, args: bytes) -> None:
        kind = args[0]
        data = args[1:].rstrip(b"\0") if kind <= 6 else args[2:]
        content = data.decode("ascii", errors="replace")
        self.marks.append(BarcodeMark(content, kind, self._bar_height, self._bar_module, self._align, self._bar_text))

    def _bar_size(self, args: bytes) -> None:
        self._bar_height = args[0]

    def _bar_width(self, args: bytes) -> None:
        self._bar_module = args[0]

    def _bar_words(self, args: bytes) -> None:
        self._bar_text = args[0] % 48 >= 2

    def _extended(self, args: bytes) -> None:
        """GS ( k for QR codes: 67 module, 69 level, 80 store, 81 print."""
        family, rest = args[:1], args[3:]
        if family != b"k" or rest[:1] != b"1":
            self.unknown.append(f"GS ( {family!r}")
            return
        function, data = rest[1], rest[2:]
        if function == 67:
            self._qr_module = data[0]
        elif function == 69:
            self._qr_level = data[0]
        elif function == 80:
            self._qr = data[1:]
        elif function == 81:
            self.marks.append(QRMark(self._qr.decode("utf-8"), self._qr_module, self._qr_level, self._align))


_METHODS = {
    "text": "_text", "LF": "_line_feed", "CR": "_ignore", "ESC @": "_initialise", "ESC !": "_mode", "GS !": "_size",
    "ESC E": "_bold", "ESC G": "_bold", "ESC -": "_underline", "GS B": "_inverse", "ESC a": "_alignment",
    "ESC t": "_code_page", "ESC d": "_feed_lines", "ESC J": "_feed_dots", "ESC 2": "_line_spacing",
    "ESC 3": "_line_spacing", "ESC p": "_kick", "GS v 0": "_raster", "GS V": "_cut", "GS k": "_bar",
    "GS h": "_bar_size", "GS w": "_bar_width", "GS H": "_bar_words", "GS f": "_ignore", "GS (": "_extended",
    "ESC M": "_ignore", "ESC R": "_ignore", "ESC {": "_ignore", "ESC =": "_ignore", "GS b": "_ignore",
    "GS |": "_ignore", "GS a": "_ignore",
}  # fmt: skip
