"""A printer at USB, by python-escpos and libusb.

It is found anew for each job, for its handle is dead once the printer was restarted (F47).
"""

import atexit
import time
from contextlib import suppress
from errno import EACCES, EPERM
from threading import Condition
from typing import Any

from pos.devices.base import DeviceError, DeviceFault
from pos.devices.status import NO_LIBUSB, PRINTER_OFF, PRINTER_REFUSED

_CHUNK = 4096
_PRINTER_CLASS = 7
_LEFT_OVER_MS = 5
_LEFT_OVERS = 8
_LOOK_S = 0.01


class Handles:
    """Streams that are open. libusb is taken down when the process ends, and kills it if one is still at work. So the
    end waits for them, at most a second, and none is opened any more."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._open = 0
        self._over = self._watched = False

    def add(self) -> None:
        """One is opened. Raises DeviceError when the process ends."""
        with self._changed:
            if self._over:
                raise DeviceError(PRINTER_OFF)
            self._open += 1

    def drop(self) -> None:
        """One is closed, or was never opened."""
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def watch(self) -> None:
        """Wait at the process's end; only what is registered after libusb comes before it."""
        if not self._watched:
            self._watched = True
            atexit.register(self.leave)

    def leave(self) -> None:
        """Let no more in, and wait for those that are open."""
        with self._changed:
            self._over = True
            self._changed.wait_for(lambda: self._open == 0, LONGEST_END_S)


LONGEST_END_S = 1.0
_handles = Handles()


class UsbStream:
    """The printer's interface, claimed for one job. Raises DeviceError when it is not plugged in or not for this user.

    `backend` is libusb; another one of pyusb's kind may stand for it.
    """

    def __init__(self, vendor: int, product: int, timeout_s: float, backend: Any = None) -> None:
        import usb.core

        self._timeout_ms = max(1, int(timeout_s * 1000))
        self._usb_timeout = usb.core.USBTimeoutError
        self._printer = _kind()(vendor, product, {"backend": backend} if backend else {}, timeout=self._timeout_ms)
        _handles.add()
        try:
            self._printer.open()
            _handles.watch()
            self._forget()
        except Exception as error:
            self.close()
            fault = _fault_of(error)
            if fault is None:
                raise
            raise DeviceError(fault) from error

    def _forget(self) -> None:
        """Throw away answers that came too late for the job before."""
        for _again in range(_LEFT_OVERS):
            if not self._heard(_LEFT_OVER_MS):
                return

    def write(self, data: bytes) -> None:
        """At most one timeout for each piece; libusb may take a part of one."""
        while data:
            taken = self._printer.device.write(self._printer.out_ep, data[:_CHUNK], self._timeout_ms)
            if not taken:
                raise TimeoutError("the USB printer takes no bytes")
            data = data[taken:]

    def read(self) -> bytes:
        """What has come. Printers answer with empty packets while they have nothing to say."""
        end = time.monotonic() + self._timeout_ms / 1000
        while not (heard := self._heard(self._timeout_ms)) and time.monotonic() < end:
            time.sleep(_LOOK_S)
        return heard

    def _heard(self, timeout_ms: int) -> bytes:
        if self._printer.in_ep is None:
            return b""
        try:
            return bytes(self._printer.device.read(self._printer.in_ep, 64, timeout_ms))
        except self._usb_timeout:
            return b""

    def close(self) -> None:
        """Give the interface and the handle back."""
        try:
            with suppress(OSError):  # unplugged meanwhile: there is nothing to give back
                self._printer.close()
        finally:
            _handles.drop()


def _fault_of(error: Exception) -> DeviceFault | None:
    """Why there is no such printer; None for what is a flaw of ours."""
    import usb.core
    from escpos.exceptions import DeviceNotFoundError

    if isinstance(error, usb.core.NoBackendError):
        return NO_LIBUSB
    why = error.__context__ if isinstance(error, DeviceNotFoundError) else error
    if isinstance(error, DeviceNotFoundError | OSError):
        return PRINTER_REFUSED if getattr(why, "errno", None) in (EACCES, EPERM) else PRINTER_OFF
    return None


def _kind() -> Any:
    """python-escpos's printer at USB, which finds its own endpoints and is not reset."""
    import usb.util
    from escpos.printer import Usb

    class Found(Usb):  # type: ignore[misc]
        def _check_driver(self) -> None:
            """Which interface is the printer's is not known yet: `_configure_usb` takes it from the kernel."""

        def _configure_usb(self) -> None:
            """Its printer interface and where bytes go in and out. The library's own would reset the printer, and with
            that throw away the page before."""
            try:
                config = self.device.get_active_configuration()
            except OSError:
                self.device.set_configuration()
                config = self.device.get_active_configuration()
            face = usb.util.find_descriptor(config, bInterfaceClass=_PRINTER_CLASS) or config[(0, 0)]
            self.out_ep, self.in_ep = _way(face, usb.util.ENDPOINT_OUT), _way(face, usb.util.ENDPOINT_IN)
            if self.out_ep is None:
                raise usb.core.USBError("it has no way in for bytes")
            if self.device.is_kernel_driver_active(face.bInterfaceNumber):  # usblp, which made /dev/usb/lp0 of it
                self.device.detach_kernel_driver(face.bInterfaceNumber)
            usb.util.claim_interface(self.device, face.bInterfaceNumber)

    return Found


def _way(face: Any, direction: int) -> int | None:
    """The address of a bulk endpoint, or None."""
    import usb.util

    found = usb.util.find_descriptor(
        face,
        custom_match=lambda end: (
            usb.util.endpoint_direction(end.bEndpointAddress) == direction
            and usb.util.endpoint_type(end.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        ),
    )
    return None if found is None else int(found.bEndpointAddress)
