"""Lines of a document as black-and-white pictures, for what a printer's code pages can't carry."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pos.receipt.layout import Line

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
CELL = 12
"""Dots across one column of a printer's font A: the grid that text and pictures share."""
LINE_HEIGHT = 30
FRAGMENT_HEIGHT = 96
"""Rows in one picture sent; above about 100 some printers leave gaps."""

_SIZE = 23
# Between hair lines lost to white and letters filled to black on thermal paper.
_THRESHOLD = 150


@lru_cache(maxsize=64)
def font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    """Storefloor Sans at `size` dots. It has every letter of en, ru, kk, ka and the signs of their money."""
    name = "StorefloorSans-Bold.ttf" if bold else "StorefloorSans-Regular.ttf"
    return ImageFont.truetype(str(FONTS / name), size)


def line_height(line: Line) -> int:
    """Rows that a line takes."""
    return LINE_HEIGHT * line.size


def picture(lines: list[Line], dots: int) -> Image.Image:
    """The lines below each other, `dots` wide, black on white, mode L with only 0 and 255."""
    page = Image.new("L", (dots, sum(map(line_height, lines))), 255)
    pen = ImageDraw.Draw(page)
    top = 0
    for line in lines:
        _draw(pen, line, dots, top)
        top += line_height(line)
    return page.point([0 if value < _THRESHOLD else 255 for value in range(256)])


def fragments(lines: list[Line], dots: int) -> list[Image.Image]:
    """The same picture cut between rows into pieces of at most FRAGMENT_HEIGHT rows."""
    whole = picture(lines, dots)
    tops = range(0, whole.height, FRAGMENT_HEIGHT)
    return [whole.crop((0, top, dots, min(top + FRAGMENT_HEIGHT, whole.height))) for top in tops]


def _draw(pen: ImageDraw.ImageDraw, line: Line, dots: int, top: int) -> None:
    """Left from its column, right flush with the paper's last column, smaller if they would meet."""
    if line.rule:
        pen.line((0, top + LINE_HEIGHT // 2, dots, top + LINE_HEIGHT // 2), fill=0, width=2)
        return
    start = line.indent * CELL
    face = _fitting(line, dots - start)
    baseline = top + line_height(line) * 3 // 4
    if line.centred:
        pen.text((dots / 2, baseline), line.left, fill=0, font=face, anchor="ms")
        return
    pen.text((start, baseline), line.left, fill=0, font=face, anchor="ls")
    pen.text((dots, baseline), line.right, fill=0, font=face, anchor="rs")


def _fitting(line: Line, room: int) -> ImageFont.FreeTypeFont:
    size = _SIZE * line.size
    while size > 12:
        face = font(line.bold, size)
        if face.getlength(line.left) + face.getlength(line.right) + (CELL if line.right else 0) <= room:
            return face
        size -= 1
    return font(line.bold, size)
