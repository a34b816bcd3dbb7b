"""From a document to ESC/POS bytes, by python-escpos. Imports it late: its start costs a quarter of a second."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from pos.devices.logo import logo
from pos.devices.raster import CELL, fragments
from pos.receipt.document import QR, Barcode, Cut, Document, DrawerKick, Logo
from pos.receipt.layout import Line, Placed, layout

CODE_PAGES = ("CP437", "CP866", "CP1252")
"""Pages that practically every printer has at the same place."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What the encoder must know of a printer: columns of font A (48, 42 or 32), its code pages and profile.

    `native_qr`: the printer draws QR codes itself; False sends them as pictures. `logo`: a picture's file for the
    top of what the shop gives away.
    """

    columns: int = 48
    code_pages: tuple[str, ...] = CODE_PAGES
    profile: str = "default"
    native_qr: bool = True
    logo: Path | None = None

    @property
    def dots(self) -> int:
        """Printable dots across."""
        return self.columns * CELL


def encode(document: Document, paper: Paper) -> bytes:
    """All bytes of a document but the drawer's pulse, from initialisation on. Needs about 6 ms for 40 lines."""
    sheet = _Sheet(paper)
    placed = [p for p in layout(document, paper.columns) if not isinstance(p, DrawerKick)]
    for as_picture, run in groupby(placed, key=sheet.needs_picture):
        if as_picture:
            sheet.pictures([line for line in run if isinstance(line, Line)])
        else:
            sheet.plain(run)
    return sheet.output


@lru_cache(maxsize=4)
def _encoder(profile: str, pages: tuple[str, ...]) -> Any:
    """The code pages of a profile that we trust; unknown names are left out."""
    from escpos.capabilities import get_profile
    from escpos.magicencode import Encoder

    known = get_profile(profile).get_code_pages()
    return Encoder({page: known[page] for page in pages if page in known})


class _Sheet:
    def __init__(self, paper: Paper) -> None:
        from escpos.printer import Dummy

        self._paper = paper
        self._pages = _encoder(paper.profile, paper.code_pages)
        self._device = Dummy(profile=paper.profile, magic_encode_args={"encoder": self._pages})
        # Without the paper's width python-escpos writes a remark to standard output for each picture.
        media = {"dpi": 203, "width": {"mm": paper.dots // 8, "pixels": paper.dots}}
        self._device.profile.profile_data = {**self._device.profile.profile_data, "media": media}
        self._device.hw("INIT")
        self._style = (False, 1)

    @property
    def output(self) -> bytes:
        return bytes(self._device.output)

    def needs_picture(self, placed: Placed) -> bool:
        """Whether a line has a letter that no code page carries; python-escpos would print it as "?"."""
        return isinstance(placed, Line) and not all(map(self._carried, placed.text))

    def _carried(self, char: str) -> bool:
        return char.isascii() or any(self._pages.can_encode(page, char) for page in self._pages.codepages)

    def pictures(self, lines: list[Line]) -> None:
        for fragment in fragments(lines, self._paper.dots):
            self._device.image(fragment, impl="bitImageRaster")

    def plain(self, run: Iterable[Placed]) -> None:
        for placed in run:
            if isinstance(placed, Line):
                self._line(placed)
            elif isinstance(placed, Cut):
                self._device.cut(feed=False)  # GS V 66: the printer itself feeds to its cutter
            elif isinstance(placed, Logo):
                self._logo()
            elif isinstance(placed, QR):
                self._qr(placed)
            elif isinstance(placed, Barcode):
                self._barcode(placed)

    def _line(self, line: Line) -> None:
        style = (line.bold, line.size)
        if style != self._style:
            self._device.set(bold=line.bold, custom_size=True, width=line.size, height=line.size)
            self._style = style
        if line.times:  # its own columns are too wide to centre by spaces
            self._device.set(align="center")
            self._device.textln(line.left)
            self._device.set(align="left")
        else:
            self._device.textln(line.text)

    def _logo(self) -> None:
        if self._paper.logo is None:
            return
        for fragment in logo(self._paper.logo, self._paper.dots):
            self._device.image(fragment, impl="bitImageRaster")

    def _qr(self, code: QR) -> None:
        self._device.set(align="center")
        if self._paper.native_qr:
            self._device.qr(code.content, ec=1, size=module_of(code, self._paper.dots), native=True)
        else:
            self._device.image(_qr_picture(code, self._paper.dots), impl="bitImageRaster", fragment_height=96)
        self._device.set(align="left")

    def _barcode(self, code: Barcode) -> None:
        """Code 128, set B. The library's own call prints notes on standard output, so the bytes go directly."""
        if _BAR * bars_of(code.content) > self._paper.dots:  # the printer would leave it out, and say nothing
            self._ladder(code)
            return
        data = b"{B" + code.content.replace("{", "{{").encode("ascii")
        self._device.set(align="center")
        self._device._raw(b"\x1dh\x50\x1dw\x02\x1df\x00\x1dH\x02\x1dk\x49" + bytes([len(data)]) + data)
        self._device.set(align="left")

    def _ladder(self, code: Barcode) -> None:
        """The bars of a code that is too wide for the paper, lying across it: as long as they need."""
        self._device.image(_ladder_picture(code.content, self._paper.dots), impl="bitImageRaster", fragment_height=96)
        self._device.set(align="center")
        self._device.textln(code.content)
        self._device.set(align="left")


_BAR = 2  # dots of a barcode's module: 0.25 mm at 203 dots an inch


def bars_of(content: str) -> int:
    """Modules of a text in Code 128, set B: each character 11, as its start and its check, and the end 13."""
    return 11 * (len(content) + 2) + 13


def _ladder_picture(content: str, dots: int) -> Any:
    from barcode import Code128  # type: ignore[import-untyped]
    from PIL import Image

    bars = Code128(content).build()[0]
    strip = Image.new("1", (1, len(bars)), 1)
    strip.putdata([0 if bar == "1" else 1 for bar in bars])
    page = Image.new("1", (dots, (len(bars) + 20) * _BAR), 1)  # with ten modules of white at each end
    page.paste(strip.resize((120, len(bars) * _BAR), Image.Resampling.NEAREST), ((dots - 120) // 2, 10 * _BAR))
    return page


# Bytes that a QR code holds at level M, version by version (ISO/IEC 18004, table 7).
_HOLDS = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911,
    997,
)  # fmt: skip
_QUIET = 4
"""Modules of white on each side that a reader needs."""
SMALLEST = 3
"""Dots of a module at least: 0.375 mm at 203 dots an inch, which readers of receipts still take."""


def module_of(code: QR, dots: int) -> int:
    """Dots of a module, so that the code fits across the paper: as large as asked for, or smaller. As some printers
    draw all texts as bytes, it fits even then."""
    return max(SMALLEST, min(code.size, dots // (modules_of(code.content) + 2 * _QUIET)))


def modules_of(content: str) -> int:
    """Modules across a code at level M that holds the text as bytes, without the white around it."""
    return 21 + 4 * sum(len(content.encode()) > most for most in _HOLDS)


def _qr_picture(code: QR, dots: int) -> Any:
    import qrcode  # type: ignore[import-untyped]
    from PIL import Image

    drawn = qrcode.QRCode(box_size=module_of(code, dots), border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    drawn.add_data(code.content)
    picture = drawn.make_image().get_image().convert("L")
    page = Image.new("L", (dots, picture.height), 255)
    page.paste(picture, ((dots - picture.width) // 2, 0))
    return page
