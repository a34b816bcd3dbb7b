"""Labels for the shelves where parcels wait: on a label printer, a receipt printer, or sheets of A4 as a PDF file.

Positions are written one by one (`B-12`) or as a range whose last number counts up (`A-1:A-12`).
"""

import argparse
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from pos.devices.base import DeviceFault, Inbox, Outcome, OutputComplete, Printer
from pos.devices.raster import font
from pos.equipment import equip
from pos.receipt.shelf import shelf_paper
from sync.domain.codes import shelf_label, shelf_position
from sync.flags import EPILOG, add_flags, read_settings
from sync.settings import Settings, WrongSetting

MOST = 1000
"""Positions of one call; a range that is longer is a slip of the finger."""
_DPI = 300
_A4_MM, _CELL_MM, _TOP_MM = (210, 297), (70, 37), 0.5
_ACROSS, _DOWN = 3, 8
_PATIENCE_S = 30.0
_RANGE = re.compile(r"(.*?)(\d+)")


class NoPosition(ValueError):
    """What was written names no positions; the message says what to write."""


def positions(written: Iterable[str]) -> list[str]:
    """The positions that are named, each once, in their order. Raises NoPosition."""
    found: dict[str, None] = {}
    for text in written:
        for position in _each(text):
            found[position] = None
            if len(found) > MOST:
                raise NoPosition(f"That is more than {MOST} positions. Nothing was printed. Name fewer at once.")
    return list(found)


def _each(text: str) -> Iterator[str]:
    first, colon, last = text.partition(":")
    if not colon:
        yield _clean(text)
        return
    begin, end = _RANGE.fullmatch(_clean(first)), _RANGE.fullmatch(_clean(last))
    if begin is None or end is None or begin[1] != end[1] or int(begin[2]) > int(end[2]):
        raise NoPosition(f"{text!r} is no range. Nothing was printed. Write it as A-1:A-12.")
    for number in range(int(begin[2]), int(end[2]) + 1):
        yield _clean(f"{begin[1]}{number:0{len(begin[2])}d}")


def _clean(text: str) -> str:
    position = shelf_position(text)
    if position is None:
        said = "A position has 1 to 16 Latin letters, digits, spaces and - . / in between"
        raise NoPosition(f"{text[:40]!r} is no position. Nothing was printed. {said}, as B-12.")
    return position


# --- sheets ----------------------------------------------------------------------------------------------------------


def sheets(names: list[str]) -> list[Image.Image]:
    """Pages of A4 with 24 labels each, 70 x 37 mm, as sheets of stickers have them."""
    each = _ACROSS * _DOWN
    return [_sheet(names[start : start + each]) for start in range(0, len(names), each)]


def _dots(mm: float) -> int:
    return round(mm * _DPI / 25.4)


def _sheet(names: list[str]) -> Image.Image:
    page = Image.new("L", (_dots(_A4_MM[0]), _dots(_A4_MM[1])), 255)
    for at, name in enumerate(names):
        down, across = divmod(at, _ACROSS)
        page.paste(_sticker(name), (_dots(across * _CELL_MM[0]), _dots(_TOP_MM + down * _CELL_MM[1])))
    return page


def _sticker(name: str) -> Image.Image:
    """One label: the code at the left, the position beside it, as large as there is room for."""
    import qrcode  # type: ignore[import-untyped]

    width, height, margin = _dots(_CELL_MM[0]), _dots(_CELL_MM[1]), _dots(4)
    label = Image.new("L", (width, height), 255)
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(shelf_label(name))
    code.make()
    code.box_size = (height - 2 * margin) // code.modules_count
    square = code.make_image().get_image().convert("L")
    label.paste(square, (margin, (height - square.height) // 2))
    left = margin + square.width + _dots(3)
    size = min(_dots(14), int((width - left - margin) * 100 / font(True, 100).getlength(name)))
    ImageDraw.Draw(label).text((left, height // 2), name, fill=0, font=font(True, size), anchor="lm")
    return label


# --- printers --------------------------------------------------------------------------------------------------------


def print_all(printer: Printer, inbox: Inbox, names: list[str]) -> DeviceFault | None:
    """Print them one after the other until one does not come out; why, or None. Waits for each."""
    printer.open()
    try:
        return next((fault for name in names if (fault := _printed(printer, inbox, name)) is not None), None)
    finally:
        printer.close()


SILENT = DeviceFault("shelf_silent", "The printer said nothing for half a minute. Look what came out and begin there.")


def _printed(printer: Printer, inbox: Inbox, name: str) -> DeviceFault | None:
    woken = threading.Event()
    inbox.on_put = woken.set
    printer.print(name, shelf_paper(name))
    while woken.wait(_PATIENCE_S):
        woken.clear()
        for event in inbox.drain():
            if isinstance(event, OutputComplete) and event.job_id == name:
                print(f"{name:<18}{event.outcome.value}", flush=True)
                return None if event.outcome is Outcome.PRINTED else event.fault or SILENT
    return SILENT


def main(argv: list[str] | None = None) -> int:
    """Exit status 1: one did not come out, and none behind it was tried; 2: it was not understood, none was tried."""
    parser = argparse.ArgumentParser("python -m pos.shelf_labels", description=__doc__, epilog=EPILOG)
    parser.add_argument("positions", nargs="+", help="as B-12 or A-1:A-12")
    parser.add_argument("--out", type=Path, help="write sheets of A4 into this PDF file, and print nothing")
    add_flags(parser, ("devices", "label_printer"))
    arguments = parser.parse_args(argv)
    try:
        names, settings = positions(arguments.positions), read_settings(arguments)
    except (NoPosition, WrongSetting) as wrong:
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2
    return _to_file(arguments.out, names) if arguments.out is not None else _to_printer(settings, names)


def _to_file(file: Path, names: list[str]) -> int:
    first, *rest = sheets(names)
    try:
        first.save(file, format="PDF", resolution=_DPI, save_all=True, append_images=rest)
    except OSError as fault:
        print(f"storefloor: {file} can't be written: {fault.strerror or fault}.", file=sys.stderr)
        return 1
    print(f"{len(names)} labels on {1 + len(rest)} sheets of 24 (70 x 37 mm): {file}")
    return 0


def _to_printer(settings: Settings, names: list[str]) -> int:
    inbox = Inbox()
    devices = equip(settings.devices, None, settings.label_printer)(inbox)
    printer = devices.label or devices.printer
    if printer is None:
        print("storefloor: no printer is set. Name one with --label-printer-address or --printer, or --out FILE.pdf.")
        return 2
    fault = print_all(printer, inbox, names)
    if fault is not None:
        print(f"storefloor: {fault.sentence}", file=sys.stderr)
    return 0 if fault is None else 1


if __name__ == "__main__":
    sys.exit(main())
