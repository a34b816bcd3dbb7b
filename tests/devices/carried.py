"""What carries bytes to the virtual printer beside its network: a serial port, a USB bus, a print queue.

Each is a stand-in of the layer below the driver: a pseudo-terminal of the kernel, a backend of pyusb in libusb's place,
and a server that speaks IPP on a socket, as CUPS does.
"""

import os
import select
import socket
import struct
import threading
import tty
from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core
from usb.util import ENDPOINT_TYPE_BULK


class SerialCable:
    """A pseudo-terminal at `path`, whose far end is the printer's port. `unplug` and `plug` as a hand does."""

    def __init__(self, path: Path, port: int) -> None:
        self.path, self._port = path, port
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def plug(self) -> "SerialCable":
        """Connect. The name is the same as before, all else is new."""
        self._far, self._near = os.openpty()
        tty.setraw(self._far)
        tty.setraw(self._near)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._near))
        self._stop.clear()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()
        return self

    def unplug(self) -> None:
        """Pull it out: whoever holds the port gets nothing but faults from it."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None
            os.close(self._near)
            os.close(self._far)

    def _carry(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as line:
            while not self._stop.is_set():
                ready = select.select([self._far, line], [], [], 0.02)[0]
                if self._far in ready:
                    line.sendall(os.read(self._far, 4096))
                if line in ready:
                    os.write(self._far, line.recv(4096))


class UsbBus(usb.backend.IBackend):  # type: ignore[misc]
    """One printer at a bus, as libusb shows it to pyusb: descriptors, a claimed interface, two bulk endpoints.

    Its handle dies for good when the printer is restarted (`restart`), as a real one's does (F47). `takes` at most so
    many bytes at once, as a busy bus.
    """

    VENDOR, PRODUCT, OUT, IN = 0x04B8, 0x0E15, 0x03, 0x84

    def __init__(self, port: int, takes: int = 512) -> None:
        self._port, self._takes = port, takes
        self.plugged, self.refused, self.kernel_driver = True, False, True
        self.opened = 0
        self._life = 0

    def restart(self) -> None:
        """Switch the printer off and on."""
        self._life += 1
        self.kernel_driver = True

    # What pyusb asks of libusb

    def enumerate_devices(self) -> Any:
        return iter([self._life] if self.plugged else [])

    def get_device_descriptor(self, dev: int) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=self.VENDOR, idProduct=self.PRODUCT, bcdDevice=0x0100, iManufacturer=0,
            iProduct=0, iSerialNumber=0, bNumConfigurations=1, address=7, bus=1, port_number=1, port_numbers=(1,),
            speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: int, config: int) -> Any:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: int, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2, bInterfaceClass=7,
            bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: int, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(self.OUT, self.IN)[ep], bmAttributes=ENDPOINT_TYPE_BULK,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: int) -> Any:
        if self.refused:
            raise usb.core.USBError("Access denied", -3, 13)
        self.opened += 1
        return SimpleNamespace(life=dev, line=socket.create_connection(("127.0.0.1", self._port)), claimed=False)

    def close_device(self, handle: Any) -> None:
        handle.line.close()

    def get_configuration(self, handle: Any) -> int:
        return 1

    def set_configuration(self, handle: Any, config_value: int) -> None:
        raise usb.core.USBError("it is configured", -6, 16)

    def claim_interface(self, handle: Any, intf: int) -> None:
        if self.kernel_driver:
            raise usb.core.USBError("Resource busy", -6, 16)
        handle.claimed = True

    def release_interface(self, handle: Any, intf: int) -> None:
        handle.claimed = False

    def is_kernel_driver_active(self, handle: Any, intf: int) -> bool:
        return self.kernel_driver

    def detach_kernel_driver(self, handle: Any, intf: int) -> None:
        self.kernel_driver = False

    def bulk_write(self, handle: Any, ep: int, intf: int, data: "array[int]", timeout: int) -> int:
        self._alive(handle)
        handle.line.settimeout(timeout / 1000)
        handle.line.sendall(bytes(data[: self._takes]))
        return min(self._takes, len(data))

    def bulk_read(self, handle: Any, ep: int, intf: int, buff: "array[int]", timeout: int) -> int:
        self._alive(handle)
        handle.line.settimeout(timeout / 1000)
        try:
            heard = handle.line.recv(len(buff))
        except TimeoutError:
            raise usb.core.USBTimeoutError("Operation timed out", -7, 110) from None
        buff[: len(heard)] = array("B", heard)
        return len(heard)

    def _alive(self, handle: Any) -> None:
        if not handle.claimed or handle.life != self._life or not self.plugged:
            raise usb.core.USBError("No such device", -4, 19)


_STATES = {"pending": 3, "processing": 5, "cancelled": 7, "completed": 9}


class PrintQueue:
    """One queue "till" behind a socket, as CUPS serves it: IPP over HTTP. It hands each job on to the printer's port
    unless it is `paused` (takes nothing), `held` (takes jobs and keeps them) or `stuck` (begins and never ends)."""

    def __init__(self, path: Path, port: int) -> None:
        self.path, self._port = path, port
        self.paused = self.held = self.stuck = False
        self.reasons = ["none"]
        self.jobs: dict[int, str] = {}
        self.users: list[str] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Free the socket."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.path.unlink()

    def _serve(self) -> None:
        while True:
            try:
                line = self._listener.accept()[0]
            except OSError:
                return
            with line, line.makefile("rb") as asked:
                while (body := self._request(asked)) is not None:
                    said = self._answer(body)
                    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {len(said)}\r\n\r\n"
                    line.sendall(head.encode() + said)

    def _request(self, asked: Any) -> bytes | None:
        if not asked.readline():
            return None
        heads = {}
        while (head := asked.readline().strip()) != b"":
            name, _colon, value = head.decode().partition(": ")
            heads[name.lower()] = value
        self.users.append(heads["authorization"])
        return bytes(asked.read(int(heads["content-length"])))

    def _answer(self, body: bytes) -> bytes:
        _version, operation, number = struct.unpack_from(">HHi", body)
        if b"/printers/till" not in body:
            return struct.pack(">HHi", 0x0200, 0x0406, number) + b"\x03"
        status, fields = {0x0002: self._print, 0x0008: self._cancel, 0x0009: self._job, 0x000B: self._printer}[
            operation
        ](body)
        return struct.pack(">HHi", 0x0200, status, number) + b"\x01\x04" + b"".join(fields) + b"\x03"

    def _print(self, body: bytes) -> tuple[int, list[bytes]]:
        job = len(self.jobs) + 1
        self.jobs[job] = "pending" if self.held else "processing" if self.stuck else "completed"
        if self.jobs[job] == "completed":
            document = body.split(b"vnd.cups-raw\x03", 1)[1]
            with socket.create_connection(("127.0.0.1", self._port)) as line:
                line.sendall(document)
        return 0, [_said(0x21, "job-id", struct.pack(">i", job))]

    def _cancel(self, body: bytes) -> tuple[int, list[bytes]]:
        self.jobs[_job_in(body)] = "cancelled"
        return 0, []

    def _job(self, body: bytes) -> tuple[int, list[bytes]]:
        state = _STATES[self.jobs[_job_in(body)]]
        begun = (
            _said(0x21, "time-at-processing", struct.pack(">i", 9))
            if self.stuck
            else _said(0x13, "time-at-processing", b"")
        )
        return 0, [_said(0x23, "job-state", struct.pack(">i", state)), begun]

    def _printer(self, body: bytes) -> tuple[int, list[bytes]]:
        first, *more = self.reasons
        return 0, [
            _said(0x23, "printer-state", struct.pack(">i", 5 if self.paused else 3)),
            _said(0x22, "printer-is-accepting-jobs", b"\x01"),
            _said(0x44, "printer-state-reasons", first.encode()),
            *(_said(0x44, "", reason.encode()) for reason in more),
        ]


def _said(tag: int, name: str, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def _job_in(body: bytes) -> int:
    at = body.index(b"job-id") + len(b"job-id") + 2
    return int(struct.unpack_from(">i", body, at)[0])
