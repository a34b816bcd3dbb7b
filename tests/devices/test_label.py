"""The label printer's driver against one at the wire: every fault ends in one honest result."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceState, DrawerResult, Outcome, OutputComplete, StatusUpdate
from pos.devices.host_status import (
    HEAD_OPEN,
    LABEL_OFF,
    LABEL_SILENT,
    LABEL_SMALL,
    LABEL_STUCK,
    LABELS_OUT,
    NO_DRAWER,
    PAUSED,
    RIBBON_OUT,
)
from pos.devices.label import LabelSettings, ZplPrinter
from pos.devices.virtual.label import VirtualLabelPrinter
from pos.devices.zpl import LabelPaper
from pos.receipt.document import Centred, Cut, Document
from pos.receipt.parcel import label_paper
from tests.devices.conftest import Heard
from tests.devices.test_collect_papers import LABEL
from tests.devices.test_zpl import labels
from tests.timing import at_best

PAGE = label_paper(LABEL, "en")


@pytest.fixture
def roll(tmp_path: Path) -> Iterator[VirtualLabelPrinter]:
    printer = VirtualLabelPrinter(out=tmp_path / "labels").start()
    yield printer
    printer.stop()


@pytest.fixture
def printer(roll: VirtualLabelPrinter, heard: Heard) -> Iterator[ZplPrinter]:
    """A real driver at the virtual label printer. It polls often so that tests need not wait."""
    driver = ZplPrinter(LabelSettings(port=roll.port, timeout_s=0.3, patience_s=1.0, poll_s=0.1), heard.inbox)
    driver.open()
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    yield driver
    driver.close()
    assert driver.join(5.0), "the printer's thread did not end"


def printed(heard: Heard, job_id: str, count: int = 1) -> OutputComplete:
    return heard.wait(OutputComplete, lambda event: event.job_id == job_id, count)


def test_a_label_ends_as_printed_and_is_on_the_roll(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard, tmp_path: Path
) -> None:
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.confirmed) == (Outcome.PRINTED, True)
    assert "8213" in roll.texts[0] and "STP1:" in roll.texts[0]
    assert (tmp_path / "labels" / "label-001.png").exists()


def test_labels_come_out_in_the_order_in_which_they_were_given(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    for number in range(4):
        printer.print(str(number), Document((Centred(f"label {number}"), Cut())))
    printed(heard, "3")
    assert [text.split()[1] for text in roll.texts] == ["0", "1", "2", "3"]


def test_f46_a_label_printer_that_is_off_fails_the_job_and_comes_back_by_itself(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.off = True
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.FAILED, LABEL_OFF)
    assert "parcel is kept" in LABEL_OFF.sentence
    roll.faults.off = False
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("labels_out", LABELS_OUT), ("head_open", HEAD_OPEN), ("paused", PAUSED), ("ribbon_out", RIBBON_OUT)],
)
def test_f46_a_fault_before_the_first_byte_prints_nothing_now_or_later(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard, fault: str, said: object
) -> None:
    setattr(roll.faults, fault, True)
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.FAILED, said)
    setattr(roll.faults, fault, False)
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)
    assert roll.labels == []


def test_f46_a_roll_that_ends_while_labels_wait_is_unknown_and_not_printed(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.labels_left, roll.faults.label_s = 1, 0.2
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.UNKNOWN, "the roll's last label may be half of one"
    assert printed(heard, "1").fault == LABELS_OUT


def test_a_label_that_takes_longer_than_a_timeout_is_waited_for(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.label_s = 0.5
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.PRINTED
    assert len(roll.labels) == 1


def test_f46_a_label_that_never_comes_is_unknown_once_patience_is_over(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.label_s = 60.0
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, LABEL_STUCK)


def test_f46_a_printer_that_goes_off_in_the_middle_leaves_the_job_unknown(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.dies_after = 40
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.UNKNOWN
    assert roll.labels == []


def test_f46_a_printer_that_stops_taking_bytes_leaves_the_job_unknown_soon(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.stuck_after = 40
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert result.outcome is Outcome.UNKNOWN and result.fault in (LABEL_STUCK, LABEL_SILENT)


def test_a_silent_printer_prints_but_the_job_is_unknown(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.silent = True
    printer.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.UNKNOWN, LABEL_SILENT)
    assert roll.wait(labels=1)


def test_f48_a_job_that_ended_unknown_is_marked_when_it_is_printed_again(
    printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard
) -> None:
    roll.faults.silent = True
    printer.print("7", PAGE)
    printed(heard, "7")
    roll.faults.silent = False
    printer.print("7", PAGE)
    assert printed(heard, "7", count=2).outcome is Outcome.PRINTED
    assert "Possible duplicate" not in roll.texts[0]
    assert "Possible duplicate" in roll.texts[1]


def test_a_label_that_does_not_fit_fails_alone(printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard) -> None:
    printer.print("1", Document((*(Centred(f"line {n}") for n in range(60)), Cut())))
    printer.print("2", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.FAILED, LABEL_SMALL)
    assert printed(heard, "2").outcome is Outcome.PRINTED


def test_a_label_printer_has_no_drawer_and_says_so(printer: ZplPrinter, heard: Heard) -> None:
    printer.kick("d")
    result = heard.wait(DrawerResult)
    assert (result.opened, result.fault) == (False, NO_DRAWER)


def test_jobs_that_wait_when_the_printer_closes_end_as_failed(heard: Heard) -> None:
    with socket.socket() as listener:  # accepts in the kernel, never answers: each job takes a whole timeout
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        driver = ZplPrinter(LabelSettings(port=listener.getsockname()[1], timeout_s=0.3), heard.inbox)
        driver.open()
        driver.print("1", PAGE)
        driver.print("2", PAGE)
        driver.close()
        assert driver.join(5.0)
    assert sorted(event.job_id for event in heard.of(OutputComplete)) == ["1", "2"]


def test_no_call_makes_its_caller_wait(printer: ZplPrinter, roll: VirtualLabelPrinter, heard: Heard) -> None:
    roll.faults.silent = True
    numbers = iter("01234")
    assert at_best(lambda: printer.print(next(numbers), PAGE)) < 0.02
    printed(heard, "0")


def test_a_file_takes_labels_unconfirmed(heard: Heard, tmp_path: Path) -> None:
    place = tmp_path / "labels.zpl"
    driver = ZplPrinter(LabelSettings(path=str(place), paper=LabelPaper(100, 60), poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", PAGE)
    driver.print("2", PAGE)
    result = printed(heard, "2")
    assert (result.outcome, result.confirmed) == (Outcome.PRINTED, False)
    assert len(labels(place.read_bytes())) == 2
    driver.close()
    assert driver.join(5.0)


def test_f47_a_node_that_is_gone_is_a_printer_that_is_off(heard: Heard) -> None:
    driver = ZplPrinter(LabelSettings(path="/dev/usb/lp-that-is-not-there", poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", PAGE)
    result = printed(heard, "1")
    assert (result.outcome, result.fault) == (Outcome.FAILED, LABEL_OFF)
    assert not os.path.exists("/dev/usb/lp-that-is-not-there")
    driver.close()
    assert driver.join(5.0)


def test_a_wait_of_more_than_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 1"):
        LabelSettings(timeout_s=1.5)
