"""What a label printer says of itself: its answer to `~HS` (ZPL II, Host Status Return), and the faults it names."""

from dataclasses import dataclass

from pos.devices.base import N_, DeviceFault, DeviceState
from pos.devices.status import PRINTER_OFF, PRINTER_REFUSED

LABEL_OFF = DeviceFault(
    "label_off", N_("The label printer is off or not connected. The parcel is kept. Switch it on and print again.")
)
LABEL_SILENT = DeviceFault(
    "label_silent", N_("The label printer does not answer, so look whether the label came out. The parcel is kept.")
)
LABELS_OUT = DeviceFault(
    "labels_out", N_("The label printer has no labels. The parcel is kept. Put in a roll and print again.")
)
RIBBON_OUT = DeviceFault(
    "ribbon_out", N_("The label printer's ribbon is used up. The parcel is kept. Put in another and print again.")
)
HEAD_OPEN = DeviceFault("head_open", N_("The label printer is open. The parcel is kept. Close it and print again."))
PAUSED = DeviceFault(
    "label_paused", N_("The label printer is paused. The parcel is kept. Press its pause button and print again.")
)
LABEL_STUCK = DeviceFault(
    "label_stuck",
    N_("The label printer stopped in the middle, so look whether the label came out. The parcel is kept."),
)
LABEL_SMALL = DeviceFault(
    "label_small", N_("This does not fit on the label. The parcel is kept. Tell support: the labels are too small.")
)
LABEL_BROKEN = DeviceFault(
    "label_driver", N_("This label could not be prepared for its printer. The parcel is kept. Tell support.")
)
LABEL_CLOSED = DeviceFault(
    "label_closed", N_("The terminal was closing, so this label was not printed. The parcel is kept.")
)
NO_DRAWER = DeviceFault("no_drawer", N_("No cash drawer is plugged into a label printer."))

LABEL_REFUSED = DeviceFault(
    "label_refused",
    N_("This computer may not use the label printer. The parcel is kept. Ask support to give it the right to it."),
)
LABEL_FAULTS = {PRINTER_OFF: LABEL_OFF, PRINTER_REFUSED: LABEL_REFUSED}
"""What a way to a printer says, for a label printer; what is not here is said as it is."""

ASK = b"~HS"
LINES = 3
"""Strings of an answer, each from STX to ETX."""
STX, ETX = b"\x02", b"\x03"


@dataclass(frozen=True, slots=True)
class HostStatus:
    """What it said. `busy`: something that it was sent is not on a label yet. Without an answer nothing is sure."""

    answered: bool
    fault: DeviceFault | None = None
    busy: bool = False

    @property
    def state(self) -> DeviceState:
        """The device state that it amounts to."""
        if not self.answered:
            return DeviceState.UNKNOWN
        return DeviceState.TROUBLE if self.fault else DeviceState.READY


SILENT = HostStatus(False, LABEL_SILENT)


def read(answer: bytes) -> HostStatus:
    """The meaning of an answer. One that is cut off, or is none, is no answer."""
    lines = [part.partition(ETX)[0].split(b",") for part in answer.split(STX)[1:] if ETX in part]
    if len(lines) < LINES or len(lines[0]) < 12 or len(lines[1]) < 11:
        return SILENT
    first, second = lines[0], lines[1]
    try:
        flags = {"head": second[2], "paper": first[1], "ribbon": second[3], "pause": first[2]}
        wrong = {name for name, value in flags.items() if int(value)}
        waiting = int(first[4]) + int(first[7]) + int(second[8])
    except ValueError:  # no number where one belongs: noise
        return SILENT
    said = {"head": HEAD_OPEN, "paper": LABELS_OUT, "ribbon": RIBBON_OUT, "pause": PAUSED}
    return HostStatus(True, next((fault for name, fault in said.items() if name in wrong), None), waiting > 0)
