"""A page as a picture, as large as the dots of the printer: what a person recognises it by before printing it again."""

from itertools import groupby
from typing import Any

from pos.devices.raster import CELL, picture
from pos.prints.state import Sheet
from pos.receipt.document import QR, Barcode, Document
from pos.receipt.layout import Line, Placed, layout

_MARGIN = 24
_TALLEST = 2400
"""Rows at most: what is longer ends there."""


def draw(document: Document, columns: int) -> Sheet:
    """The page on paper of so many columns, with white around it."""
    from PIL import Image

    dots = columns * CELL
    parts = [part for is_line, run in groupby(layout(document, columns), key=_is_line) for part in _parts(run, dots)]
    height = min(_TALLEST, sum(part.height for part in parts) + 2 * _MARGIN)
    page = Image.new("L", (dots + 2 * _MARGIN, height), 255)
    top = _MARGIN
    for part in parts:
        page.paste(part, ((page.width - part.width) // 2, top))
        top += part.height
    return Sheet(page.width, page.height, page.tobytes())


def _is_line(placed: Placed) -> bool:
    return isinstance(placed, Line)


def _parts(run: Any, dots: int) -> list[Any]:
    placed = list(run)
    if isinstance(placed[0], Line):
        return [picture(placed, dots)]
    return [_code(one) for one in placed if isinstance(one, QR | Barcode)]


def _code(one: QR | Barcode) -> Any:
    """Small, for a look: nobody scans the screen."""
    import qrcode  # type: ignore[import-untyped]

    drawn = qrcode.QRCode(box_size=4, border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    drawn.add_data(one.content)
    return drawn.make_image().get_image().convert("L")
