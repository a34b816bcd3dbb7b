"""A keyboard-wedge scanner made of XTEST keys, which says when its Enter went out."""

import ctypes
import os
import subprocess
import time

from pos.devices.layouts import US
from pos.devices.scanner_keys import USAGE

GAP_S = 0.004
"""Between keys, as common scanners send them."""
RETURN = 0xFF0D
X_ABOVE_KERNEL = 8
"""X counts keys from 8, the kernel from 0."""
_POSITIONS = {position: code + X_ABOVE_KERNEL for code, position in USAGE.items() if position in US}
KEYS = {US[position][0]: code for position, code in _POSITIONS.items()}
SHIFTED = {US[position][1]: code for position, code in _POSITIONS.items()}
SHIFT, CONTROL, ENTER, CAPS = (code + X_ABOVE_KERNEL for code in (42, 29, 28, 58))


class Scanner:
    """Keys into whatever has the keyboard of an X display."""

    def __init__(self, display: str) -> None:
        self._x, self._xtest = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XOpenDisplay.argtypes = [ctypes.c_char_p]
        self._x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        for call in (self._x.XFlush, self._x.XCloseDisplay):
            call.argtypes = [ctypes.c_void_p]
        self._xtest.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
        self._line = self._x.XOpenDisplay(display.encode())
        if not self._line:
            raise OSError(f"display {display} can't be opened")

    def aim(self, display: str) -> None:
        """Give the keyboard to the display's one window; there is no window manager to do it."""
        command = ["xdotool", "search", "--onlyvisible", "--class", ".", "windowfocus", "--sync"]
        subprocess.run(command, check=True, env=os.environ | {"DISPLAY": display}, timeout=20)

    def scan(self, code: str) -> int:
        """Send a code and Enter; the steady clock in ns as Enter went down."""
        for digit in code:
            self._key(ord(digit))
            time.sleep(GAP_S)
        at = time.monotonic_ns()
        self._key(RETURN)
        return at

    def send(self, code: str, gap_s: float) -> float:
        """Send a code and Enter by the keys of a US keyboard, whatever the display makes of them; GS as Ctrl+]. The
        longest gap between two keys in seconds: more than was asked for where the machine held this process up."""
        longest, last = 0.0, time.monotonic()
        for sign in code:
            if sign == "\x1d":
                self._press(KEYS["]"], CONTROL)
            else:
                self._press(*((KEYS[sign],) if sign in KEYS else (SHIFTED[sign], SHIFT)))
            time.sleep(gap_s)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        self._press(ENTER)
        return longest

    def caps_lock(self) -> None:
        """Press Caps Lock."""
        self._press(CAPS)

    def _press(self, key: int, *under: int) -> None:
        for code, down in (*((held, 1) for held in under), (key, 1), (key, 0), *((held, 0) for held in under)):
            self._xtest.XTestFakeKeyEvent(self._line, code, down, 0)
        self._x.XFlush(self._line)

    def _key(self, symbol: int) -> None:
        code = self._x.XKeysymToKeycode(self._line, symbol)
        for down in (1, 0):
            self._xtest.XTestFakeKeyEvent(self._line, code, down, 0)
        self._x.XFlush(self._line)

    def close(self) -> None:
        """Let the display go."""
        self._x.XCloseDisplay(self._line)
