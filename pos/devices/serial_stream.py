"""A printer at a serial port, or at a USB plug that is one for the system (`/dev/ttyUSB0`, `/dev/ttyACM0`)."""

import time
from errno import EACCES, EPERM

from pos.devices.base import DeviceError
from pos.devices.status import PRINTER_OFF, PRINTER_REFUSED

_MOST = 2048
_LOOK_S = 0.01


class SerialStream:
    """The port, opened for one job. Raises DeviceError when it is not there, or not for this user.

    A port is slow: 960 bytes a second at 9,600 baud. So bytes go in pieces that fit into half a timeout, and `write`
    waits until the port has sent them on, as long as it goes on.
    """

    def __init__(self, path: str, baud: int, pauses: bool, timeout_s: float) -> None:
        from escpos.exceptions import DeviceNotFoundError
        from escpos.printer import Serial

        self._timeout_s = timeout_s
        self._piece = max(32, min(_MOST, int(baud / 10 * timeout_s / 2)))
        self._printer = Serial(path, baudrate=baud, timeout=timeout_s, xonxoff=pauses)
        try:
            self._printer.open()
        except DeviceNotFoundError as error:
            refused = getattr(error.__context__, "errno", None) in (EACCES, EPERM)
            raise DeviceError(PRINTER_REFUSED if refused else PRINTER_OFF) from error
        self._port = self._printer.device
        self._port.write_timeout = timeout_s
        self._port.reset_input_buffer()  # an answer that came too late for the job before

    def write(self, data: bytes) -> None:
        """At most one timeout for each piece."""
        for start in range(0, len(data), self._piece):
            self._printer._raw(data[start : start + self._piece])
        self._sent_on()

    def _sent_on(self) -> None:
        """Wait until nothing waits in the system's buffer; OSError when that stands still for a timeout."""
        left, since = self._port.out_waiting, time.monotonic()
        while left:
            time.sleep(_LOOK_S)
            now = self._port.out_waiting
            if now < left:
                left, since = now, time.monotonic()
            elif time.monotonic() - since > self._timeout_s:
                raise TimeoutError(f"{left} bytes wait at {self._printer.devfile}")

    def read(self) -> bytes:
        """The next byte and what came with it."""
        first = self._port.read(1)
        return bytes(first + self._port.read(self._port.in_waiting)) if first else b""

    def close(self) -> None:
        """Close the port. What it never took is thrown away: the system would wait for it half a minute."""
        try:
            self._port.reset_output_buffer()
        except OSError:
            pass  # unplugged: nothing waits there
        finally:
            self._port.close()
