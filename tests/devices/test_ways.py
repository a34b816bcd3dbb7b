"""Printers at a serial port, at USB and behind a print queue: the same driver, the same honest results."""

import os
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceError, DeviceState, DrawerResult, Inbox, Outcome, OutputComplete, StatusUpdate
from pos.devices.encode import Paper, encode
from pos.devices.host_status import LABEL_OFF, LABELS_OUT
from pos.devices.ipp import NoQueue, read
from pos.devices.label import LabelSettings, ZplPrinter
from pos.devices.link import EscposLink
from pos.devices.logo import NO_LOGO
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.queue_printer import NO_CUPS, NO_SUCH_QUEUE, NOT_TAKEN, QUEUE_PAUSED, QueuePrinter, QueueSettings
from pos.devices.status import NO_LIBUSB, PAPER_OUT, PRINTER_OFF, PRINTER_REFUSED, STUCK
from pos.devices.stream import open_stream
from pos.devices.usb_stream import Handles, UsbStream
from pos.devices.virtual.label import VirtualLabelPrinter
from pos.devices.virtual.printer import VirtualPrinter
from pos.printers import label_printer, receipt_printer
from pos.receipt.document import Cut, Document, Row
from sync.printer_address import By, PrinterAddress, printer_address
from sync.settings import DeviceSettings, LabelPrinterSettings
from tests.devices.carried import PrintQueue, SerialCable, UsbBus
from tests.devices.conftest import Heard

PAGE = Document((Row("Bread", "450.00"), Cut()))


def printed(heard: Heard, job_id: str) -> OutputComplete:
    return heard.wait(OutputComplete, lambda event: event.job_id == job_id)


class AtUsb(EscposPrinter):
    """The driver of a USB printer, at a bus that stands for libusb's."""

    def __init__(self, bus: UsbBus, heard: Heard) -> None:
        at = PrinterAddress(By.USB, vendor=bus.VENDOR, product=bus.PRODUCT)
        super().__init__(PrinterSettings(at=at, timeout_s=0.3, poll_s=0.05), heard.inbox)
        self._bus = bus

    def _connect(self) -> EscposLink:
        return EscposLink(UsbStream(self._bus.VENDOR, self._bus.PRODUCT, self.settings.timeout_s, self._bus))


@pytest.fixture
def cable(paper: VirtualPrinter, tmp_path: Path) -> Iterator[SerialCable]:
    plugged = SerialCable(tmp_path / "ttyUSB0", paper.port).plug()
    yield plugged
    plugged.unplug()


@pytest.fixture
def at_port(cable: SerialCable, heard: Heard) -> Iterator[EscposPrinter]:
    at = printer_address(f"serial:{cable.path}@115200")
    driver = EscposPrinter(PrinterSettings(at=at, timeout_s=0.3, poll_s=0.05), heard.inbox)
    driver.open()
    yield driver
    driver.close()
    assert driver.join(5.0)


@pytest.fixture
def bus(paper: VirtualPrinter) -> UsbBus:
    return UsbBus(paper.port)


@pytest.fixture
def at_usb(bus: UsbBus, heard: Heard) -> Iterator[EscposPrinter]:
    driver = AtUsb(bus, heard)
    driver.open()
    yield driver
    driver.close()
    assert driver.join(5.0)


@pytest.fixture
def queue(paper: VirtualPrinter, tmp_path: Path) -> Iterator[PrintQueue]:
    served = PrintQueue(tmp_path / "cups.sock", paper.port)
    yield served
    served.stop()


def behind(queue: PrintQueue, heard: Heard, name: str = "till") -> QueuePrinter:
    settings = QueueSettings(queue=name, socket=str(queue.path), timeout_s=0.3, patience_s=0.4, poll_s=0)
    driver = QueuePrinter(settings, heard.inbox, lambda page: encode(page, Paper()))
    driver.open()
    return driver


def test_a_page_over_a_serial_port_is_printed_and_its_status_heard(
    at_port: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    at_port.print("1", PAGE)
    assert (printed(heard, "1").outcome, printed(heard, "1").confirmed) == (Outcome.PRINTED, True)
    assert "450.00" in paper.texts[0]
    paper.faults.paper_out = True
    at_port.print("2", PAGE)
    assert (printed(heard, "2").outcome, printed(heard, "2").fault) == (Outcome.FAILED, PAPER_OUT)
    at_port.kick("d")
    assert heard.wait(DrawerResult).opened and paper.kicks == 1


def test_f47_a_serial_port_that_was_pulled_out_and_comes_back_prints_the_next_page(
    at_port: EscposPrinter, cable: SerialCable, paper: VirtualPrinter, heard: Heard
) -> None:
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    cable.unplug()
    assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF).fault == PRINTER_OFF
    at_port.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.FAILED
    cable.plug()
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)
    at_port.print("2", PAGE)
    assert printed(heard, "2").outcome is Outcome.PRINTED
    assert len(paper.texts) == 1, "what failed comes out neither then nor later"


def test_a_serial_port_whose_far_end_takes_nothing_ends_the_job_and_frees_the_port(heard: Heard) -> None:
    far, near = os.openpty()
    tty.setraw(near)
    at = PrinterAddress(By.SERIAL, path=os.ttyname(near), baud=115200)
    driver = EscposPrinter(PrinterSettings(at=at, timeout_s=0.2, poll_s=0, answers_status=False), heard.inbox)
    driver.open()
    began = time.monotonic()
    driver.print("1", Document((*(Row(f"Қант {n}", "1") for n in range(80)), Cut())))
    assert (printed(heard, "1").outcome, printed(heard, "1").fault) == (Outcome.UNKNOWN, STUCK)
    driver.close()
    assert driver.join(2.0) and time.monotonic() - began < 4.0
    os.close(near)
    os.close(far)


def test_a_serial_printer_that_says_its_buffer_is_full_is_waited_for(heard: Heard) -> None:
    far, near = os.openpty()
    tty.setraw(far)
    at = printer_address(f"serial:{os.ttyname(near)}@115200,xonxoff")
    driver = EscposPrinter(PrinterSettings(at=at, timeout_s=0.3, poll_s=0, answers_status=False), heard.inbox)
    stream = open_stream(at, 0.3)
    stream.write(b"page")
    os.write(far, b"\x13")  # XOFF
    with pytest.raises(OSError):
        stream.write(b"page")
    os.write(far, b"\x11")  # XON
    stream.write(b"page")
    assert stream.read() == b"", "they are no answers"
    stream.close()
    driver.open()
    driver.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.PRINTED
    driver.close()
    assert driver.join(5.0)
    os.close(near)
    os.close(far)


def test_a_page_over_usb_is_printed_whole_although_the_bus_takes_it_in_parts(
    at_usb: EscposPrinter, paper: VirtualPrinter, heard: Heard
) -> None:
    at_usb.print("1", Document((*(Row(f"Қант {n}", "1") for n in range(20)), Cut())))
    assert printed(heard, "1").outcome is Outcome.PRINTED
    assert len(paper.receipts) == 1
    paper.faults.paper_out = True
    at_usb.print("2", PAGE)
    assert (printed(heard, "2").outcome, printed(heard, "2").fault) == (Outcome.FAILED, PAPER_OUT)


def test_f47_the_handle_of_a_usb_printer_that_was_restarted_is_made_anew(
    at_usb: EscposPrinter, bus: UsbBus, paper: VirtualPrinter, heard: Heard
) -> None:
    at_usb.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.PRINTED
    bus.restart()
    at_usb.print("2", PAGE)
    assert printed(heard, "2").outcome is Outcome.PRINTED
    bus.plugged = False
    assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF).fault == PRINTER_OFF
    at_usb.print("3", PAGE)
    assert (printed(heard, "3").outcome, printed(heard, "3").fault) == (Outcome.FAILED, PRINTER_OFF)
    bus.restart()
    bus.plugged = True
    at_usb.print("4", PAGE)
    assert printed(heard, "4").outcome is Outcome.PRINTED and len(paper.texts) == 3


def test_a_usb_printer_that_this_user_may_not_use_says_so(at_usb: EscposPrinter, bus: UsbBus, heard: Heard) -> None:
    bus.refused = True
    at_usb.print("1", PAGE)
    assert printed(heard, "1").fault == PRINTER_REFUSED


def test_the_end_of_the_process_waits_for_a_usb_printer_that_is_at_work_and_lets_no_more_in() -> None:
    handles, ended = Handles(), []

    def end() -> None:
        ended.append("closed")
        handles.drop()

    handles.add()
    threading.Timer(0.1, end).start()
    handles.leave()
    assert ended == ["closed"]
    with pytest.raises(DeviceError):
        handles.add()


def test_without_libusb_or_without_the_printer_a_usb_page_fails_with_a_sentence(heard: Heard) -> None:
    at = printer_address("usb:04b8:0e15")
    driver = EscposPrinter(PrinterSettings(at=at, timeout_s=0.3, poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", PAGE)
    assert printed(heard, "1").fault in (NO_LIBUSB, PRINTER_OFF)
    driver.close()
    assert driver.join(5.0)


def test_a_page_through_a_print_queue_is_printed_but_nobody_saw_the_paper(
    queue: PrintQueue, paper: VirtualPrinter, heard: Heard
) -> None:
    driver = behind(queue, heard)
    driver.print("1", PAGE)
    assert (printed(heard, "1").outcome, printed(heard, "1").confirmed) == (Outcome.PRINTED, False)
    assert paper.wait(receipts=1) and "450.00" in paper.texts[0]
    driver.kick("d")
    assert heard.wait(DrawerResult).opened and paper.wait(kicks=1)
    assert queue.users[0].startswith("PeerCred "), "only the owner of a job may take it back"


def test_f46_what_a_print_queue_can_not_hand_on_is_taken_back(
    queue: PrintQueue, paper: VirtualPrinter, heard: Heard
) -> None:
    driver = behind(queue, heard)
    queue.paused = True
    driver.print("1", PAGE)
    assert (printed(heard, "1").outcome, printed(heard, "1").fault) == (Outcome.FAILED, QUEUE_PAUSED)
    queue.paused, queue.held = False, True
    driver.print("2", PAGE)
    assert printed(heard, "2").outcome is Outcome.FAILED, "it was cancelled before it was begun"
    queue.held, queue.stuck = False, True
    driver.print("3", PAGE)
    assert (printed(heard, "3").outcome, printed(heard, "3").fault) == (Outcome.UNKNOWN, NOT_TAKEN)
    queue.reasons = ["connecting-to-device", "media-empty-error"]
    driver.print("4", PAGE)
    assert (printed(heard, "4").outcome, printed(heard, "4").fault) == (Outcome.UNKNOWN, PAPER_OUT)
    assert set(queue.jobs.values()) == {"cancelled"} and paper.texts == []


def test_a_print_queue_or_a_cups_that_is_not_there_is_named(queue: PrintQueue, heard: Heard, tmp_path: Path) -> None:
    driver = behind(queue, heard, "attic")
    driver.print("1", PAGE)
    assert (printed(heard, "1").outcome, printed(heard, "1").fault) == (Outcome.FAILED, NO_SUCH_QUEUE)
    none = QueueSettings(queue="till", socket=str(tmp_path / "none"), poll_s=0)
    driver = QueuePrinter(none, heard.inbox, lambda page: encode(page, Paper()))
    driver.open()
    driver.print("2", PAGE)
    assert (printed(heard, "2").outcome, printed(heard, "2").fault) == (Outcome.FAILED, NO_CUPS)


@pytest.mark.parametrize("heard_", [b"", b"\x02\x00\x00", b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x21\x00\xff"])
def test_an_answer_that_is_no_ipp_is_no_queue(heard_: bytes) -> None:
    with pytest.raises(NoQueue):
        read(heard_)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("192.0.2.7:9100", By.NETWORK),
        ("usb:04B8:0E15", By.USB),
        ("usb:04b8:0e15", By.USB),
        ("serial:/dev/ttyUSB0@38400,xonxoff", By.SERIAL),
        ("cups:Kasse_1", By.QUEUE),
        ("/dev/usb/lp0", By.PATH),
    ],
)
def test_an_address_says_by_which_way_a_printer_is_reached(text: str, by: By) -> None:
    assert printer_address(text).by is by


@pytest.mark.parametrize("text", ["usb:9100", "usb:xyz", "serial:/dev/ttyS0@7", "cups:a b", "printer", "host:0"])
def test_an_address_that_is_none_says_what_it_takes(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        printer_address(text)


def test_a_label_printer_is_reached_by_a_serial_port_too_and_asked_how_it_is(heard: Heard, tmp_path: Path) -> None:
    labels = VirtualLabelPrinter().start()
    cable = SerialCable(tmp_path / "ttyUSB1", labels.port).plug()
    at = printer_address(f"serial:{cable.path}@115200")
    driver = ZplPrinter(LabelSettings(at=at, timeout_s=0.5, poll_s=0), heard.inbox)
    driver.open()
    driver.print("1", PAGE)
    assert (printed(heard, "1").outcome, printed(heard, "1").confirmed) == (Outcome.PRINTED, True)
    labels.faults.labels_out = True
    driver.print("2", PAGE)
    assert (printed(heard, "2").outcome, printed(heard, "2").fault) == (Outcome.FAILED, LABELS_OUT)
    cable.unplug()
    driver.print("3", PAGE)
    assert (printed(heard, "3").outcome, printed(heard, "3").fault) == (Outcome.FAILED, LABEL_OFF)
    driver.close()
    assert driver.join(5.0)
    labels.stop()


@pytest.mark.parametrize("text", ["192.0.2.1:9100", "usb:04b8:0e15", "serial:/dev/ttyS9", "cups:till", "/dev/usb/lp9"])
def test_settings_make_a_printer_of_either_kind_for_each_way(text: str, tmp_path: Path) -> None:
    inbox = Inbox()
    receipts = receipt_printer(DeviceSettings(printer=text, printer_columns=32, logo=tmp_path / "none.png"), inbox)
    labels = label_printer(LabelPrinterSettings(address=text), inbox)
    queued = text.startswith("cups:")
    assert isinstance(receipts, QueuePrinter if queued else EscposPrinter)
    assert isinstance(labels, QueuePrinter if queued else ZplPrinter)
    assert receipts.remark() == NO_LOGO and labels.name == "label printer"
