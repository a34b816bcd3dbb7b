"""Receipt printers by python-escpos, by network, USB, serial port or into a file. One thread owns each printer.

The thread opens a short connection for each job, asks for the status before and after (a printer that goes off in
the middle raises nothing: F46), and puts one OutputComplete for each job into the inbox. No call waits for it.
"""

import logging
import time
from dataclasses import dataclass, field

from pos.devices.base import DeviceError, DeviceState, Drawer, DrawerMoved, Inbox, Outcome, Printer
from pos.devices.drawer import DRAWER_SHUT, PIN, DrawerSensor
from pos.devices.encode import Paper, encode
from pos.devices.link import EscposLink, FileLink, Link, LinkLost, read_status
from pos.devices.logo import logo_fault
from pos.devices.owner import LONGEST_WAIT_S, OwnedPrinter
from pos.devices.status import BROKEN, CLOSED, NO_ANSWER, STUCK, PrinterStatus
from pos.devices.stream import open_stream
from pos.receipt.document import Document
from sync.printer_address import By, PrinterAddress

log = logging.getLogger(__name__)

_PATIENCE = 6  # timeouts in which a page must be on paper
_LOOKS, _LOOK_S = 8, 0.1
"""How often, and after how many seconds, the drawer's sensor is read after a pulse: drawers spring open in a third of a
second, heavy ones in half of one."""
_WATCH_S = 1.0
"""Seconds between two looks at a drawer that is open."""
_QUIET = 3  # of them in a row without any answer: it is gone, and not only busy


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One printer. `path` prints into that file or device node instead of `host`:`port`, and `at` says all that an
    address in the settings can say (but a print queue: `queue_printer`).

    `timeout_s` bounds every single wait for the printer, at most one second. `answers_status` is False for
    the models that never answer: then a sent job counts as printed, unconfirmed. `poll_s` is how often an idle
    printer is asked how it is; 0 never asks.
    """

    name: str = "printer"
    host: str = "127.0.0.1"
    port: int = 9100
    path: str = ""
    at: PrinterAddress | None = None
    paper: Paper = field(default_factory=Paper)
    timeout_s: float = 0.8
    answers_status: bool = True
    poll_s: float = 5.0
    drawer_sensor: str = "none"

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of printer {self.name!r} must be above 0 and at most {LONGEST_WAIT_S}")
        if self.paper.columns not in (32, 42, 48):
            raise ValueError(f"columns of printer {self.name!r} must be 32, 42 or 48")

    @property
    def place(self) -> PrinterAddress:
        """Where it is."""
        if self.at is not None:
            return self.at
        if self.path:
            return PrinterAddress(By.PATH, path=self.path)
        return PrinterAddress(By.NETWORK, host=self.host, port=self.port)


class EscposPrinter(OwnedPrinter[Link]):
    """An ESC/POS printer and the drawer at it."""

    def __init__(self, settings: PrinterSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox, settings.poll_s, CLOSED, BROKEN)
        self.settings = settings
        self._takes_turns = True
        self._sensor = DrawerSensor(settings.drawer_sensor)
        self._drawer: bool | None = None
        self.remark = lambda: logo_fault(settings.paper.logo)

    def _connect(self) -> Link:
        place, timeout_s = self.settings.place, self.settings.timeout_s
        if place.by is By.PATH:
            return FileLink(place.path, timeout_s)
        return EscposLink(open_stream(place, timeout_s))

    def _print_now(self, job_id: str, document: Document) -> None:
        try:
            data = self._encoded(job_id, document)
            with self._linked() as link:
                self._send(job_id, link, data)
        except DeviceError as error:
            self._say(job_id, Outcome.FAILED, error.fault)

    def _encoded(self, job_id: str, document: Document) -> bytes:
        """The page's bytes. One that can't be encoded must not end the thread: the next one may be fine."""
        try:
            return encode(document, self.settings.paper)
        except Exception as error:
            log.exception("job %s of printer %s could not be encoded", job_id, self.name)
            raise DeviceError(BROKEN) from error

    def _send(self, job_id: str, link: Link, data: bytes) -> None:
        """Ask, send, ask again. Before the first byte a fault is FAILED, after it UNKNOWN."""
        before = self._status(link)
        if before is not None and before.answered and before.fault:
            raise DeviceError(before.fault)
        try:
            link.send(data)
            after = self._finish(link, before)
        except LinkLost:
            self._become(DeviceState.TROUBLE, STUCK)
            self._say(job_id, Outcome.UNKNOWN, STUCK)
            return
        if after is not None and after.fault:
            self._say(job_id, Outcome.UNKNOWN, after.fault)
        else:
            self._say(job_id, Outcome.PRINTED, confirmed=after is not None)

    def _finish(self, link: Link, before: PrinterStatus | None) -> PrinterStatus | None:
        """How the printer is after the page, not only after the page's bytes: long pages print for seconds.

        GS r is answered in its turn behind the page. A printer that never answers it, but says it is well, is
        not waited for again.
        """
        if before is None or not before.answered or not self._takes_turns:
            return self._status(link)
        link.ask_done()
        quiet = 0
        for _again in range(_PATIENCE):
            done = link.hear_done()
            after = self._status(link)
            quiet = quiet + 1 if after is not None and not after.answered else 0
            if after is None or (after.answered and (done or after.fault)) or quiet == _QUIET:
                return after
        self._takes_turns = False
        return after

    def _kick_now(self, job_id: str) -> None:
        """Send the pulse; a printer without paper or with an open cover passes on only the real-time one."""
        try:
            with self._linked() as link:
                before = self._status(link)
                link.pulse(now=before is not None and before.state is DeviceState.TROUBLE)
                opened = self._opens(link, before)
                after = before if before is None or not before.answered else self._status(link)
        except DeviceError as error:
            self._say_drawer(job_id, error.fault)
        except LinkLost:
            self._say_drawer(job_id, STUCK)
        else:
            silent = after is not None and not after.answered
            fault = DRAWER_SHUT if opened is False else NO_ANSWER if silent else None
            self._say_drawer(job_id, fault, sent=opened is not False)

    def _opens(self, link: Link, before: PrinterStatus | None) -> bool | None:
        """Whether the drawer opened after its pulse, None where nothing can tell."""
        if not self._sensor.there or before is None or not before.answered:
            return None
        now: bool | None = None
        for _look in range(_LOOKS):
            answer = link.ask(1)
            if answer is None:
                return None
            now = self._told(self._sensor.pulsed(before.drawer_pin, bool(answer & PIN)))
            if now or (now is None and bool(answer & PIN) is not before.drawer_pin):
                return now
            time.sleep(_LOOK_S)
        return now

    def _told(self, now: bool | None) -> bool | None:
        """Say a drawer that moved."""
        if now is not None and now is not self._drawer:
            self._drawer = now
            self.inbox.put(DrawerMoved(device=self.name, open=now))
        return now

    def _pause_s(self) -> float:
        """An open drawer is looked at more often, to see it shut."""
        return min(self._poll_s or _WATCH_S, _WATCH_S) if self._drawer else self._poll_s

    def _status(self, link: Link) -> PrinterStatus | None:
        """How the printer is, said to the app when it changed. None: this printer is never asked."""
        if not self.settings.answers_status or self.settings.place.by is By.PATH:
            self._become(DeviceState.READY)
            return None
        status = read_status(link)
        if status.answered:
            self._told(self._sensor.seen(status.drawer_pin))
        self._become(status.state, status.fault)
        return status

    def _look(self, link: Link) -> None:
        self._status(link)


class PrinterDrawer(Drawer):
    """The drawer that hangs at a printer's kick connector. Its results come under the printer's name."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(f"{printer.name} drawer", printer.inbox)
        self._printer = printer

    def open(self) -> None:
        """Nothing to start: the printer's thread serves it."""

    def close(self) -> None:
        """Nothing to stop."""

    def kick(self, job_id: str) -> None:
        """Open the drawer; ends in one DrawerResult."""
        self._printer.kick(job_id)
