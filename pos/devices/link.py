"""The way to a printer: a short TCP connection by python-escpos, or a file. Every wait has a limit."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pos.devices import status
from pos.devices.base import DeviceError
from pos.devices.status import PRINTER_OFF, SILENT, PrinterStatus

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


class TcpLink:
    """One short connection to a network printer. Raises DeviceError(PRINTER_OFF) when there is none in time."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        from escpos.exceptions import DeviceNotFoundError
        from escpos.printer import Network

        self._net = Network(host, port, timeout=timeout_s)
        try:
            self._net.open()
        except DeviceNotFoundError as error:
            raise DeviceError(PRINTER_OFF) from error

    def send(self, data: bytes) -> None:
        """Hand over all bytes, waiting at most one timeout for each 4 kB. Raises LinkLost."""
        try:
            for start in range(0, len(data), _CHUNK):
                self._net._raw(data[start : start + _CHUNK])
        except OSError as error:
            raise LinkLost from error

    def ask(self, question: int) -> int | None:
        """The first status byte that comes back; others before it are passed over."""
        try:
            self._net._raw(bytes((0x10, 0x04, question)))
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
            while answer := self._net._read():
                for byte in filter(wanted, answer):
                    return int(byte)
        except OSError:
            return None
        return None

    def pulse(self, now: bool) -> None:
        """Kick the drawer at pin 2. Raises LinkLost."""
        try:
            if now:
                self._net._raw(_PULSE_NOW)
            else:
                self._net.cashdraw(2)
        except OSError as error:
            raise LinkLost from error

    def close(self) -> None:
        """End the connection."""
        self._net.close()


class FileLink:
    """Appends every job to a file or a device node such as /dev/usb/lp0. It never answers."""

    def __init__(self, path: str) -> None:
        try:
            self._file = Path(path).expanduser().open("ab", buffering=0)
        except OSError as error:
            raise DeviceError(PRINTER_OFF) from error

    def send(self, data: bytes) -> None:
        """Write all bytes. Raises LinkLost."""
        try:
            while data:
                data = data[self._file.write(data) or 0 :]
        except OSError as error:
            raise LinkLost from error

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
        self._file.close()


def read_status(link: Link) -> PrinterStatus:
    """Ask DLE EOT 1, 2 and 4. After one question without an answer the rest is not asked: it would be late too."""
    answers: list[int] = []
    for question in (1, 2, 4):
        answer = link.ask(question)
        if answer is None:
            return SILENT
        answers.append(answer)
    return status.read(*answers)
