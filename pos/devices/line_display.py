"""Customer displays of two lines of twenty at a serial port, by ESC/POS or CD5220. One thread owns each.

They say nothing back: a port is all that can be missing. What is shown is the newest alone, written again every few
seconds, so that a display that was switched off in between shows it too.
"""

import logging
import threading
from dataclasses import dataclass, field

from pos.devices.base import N_, DeviceFault, DeviceState, Display, Inbox, Row
from pos.devices.letters import plain
from pos.devices.serial_port import Line, NoPort, Port, PortError, PortLost
from sync.settings import DISPLAY_PAGES

log = logging.getLogger(__name__)

DISPLAY_OFF = DeviceFault(
    "display_off",
    N_("The customer display is not connected. Selling goes on without it; plug it in and it shows again."),
)
DISPLAY_BUSY = DeviceFault(
    "display_busy", N_("Another program has the customer display. Selling goes on without it. End that program.")
)
DISPLAY_REFUSED = DeviceFault(
    "display_refused",
    N_("This till may not use the customer display's port. Selling goes on without it. Tell support."),
)
DISPLAY_BROKEN = DeviceFault(
    "display_driver", N_("The customer display can't be used now. Selling goes on without it. Tell support.")
)
COLUMNS = 20
LANGUAGES = ("escpos", "cd5220")
"""What a display may speak."""

_WHY = {NoPort.MISSING: DISPLAY_OFF, NoPort.BUSY: DISPLAY_BUSY, NoPort.REFUSED: DISPLAY_REFUSED}
_AGAIN_S = 1.0
_REFRESH_S = 5.0
_NOTHING = (Row(), Row())


@dataclass(frozen=True, slots=True)
class LineDisplaySettings:
    """One display. `language`: escpos or cd5220; `page`: its letters, `page_number`: how it calls them, -1: as receipt
    printers do."""

    line: Line = field(default_factory=lambda: Line(""))
    name: str = "customer display"
    language: str = "escpos"
    page: str = "cp866"
    page_number: int = -1

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES or self.page not in DISPLAY_PAGES:
            raise ValueError(f"display {self.name!r} can't speak {self.language} with {self.page}")


def fitted(row: Row, page: str) -> str:
    """A line of twenty letters that the page has: the right part whole, the left one as far as there is room."""
    left, right = plain(row.left, page).strip(), plain(row.right, page).strip()[:COLUMNS]
    if row.centred:
        return left[:COLUMNS].center(COLUMNS)
    room = max(0, COLUMNS - len(right) - (1 if right else 0))
    return left[:room].ljust(COLUMNS - len(right)) + right


def begin(settings: LineDisplaySettings) -> bytes:
    """The bytes that make it ready: reset, its letters."""
    number = DISPLAY_PAGES[settings.page] if settings.page_number < 0 else settings.page_number
    return b"\x1b@\x1bt" + bytes((number,))


def encoded(settings: LineDisplaySettings, rows: tuple[Row, Row]) -> bytes:
    """The bytes that show two lines over what stood there: nothing is cleared, so nothing blinks."""
    upper, lower = (fitted(row, settings.page).encode(settings.page) for row in rows)
    if settings.language == "cd5220":
        return b"\x1bQA" + upper + b"\r\x1bQB" + lower + b"\r"
    return b"\x1f$\x01\x01" + upper + b"\x1f$\x01\x02" + lower


class LineDisplay(Display):
    """A display and the thread that writes to it."""

    def __init__(self, settings: LineDisplaySettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox)
        self.settings = settings
        self._rows = _NOTHING
        self._wake, self._done = threading.Event(), threading.Event()
        self._port: Port | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start to write."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"display {self.name}", daemon=True)
            self._thread.start()

    def show(self, upper: Row, lower: Row) -> None:
        """Show two lines instead of what stands there; returns at once."""
        if (upper, lower) != self._rows:
            self._rows = (upper, lower)
            self._wake.set()

    def close(self) -> None:
        """Empty it and stop, at the latest after one timeout."""
        self._done.set()
        self._wake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end, for tests and the app's last moment. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    # ------------------------------------------------------------------------------------------------ its thread

    def _run(self) -> None:
        while not self._done.is_set():
            pause = self._turn()
            self._wake.wait(pause)
            self._wake.clear()
        self._rows = _NOTHING
        if self._port is not None:
            self._turn()
        self._release()
        self._become(DeviceState.CLOSED)

    def _turn(self) -> float:
        """Write what is to be shown. Seconds until it is written again; never more than a person's word from it."""
        try:
            if self._port is None:
                self._port = Port(self.settings.line)
                self._port.write(begin(self.settings))
            self._port.write(encoded(self.settings, self._rows))
        except PortError as error:
            self._lose(_WHY[error.why])
        except PortLost:
            self._lose(DISPLAY_OFF)
        except Exception:
            log.exception("display %s met a flaw in its driver", self.name)
            self._lose(DISPLAY_BROKEN)
        else:
            self._become(DeviceState.READY)
            return _REFRESH_S
        return _AGAIN_S

    def _lose(self, fault: DeviceFault) -> None:
        self._release()
        self._become(DeviceState.OFF, fault)

    def _release(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.close()
