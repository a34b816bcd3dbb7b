"""The shopper's window as a device of the till: a process of its own that is told each state, and is started again by
itself when it is gone, or shows nothing any more.

A till never waits for it. It is told the newest state alone, a line of JSON on its standard input, says on its standard
output how many lines it has shown, and ends when its input ends.
"""

import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pos.devices.base import N_, Device, DeviceFault, DeviceState, Inbox
from pos.shown import Shown
from sync.settings import Settings

log = logging.getLogger(__name__)

WINDOW_GONE = DeviceFault(
    "window_gone",
    N_("The customer screen has closed. Selling goes on without it, and it is started again by itself."),
)
WINDOW_SILENT = DeviceFault(
    "window_silent",
    N_("The customer screen stands still. Selling goes on without it, and it is started again by itself."),
)
WINDOW_NONE = DeviceFault(
    "window_none",
    N_("The customer screen can't be started. Selling goes on, and it is tried again; if it stays away, tell support."),
)
_STUCK_S = 1.0
"""A window that takes nothing for so long is started anew."""
_STEADY_S = 60.0
"""One that lived this long is started again at once when it ends."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: from its end to its next start, at first and at most (one that can't start must not keep the till busy);
    how long it may take to come up, and to show what it was told."""

    again: float = 1.0
    longest: float = 30.0
    start: float = 60.0
    answer: float = 15.0


def window_command(settings: Settings) -> list[str]:
    """The command line of the window, by the till's settings."""
    shown, own = settings.customer_display, settings.terminal
    flags = [f"--width={shown.width}", f"--height={shown.height}"]
    flags += [f"--left={shown.left}", f"--top={shown.top}"] if shown.left >= 0 and shown.top >= 0 else []
    flags += ["--fullscreen"] if shown.fullscreen else []
    flags += ["--dark"] if (shown.theme or own.theme) == "dark" else []
    flags += [f"--theme-file={own.theme_file.expanduser()}"] if own.theme_file else []
    flags += [f"--art={shown.art.expanduser()}"] if shown.art else []
    return [sys.executable, "-m", "pos.customer", *flags]


class ShopperWindow(Device):
    """The window's process, the thread that feeds it, and one that hears it. `show` returns at once."""

    def __init__(self, command: Sequence[str], inbox: Inbox, patience: Patience = Patience()) -> None:
        super().__init__("customer window", inbox)
        self._command, self._patience = list(command), patience
        self._pause = patience.again / 2
        self._newest, self._told = b"", b""
        self._wake, self._done = threading.Event(), threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="customer window", daemon=True)
        self._sent, self._shown = 0, -1  # lines of this life
        self._until: float | None = None  # by when it must have shown them; monotonic seconds

    @property
    def pid(self) -> int:
        """The process that is up now; 0 while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else 0

    def open(self) -> None:
        """Start it, and go on seeing to it."""
        self._thread.start()

    def show(self, shown: Shown) -> None:
        """Tell it another state."""
        self._newest = msgspec.json.encode(shown) + b"\n"
        self._wake.set()

    def close(self) -> None:
        """End it, at the latest after two seconds."""
        self._done.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(2 * _STUCK_S)

    # In its thread

    def _run(self) -> None:
        while not self._done.is_set():
            began = time.monotonic()
            fault = self._live()
            self._end()
            if self._done.is_set():
                break
            self._become(DeviceState.OFF, fault)
            steady = time.monotonic() - began >= _STEADY_S
            self._pause = self._patience.again if steady else min(self._patience.longest, 2 * self._pause)
            self._done.wait(self._pause)
        self._become(DeviceState.CLOSED)

    def _live(self) -> DeviceFault:
        """One life of the process. What ended it."""
        try:
            self._start()
        except OSError as error:
            log.warning("the shopper's window can't be started: %s", error)
            return WINDOW_NONE
        while not self._done.is_set() and self.pid and not self._late():
            if self._newest != self._told:
                self._tell(self._newest)
            self._wake.wait(1.0)
            self._wake.clear()
            self._note()
        gone = not self.pid
        log.warning("the shopper's window %s; it is started again", "ended" if gone else "shows nothing any more")
        return (WINDOW_GONE if gone else WINDOW_SILENT) if self._shown >= 0 else WINDOW_NONE

    def _late(self) -> bool:
        return self._until is not None and time.monotonic() > self._until

    def _note(self) -> None:
        """What it said of itself."""
        if self._shown >= 0:
            self._become(DeviceState.READY)
        if self._shown >= self._sent:
            self._until = None

    def _start(self) -> None:
        """Raises OSError."""
        self._told, self._sent, self._shown = b"", 0, -1
        self._until = time.monotonic() + self._patience.start
        self._child = child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert child.stdin is not None
        os.set_blocking(child.stdin.fileno(), False)
        threading.Thread(target=self._hear, args=(child,), name="customer window's", daemon=True).start()

    def _hear(self, child: "subprocess.Popen[bytes]") -> None:
        """In a thread of its own, until the process ends: how many of its lines stand there."""
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                if child is self._child and line.strip().isdigit():
                    self._shown = max(self._shown, int(line))
                    self._wake.set()
        self._wake.set()

    def _tell(self, line: bytes) -> None:
        """Hand over a whole line; a process that takes none of it is ended, and then started anew."""
        if self._child is None or self._child.stdin is None:
            return
        pipe, rest = self._child.stdin.fileno(), line
        try:
            while rest:
                if not select.select([], [pipe], [], _STUCK_S)[1]:
                    raise TimeoutError("it takes nothing")
                rest = rest[os.write(pipe, rest) :]
        except OSError as error:
            log.warning("the shopper's window is gone: %s", error)
            self._child.kill()
            return
        self._told, self._sent = line, self._sent + 1
        self._until = self._until or time.monotonic() + self._patience.answer

    def _end(self) -> None:
        """Close its input, and wait a moment for it to go; else it is made to."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(_STUCK_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
