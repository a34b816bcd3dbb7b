"""What really goes down the wire, read back by a printer that knows nothing of our driver."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import zxingcpp

from pos.devices.encode import SMALLEST, Paper, bars_of, encode, module_of
from pos.devices.raster import CELL, FRAGMENT_HEIGHT
from pos.devices.virtual.draw import as_picture, as_text
from pos.devices.virtual.escpos_wire import Cutter
from pos.devices.virtual.paper import BarcodeMark, Head, Mark, PictureMark, QRMark, TextMark
from pos.receipt.document import QR, Barcode, Blank, Centred, Cut, Document, DrawerKick, Row, Rule, Total
from pos.receipt.layout import as_text as screen_text
from pos.receipt.sale import sale_receipt
from sync.protocol.receipts import write
from tests.devices.test_receipt import SALE, SHOP
from tests.domain.passes import RETAILER, SEED
from tests.domain.test_receipt_passes import sale as sold

REPOSITORY = Path(__file__).parents[2]


def on_paper(document: Document, paper: Paper | None = None) -> list[Mark]:
    """The marks of the one receipt that these bytes print. Every command must be known to the printer."""
    paper = paper or Paper()
    head = Head(paper.columns)
    for command in Cutter().feed(encode(document, paper)):
        head.obey(command)
    assert head.unknown == [] and len(head.receipts) == 1
    return head.receipts[0]


def kinds(document: Document) -> list[str]:
    return [type(mark).__name__ for mark in on_paper(document)]


@pytest.mark.parametrize("text", ["Bread", "Хлеб «Столичный» № 5", "Café Señor Ñ", "Straße €"])
def test_letters_of_a_code_page_go_as_text_and_arrive_unchanged(text: str) -> None:
    marks = on_paper(Document((Row(text, "450"), Cut())))
    assert [mark.text.split("  ")[0] for mark in marks if isinstance(mark, TextMark)] == [
        text.replace("«", '"').replace("»", '"')
    ]


@pytest.mark.parametrize("text", ["Нан 450 ₸", "ორცხობილა", "Қант", "Хлеб 90 ₽", "Цена 5 ₾"])
def test_letters_that_no_code_page_has_go_as_a_picture_and_never_as_question_marks(text: str) -> None:
    assert kinds(Document((Row(text, "1"), Cut()))) == ["PictureMark"]


def test_only_the_lines_that_need_it_are_pictures() -> None:
    page = Document((Row("Хлеб", "450"), Row("Қант", "300"), Row("Сыр", "900"), Total("Итого", "1 650 ₸"), Cut()))
    assert kinds(page) == ["TextMark", "PictureMark", "TextMark", "PictureMark"]


def test_a_page_of_text_reads_on_paper_as_it_does_on_the_screen() -> None:
    page = Document((Centred("Дала"), Rule(), Row("Хлеб ржаной", "450,00"), Row("x", "1", indent=4), Blank(), Cut()))
    paper = as_text(on_paper(page, Paper(42)), 42).splitlines()
    assert paper == screen_text(page, 42).splitlines()[:-1]


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_amounts_in_pictures_end_on_the_same_edge_as_amounts_in_text(columns: int) -> None:
    """The right edge of the ink of a raster line is that of a text line's last cell, within one dot column."""
    page = Document((Row("Bread", "H"), Row("Қант", "H"), Cut()))
    text, picture = on_paper(page, Paper(columns))
    assert isinstance(text, TextMark) and len(text.text) == columns
    assert isinstance(picture, PictureMark) and picture.picture.width == columns * 12
    ink = picture.picture.convert("L").point([255 - v for v in range(256)]).getbbox()
    assert ink is not None and columns * 12 - 4 <= ink[2] <= columns * 12


def test_pictures_are_cut_into_pieces_that_printers_take() -> None:
    marks = on_paper(Document((*(Row(f"Қант {n}", "1") for n in range(30)), Cut())))
    heights = [mark.picture.height for mark in marks if isinstance(mark, PictureMark)]
    assert sum(heights) == 30 * 30 and max(heights) <= FRAGMENT_HEIGHT


def test_big_and_bold_letters_are_the_printers_own() -> None:
    (mark,) = on_paper(Document((Total("Total", "9.50"), Cut())))
    assert isinstance(mark, TextMark)
    assert {(style.across, style.down, style.bold) for _c, style in mark.cells} == {(2, 2, True)}


def test_codes_are_drawn_by_the_printer_in_the_middle() -> None:
    marks = on_paper(Document((QR("STF1:T1-1"), Barcode("T1-1"), Cut())))
    assert [(type(m), m.content, m.align) for m in marks if isinstance(m, QRMark | BarcodeMark)] == [
        (QRMark, "STF1:T1-1", 1),
        (BarcodeMark, "{BT1-1", 1),
    ]


def test_a_printer_without_qr_codes_gets_a_picture() -> None:
    marks = on_paper(Document((QR("STF1:T1-1"), Cut())), Paper(native_qr=False))
    pictures = [mark.picture for mark in marks if isinstance(mark, PictureMark)]
    assert pictures and max(picture.height for picture in pictures) <= FRAGMENT_HEIGHT


def test_the_drawers_pulse_is_not_among_the_pages_bytes() -> None:
    page = Document((DrawerKick(), Row("Bread"), Cut()))
    assert b"\x1bp" not in encode(page, Paper())


def test_bytes_may_arrive_in_any_pieces() -> None:
    data = encode(sale_receipt(SALE, SHOP, "en"), Paper())
    whole, pieces, cutter = Head(48), Head(48), Cutter()
    for command in Cutter().feed(data):
        whole.obey(command)
    for byte in data:
        for command in cutter.feed(bytes((byte,))):
            pieces.obey(command)
    assert as_text(whole.receipts[0], 48) == as_text(pieces.receipts[0], 48)


def test_the_qr_code_on_the_picture_reads_back() -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the picture's QR code; it is not installed")
    picture = as_picture(on_paper(sale_receipt(SALE, SHOP, "en")), 48)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["STF1:T1-000177"]


def test_a_receipt_of_forty_lines_costs_at_most_ten_milliseconds_as_text() -> None:
    page = Document((*(Row(f"Товар номер {n}", f"{n} 234,50") for n in range(40)), Cut()))
    encode(page, Paper())  # the library's import and its tables are paid once, by the printer's thread
    costs = []
    for _run in range(20):
        began = time.thread_time_ns()
        encode(page, Paper())
        costs.append(time.thread_time_ns() - began)
    cost = sorted(costs)[len(costs) // 2] / 1e6
    print(f"receipt of 40 lines as text: {cost:.2f} ms CPU, {len(encode(page, Paper()))} bytes (limit 10 ms)")
    assert cost <= 10


def test_the_drivers_library_is_not_imported_before_something_is_printed() -> None:
    code = "import sys, pos.devices.printer, pos.receipt.sale; print('escpos' in sys.modules, 'kivy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert run.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("lines", [3, 10, 24])
def test_a_receipts_pass_fits_across_the_paper_and_reads_back(columns: int, native: bool, lines: int) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the picture's QR code; it is not installed")
    text, paper = write(sold(lines), SEED, RETAILER), Paper(columns, native_qr=native)
    code = QR(text)
    assert (17 + 4 * 20 + 8) * SMALLEST <= 32 * CELL, "the largest code fits on the narrowest paper"
    assert module_of(code, paper.dots) >= (SMALLEST if lines > 3 else 4)
    picture = as_picture(on_paper(Document((code, Cut())), paper), columns)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [text]


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("text", ["T1-1", "aBcDeFgHiJkLm1", ":;<=>?@[\\]^_`|}~4", "{a}{B}", "W" * 26])
def test_a_barcode_is_read_from_any_paper_and_lies_across_it_where_it_is_too_wide(text: str, columns: int) -> None:
    marks = on_paper(Document((Centred("Code"), Barcode(text), Cut())), Paper(columns=columns))
    stands = any(isinstance(mark, BarcodeMark) for mark in marks)
    assert stands == (2 * bars_of(text) <= Paper(columns=columns).dots)
    read = zxingcpp.read_barcodes(as_picture(marks, columns), formats=zxingcpp.BarcodeFormat.Code128)
    assert [one.text for one in read] == [text]
