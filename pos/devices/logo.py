"""The retailer's logo at the top of receipts: a picture of a file as black and white dots, prepared once."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pos.devices.base import N_, DeviceFault
from pos.devices.raster import FRAGMENT_HEIGHT

NO_LOGO = DeviceFault(
    "printer_no_logo",
    N_("The logo's file is missing or is no picture. Receipts come out without it. Put the file back."),
)
HIGHEST = 240
"""Rows at most: 30 mm at 203 dots an inch."""
_WIDEST = 4, 5  # of the paper
_BELOW = 16  # rows of white before the shop's name


def logo_fault(path: Path | None) -> DeviceFault | None:
    """NO_LOGO where a logo is set and can't be printed."""
    return NO_LOGO if path is not None and not logo(path, 384) else None


def logo(path: Path, dots: int) -> tuple[Any, ...]:
    """The logo in the middle of a paper `dots` wide, in pictures of at most 96 rows; none where there is no picture.

    It is read anew when its file changes."""
    try:
        changed = path.expanduser().stat().st_mtime_ns
    except OSError:
        return ()
    return _prepared(path.expanduser(), changed, dots)


@lru_cache(maxsize=4)
def _prepared(path: Path, _changed: int, dots: int) -> tuple[Any, ...]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as read:
            picture = read.convert("RGBA")
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return ()
    inked = Image.new("RGBA", picture.size, "white")
    inked.alpha_composite(picture)
    grey = inked.convert("L")
    grey = grey.crop(grey.point([255 if value < 250 else 0 for value in range(256)]).getbbox() or (0, 0, 1, 1))
    grey = grey.resize(_size(grey.size, dots), Image.Resampling.LANCZOS).convert("1")  # dithered (Floyd-Steinberg)
    page = Image.new("1", (dots, grey.height + _BELOW), 1)
    page.paste(grey, ((dots - grey.width) // 2, 0))
    tops = range(0, page.height, FRAGMENT_HEIGHT)
    return tuple(page.crop((0, top, dots, min(top + FRAGMENT_HEIGHT, page.height))) for top in tops)


def _size(size: tuple[int, int], dots: int) -> tuple[int, int]:
    """As large as four fifths of the paper and HIGHEST take it, never larger than twice what it is."""
    width, height = size
    share, whole = _WIDEST
    times = min(dots * share / whole / width, (HIGHEST - _BELOW) / height, 2.0)
    return max(1, round(width * times)), max(1, round(height * times))
