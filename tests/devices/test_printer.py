"""The printer's driver against a printer at the wire: every fault ends in one honest result."""

import os
import socket
import time
import tty
from pathlib import Path

import pytest

from pos.devices.base import DeviceState, DrawerResult, Outcome, OutputComplete, StatusUpdate
from pos.devices.printer import EscposPrinter, PrinterDrawer, PrinterSettings
from pos.devices.status import COVER_OPEN, JAM, NO_ANSWER, PAPER_OUT, PRINTER_OFF, STUCK
from pos.devices.virtual.printer import VirtualPrinter
from pos.receipt.document import Centred, Cut, Document, DrawerKick, Row
from tests.devices.conftest import Heard
from tests.timing import at_best

PAGE = Document((Row("Bread", "450.00"), Cut()))
LONG_PAGE = Document((*(Row(f"Қант {n}", "1") for n in range(80)), Cut()))


def printed(heard: Heard, job_id: str) -> OutputComplete:
    return heard.wait(OutputComplete, lambda event: event.job_id == job_id)


def test_a_page_ends_as_printed_and_is_on_the_paper(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.PRINTED
    assert "Bread" in paper.texts[0] and "450.00" in paper.texts[0]


def test_pages_come_out_in_the_order_in_which_they_were_given(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    for number in range(5):
        printer.print(str(number), Document((Row(f"page {number}"), Cut())))
    printed(heard, "4")
    assert [text.split()[1] for text in paper.texts] == ["0", "1", "2", "3", "4"]
    assert [event.job_id for event in heard.of(OutputComplete)] == ["0", "1", "2", "3", "4"]


def test_f46_a_printer_that_is_off_fails_the_job_and_says_that_nothing_was_printed(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.off = True
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.FAILED, PRINTER_OFF)
    assert "sale is kept" in PRINTER_OFF.sentence


@pytest.mark.parametrize(
    ("fault", "said"),
    [("paper_out", PAPER_OUT), ("cover_open", COVER_OPEN), ("jam", JAM)],
    ids=["paper", "cover", "jam"],
)
def test_f46_a_fault_before_the_first_byte_prints_nothing_now_or_later(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard, fault: str, said: object
) -> None:
    setattr(paper.faults, fault, True)
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.FAILED, said)
    setattr(paper.faults, fault, False)
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)
    assert paper.receipts == []


def test_f46_paper_that_ends_in_the_middle_is_unknown_and_not_printed(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.paper_lines = 3
    printer.print("1", Document((*(Row(f"line {n}") for n in range(9)), Cut())))
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, PAPER_OUT)


def test_f46_a_printer_that_goes_off_in_the_middle_leaves_the_job_unknown(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.dies_after = 40
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.UNKNOWN


def test_f46_paper_that_ends_after_all_bytes_were_taken_is_not_called_printed(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.line_s = 0.05
    paper.faults.paper_lines = 8
    printer.print("1", Document((*(Row(f"line {n}") for n in range(20)), Cut())))
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, PAPER_OUT)


def test_a_page_that_prints_longer_than_a_timeout_is_waited_for(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.line_s = 0.05
    printer.print("1", Document((*(Row(f"line {n}") for n in range(12)), Cut())))
    assert printed(heard, "1").outcome is Outcome.PRINTED
    assert len(paper.receipts) == 1


def test_a_printer_that_knows_no_turns_is_waited_for_once(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.no_turns = True
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.PRINTED
    numbers = iter("23456")

    def another() -> None:
        number = next(numbers)
        printer.print(number, PAGE)
        assert printed(heard, number).outcome is Outcome.PRINTED

    assert at_best(another) < 0.3


@pytest.mark.parametrize("page", [PAGE, LONG_PAGE], ids=["fits the buffers", "fills the buffers"])
def test_f46_a_printer_stuck_in_the_middle_leaves_the_job_unknown_soon(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard, page: Document
) -> None:
    paper.faults.stuck_after = 30
    printer.print("1", page)
    result = printed(heard, "1")
    assert result.outcome is Outcome.UNKNOWN and result.fault in (STUCK, NO_ANSWER)


def test_a_silent_printer_prints_but_the_job_is_unknown(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.silent = True
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.UNKNOWN
    assert paper.wait(receipts=1)
    assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.UNKNOWN).fault == NO_ANSWER


def test_a_printer_set_to_never_answer_prints_unconfirmed(paper: VirtualPrinter, heard: Heard) -> None:
    paper.faults.silent = True
    driver = EscposPrinter(PrinterSettings(port=paper.port, answers_status=False, poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.confirmed) == (Outcome.PRINTED, False)
    driver.close()
    assert driver.join(5.0)


def test_f48_a_job_that_ended_unknown_is_marked_when_it_is_printed_again(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.silent = True
    printer.print("7", PAGE)
    printed(heard, "7")
    paper.faults.silent = False
    printer.print("7", PAGE)
    assert heard.wait(OutputComplete, lambda event: event.job_id == "7", count=2).outcome is Outcome.PRINTED
    assert "Possible duplicate" not in paper.texts[0]
    assert "Possible duplicate" in paper.texts[1]


def test_f48_a_reprint_that_failed_keeps_the_mark_for_the_next(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.silent = True
    printer.print("7", PAGE)
    printed(heard, "7")
    paper.faults.silent, paper.faults.paper_out = False, True
    printer.print("7", PAGE)
    assert heard.wait(OutputComplete, lambda event: event.job_id == "7", count=2).outcome is Outcome.FAILED
    paper.faults.paper_out = False
    printer.print("7", PAGE)
    heard.wait(OutputComplete, lambda event: event.job_id == "7", count=3)
    assert "Possible duplicate" in paper.texts[-1]


def test_f48_a_reprint_does_not_open_the_drawer_again(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.silent = True
    page = Document((DrawerKick(), *PAGE.items))
    printer.print("7", page)
    printed(heard, "7")
    paper.faults.silent = False
    printer.print("7", page)
    heard.wait(OutputComplete, lambda event: event.job_id == "7", count=2)
    assert paper.kicks == 1


@pytest.mark.parametrize("fault", ["paper_out", "cover_open"])
def test_f50_the_drawer_opens_although_the_printer_can_not_print(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard, fault: str
) -> None:
    setattr(paper.faults, fault, True)
    drawer = PrinterDrawer(printer)
    drawer.kick("d")
    assert heard.wait(DrawerResult).opened
    assert paper.kicks == 1


def test_f50_the_drawer_goes_ahead_of_waiting_pages(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.slow_s = 0.05
    for number in range(4):
        printer.print(str(number), PAGE)
    printer.kick("d")
    heard.wait(DrawerResult)
    assert len(heard.of(OutputComplete)) <= 1


def test_a_pulse_to_a_printer_that_dies_on_it_is_doubted(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.dies_after = 9  # the three questions before it
    printer.kick("d")
    result = heard.wait(DrawerResult)
    assert (result.opened, result.fault) == (True, NO_ANSWER)


def test_a_drawer_at_a_printer_that_is_off_says_so(printer: EscposPrinter, paper: VirtualPrinter, heard: Heard) -> None:
    paper.faults.off = True
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    printer.kick("d")
    result = heard.wait(DrawerResult)
    assert (result.opened, result.fault) == (False, PRINTER_OFF)


def test_f49_the_drawer_and_the_page_have_results_of_their_own(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.paper_out = True
    printer.print("1", Document((DrawerKick(), *PAGE.items)))
    assert printed(heard, "1").outcome is Outcome.FAILED
    assert heard.wait(DrawerResult, lambda event: event.job_id == "1").opened


def test_a_dead_printer_is_named_once_and_comes_back_by_itself(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    paper.faults.off = True
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    time.sleep(0.5)
    paper.faults.off = False
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)
    states = [event.state for event in heard.of(StatusUpdate)]
    assert states == [DeviceState.READY, DeviceState.OFF, DeviceState.READY]


def test_a_page_that_can_not_be_encoded_fails_alone(
    printer: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    from pos.receipt.document import Barcode

    printer.print("1", Document((Barcode("қ"), Cut())))
    printer.print("2", PAGE)
    assert printed(heard, "1").outcome is Outcome.FAILED
    assert printed(heard, "2").outcome is Outcome.PRINTED


def test_jobs_that_wait_when_the_printer_closes_end_as_failed(heard: Heard) -> None:
    with socket.socket() as listener:  # accepts in the kernel, never answers: each job takes a whole timeout
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        driver = EscposPrinter(PrinterSettings(port=listener.getsockname()[1], timeout_s=0.3), heard.inbox)
        driver.open()
        driver.print("1", PAGE)
        driver.print("2", PAGE)
        driver.kick("d")
        driver.close()
        assert driver.join(5.0)
    ends = [event.job_id for event in heard.of(OutputComplete)]
    assert sorted(ends) == ["1", "2"]
    assert len(heard.of(DrawerResult)) == 1


@pytest.mark.parametrize("fault", ["off", "silent", "paper_out", "slow_s"])
def test_no_call_makes_its_caller_wait(printer: EscposPrinter, paper: VirtualPrinter, heard: Heard, fault: str) -> None:
    paper.set_fault(fault, "0.2" if fault == "slow_s" else "on")
    numbers = iter(range(5))

    def calls() -> None:
        number = next(numbers)
        printer.print(str(number), PAGE)
        printer.kick(f"d{number}")

    assert at_best(calls) < 0.02
    printed(heard, "0")


def test_an_address_where_nothing_answers_costs_one_timeout(heard: Heard) -> None:
    driver = EscposPrinter(PrinterSettings(host="192.0.2.1", timeout_s=0.3, poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.FAILED
    driver.close()
    assert driver.join(5.0)


def test_a_timeout_longer_than_a_second_is_not_taken() -> None:
    with pytest.raises(ValueError, match="timeout_s of printer 'kitchen'"):
        PrinterSettings(name="kitchen", timeout_s=60)


def test_a_printer_at_a_path_keeps_all_bytes_in_the_file(tmp_path: Path, heard: Heard) -> None:
    driver = EscposPrinter(PrinterSettings(path=str(tmp_path / "roll.bin"), poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", Document((Centred("one"), Cut())))
    driver.print("2", Document((Centred("two"), DrawerKick(), Cut())))
    assert printed(heard, "2").outcome is Outcome.PRINTED
    data = (tmp_path / "roll.bin").read_bytes()
    assert data.index(b"one") < data.index(b"\x1bp\x00") < data.index(b"two")
    driver.close()
    assert driver.join(5.0)


def plugged_in(node: Path) -> tuple[int, int]:
    """A terminal of the kernel stands for a USB printer's node: its far end, which hears what is printed, and it."""
    far, near = os.openpty()
    tty.setraw(near)
    node.unlink(missing_ok=True)
    node.symlink_to(os.ttyname(near))
    return far, near


def heard_at(far: int, words: bytes) -> bytes:
    """What came out at the far end, up to and with `words`."""
    got = b""
    while words not in got:
        got += os.read(far, 65536)
    return got


def test_f47_a_printer_at_usb_that_was_switched_off_and_on_prints_the_next_page_whole(
    tmp_path: Path, heard: Heard
) -> None:
    node = tmp_path / "lp0"
    far, near = plugged_in(node)
    driver = EscposPrinter(PrinterSettings(path=str(node), poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", Document((Centred("one"),)))
    assert heard_at(far, b"one") and printed(heard, "1").outcome is Outcome.PRINTED
    os.close(near)
    os.close(far)
    driver.print("2", Document((Centred("two"),)))
    assert (printed(heard, "2").outcome, printed(heard, "2").fault) == (Outcome.FAILED, PRINTER_OFF)
    assert not node.exists(), "no file takes the place of a printer that is off"
    far, near = plugged_in(node)
    driver.print("2", Document((Centred("two"),)))
    heard.wait(OutputComplete, lambda event: event.job_id == "2" and event.outcome is Outcome.PRINTED)
    assert heard_at(far, b"two")
    driver.close()
    assert driver.join(5.0)
    os.close(near)
    os.close(far)
