"""Labels of shelves: named one by one or as ranges, on a printer or on sheets, and read back by a scanner."""

from pathlib import Path

import pytest
import zxingcpp

from pos.devices.virtual.label import VirtualLabelPrinter, ink
from pos.devices.virtual.printer import VirtualPrinter
from pos.shelf_labels import MOST, NoPosition, main, positions, sheets
from sync.domain.codes import Kind, read


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (["B-12"], ["B-12"]),
        (["a-9:a-11", "B-1"], ["A-9", "A-10", "A-11", "B-1"]),
        (["R1/S08:R1/S10"], ["R1/S08", "R1/S09", "R1/S10"]),
        (["1:3", "2"], ["1", "2", "3"]),
    ],
)
def test_positions_are_named_alone_or_as_ranges_and_each_is_printed_once(written: list[str], means: list[str]) -> None:
    assert positions(written) == means


@pytest.mark.parametrize("wrong", ["", "Полка", "A-12:A-1", "A-1:B-4", "A:B", "A-1:", "x" * 17, "A\nB", "^XA"])
def test_what_names_no_position_says_what_to_write(wrong: str) -> None:
    with pytest.raises(NoPosition, match="Nothing was printed"):
        positions(["B-1", wrong])


def test_a_range_that_is_too_long_prints_nothing() -> None:
    assert len(positions([f"A1:A{MOST}"])) == MOST
    with pytest.raises(NoPosition, match="more than"):
        positions([f"A1:A{MOST + 1}"])


def test_a_scanner_reads_every_position_of_a_sheet() -> None:
    names = positions(["A-1:A-24", "R12/S3.4 LEFT"])
    pages = sheets(names)
    assert len(pages) == 2
    found = [read(it.text) for page in pages for it in zxingcpp.read_barcodes(page)]
    assert {code.kind for code in found} == {Kind.SHELF_LABEL}
    assert {code.key for code in found} == set(names)


def test_sheets_are_written_as_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["A-1:A-30", "--out", str(tmp_path / "shelves.pdf")]) == 0
    assert (tmp_path / "shelves.pdf").read_bytes().startswith(b"%PDF")
    assert "30 labels on 2 sheets" in capsys.readouterr().out
    assert main(["A-1", "--out", str(tmp_path / "no" / "where.pdf")]) == 1


def test_a_label_printer_prints_each_position_with_its_code() -> None:
    roll = VirtualLabelPrinter().start()
    assert main(["A-1:A-3", "--label-printer-address", f"127.0.0.1:{roll.port}"]) == 0
    roll.stop()
    assert [read(zxingcpp.read_barcodes(ink(label))[0].text).key for label in roll.labels] == ["A-1", "A-2", "A-3"]
    assert roll.texts[0].splitlines()[0] == "[ STS1:A-1 ]" or "A-1" in roll.texts[0].splitlines()


def test_without_a_label_printer_they_come_from_the_receipt_printer() -> None:
    paper = VirtualPrinter().start()
    assert main(["B-7", "--printer", f"127.0.0.1:{paper.port}"]) == 0
    assert paper.wait(receipts=1) and "[ STS1:B-7 ]" in paper.texts[0]
    paper.stop()


def test_one_that_does_not_come_out_stops_the_rest_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    roll = VirtualLabelPrinter().start()
    roll.faults.labels_left = 2
    assert main(["A-1:A-5", "--label-printer-address", f"127.0.0.1:{roll.port}"]) == 1
    roll.stop()
    assert len(roll.labels) == 2
    assert "no labels" in capsys.readouterr().err


def test_without_any_printer_nothing_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["A-1"]) == 2
    assert "--out FILE.pdf" in capsys.readouterr().out
