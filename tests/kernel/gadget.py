"""Devices at a USB cable that the kernel makes itself: the gadget side is ours, the other is what a till would see.

Linux's USB gadgets by configfs, joined to the same kernel by dummy_hcd (Documentation/usb/gadget_configfs.rst).
"""

import contextlib
import errno
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CONFIGS = Path("/sys/kernel/config/usb_gadget")
PLUGS = Path("/sys/class/udc")
VENDOR, PRODUCT = 0x1D6B, 0x0104
KEYBOARD = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503910395067508150025650507"
    "190029658100c0"
)
"""The report descriptor of a boot keyboard (HID 1.11, appendix B.1): modifiers, a gap, six keys."""


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for it; this kernel may run on a machine in software."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


class Gadget:
    """One device with one function, plugged in. `kind` and `settings` as in configfs: "hid", {"report_length": "8"}."""

    def __init__(self, kind: str, settings: dict[str, bytes | str]) -> None:
        self.kind, self.folder = kind, CONFIGS / f"storefloor-{kind}"
        self.function = self.folder / "functions" / f"{kind}.0"
        self.config = self.folder / "configs" / "c.1"
        self.function.mkdir(parents=True)
        (self.folder / "idVendor").write_text(hex(VENDOR))
        (self.folder / "idProduct").write_text(hex(PRODUCT))
        self.config.mkdir(exist_ok=True)
        for name, value in settings.items():
            (self.function / name).write_bytes(value if isinstance(value, bytes) else value.encode())
        (self.config / kind).symlink_to(self.function)

        self.plug()

    def plug(self) -> None:
        """Put the cable in."""
        taken = {(each / "UDC").read_text().strip() for each in CONFIGS.iterdir()}
        free = next(plug.name for plug in sorted(PLUGS.iterdir()) if plug.name not in taken)
        (self.folder / "UDC").write_text(free)

    def unplug(self) -> None:
        """Pull the cable. A printer's node must be closed before: kernels fall over one that is not."""
        (self.folder / "UDC").write_text("\n")

    def close(self) -> None:
        """Take it apart."""
        with contextlib.suppress(OSError):  # it is out already
            self.unplug()
        (self.config / self.kind).unlink()
        for folder in (self.config, self.function, self.folder):
            folder.rmdir()


@contextlib.contextmanager
def _nobody_there() -> Iterator[None]:
    """Nothing came, or the cable is out."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.ENODEV):
            raise


class Carrier:
    """Carries bytes between the gadget's side of a printer and the port of a virtual one."""

    def __init__(self, node: Path, port: int) -> None:
        self._path, self._node = node, -1
        until(self._opened)
        self._line = socket.create_connection(("127.0.0.1", port))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _opened(self) -> bool:
        """The node is there before the bus has said who it is."""
        with contextlib.suppress(OSError):
            self._node = os.open(self._path, os.O_RDWR | os.O_NONBLOCK)
        return self._node >= 0

    def _carry(self) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._line, selectors.EVENT_READ)
            while not self._over.is_set():
                with _nobody_there():
                    self._line.sendall(os.read(self._node, 4096))
                if ready.select(0.005):
                    with _nobody_there():
                        os.write(self._node, self._line.recv(4096))

    def close(self) -> None:
        """Let go of both."""
        self._over.set()
        self._thread.join(10)
        self._line.close()
        os.close(self._node)
