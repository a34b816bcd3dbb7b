"""A receipt printer at USB: the kernel's own bus, libusb, and the wire-level printer behind the gadget."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceState, Outcome, OutputComplete, StatusUpdate
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.status import PAPER_OUT, PRINTER_OFF
from pos.devices.virtual.printer import VirtualPrinter
from pos.receipt.document import Cut, Document, Row
from sync.printer_address import printer_address
from tests.devices.conftest import Heard
from tests.kernel.gadget import PRODUCT, VENDOR, Carrier, Gadget, until

PAGE = Document((*(Row(f"Қант {n}", "1") for n in range(20)), Cut()))
BEHIND = Path("/dev/g_printer0")
NODE = Path("/dev/usb/lp0")


class Cable:
    """A printer's cable: what comes through it goes to the wire-level printer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._gadget = Gadget("printer", {"pnp_string": "MFG:Storefloor;MDL:Receipt;CLS:PRINTER;"})
        self._carrier = Carrier(BEHIND, port)

    def unplug(self) -> None:
        self._carrier.close()
        self._gadget.unplug()

    def plug(self) -> None:
        self._gadget.plug()
        self._carrier = Carrier(BEHIND, self._port)

    def close(self) -> None:
        self._carrier.close()
        self._gadget.close()


@pytest.fixture
def cable(paper: VirtualPrinter) -> Iterator[Cable]:
    made = Cable(paper.port)
    yield made
    made.close()


def driver(at: str, heard: Heard) -> EscposPrinter:
    made = EscposPrinter(PrinterSettings(at=printer_address(at), timeout_s=0.9, poll_s=0.5), heard.inbox)
    made.open()
    return made


def printed(heard: Heard, job: str) -> OutputComplete:
    until(lambda: any(event.job_id == job for event in heard.of(OutputComplete)))
    return heard.wait(OutputComplete, lambda event: event.job_id == job)


def test_a_page_goes_over_a_real_bus_with_status_and_comes_back_after_the_plug_was_pulled(
    cable: Cable, paper: VirtualPrinter, heard: Heard
) -> None:
    printer = driver(f"usb:{VENDOR:04x}:{PRODUCT:04x}", heard)
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome is Outcome.PRINTED
    assert len(paper.receipts) == 1
    paper.faults.paper_out = True
    printer.print("2", PAGE)
    assert (printed(heard, "2").outcome, printed(heard, "2").fault) == (Outcome.FAILED, PAPER_OUT)
    paper.faults.paper_out = False
    cable.unplug()
    until(lambda: any(event.state is DeviceState.OFF for event in heard.of(StatusUpdate)))
    printer.print("3", PAGE)
    assert (printed(heard, "3").outcome, printed(heard, "3").fault) == (Outcome.FAILED, PRINTER_OFF)
    cable.plug()
    until(lambda: heard.of(StatusUpdate)[-1].state is DeviceState.READY)
    printer.print("4", PAGE)
    assert printed(heard, "4").outcome is Outcome.PRINTED and len(paper.receipts) == 2
    printer.close()
    assert printer.join(20)


def test_the_kernels_own_node_takes_a_page_too(cable: Cable, paper: VirtualPrinter, heard: Heard) -> None:
    until(NODE.exists)
    printer = driver(str(NODE), heard)
    printer.print("1", PAGE)
    assert printed(heard, "1").outcome in (Outcome.PRINTED, Outcome.UNKNOWN)
    until(lambda: len(paper.receipts) == 1)
    printer.close()
    assert printer.join(20)
