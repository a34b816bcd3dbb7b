"""A printer behind a queue of CUPS, for receipts or labels. One thread owns it, as any other printer (`owner`).

CUPS hands the bytes on as they are, and can't say that they are on paper: only that the printer took them. What it has
not handed on after `patience_s` is taken back, so that nothing comes out of it by surprise an hour later.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from pos.devices.base import N_, DeviceError, DeviceFault, DeviceState, Inbox, Outcome
from pos.devices.ipp import CANCEL_JOB, GET_JOB, GET_PRINTER, NOT_FOUND, PRINT_JOB, SOCKET, Answer, Ipp, NoQueue
from pos.devices.owner import LONGEST_WAIT_S, OwnedPrinter
from pos.devices.status import BROKEN, CLOSED, COVER_OPEN, JAM, NO_ANSWER, PAPER_OUT
from pos.receipt.document import Document

log = logging.getLogger(__name__)

NO_CUPS = DeviceFault(
    "printer_no_cups",
    N_("The computer's print service (CUPS) does not answer. The sale is kept. Restart it and print again."),
)
NO_SUCH_QUEUE = DeviceFault(
    "printer_no_queue", N_("This computer has no print queue of that name. The sale is kept. Tell support.")
)
QUEUE_PAUSED = DeviceFault(
    "printer_queue_paused", N_("The print queue is paused. The sale is kept. Resume it and print again.")
)
NOT_TAKEN = DeviceFault(
    "printer_queue_waits",
    N_("The print queue could not reach the printer in time, so a part may be on paper. The sale is kept."),
)

PULSE = b"\x1bp\x00\x32\x32"
_LOOK_AGAIN_S = 0.1
_SLOWEST = 900  # bytes a second that CUPS hands to a printer at 9,600 baud: a page that goes on is not cut off
_STOPPED = 5
_REASONS = {"media-empty": PAPER_OUT, "media-needed": PAPER_OUT, "cover-open": COVER_OPEN, "media-jam": JAM}


class _Job(IntEnum):
    """`job-state` of IPP; from CANCELED on it is over."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue of the CUPS at `socket`. `timeout_s` bounds every single wait, at most one second; `patience_s` how
    long a job may take to be handed on, besides the time that its bytes need on the slowest line. `poll_s` is how often
    an idle queue is asked how it is; 0 never asks."""

    name: str = "printer"
    queue: str = ""
    socket: str = SOCKET
    timeout_s: float = 0.8
    patience_s: float = 8.0
    poll_s: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of printer {self.name!r} must be above 0 and at most {LONGEST_WAIT_S}")


class QueuePrinter(OwnedPrinter[Ipp]):
    """A printer behind a queue, and the drawer at it. `encoded`: a page as the printer's own bytes; it may raise
    DeviceError."""

    def __init__(self, settings: QueueSettings, inbox: Inbox, encoded: Callable[[Document], bytes]) -> None:
        super().__init__(settings.name, inbox, settings.poll_s, CLOSED, BROKEN)
        self.settings = settings
        self._encoded = encoded

    def _connect(self) -> Ipp:
        return Ipp(self.settings.queue, self.settings.timeout_s, self.settings.socket)

    def _print_now(self, job_id: str, document: Document) -> None:
        try:
            data = self._bytes(job_id, document)
            with self._linked() as ipp:
                outcome, fault = self._through(ipp, job_id, data)
        except DeviceError as error:
            self._say(job_id, Outcome.FAILED, error.fault)
        else:
            self._say(job_id, outcome, fault, confirmed=False)

    def _bytes(self, job_id: str, document: Document) -> bytes:
        """One that can't be encoded must not end the thread: the next one may be fine."""
        try:
            return self._encoded(document)
        except DeviceError:
            raise
        except Exception as error:
            log.exception("job %s of printer %s could not be encoded", job_id, self.name)
            raise DeviceError(BROKEN) from error

    def _kick_now(self, job_id: str) -> None:
        try:
            with self._linked() as ipp:
                outcome, fault = self._through(ipp, job_id, PULSE)
        except DeviceError as error:
            self._say_drawer(job_id, error.fault)
        else:
            self._say_drawer(job_id, fault, sent=outcome is not Outcome.FAILED)

    def _through(self, ipp: Ipp, job_id: str, data: bytes) -> tuple[Outcome, DeviceFault | None]:
        """Hand bytes to the queue and see them through. Raises DeviceError while nothing was handed over."""
        self._ready(ipp)
        try:
            taken = ipp.ask(PRINT_JOB, job_name=f"Storefloor {job_id}", data=data)
        except NoQueue:
            return Outcome.UNKNOWN, NO_CUPS
        if not taken.good:
            raise DeviceError(NO_SUCH_QUEUE if taken.status == NOT_FOUND else QUEUE_PAUSED)
        try:
            patience_s = self.settings.patience_s + len(data) / _SLOWEST
            return self._seen_through(ipp, taken.number("job-id"), patience_s)
        except NoQueue:
            self._become(DeviceState.OFF, NO_CUPS)
            return Outcome.UNKNOWN, NO_CUPS

    def _ready(self, ipp: Ipp) -> None:
        """Raises DeviceError when the queue takes nothing now."""
        fault = self._status(ipp, idle=True)
        if fault is not None:
            raise DeviceError(fault)

    def _seen_through(self, ipp: Ipp, job: int, patience_s: float) -> tuple[Outcome, DeviceFault | None]:
        """Wait until the printer took it; what it did not take in time is taken back."""
        end, begun = time.monotonic() + patience_s, False
        while True:
            state = ipp.ask(GET_JOB, job=job).number("job-state")
            begun = begun or state not in (_Job.PENDING, _Job.HELD)
            if state == _Job.COMPLETED:
                self._become(DeviceState.READY)
                return Outcome.PRINTED, None
            fault = self._status(ipp, idle=False)
            if state >= _Job.CANCELED:
                return Outcome.UNKNOWN, fault or NO_ANSWER
            if time.monotonic() > end:
                return self._taken_back(ipp, job, begun, fault)
            time.sleep(_LOOK_AGAIN_S)

    def _taken_back(
        self, ipp: Ipp, job: int, begun: bool, fault: DeviceFault | None
    ) -> tuple[Outcome, DeviceFault | None]:
        """Nothing of a job is on paper, now or later, if it was never begun and is cancelled."""
        cancelled = ipp.ask(CANCEL_JOB, job=job).good
        self._become(DeviceState.TROUBLE, fault or NOT_TAKEN)
        # It may have been begun between the last look and now: CUPS says when.
        told = ipp.ask(GET_JOB, job=job)
        if cancelled and not begun and told.number("time-at-processing") == 0:
            return Outcome.FAILED, fault or QUEUE_PAUSED
        return Outcome.UNKNOWN, fault or NOT_TAKEN

    def _status(self, ipp: Ipp, idle: bool) -> DeviceFault | None:
        """Why the queue takes nothing, said to the app when it changed. Raises DeviceError when there is no CUPS.

        `idle`: nothing of ours is under way. Then only a queue that is paused counts: what CUPS says of the paper is
        what it heard with the job before, and may be long mended. A queue that could not reach its printer stays so
        until a job got through.
        """
        try:
            answer = ipp.ask(GET_PRINTER)
        except NoQueue as error:
            self._become(DeviceState.OFF, NO_CUPS)
            if idle:
                raise DeviceError(NO_CUPS) from error
            raise
        fault = _fault_of(answer, idle)
        if fault is not None or not (idle and self.fault == NOT_TAKEN):
            self._become(DeviceState.TROUBLE if fault else DeviceState.READY, fault)
        return fault

    def _look(self, link: Ipp) -> None:
        self._status(link, idle=True)


def _fault_of(answer: Answer, idle: bool) -> DeviceFault | None:
    if answer.status == NOT_FOUND:
        return NO_SUCH_QUEUE
    if not answer.good or answer.number("printer-state") == _STOPPED:
        return QUEUE_PAUSED
    if answer.values.get("printer-is-accepting-jobs", [True])[0] is False:
        return QUEUE_PAUSED
    if idle:
        return None
    reasons = answer.words("printer-state-reasons")
    return next((fault for start, fault in _REASONS.items() if any(it.startswith(start) for it in reasons)), None)
