"""The sheet that a scanner is learned from, one page of A4 as a PDF: `python -m pos.scanner_sheet --out sheet.pdf`.

The till's page “Scanner” (in the menu of leads and managers) says which of its codes to scan, and what it found.
"""

import argparse
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from pos.devices.raster import font
from pos.devices.scanner_learning import SHEET, Card
from pos.scanner import words
from pos.ui.i18n import LANGUAGES, _, set_language

_DPI = 300
_A4_MM, _MARGIN_MM = (210, 297), 18
_TOP_MM, _ROW_MM = 52, 34
_MODULE_MM, _SQUARE_MM, _BAR_MM = 0.34, 0.7, 16


def sheet() -> Image.Image:
    """The page, in the language of now."""
    page = Image.new("L", (_dots(_A4_MM[0]), _dots(_A4_MM[1])), 255)
    pen, left = ImageDraw.Draw(page), _dots(_MARGIN_MM)
    pen.text((left, _dots(18)), _("Learn a scanner"), fill=0, font=font(True, _dots(9)))
    said = _("Open “Scanner” in your menu at the till. Then scan each code, in this order.")
    pen.text((left, _dots(32)), said, fill=0, font=font(False, _fit(said, _dots(4.2))))
    for row, card in enumerate(SHEET):
        _card(page, pen, row, card)
    return page


def _card(page: Image.Image, pen: ImageDraw.ImageDraw, row: int, card: Card) -> None:
    left, top = _dots(_MARGIN_MM), _dots(_TOP_MM + row * _ROW_MM)
    radius = _dots(6)
    centre = (left + radius, top + _dots(9))
    pen.ellipse((left, centre[1] - radius, left + 2 * radius, centre[1] + radius), outline=0, width=_dots(0.5))
    pen.text(centre, str(row + 1), fill=0, font=font(True, _dots(7)), anchor="mm")
    named = words.card(card.key)
    pen.text((left + _dots(18), top), named, fill=0, font=font(True, _dots(3.6)), anchor="lt")
    page.paste(drawn(card), (left + _dots(18 + 4), top + _dots(6)))


def drawn(card: Card) -> Image.Image:
    """The code of a card, in print dots."""
    import zxingcpp

    square = card.family == "DataMatrix"
    options = {"gs1": True} if card.written != card.text else {}
    made = zxingcpp.create_barcode(card.written, getattr(zxingcpp.BarcodeFormat, card.family), **options)
    code = Image.fromarray(made.to_image(scale=1, add_quiet_zones=False))
    module = _dots(_SQUARE_MM if square else _MODULE_MM)
    size = (code.width * module, code.height * module if square else _dots(_BAR_MM))
    return code.convert("L").resize(size, Image.Resampling.NEAREST)


def _dots(mm: float) -> int:
    return round(mm * _DPI / 25.4)


def _fit(text: str, size: int) -> int:
    """The letter size, smaller where the line is too long for the page."""
    room = _dots(_A4_MM[0] - 2 * _MARGIN_MM)
    return min(size, int(room * 100 / font(False, 100).getlength(text)))


def main(argv: list[str] | None = None) -> int:
    """Exit status 1: the file can't be written."""
    parser = argparse.ArgumentParser("python -m pos.scanner_sheet", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the PDF file to write")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en", help="its language (en)")
    options = parser.parse_args(argv)
    set_language(options.language)
    try:
        sheet().save(options.out, format="PDF", resolution=_DPI)
    except OSError as fault:
        print(f"storefloor: {options.out} can't be written: {fault.strerror or fault}.", file=sys.stderr)
        return 1
    print(f"{len(SHEET)} codes on one page of A4: {options.out}. Print it at its own size.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
