"""A printer with a thread of its own: what is printed waits in a queue, and each job ends in exactly one event.

The thread opens a short connection for each job and puts what came of it into the inbox. No call waits for it.
"""

import logging
import queue
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Generic, Protocol, TypeAlias, TypeVar

from pos.devices.base import (
    DeviceError,
    DeviceFault,
    DeviceState,
    DrawerResult,
    Inbox,
    Outcome,
    OutputComplete,
    Printer,
)
from pos.receipt.document import Document, as_duplicate
from pos.receipt.words import words

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 1.0
"""How long a single wait for a printer may be set to, in seconds."""


class Closable(Protocol):
    """A connection for one job."""

    def close(self) -> None:
        """End it."""


Way = TypeVar("Way", bound=Closable)


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


class OwnedPrinter(Printer, Generic[Way]):
    """A printer and its owner thread. Which connection it has, and what goes over it, is said by who inherits."""

    def __init__(self, name: str, inbox: Inbox, poll_s: float, closed: DeviceFault, broken: DeviceFault) -> None:
        """`poll_s`: how often it is asked how it is while idle, 0 never. `closed`, `broken`: what is said of a job that
        was not begun when it closed, and of one that met a flaw of ours."""
        super().__init__(name, inbox)
        self._poll_s = poll_s
        self._closed, self._broken = closed, broken
        self._jobs: queue.PriorityQueue[tuple[int, int, _Job]] = queue.PriorityQueue()
        self._number = count()
        self._thread: threading.Thread | None = None
        self._unknown: set[str] = set()
        self.remark: Callable[[], DeviceFault | None] = lambda: None
        """What is to be said of a printer that is well."""

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
                job = self._jobs.get(timeout=self._pause_s() or None)[2]
            except queue.Empty:
                self._poll()
                continue
            if isinstance(job, _Stop):
                break
            self._survive(job)
        self._refuse_rest()
        self._become(DeviceState.CLOSED)

    def _pause_s(self) -> float:
        """How long to wait for a job until the printer is asked how it is, 0 for ever."""
        return self._poll_s

    def _refuse_rest(self) -> None:
        while not self._jobs.empty():
            job = self._jobs.get()[2]
            if isinstance(job, _Print):
                self._say(job.job_id, Outcome.FAILED, self._closed)
            elif isinstance(job, _Kick):
                self._say_drawer(job.job_id, self._closed)

    def _survive(self, job: _Print | _Kick) -> None:
        """Do a job; a flaw in the driver ends that job, with the worst that may be true, and not the thread."""
        try:
            self._do(job)
        except Exception:
            log.exception("job %s of printer %s met a flaw in its driver", job.job_id, self.name)
            self._become(DeviceState.TROUBLE, self._broken)
            if isinstance(job, _Print):
                self._say(job.job_id, Outcome.UNKNOWN, self._broken)
            else:
                self._say_drawer(job.job_id, self._broken)

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

    def _become(self, state: DeviceState, fault: DeviceFault | None = None) -> None:
        well = state is DeviceState.READY and fault is None
        super()._become(state, self.remark() if well else fault)

    @contextmanager
    def _linked(self) -> Iterator[Way]:
        """A connection for one job. Raises DeviceError, after saying that the printer is off."""
        try:
            link = self._connect()
        except DeviceError as error:
            self._become(DeviceState.OFF, error.fault)
            raise
        with closing(link):
            yield link

    @abstractmethod
    def _connect(self) -> Way:
        """A connection. Raises DeviceError when there is none in time."""

    @abstractmethod
    def _print_now(self, job_id: str, document: Document) -> None:
        """Print a page and say what came of it."""

    @abstractmethod
    def _kick_now(self, job_id: str) -> None:
        """Open the drawer and say what came of it."""

    @abstractmethod
    def _look(self, link: Way) -> None:
        """Ask how the printer is, and become that."""

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

    def _poll(self) -> None:
        """Ask an idle printer how it is, so that a dead one is named and a revived one comes back by itself."""
        with suppress(DeviceError), self._linked() as link:
            self._look(link)
