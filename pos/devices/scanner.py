"""A scanner with a thread of its own, whatever it hangs at: a serial port or an input device taken alone.

The thread opens its line, reads codes, and puts them into the inbox in order, each for itself. A scanner that is
unplugged is named, looked for each second, and goes on by itself; what it was in the midst of is never taken for a
whole code.
"""

import logging
import threading
from dataclasses import dataclass
from typing import Protocol

from pos.devices.base import N_, DeviceError, DeviceFault, DeviceState, Inbox, Scanner, ScannerBurst, ScanRead
from pos.devices.scanner_profile import Press, Profile

log = logging.getLogger(__name__)

SCANNER_MISSING = DeviceFault(
    "scanner_missing",
    N_("The scanner is not connected. Numbers can be typed meanwhile. Plug the scanner in; it is found by itself."),
)
SCANNER_GONE = DeviceFault(
    "scanner_gone",
    N_("The scanner was unplugged. What was read before is kept. Plug it in again; it goes on by itself."),
)
SCANNER_BUSY = DeviceFault(
    "scanner_busy",
    N_("Another program holds the scanner. Numbers can be typed meanwhile. Close that one; it comes back by itself."),
)
SCANNER_REFUSED = DeviceFault(
    "scanner_refused",
    N_("The scanner may not be used here. Type numbers, and tell support: the user must be in groups dialout, input."),
)
SCANNER_WRONG = DeviceFault(
    "scanner_wrong",
    N_("What is set as the scanner is none. Numbers can be typed meanwhile. Tell support to look at the setting."),
)
SCANNER_CUT = DeviceFault(
    "scanner_cut",
    N_("The last scan broke off in the middle. Nothing of it was taken. Scan it again."),
)

RETRY_S = 1.0
"""How often a scanner is looked for that is not there."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one press of the trigger. `whole` is False for one that broke off: its text counts for nothing."""

    text: str
    whole: bool = True
    presses: tuple[Press, ...] = ()


class Line(Protocol):
    """Where a scanner hangs. One thread opens, reads and closes it; `learning` is set by any."""

    profile: Profile
    learning: bool

    def open(self) -> None:
        """Take the scanner. Raises DeviceError."""

    def read(self) -> list[Heard]:
        """What was read until now, oldest first; waits at most 0.2 s for more. Raises DeviceError."""

    def close(self) -> None:
        """Give the scanner back. Does nothing when it is not open."""


class LineScanner(Scanner):
    """A scanner over a line. Every call returns at once."""

    def __init__(self, line: Line, inbox: Inbox, name: str = "scanner", retry_s: float = RETRY_S) -> None:
        super().__init__(name, inbox)
        self.line = line
        self._retry_s = retry_s
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the thread. It says whether there is a scanner."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=f"scanner {self.name}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread and give the scanner back."""
        self._closing.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def learn(self, learning: bool) -> None:
        """While True, what comes is put as a `ScannerBurst`, just as it came, and nothing of it is a scan."""
        self.line.learning = learning

    def use(self, profile: Profile) -> None:
        """Read by that profile from the next code on."""
        self.line.profile = profile

    def _work(self) -> None:
        found = False
        while not self._closing.is_set():
            try:
                self.line.open()
                found = True
                self._become(DeviceState.READY)
                while not self._closing.is_set():
                    for heard in self.line.read():
                        self._tell(heard)
            except DeviceError as error:
                self._lost(error.fault, found)
            except OSError:  # a flaw of the line, or of this machine: it must not end the thread
                log.exception("the scanner %s could not be read; it is tried again", self.name)
                self._lost(SCANNER_GONE, found)
        self.line.close()
        self._become(DeviceState.CLOSED)

    def _lost(self, fault: DeviceFault, found: bool) -> None:
        self.line.close()
        missing = fault == SCANNER_MISSING
        fault = SCANNER_GONE if missing and found else fault
        self._become(DeviceState.OFF if missing else DeviceState.TROUBLE, fault)
        self._closing.wait(self._retry_s)

    def _tell(self, heard: Heard) -> None:
        if heard.presses:
            self.inbox.put(ScannerBurst(device=self.name, presses=heard.presses))
        elif not heard.whole:
            self._become(DeviceState.TROUBLE, SCANNER_CUT)  # until a code is whole again
        else:
            self._become(DeviceState.READY)
            self.inbox.put(scan_read(self.name, heard.text))


def scan_read(device: str, text: str) -> ScanRead:
    """The event of a read text: an AIM identifier that the scanner put first (ISO/IEC 15424) is taken apart."""
    if len(text) > 3 and text[0] == "]" and text[1].isalpha() and text[1].isascii() and text[2].isalnum():
        return ScanRead(device=device, text=text[3:], aim=text[:3])
    return ScanRead(device=device, text=text)
