"""A serial line that exists in software: a pseudo-terminal with a name of its own, which can be unplugged."""

import contextlib
import os
import select
import tty
from pathlib import Path


class SerialLine:
    """The device's end of a line. A driver opens `path`, as it would a USB adapter; it stays the same over `unplug`."""

    def __init__(self, link: Path | None = None) -> None:
        """`link`: a name for the driver's end, as /tmp/scale; None: the system's own name, which changes."""
        self._link = link
        self._ends: tuple[int, int] | None = None
        self.path = ""
        self.plug()

    @property
    def plugged(self) -> bool:
        """Whether a driver can open it."""
        return self._ends is not None

    def plug(self) -> None:
        """Be there, with nothing under way."""
        if self._ends is not None:
            return
        self._ends = os.openpty()
        tty.setraw(self._ends[1])  # bytes as they are: no echo, no line ends made of others
        os.set_blocking(self._ends[0], False)
        self.path = os.ttyname(self._ends[1])
        if self._link is not None:
            made = self._link.with_name(f".{self._link.name}.{os.getpid()}")
            made.symlink_to(self.path)
            made.replace(self._link)
            self.path = str(self._link)

    def unplug(self) -> None:
        """Be gone: a driver that has it open hears of it, and its name is no more."""
        if self._ends is None:
            return
        ends, self._ends = self._ends, None
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        for end in ends:
            os.close(end)

    def read(self, wait_s: float) -> bytes:
        """What came in, waiting so long at most; b"" for nothing."""
        if self._ends is None or not select.select([self._ends[0]], [], [], wait_s)[0]:
            return b""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._ends[0], 4096)
        return b""

    def write(self, data: bytes) -> None:
        """Send to whoever reads. What nobody reads is dropped once the line is full, as on a wire."""
        if self._ends is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._ends[0], data)
