"""The retailer's logo at the top of receipts: dithered, in small pieces, and never the reason to print nothing."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from pos.devices.base import DeviceState, Outcome, OutputComplete, StatusUpdate
from pos.devices.encode import Paper, encode
from pos.devices.logo import HIGHEST, NO_LOGO, logo
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.virtual.escpos_wire import Cutter
from pos.devices.virtual.printer import VirtualPrinter
from pos.receipt.document import Cut, Document, Logo, Row
from tests.devices.conftest import Heard

PAGE = Document((Logo(), Row("Bread", "450.00"), Cut()))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    drawn = Image.new("RGBA", (900, 700), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((150, 50, 750, 650), fill=(240, 120, 0, 255))
    drawn.save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_a_logo_is_dots_in_pieces_of_96_rows_that_fit_on_the_paper(picture: Path, columns: int) -> None:
    paper = Paper(columns=columns, logo=picture)
    pieces = logo(picture, paper.dots)
    assert all(piece.mode == "1" and piece.width == paper.dots and piece.height <= 96 for piece in pieces)
    assert 100 < sum(piece.height for piece in pieces) <= HIGHEST
    dark = [1 - value / 255 for piece in pieces for value in piece.convert("L").tobytes()]
    assert 0.03 < sum(dark) / len(dark) < 0.6, "orange is a grey of dots, neither black nor white"
    rasters = [command for command in Cutter().feed(encode(PAGE, paper)) if command.name == "GS v 0"]
    assert len(rasters) == len(pieces)


def test_a_logo_that_is_set_nowhere_costs_no_byte() -> None:
    assert encode(PAGE, Paper()) == encode(Document(PAGE.items[1:]), Paper())


def test_a_logo_that_is_missing_is_named_and_the_receipt_is_printed_without_it(
    picture: Path, paper: VirtualPrinter, heard: Heard
) -> None:
    kept = picture.read_bytes()
    picture.write_bytes(b"no picture")
    settings = PrinterSettings(port=paper.port, paper=Paper(logo=picture), timeout_s=0.3, poll_s=0.05)
    driver = EscposPrinter(settings, heard.inbox)
    driver.open()
    assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY).fault == NO_LOGO
    driver.print("1", PAGE)
    assert heard.wait(OutputComplete).outcome is Outcome.PRINTED and "Bread" in paper.texts[0]
    picture.write_bytes(kept)
    heard.wait(StatusUpdate, lambda event: (event.state, event.fault) == (DeviceState.READY, None))
    driver.print("2", PAGE)
    heard.wait(OutputComplete, count=2)
    assert "picture" in paper.texts[1]
    driver.close()
    assert driver.join(5.0)
