"""Label printers by ZPL II, at any way to a printer. One thread owns each, as a receipt printer (`owner`).

It asks how the printer is (`~HS`) before a label and after it, until nothing that was sent waits any more. A label
that the printer holds back for want of paper comes out once there is some: so its job ends as unknown, and what is
printed again says "Possible duplicate".
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from pos.devices.base import DeviceError, DeviceState, Inbox, Outcome
from pos.devices.host_status import (
    ASK,
    ETX,
    LABEL_BROKEN,
    LABEL_CLOSED,
    LABEL_FAULTS,
    LABEL_SMALL,
    LABEL_STUCK,
    LINES,
    NO_DRAWER,
    SILENT,
    HostStatus,
    read,
)
from pos.devices.link import FileLink, LinkLost
from pos.devices.owner import LONGEST_WAIT_S, OwnedPrinter
from pos.devices.stream import Stream, open_stream
from pos.devices.zpl import LabelPaper, TooSmall, encode_label
from pos.receipt.document import Document
from sync.printer_address import By, PrinterAddress

log = logging.getLogger(__name__)

_LONGEST_ANSWER = 4096
_ASK_AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """One label printer. `path` prints into that file or device node instead of `host`:`port`, and asks nothing; `at`
    says all that an address in the settings can say (but a print queue: `queue_printer`).

    `timeout_s` bounds every single wait, at most one second; `patience_s` how long a label may take to come out.
    `poll_s` is how often an idle printer is asked how it is; 0 never asks.
    """

    name: str = "label printer"
    host: str = "127.0.0.1"
    port: int = 9100
    path: str = ""
    at: PrinterAddress | None = None
    paper: LabelPaper = field(default_factory=LabelPaper)
    timeout_s: float = 0.8
    patience_s: float = 8.0
    poll_s: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of {self.name!r} must be above 0 and at most {LONGEST_WAIT_S}")

    @property
    def place(self) -> PrinterAddress:
        """Where it is."""
        if self.at is not None:
            return self.at
        if self.path:
            return PrinterAddress(By.PATH, path=self.path)
        return PrinterAddress(By.NETWORK, host=self.host, port=self.port)


class Wire(Protocol):
    """What the printer's thread needs of a connection."""

    def send(self, data: bytes) -> None:
        """Hand over all bytes. Raises LinkLost."""

    def host_status(self) -> HostStatus | None:
        """How the printer is; None where nothing ever answers."""

    def close(self) -> None:
        """End the connection."""


class StreamWire:
    """A printer at a stream, whatever carries it."""

    def __init__(self, stream: Stream, timeout_s: float) -> None:
        self._stream, self._timeout_s = stream, timeout_s

    def send(self, data: bytes) -> None:
        """Hand over all bytes. Raises LinkLost."""
        try:
            self._stream.write(data)
        except OSError as error:
            raise LinkLost from error

    def host_status(self) -> HostStatus | None:
        """Ask `~HS` and read its three strings; what does not come within one timeout is no answer."""
        heard, end = b"", time.monotonic() + self._timeout_s
        try:
            self._stream.write(ASK)
            while heard.count(ETX) < LINES and len(heard) < _LONGEST_ANSWER and time.monotonic() < end:
                more = self._stream.read()
                if not more:
                    return SILENT
                heard += more
        except OSError:  # gone, or quiet for a timeout
            return SILENT
        return read(heard)

    def close(self) -> None:
        """End the connection."""
        self._stream.close()


class FileWire:
    """A file or a device node such as /dev/usb/lp1. It never answers."""

    def __init__(self, path: str, timeout_s: float) -> None:
        self._file = FileLink(path, timeout_s)

    def send(self, data: bytes) -> None:
        """Write all bytes. Raises LinkLost."""
        self._file.send(data)

    def host_status(self) -> HostStatus | None:
        """A file has no status."""
        return None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def labels_encoded(paper: LabelPaper) -> Callable[[Document], bytes]:
    """A function from a page to ZPL. It raises DeviceError for one that can't be encoded: the next one may be fine."""

    def encoded(document: Document) -> bytes:
        try:
            return encode_label(document, paper)
        except TooSmall as error:
            log.warning("%s", error)
            raise DeviceError(LABEL_SMALL) from error
        except Exception as error:
            log.exception("a label could not be encoded")
            raise DeviceError(LABEL_BROKEN) from error

    return encoded


class ZplPrinter(OwnedPrinter[Wire]):
    """A label printer that speaks ZPL II."""

    def __init__(self, settings: LabelSettings, inbox: Inbox) -> None:
        super().__init__(settings.name, inbox, settings.poll_s, LABEL_CLOSED, LABEL_BROKEN)
        self.settings = settings
        self._encoded = labels_encoded(settings.paper)

    def _connect(self) -> Wire:
        place, timeout_s = self.settings.place, self.settings.timeout_s
        try:
            if place.by is By.PATH:
                return FileWire(place.path, timeout_s)
            return StreamWire(open_stream(place, timeout_s), timeout_s)
        except DeviceError as error:
            raise DeviceError(LABEL_FAULTS.get(error.fault, error.fault)) from error

    def _print_now(self, job_id: str, document: Document) -> None:
        try:
            data = self._encoded(document)
            with self._linked() as wire:
                self._send(job_id, wire, data)
        except DeviceError as error:
            self._say(job_id, Outcome.FAILED, error.fault)

    def _send(self, job_id: str, wire: Wire, data: bytes) -> None:
        """Ask, send, ask again. Before the first byte a fault is FAILED, after it UNKNOWN."""
        before = self._status(wire)
        if before is not None and before.answered and before.fault:
            raise DeviceError(before.fault)
        try:
            wire.send(data)
        except LinkLost:
            self._become(DeviceState.TROUBLE, LABEL_STUCK)
            self._say(job_id, Outcome.UNKNOWN, LABEL_STUCK)
            return
        after = self._finish(wire)
        if after is None:
            self._say(job_id, Outcome.PRINTED, confirmed=False)
        elif after.fault or after.busy:
            self._say(job_id, Outcome.UNKNOWN, after.fault or LABEL_STUCK)
        else:
            self._say(job_id, Outcome.PRINTED)

    def _finish(self, wire: Wire) -> HostStatus | None:
        """How the printer is once nothing that it was sent waits, or once patience is over."""
        end = time.monotonic() + self.settings.patience_s
        while True:
            after = self._status(wire)
            if after is None or after.fault or not after.busy or time.monotonic() > end:
                return after
            time.sleep(_ASK_AGAIN_S)

    def _kick_now(self, job_id: str) -> None:
        self._say_drawer(job_id, NO_DRAWER)

    def _status(self, wire: Wire) -> HostStatus | None:
        """How the printer is, said to the app when it changed. None: it is never asked."""
        status = wire.host_status()
        if status is None:
            self._become(DeviceState.READY)
        else:
            self._become(status.state, status.fault)
        return status

    def _look(self, link: Wire) -> None:
        self._status(link)
