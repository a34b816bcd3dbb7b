"""From a document to ZPL II, the language of label printers: `^XA … ^XZ`, positions and sizes in dots.

The label's code stands at the left and its lines beside it, as large as the label takes them. What the printers' own
font lacks goes as a picture (`^GFA`): stock printers have Latin letters alone. All is bold, as that font is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageDraw

from pos.devices.encode import modules_of
from pos.devices.raster import font
from pos.receipt.document import QR, Centred, Document, Huge, Item, Row, Total
from pos.receipt.layout import plain

_LARGEST, _LEAST = 34, 13
"""Dots of a usual line at 203 dots an inch: 4 mm, and 1.6 mm that can still be read."""
_PITCH = 1.2
_QUIET = 4
_MARGIN_MM = 2
_MEASURED = 100


class TooSmall(ValueError):
    """The label can't hold what should stand on it."""


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """A label: its sides in millimetres, and the printer's dots an inch (203, 300 or 600)."""

    width_mm: int = 58
    height_mm: int = 40
    dpi: int = 203

    def dots(self, mm: float) -> int:
        """Millimetres as dots."""
        return round(mm * self.dpi / 25.4)

    @property
    def width(self) -> int:
        """Dots across."""
        return self.dots(self.width_mm)

    @property
    def height(self) -> int:
        """Dots down."""
        return self.dots(self.height_mm)


@dataclass(frozen=True, slots=True)
class _Block:
    """A text, how many times as high as usual, and its width at `_MEASURED` dots."""

    text: str
    times: float
    wide: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A text that fits, `size` dots high."""

    text: str
    size: int


def encode_label(document: Document, paper: LabelPaper) -> bytes:
    """All bytes of a label. TooSmall if it does not fit, however small the letters."""
    margin = paper.dots(_MARGIN_MM)
    code = next((item for item in document.items if isinstance(item, QR)), None)
    fields, left = [], margin
    if code is not None:
        module, side = _module(code, paper, margin)
        top = (paper.height - side) // 2
        fields.append(f"^FO{margin},{top}^BQN,2,{module}{_data('MA,' + code.content)}")
        left += side + module * _QUIET
    fields += _texts(document, paper, left, paper.width - left - margin, margin)
    head = f"^XA^CI28^PW{paper.width}^LL{paper.height}^LH0,0"
    return "\n".join((head, *fields, "^PQ1^XZ")).encode() + b"\n"


def escaped(text: str) -> tuple[str, bool]:
    """Text for `^FD`, and whether it needs `^FH` before it: `^` and `~` begin commands and `\\` an escape, so these go
    as hexadecimal, and so does the underscore that says so."""
    if not set(text) & set("^~\\"):
        return text, False
    return "".join(f"_{ord(char):02X}" if char in "^~\\_" else char for char in text), True


def _data(text: str) -> str:
    data, hexadecimal = escaped(text)
    return f"{'^FH_' if hexadecimal else ''}^FD{data}^FS"


def _module(code: QR, paper: LabelPaper, margin: int) -> tuple[int, int]:
    """Dots of a module, and of the code's side: as large as half the label takes it, ten at most (`^BQ`)."""
    modules = modules_of(code.content)
    room = min(paper.height - 2 * margin, paper.width * 45 // 100)
    module = min(10, room // modules)
    if module < max(2, paper.dots(0.25)):
        raise TooSmall(f"a code of {modules} modules does not fit on {paper.width_mm} x {paper.height_mm} mm")
    return module, module * modules


def _texts(document: Document, paper: LabelPaper, left: int, width: int, margin: int) -> Iterator[str]:
    blocks = [block for item in document.items for block in _blocks(item) if block.text]
    room = paper.height - 2 * margin
    scale = paper.dpi / 203
    for unit in range(round(_LARGEST * scale), round(_LEAST * scale) - 1, -1):
        lines = [line for block in blocks for line in _fitted(block, unit, width, round(_LEAST * scale))]
        high = sum(_high(line) for line in lines)
        if high <= room:
            return _placed(lines, left, (paper.height - high) // 2)
    raise TooSmall(f"{len(blocks)} lines do not fit on {paper.width_mm} x {paper.height_mm} mm")


def _blocks(item: Item) -> Iterator[_Block]:
    if isinstance(item, Huge):
        yield _block(item.text, 3.2)
    elif isinstance(item, Total):
        yield _block(f"{item.left} {item.right}", 1.6)
    elif isinstance(item, Centred):
        yield _block(item.text, 1.5 if item.big else 1)
    elif isinstance(item, Row):
        yield _block(f"{item.left} {item.right}", 1)


def _block(text: str, times: float) -> _Block:
    clean = " ".join(plain(text).replace("\u00a0", " ").split())
    return _Block(clean, times, font(True, _MEASURED).getlength(clean))


def _fitted(block: _Block, unit: int, width: int, least: int) -> Iterator[_Line]:
    """The block on one line, smaller if it is too wide; what is too wide even then on several."""
    fits = int(width * _MEASURED / max(1, block.wide))
    size = min(round(block.times * unit), fits)
    if size >= least:
        yield _Line(block.text, size)
        return
    if len(block.text) < 2:
        raise TooSmall(f"no letter fits into {width} dots")
    for part in _halves(block.text):
        yield from _fitted(_block(part, 1), least, width, least)


def _halves(text: str) -> tuple[str, str]:
    """A text in two parts, between words if there are some."""
    middle = len(text) // 2
    spaces = [at for at, char in enumerate(text) if char == " "]
    at = min(spaces, key=lambda at: abs(at - middle)) if spaces else middle
    return text[:at].strip(), text[at:].strip()


def _high(line: _Line) -> int:
    return round(line.size * _PITCH)


def _placed(lines: list[_Line], left: int, top: int) -> Iterator[str]:
    for line in lines:
        native = line.text.isascii()
        draw = f"^A0N,{line.size},{line.size}{_data(line.text)}" if native else _picture(line)
        yield f"^FO{left},{top}{draw}"
        top += _high(line)


def _picture(line: _Line) -> str:
    """A line that the printer's font lacks letters of, as `^GFA`: rows of whole bytes, black is 1."""
    face = font(True, line.size)
    across = (int(face.getlength(line.text)) + 8) // 8
    page = Image.new("L", (across * 8, _high(line)), 0)
    ImageDraw.Draw(page).text((0, round(line.size * 0.95)), line.text, fill=255, font=face, anchor="ls")
    data = page.point([0 if value < 110 else 255 for value in range(256)]).convert("1").tobytes()
    return f"^GFA,{len(data)},{len(data)},{across},{data.hex().upper()}^FS"
