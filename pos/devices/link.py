"""What goes over a way to an ESC/POS printer: pages, questions and the drawer's pulse; or bytes alone, into a file."""

import os
import select
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pos.devices import status
from pos.devices.base import DeviceError
from pos.devices.status import PRINTER_OFF, PRINTER_REFUSED, SILENT, PrinterStatus
from pos.devices.stream import Stream

_CHUNK = 4096
_PULSE = b"\x1bp\x00\x32\x32"  # ESC p: pin 2
_PULSE_NOW = b"\x10\x14\x01\x00\x02"  # DLE DC4: pin 2 for 200 ms, obeyed even while the printer is offline


class LinkLost(Exception):
    """The connection broke or the printer took nothing for a whole timeout; a part may have arrived."""


class Link(Protocol):
    """What the printer's thread needs of a connection."""

    def send(self, data: bytes) -> None:
        """Hand over all bytes. Raises LinkLost."""

    def ask(self, question: int) -> int | None:
        """The answer byte to DLE EOT `question`, or None if there was none in time."""

    def ask_done(self) -> None:
        """Ask to be told when all that was sent is worked through. Raises LinkLost."""

    def hear_done(self) -> bool:
        """Whether it is, waiting at most one timeout."""

    def pulse(self, now: bool) -> None:
        """Kick the drawer; `now` goes past a printer that is offline. Raises LinkLost."""

    def close(self) -> None:
        """End the connection."""


class EscposLink:
    """An ESC/POS printer at a stream, whatever carries it."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def send(self, data: bytes) -> None:
        """Hand over all bytes. Raises LinkLost."""
        try:
            self._stream.write(data)
        except OSError as error:
            raise LinkLost from error

    def ask(self, question: int) -> int | None:
        """The first status byte that comes back; others before it are passed over."""
        try:
            self._stream.write(bytes((0x10, 0x04, question)))
        except OSError:
            return None
        return self._hear(status.is_status)

    def ask_done(self) -> None:
        """GS r 1: unlike DLE EOT it waits its turn behind the page. Raises LinkLost."""
        self.send(b"\x1dr\x01")

    def hear_done(self) -> bool:
        """Whether the answer to GS r came within one timeout."""
        return self._hear(status.is_turn) is not None

    def _hear(self, wanted: Callable[[int], bool]) -> int | None:
        """The next byte of the wanted kind; None when the printer is quiet for a timeout or hangs up."""
        try:
            while answer := self._stream.read():
                for byte in filter(wanted, answer):
                    return int(byte)
        except OSError:
            return None
        return None

    def pulse(self, now: bool) -> None:
        """Kick the drawer at pin 2. Raises LinkLost."""
        self.send(_PULSE_NOW if now else _PULSE)

    def close(self) -> None:
        """End the connection."""
        self._stream.close()


class FileLink:
    """Appends every job to a file or a device node such as /dev/usb/lp0. It never answers. Opened anew for each job:
    the handle of a USB printer is dead for good once the printer was switched off (F47)."""

    def __init__(self, path: str, timeout_s: float = 0.8) -> None:
        place = Path(path).expanduser()
        # A node that is gone is a printer that is off: a file made in its place would swallow every receipt.
        new = 0 if place.resolve().is_relative_to("/dev") else os.O_CREAT
        self._timeout_s = timeout_s
        try:
            self._file = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY | os.O_NONBLOCK | new, 0o644)
        except PermissionError as error:
            raise DeviceError(PRINTER_REFUSED) from error
        except OSError as error:
            raise DeviceError(PRINTER_OFF) from error

    def send(self, data: bytes) -> None:
        """Write all bytes, waiting at most one timeout for each 4 kB. Raises LinkLost."""
        try:
            while data:
                self._until_it_takes()
                data = data[os.write(self._file, data[:_CHUNK]) :]
            # The kernel forgets what a USB printer has not taken yet when its node is closed.
            self._until_it_takes()
        except OSError as error:
            raise LinkLost from error

    def _until_it_takes(self) -> None:
        if not select.select([], [self._file], [], self._timeout_s)[1]:
            raise TimeoutError("the printer takes no bytes")

    def ask(self, question: int) -> int | None:
        """A file has no status."""
        return None

    def ask_done(self) -> None:
        """A file is done at once."""

    def hear_done(self) -> bool:
        """A file is done at once."""
        return True

    def pulse(self, now: bool) -> None:
        """Write the drawer's command. Raises LinkLost."""
        self.send(_PULSE_NOW if now else _PULSE)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def read_status(link: Link) -> PrinterStatus:
    """Ask DLE EOT 1, 2 and 4. After one question without an answer the rest is not asked: it would be late too."""
    answers: list[int] = []
    for question in (1, 2, 4):
        answer = link.ask(question)
        if answer is None:
            return SILENT
        answers.append(answer)
    return status.read(*answers)
