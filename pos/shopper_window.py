"""Keeps the shopper's window alive: a process of its own that is told each state, and started again when it is gone.

A till never waits for it. It is told the newest state alone, over its standard input, and ends when that ends.
"""

import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Sequence

import msgspec

from pos.shown import Shown
from sync.settings import Settings

log = logging.getLogger(__name__)

_STUCK_S = 1.0
"""A window that takes nothing for so long is started anew."""
_AGAIN_S = 5.0
"""One that can't start must not keep the till busy."""


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


class ShopperWindow:
    """The window's process and the thread that feeds it. `show` returns at once."""

    def __init__(self, command: Sequence[str], again_s: float = _AGAIN_S) -> None:
        """`again_s`: seconds from its end to its next start."""
        self._command = list(command)
        self._again_s = again_s
        self._newest, self._told = b"", b""
        self._wake, self._done = threading.Event(), threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="shopper's window", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The process that is up now; 0 while there is none."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else 0

    def show(self, shown: Shown) -> None:
        """Tell it another state."""
        self._newest = msgspec.json.encode(shown) + b"\n"
        self._wake.set()

    def close(self) -> None:
        """End it, at the latest after a second."""
        self._done.set()
        self._wake.set()
        self._thread.join(2 * _STUCK_S)

    def _run(self) -> None:
        while not self._done.is_set():
            pause = 1.0
            if not self.pid:
                pause = self._start()
            if self._newest != self._told:
                self._tell(self._newest)
            self._wake.wait(pause)
            self._wake.clear()
        self._end()

    def _start(self) -> float:
        """Start the process anew. Seconds until it is looked at again."""
        if self._child is not None:
            log.warning("the shopper's window ended with status %s; it is started again", self._child.returncode)
            self._end()
            if self._done.wait(self._again_s):
                return 0.0
        self._told = b""
        try:
            self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        except OSError as error:
            log.warning("the shopper's window can't be started: %s", error)
            return self._again_s
        assert self._child.stdin is not None
        os.set_blocking(self._child.stdin.fileno(), False)
        return 1.0

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
        self._told = line

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
