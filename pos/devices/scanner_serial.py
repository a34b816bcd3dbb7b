"""Scanners at a serial port (USB CDC too) by pyserial: bytes to codes, with separators and case as they are.

Name the port by its lasting path (/dev/serial/by-id/...): /dev/ttyACM0 may be another one after a replug.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from pos.devices.base import DeviceError
from pos.devices.scanner import (
    SCANNER_BUSY,
    SCANNER_GONE,
    SCANNER_MISSING,
    SCANNER_REFUSED,
    SCANNER_WRONG,
    Heard,
)
from pos.devices.scanner_framing import Framed, Framer
from pos.devices.scanner_profile import Press, Profile
from pos.devices.serial_port import Line, NoPort, Port, PortError, PortLost

WAIT_S = 0.1
"""How long one read waits. It is also how soon an unplugged port is noticed."""
_FAULTS = {NoPort.MISSING: SCANNER_MISSING, NoPort.BUSY: SCANNER_BUSY, NoPort.REFUSED: SCANNER_REFUSED}


def presses_of(data: bytes) -> list[Press]:
    """Bytes as presses, each a letter of its own."""
    return [Press(sign) for sign in data.decode("latin-1")]


def text_of(presses: Sequence[Press]) -> str:
    """Scanners send UTF-8 or one byte a letter; neither is an error."""
    data = "".join(press.sign for press in presses).encode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class SerialCodes(Framed):
    """The line of a scanner at a serial port, taken alone. `baud` counts only for a real one; USB ignores it."""

    def __init__(self, path: str, baud: int = 9600, profile: Profile | None = None) -> None:
        self._line = Line(path, baud, timeout_s=WAIT_S)
        self._framer = Framer(profile, text_of)
        self._port: Port | None = None

    def open(self) -> None:
        """Take the port; what was in it before is forgotten. Raises DeviceError."""
        try:
            self._port = Port(self._line)
        except PortError as error:
            there = error.why is NoPort.MISSING and Path(self._line.path).exists()
            raise DeviceError(SCANNER_WRONG if there else _FAULTS[error.why]) from error

    def read(self) -> list[Heard]:
        """The codes that are whole. Raises DeviceError."""
        assert self._port is not None
        try:
            data = self._port.read()
        except PortLost as error:
            raise DeviceError(SCANNER_GONE) from error
        if not data and not Path(self._line.path).exists():
            raise DeviceError(SCANNER_GONE)
        return self._framer.feed(presses_of(data), time.monotonic_ns() // 1_000_000)

    def close(self) -> None:
        """Give the port back."""
        port, self._port = self._port, None
        self._framer.forget()
        if port is not None:
            port.close()
