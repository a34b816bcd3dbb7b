"""Scanners that are keyboards, taken alone by the kernel's input events: no layout and no window has a say in them.

Events are read as the kernel gives them (linux/input.h), by the standard library: an event is a time, a type, a code
and a value, and EVIOCGRAB takes the device, so that its keys go nowhere else. Name it by its lasting path
(/dev/input/by-id/...-event-kbd). The user must be in group input.
"""

import errno
import fcntl
import os
import select
import struct
import time

from pos.devices.base import DeviceError
from pos.devices.layouts import KEYPAD, POSITION, sign_of
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

WAIT_S = 0.1
EVENT = struct.Struct("@llHHi")
"""`struct input_event`: seconds, microseconds, type, code, value."""
EVIOCGRAB = 0x40044590
EV_SYN, EV_KEY, SYN_DROPPED = 0, 1, 3
UP, DOWN = 0, 1
_SHIFTS, _CONTROLS, _ALTS = (42, 54), (29, 97), (56, 100)
_FAULTS = {
    errno.ENOENT: SCANNER_MISSING,
    errno.ENODEV: SCANNER_MISSING,
    errno.ENXIO: SCANNER_MISSING,
    errno.EACCES: SCANNER_REFUSED,
    errno.EPERM: SCANNER_REFUSED,
    errno.EBUSY: SCANNER_BUSY,
}


def _row(first: int, signs: str) -> dict[int, int]:
    """The kernel's codes of a row of keys, which count up, and their positions."""
    return {first + i: POSITION[sign] for i, sign in enumerate(signs)}


_PAD = {sign: position for position, sign in KEYPAD.items()}
USAGE = {
    **_row(2, "1234567890-="),
    **_row(16, "qwertyuiop[]"),
    **_row(30, "asdfghjkl;'`"),
    **_row(43, "\\zxcvbnm,./"),
    **{71 + i: _PAD[sign] for i, sign in enumerate("789-456+1230.")},
    15: 43,
    28: 40,
    55: _PAD["*"],
    57: 44,
    86: 100,
    87: 68,
    88: 69,
    96: 88,
    98: _PAD["/"],
    **{59 + i: 58 + i for i in range(10)},
}
"""Kernel code of a key to its position (USB HID usage)."""


class KeyEvents:
    """Events of one keyboard to presses. Shift and Ctrl count while they are down; digits of the keypad under Alt make
    one sign by its number, as scanners send what no key has."""

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._number = ""
        self._rest = b""
        self.dropped = False

    def feed(self, data: bytes) -> list[Press]:
        """The presses in these bytes; an event that is cut waits for its rest. `dropped`: the kernel lost some."""
        self._rest += data
        presses: list[Press] = []
        whole = len(self._rest) // EVENT.size * EVENT.size
        for _s, _us, kind, code, value in EVENT.iter_unpack(self._rest[:whole]):
            self.dropped |= kind == EV_SYN and code == SYN_DROPPED
            if kind == EV_KEY and value in (UP, DOWN):
                presses += self._key(code, value == DOWN)
        self._rest = self._rest[whole:]
        return presses

    def _key(self, code: int, down: bool) -> list[Press]:
        if code in (*_SHIFTS, *_CONTROLS, *_ALTS):
            (self._held.add if down else self._held.discard)(code)
            return self._numbered() if code in _ALTS and not down else []
        if not down:
            return []
        position = USAGE.get(code, 0)
        if self._holds(_ALTS) and KEYPAD.get(position, "").isdigit():
            self._number += KEYPAD[position]
            return []
        shift = self._holds(_SHIFTS)
        return [Press(sign_of(position, shift, self._holds(_CONTROLS)), position or 1000 + code, shift)]

    def _numbered(self) -> list[Press]:
        number, self._number = self._number, ""
        return [Press(chr(int(number)))] if number and int(number) < 256 else []

    def _holds(self, codes: tuple[int, ...]) -> bool:
        return not self._held.isdisjoint(codes)


class EventKeys(Framed):
    """The line of a scanner that is a keyboard."""

    def __init__(self, path: str, profile: Profile | None = None) -> None:
        self.path = path
        self._framer = Framer(profile)
        self._events = KeyEvents()
        self._node = -1

    def open(self) -> None:
        """Take the keyboard: from now on its keys come here alone. Raises DeviceError."""
        try:
            self._node = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            fcntl.ioctl(self._node, EVIOCGRAB, 1)
        except OSError as error:
            raise DeviceError(_FAULTS.get(error.errno or 0, SCANNER_WRONG)) from error
        self._events = KeyEvents()

    def read(self) -> list[Heard]:
        """The codes that are whole. Raises DeviceError."""
        presses = self._events.feed(self._bytes())
        if self._events.dropped:
            self._events.dropped = False
            self._framer.lost()
        return self._framer.feed(presses, time.monotonic_ns() // 1_000_000)

    def _bytes(self) -> bytes:
        if not select.select([self._node], [], [], WAIT_S)[0]:
            return b""
        try:
            data = os.read(self._node, EVENT.size * 64)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceError(SCANNER_GONE) from error
        if not data:
            raise DeviceError(SCANNER_GONE)
        return data

    def close(self) -> None:
        """Give the keyboard back."""
        node, self._node = self._node, -1
        self._framer.forget()
        if node >= 0:
            os.close(node)  # its grab ends with it
