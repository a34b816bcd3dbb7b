"""The ways to a printer as bytes there and bytes back: network, USB, serial port. Each wait has a limit.

A stream is opened for one job and closed after it. So the handle of a printer that was switched off in between is
never used again (F47): it is found and opened anew.
"""

from typing import Protocol

from pos.devices.base import DeviceError
from pos.devices.status import PRINTER_OFF
from sync.printer_address import By, PrinterAddress

_CHUNK = 4096


class Stream(Protocol):
    """What a printer's thread needs of a connection. Everything raises OSError when it breaks."""

    def write(self, data: bytes) -> None:
        """Hand over all bytes; OSError too when the printer takes none of them for a whole timeout."""

    def read(self) -> bytes:
        """What has come, at the latest after a timeout; empty: nothing came, or the other end hung up."""

    def close(self) -> None:
        """End it."""


class NetworkStream:
    """One short TCP connection. Raises DeviceError(PRINTER_OFF) when there is none in time."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        from escpos.exceptions import DeviceNotFoundError
        from escpos.printer import Network

        self._net = Network(host, port, timeout=timeout_s)
        try:
            self._net.open()
        except DeviceNotFoundError as error:
            raise DeviceError(PRINTER_OFF) from error

    def write(self, data: bytes) -> None:
        """At most one timeout for each 4 kB."""
        for start in range(0, len(data), _CHUNK):
            self._net._raw(data[start : start + _CHUNK])

    def read(self) -> bytes:
        """What has come."""
        return bytes(self._net._read())

    def close(self) -> None:
        """End the connection."""
        self._net.close()


def open_stream(at: PrinterAddress, timeout_s: float) -> Stream:
    """A stream to that printer. Raises DeviceError when there is none in time."""
    if at.by is By.USB:
        from pos.devices.usb_stream import UsbStream

        return UsbStream(at.vendor, at.product, timeout_s)
    if at.by is By.SERIAL:
        from pos.devices.serial_stream import SerialStream

        return SerialStream(at.path, at.baud, at.pauses, timeout_s)
    return NetworkStream(at.host, at.port, timeout_s)
