"""A printer's status by DLE EOT 1, 2 and 4: what its bytes mean (ESC/POS, real-time status)."""

from dataclasses import dataclass

from pos.devices.base import N_, DeviceFault, DeviceState

PRINTER_OFF = DeviceFault(
    "printer_off", N_("The printer is off or not connected. The sale is kept. Switch it on and print again.")
)
PRINTER_REFUSED = DeviceFault(
    "printer_refused",
    N_("This computer may not use the printer. The sale is kept. Ask support to give it the right to it."),
)
NO_LIBUSB = DeviceFault(
    "printer_no_libusb",
    N_("This computer lacks libusb, so it can't reach a USB printer. The sale is kept. Ask support to install it."),
)
NO_ANSWER = DeviceFault(
    "printer_silent",
    N_("The printer does not answer, so the print may or may not be on paper. The sale is kept."),
)
PAPER_OUT = DeviceFault("paper_out", N_("The printer has no paper. The sale is kept. Put in a roll and print again."))
COVER_OPEN = DeviceFault("cover_open", N_("The printer's cover is open. The sale is kept. Close it and print again."))
JAM = DeviceFault("printer_jam", N_("The printer reports a jam. The sale is kept. Free its cutter and print again."))
OFFLINE = DeviceFault(
    "printer_offline", N_("The printer has paused itself. The sale is kept. Press its feed button or restart it.")
)
STUCK = DeviceFault(
    "printer_stuck", N_("The printer stopped in the middle, so a part may be on paper. The sale is kept.")
)
BROKEN = DeviceFault(
    "printer_driver", N_("This page could not be prepared for the printer. The sale is kept. Tell support.")
)
CLOSED = DeviceFault("printer_closed", N_("The terminal was closing, so this was not printed. The sale is kept."))

ALL_WELL = 0x12
"""A DLE EOT answer with nothing to report: bits 1 and 4 are always set, bits 0 and 7 never."""

_FIXED_MASK = 0x93


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What the printer said. `answered` is False when any question stayed open; then nothing is sure."""

    answered: bool
    fault: DeviceFault | None = None
    paper_low: bool = False
    drawer_pin: bool = False

    @property
    def state(self) -> DeviceState:
        """The device state that it amounts to."""
        if not self.answered:
            return DeviceState.UNKNOWN
        return DeviceState.TROUBLE if self.fault else DeviceState.READY


SILENT = PrinterStatus(False, NO_ANSWER)


def is_status(byte: int) -> bool:
    """Whether a byte can be an answer to DLE EOT; anything else is noise."""
    return byte & _FIXED_MASK == ALL_WELL


def is_turn(byte: int) -> bool:
    """Whether a byte can be an answer to GS r, which has bits 4 and 7 clear."""
    return byte & 0x90 == 0


def read(general: int, cause: int, paper: int) -> PrinterStatus:
    """The meaning of the answers to DLE EOT 1, 2 and 4. The first fault a person must see to wins."""
    fault = None
    if cause & 0x04:
        fault = COVER_OPEN
    elif paper & 0x60 or cause & 0x20:
        fault = PAPER_OUT
    elif cause & 0x40:
        fault = JAM
    elif general & 0x08:
        fault = OFFLINE
    return PrinterStatus(True, fault, bool(paper & 0x0C), bool(general & 0x04))
