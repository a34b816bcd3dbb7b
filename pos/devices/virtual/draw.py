"""Receipts as pictures and as plain text, from the marks that a virtual printer's head left."""

from functools import lru_cache
from pathlib import Path

import qrcode  # type: ignore[import-untyped]
from barcode.codex import Code128  # type: ignore[import-untyped]
from barcode.ean import EAN8, EAN13  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

from pos.devices.raster import CELL, font
from pos.devices.virtual.paper import BarcodeMark, FeedMark, Mark, PictureMark, QRMark, Style, TextMark

SCALE = 2
"""Pixels for each printer dot."""

_PAPER = (255, 253, 248)
_INK = (26, 25, 21)
_DESK = (233, 227, 213)
_MARGIN = 28 * SCALE
_DESK_MARGIN = 24
_TOOTH = 8
_LEVELS = {
    48: qrcode.constants.ERROR_CORRECT_L,
    49: qrcode.constants.ERROR_CORRECT_M,
    50: qrcode.constants.ERROR_CORRECT_Q,
    51: qrcode.constants.ERROR_CORRECT_H,
}


def as_text(marks: list[Mark], columns: int) -> str:
    """The receipt in characters. Codes are in brackets; a picture is named by its size."""
    return "".join(_text_of(mark, columns) for mark in marks)


def _text_of(mark: Mark, columns: int) -> str:
    if isinstance(mark, FeedMark):
        return "\n" * (mark.dots // 30)
    if isinstance(mark, TextMark):
        wide = sum(style.across for _c, style in mark.cells)
        shift = (0, (columns - wide) // 2, columns - wide)[mark.align]
        return (" " * shift + mark.text).rstrip() + "\n"
    if isinstance(mark, PictureMark):
        return f"[picture {mark.picture.width}x{mark.picture.height}]\n"
    return f"[ {mark.content} ]".center(columns).rstrip() + "\n"


def as_picture(marks: list[Mark], columns: int) -> Image.Image:
    """The receipt as it would lie on a desk: paper with torn ends, twice the printer's resolution."""
    width = columns * CELL * SCALE
    strips = [_strip(mark, width) for mark in marks]
    paper = Image.new("RGB", (width + 2 * _MARGIN, sum(s.height for s in strips) + 2 * _MARGIN), _PAPER)
    top = _MARGIN
    for strip in strips:
        paper.paste(Image.new("RGB", strip.size, _INK), (_MARGIN, top), strip)
        top += strip.height
    return _on_desk(paper)


def _on_desk(paper: Image.Image) -> Image.Image:
    """The paper with zigzag ends on a plain ground."""
    ends = Image.new("L", paper.size, 0)
    pen, w, h = ImageDraw.Draw(ends), paper.width, paper.height
    teeth = [(x, (x // _TOOTH % 2) * _TOOTH) for x in range(0, w + _TOOTH, _TOOTH)]
    pen.polygon([*teeth, *((x, h - 1 - y) for x, y in reversed(teeth))], fill=255)
    desk = Image.new("RGB", (w + 2 * _DESK_MARGIN, h + 2 * _DESK_MARGIN), _DESK)
    desk.paste(paper, (_DESK_MARGIN, _DESK_MARGIN), ends)
    return desk


def _strip(mark: Mark, width: int) -> Image.Image:
    """One mark as a mask of ink across the paper's printable width."""
    if isinstance(mark, FeedMark):
        return Image.new("L", (width, mark.dots * SCALE), 0)
    if isinstance(mark, TextMark):
        return _text_strip(mark, width)
    return _placed(_ink_of(mark), mark.align, width)


def _placed(ink: Image.Image, align: int, width: int) -> Image.Image:
    strip = Image.new("L", (width, ink.height), 0)
    strip.paste(ink, ((0, (width - ink.width) // 2, width - ink.width)[align], 0))
    return strip


def _ink_of(mark: PictureMark | QRMark | BarcodeMark) -> Image.Image:
    if isinstance(mark, PictureMark):
        grey = mark.picture.convert("L").point([255 - value for value in range(256)])
        return grey.resize((grey.width * SCALE, grey.height * SCALE), Image.Resampling.BICUBIC)
    if isinstance(mark, QRMark):
        code = qrcode.QRCode(box_size=mark.module * SCALE, border=2, error_correction=_LEVELS[mark.level])
        code.add_data(mark.content)
        drawn: Image.Image = code.make_image().get_image().convert("L")
        return drawn.point([255 - value for value in range(256)])
    return _bars(mark)


def _bars(mark: BarcodeMark) -> Image.Image:
    """Bars of EAN-13, EAN-8 and Code 128; the text below them as the printer would."""
    shown = mark.content.removeprefix("{B").replace("{{", "{") if mark.kind == 73 else mark.content
    maker = {2: EAN13, 67: EAN13, 3: EAN8, 68: EAN8}.get(mark.kind, Code128)
    modules = maker(shown).build()[0].replace("G", "1")
    unit, height = mark.module * SCALE, mark.height * SCALE
    image = Image.new("L", (len(modules) * unit, height + (36 * SCALE if mark.text_below else 0)), 0)
    pen = ImageDraw.Draw(image)
    for number, module in enumerate(modules):
        if module == "1":
            pen.rectangle((number * unit, 0, (number + 1) * unit - 1, height - 1), fill=255)
    if mark.text_below:
        pen.text((image.width / 2, height + 27 * SCALE), shown, fill=255, font=font(False, 22 * SCALE), anchor="ms")
    return image


def _text_strip(mark: TextMark, width: int) -> Image.Image:
    down = max((style.down for _c, style in mark.cells), default=1)
    strip = Image.new("L", (width, max(mark.spacing, 24 * down + 6) * SCALE), 0)
    used = sum(style.across for _c, style in mark.cells) * CELL * SCALE
    left = (0, (width - used) // 2, width - used)[mark.align]
    for char, style in mark.cells:
        step = CELL * style.across * SCALE
        cell = _cell(char, style)
        strip.paste(cell, (left, strip.height - cell.height - 2 * SCALE))
        left += step
    return strip


@lru_cache(maxsize=1024)
def _cell(char: str, style: Style) -> Image.Image:
    """One character in its cell, stretched like a printer does for double width or height."""
    cell = Image.new("L", (CELL * SCALE, 26 * SCALE), 255 if style.inverse else 0)
    pen = ImageDraw.Draw(cell)
    ink = 0 if style.inverse else 255
    weight = SCALE // 2 if style.bold else 0
    pen.text((CELL * SCALE / 2, 20 * SCALE), char, fill=ink, font=_mono(), anchor="ms", stroke_width=weight)
    if style.underline:
        pen.line((0, 23 * SCALE, cell.width, 23 * SCALE), fill=ink, width=SCALE)
    return cell.resize((cell.width * style.across, cell.height * style.down), Image.Resampling.LANCZOS)


@lru_cache(maxsize=1)
def _mono() -> ImageFont.FreeTypeFont:
    """DejaVu Sans Mono as python-barcode, which python-escpos needs, brings it along."""
    import barcode  # type: ignore[import-untyped]

    path = Path(barcode.__file__).parent / "fonts" / "DejaVuSansMono.ttf"
    return ImageFont.truetype(str(path), 19 * SCALE)
