"""Receipt printers by python-escpos, over TCP or into a file. One thread owns each printer.

The thread opens a short connection for each job, asks for the status before and after (a printer that goes off in
the middle raises nothing: F46), and puts one OutputComplete for each job into the inbox. No call waits for it.
"""

import logging
import queue
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias

from pos.devices.base import (
    DeviceError,
    DeviceFault,
    DeviceState,
    Drawer,
    DrawerResult,
    Inbox,
    Outcome,
    OutputComplete,
    Printer,
)
from pos.devices.encode import Paper, encode
from pos.devices.link import FileLink, Link, LinkLost, TcpLink, read_status
from pos.devices.status import BROKEN, CLOSED, NO_ANSWER, STUCK, PrinterStatus
from pos.receipt.document import Document, as_duplicate
from pos.receipt.words import words

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 1.0
_PATIENCE = 6  # timeouts in which a page must be on paper


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """One printer. `path` prints into that file or device node instead of `host`:`port`.

    `timeout_s` bounds every single wait for the printer, at most one second. `answers_status` is False for
    the models that never answer: then a sent job counts as printed, unconfirmed. `poll_s` is how often an idle
    printer is asked how it is; 0 never asks.
    """

    name: str = "printer"
    host: str = "127.0.0.1"
    port: int = 9100
    path: str = ""
    paper: Paper = field(default_factory=Paper)
    timeout_s: float = 0.8
    answers_status: bool = True
    poll_s: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of printer {self.name!r} must be above 0 and at most {LONGEST_WAIT_S}")
        if self.paper.columns not in (32, 42, 48):
            raise ValueError(f"columns of printer {self.name!r} must be 32, 42 or 48")


@dataclass(frozen=True, slots=True)
class _Print:
    job_id: str
    document: Document


@dataclass(frozen=True, slots=True)
class _Kick:
    job_id: str


class _Stop:
    pass


_Job: TypeAlias = _Print | _Kick | _Stop
_URGENCY: dict[type, int] = {_Stop: 0, _Kick: 1, _Print: 2}


class EscposPrinter(Printer):
    """An ESC/POS printer and the drawer at it."""

    def __init__(self, settings: PrinterSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox)
        self.settings = settings
        self._jobs: queue.PriorityQueue[tuple[int, int, _Job]] = queue.PriorityQueue()
        self._number = count()
        self._thread: threading.Thread | None = None
        self._unknown: set[str] = set()
        self._takes_turns = True

    def open(self) -> None:
        """Start the owner thread. It asks the printer how it is and says so."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=f"printer {self.name}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the job in hand; what still waits ends as FAILED. Returns at once; see `join`."""
        self._put(_Stop())

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread to end, for tests and the app's last moment. True when it ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def print(self, job_id: str, document: Document) -> None:
        """Queue a document. Printing a job again that ended UNKNOWN marks it as a possible duplicate (F48)."""
        self._put(_Print(job_id, document))

    def kick(self, job_id: str) -> None:
        """Queue a pulse to the drawer, ahead of waiting documents. Ends in one DrawerResult."""
        self._put(_Kick(job_id))

    def _put(self, job: _Job) -> None:
        self._jobs.put((_URGENCY[type(job)], next(self._number), job))

    def _run(self) -> None:
        self._poll()
        while True:
            try:
                job = self._jobs.get(timeout=self.settings.poll_s or None)[2]
            except queue.Empty:
                self._poll()
                continue
            if isinstance(job, _Stop):
                break
            self._survive(job)
        self._refuse_rest()
        self._become(DeviceState.CLOSED)

    def _refuse_rest(self) -> None:
        while not self._jobs.empty():
            job = self._jobs.get()[2]
            if isinstance(job, _Print):
                self._say(job.job_id, Outcome.FAILED, CLOSED)
            elif isinstance(job, _Kick):
                self._say_drawer(job.job_id, CLOSED)

    def _survive(self, job: _Print | _Kick) -> None:
        """Do a job; a flaw in the driver ends that job, with the worst that may be true, and not the thread."""
        try:
            self._do(job)
        except Exception:
            log.exception("job %s of printer %s met a flaw in its driver", job.job_id, self.name)
            self._become(DeviceState.TROUBLE, BROKEN)
            if isinstance(job, _Print):
                self._say(job.job_id, Outcome.UNKNOWN, BROKEN)
            else:
                self._say_drawer(job.job_id, BROKEN)

    def _do(self, job: _Print | _Kick) -> None:
        if isinstance(job, _Kick):
            self._kick_now(job.job_id)
            return
        document = self._marked(job)
        if document.kicks:
            self._kick_now(job.job_id)
        self._print_now(job.job_id, document)

    def _marked(self, job: _Print) -> Document:
        """The job's page; one that may lie on the counter already says so and leaves the drawer shut."""
        if job.job_id not in self._unknown or job.document.duplicate:
            return job.document
        return as_duplicate(job.document, words(job.document.lang)("Possible duplicate"))

    @contextmanager
    def _linked(self) -> Iterator[Link]:
        """A connection for one job. Raises DeviceError, after saying that the printer is off."""
        try:
            link = self._connect()
        except DeviceError as error:
            self._become(DeviceState.OFF, error.fault)
            raise
        with closing(link):
            yield link

    def _connect(self) -> Link:
        if self.settings.path:
            return FileLink(self.settings.path)
        return TcpLink(self.settings.host, self.settings.port, self.settings.timeout_s)

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
        for _again in range(_PATIENCE):
            done = link.hear_done()
            after = self._status(link)
            if done or after is None or after.fault:
                return after
        self._takes_turns = False
        return after

    def _kick_now(self, job_id: str) -> None:
        """Send the pulse; a printer without paper or with an open cover passes on only the real-time one."""
        try:
            with self._linked() as link:
                before = self._status(link)
                link.pulse(now=before is not None and before.state is DeviceState.TROUBLE)
                after = before if before is None or not before.answered else self._status(link)
        except DeviceError as error:
            self._say_drawer(job_id, error.fault)
        except LinkLost:
            self._say_drawer(job_id, STUCK)
        else:
            silent = after is not None and not after.answered
            self._say_drawer(job_id, NO_ANSWER if silent else None, sent=True)

    def _say(self, job_id: str, outcome: Outcome, fault: DeviceFault | None = None, confirmed: bool = True) -> None:
        if outcome is Outcome.UNKNOWN:
            self._unknown.add(job_id)
        elif outcome is Outcome.PRINTED:
            self._unknown.discard(job_id)
        self.inbox.put(
            OutputComplete(device=self.name, job_id=job_id, outcome=outcome, fault=fault, confirmed=confirmed)
        )

    def _say_drawer(self, job_id: str, fault: DeviceFault | None, sent: bool = False) -> None:
        self.inbox.put(DrawerResult(device=self.name, job_id=job_id, opened=sent, fault=fault))

    def _status(self, link: Link) -> PrinterStatus | None:
        """How the printer is, said to the app when it changed. None: this printer is never asked."""
        if not self.settings.answers_status or self.settings.path:
            self._become(DeviceState.READY)
            return None
        status = read_status(link)
        self._become(status.state, status.fault)
        return status

    def _poll(self) -> None:
        """Ask an idle printer how it is, so that a dead one is named and a revived one comes back by itself."""
        with suppress(DeviceError), self._linked() as link:
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
