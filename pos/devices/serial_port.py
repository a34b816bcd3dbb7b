"""Serial ports by pyserial: opened for this program alone, every wait with a limit, every way to lose one the same."""

import errno
import termios
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.settings import SERIAL_BITS

LONGEST_WAIT_S = 1.0
"""How long a single wait for a port may be set to, in seconds."""


class NoPort(StrEnum):
    """Why a port can't be opened."""

    MISSING = "missing"
    BUSY = "busy"
    REFUSED = "refused"


class PortError(Exception):
    """A port can't be opened, and why."""

    def __init__(self, why: NoPort) -> None:
        super().__init__(why)
        self.why = why


class PortLost(Exception):
    """The port is gone: unplugged, or the other side hung up."""


@dataclass(frozen=True, slots=True)
class Line:
    """A port and how it speaks. `path` as /dev/ttyUSB0, or better its name under /dev/serial/by-id, which stays."""

    path: str
    baud: int = 9600
    bits: str = "8N1"
    timeout_s: float = 0.5

    def __post_init__(self) -> None:
        if self.bits not in SERIAL_BITS:
            raise ValueError(f"bits {self.bits!r} must be one of {', '.join(SERIAL_BITS)}")
        if not 0 < self.timeout_s <= LONGEST_WAIT_S:
            raise ValueError(f"timeout_s of {self.path} must be above 0 and at most {LONGEST_WAIT_S}")


class Port:
    """An open port. Raises PortError when it can't be opened."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._port = _opened(line)

    def write(self, data: bytes) -> None:
        """Hand over all bytes, waiting one timeout at most. Raises PortLost."""
        try:
            self._port.write(data)
        except (OSError, termios.error) as error:
            raise PortLost from error

    def read(self, most: int = 4096) -> bytes:
        """What came in, waiting one timeout at most for the first byte; b"" for nothing. Raises PortLost."""
        try:
            return bytes(self._port.read(1) + self._port.read(min(most, self._port.in_waiting)))
        except (OSError, termios.error) as error:
            raise PortLost from error

    def ask(self, question: bytes, end: bytes = b"\r", most: int = 64) -> bytes:
        """Forget what came before, send, and give what comes back up to `end`; what there is after one timeout.
        Raises PortLost."""
        try:
            self._port.reset_input_buffer()
            self._port.write(question)
            return bytes(self._port.read_until(end, most))
        except (OSError, termios.error) as error:
            raise PortLost from error

    def close(self) -> None:
        """Release it; nothing is left to release of one that is gone."""
        with suppress(OSError, termios.error):
            self._port.close()


def _opened(line: Line) -> Any:
    import serial

    try:
        return serial.Serial(
            line.path,
            line.baud,
            bytesize=int(line.bits[0]),
            parity=line.bits[1],
            stopbits=int(line.bits[2]),
            timeout=line.timeout_s,
            write_timeout=line.timeout_s,
            exclusive=True,
        )
    except (OSError, termios.error) as error:
        raise PortError(_why(getattr(error, "errno", None))) from error


def _why(number: int | None) -> NoPort:
    if number in (errno.EACCES, errno.EPERM):
        return NoPort.REFUSED
    if number in (errno.EAGAIN, errno.EBUSY):
        return NoPort.BUSY
    return NoPort.MISSING
