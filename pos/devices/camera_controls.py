"""A camera's light and focus, by Video4Linux controls (linux/v4l2-controls.h, linux/videodev2.h).

Few USB cameras have a light, and many have no focus to set: what is not offered is a line in the log and nothing else.
The node may be opened a second time beside whoever takes its frames; the kernel allows that.
"""

import errno
import fcntl
import logging
import os
import struct
import time
from dataclasses import dataclass

log = logging.getLogger(__name__)

QUERY = struct.Struct("=II32siiiiI8x")
"""struct v4l2_queryctrl: id, type, name, minimum, maximum, step, default_value, flags, two reserved words."""
CONTROL = struct.Struct("=Ii")
"""struct v4l2_control: id, value."""


def _iowr(number: int, size: int) -> int:
    """_IOWR('V', number, a struct of so many bytes), as asm-generic/ioctl.h makes it on all that tills run on."""
    return 3 << 30 | size << 16 | ord("V") << 8 | number


VIDIOC_S_CTRL = _iowr(28, CONTROL.size)
VIDIOC_QUERYCTRL = _iowr(36, QUERY.size)
FOCUS_AUTO = 0x009A090C
AUTO_FOCUS_START = 0x009A091C
FLASH_LED_MODE = 0x009C0901
TORCH_INTENSITY = 0x009C0908
LED_NONE, LED_TORCH = 0, 2
"""V4L2_FLASH_LED_MODE_NONE and _TORCH."""
UNUSABLE = 0x0001 | 0x0004
"""V4L2_CTRL_FLAG_DISABLED, V4L2_CTRL_FLAG_READ_ONLY."""
SEARCH_S = 3.0
"""So long a search for the focus holds, before the focus follows again."""
NOT_OFFERED = (errno.EINVAL, errno.ENOTTY)
"""What a driver answers that has no such control, or no controls at all."""


@dataclass(frozen=True, slots=True)
class Control:
    """What a camera says of one of its controls."""

    number: int
    least: int
    most: int
    usual: int


def ask(number: int) -> bytes:
    """A v4l2_queryctrl that asks for this control."""
    return QUERY.pack(number, 0, b"", 0, 0, 0, 0, 0)


def answer(data: bytes) -> Control | None:
    """What the driver filled in; None for a control that can't be set."""
    number, _kind, _name, least, most, _step, usual, flags = QUERY.unpack(data)
    return None if flags & UNUSABLE else Control(number, least, most, usual)


class Controls:
    """The light and the focus of the camera at `path`. Every call is short, and none raises."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lit: bool | None = None
        self.focuses = False
        self._node = -1
        self._follow_at: float | None = None
        self._offered: dict[int, Control] = {}

    def open(self) -> None:
        """Ask what the camera offers; its focus follows from now on, its light is off."""
        try:
            self._node = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            log.info("the controls of the camera %s can't be reached: %s", self.path, error.strerror)
            return
        for number in (FOCUS_AUTO, AUTO_FOCUS_START, FLASH_LED_MODE, TORCH_INTENSITY):
            control = self._query(number)
            if control is not None:
                self._offered[number] = control
        led = self._offered.get(FLASH_LED_MODE)
        self.lit = False if led is not None and led.most >= LED_TORCH else None
        self.focuses = AUTO_FOCUS_START in self._offered or FOCUS_AUTO in self._offered
        self._set(FOCUS_AUTO, 1)
        if self.lit is None or not self.focuses:
            log.info("camera %s: light %s, focus %s", self.path, self.lit is not None, self.focuses)

    def close(self) -> None:
        """Put the light out, and forget the camera."""
        if self._node >= 0:
            if self.lit:
                self._set(FLASH_LED_MODE, LED_NONE)
            os.close(self._node)
        self._node, self.lit, self.focuses, self._follow_at = -1, None, False, None
        self._offered.clear()

    def light(self, on: bool) -> None:
        """Switch the light on, as bright as the driver's own usual value, or off."""
        if self.lit is None:
            return
        strength = self._offered.get(TORCH_INTENSITY)
        if on and strength is not None:
            self._set(TORCH_INTENSITY, strength.usual)
        if self._set(FLASH_LED_MODE, LED_TORCH if on else LED_NONE):
            self.lit = on

    def focus(self) -> None:
        """Search the focus anew. A driver ignores the start while its focus follows, so that is stopped for SEARCH_S;
        where there is no start, following again makes it search."""
        self._set(FOCUS_AUTO, 0)
        searches = self._set(AUTO_FOCUS_START, 0)
        self._follow_at = time.monotonic() + (SEARCH_S if searches else 0.0)
        self.follow()

    def follow(self) -> None:
        """Let the focus follow again once a search had its time; for each frame."""
        if self._follow_at is not None and time.monotonic() >= self._follow_at:
            self._follow_at = None
            self._set(FOCUS_AUTO, 1)

    def _query(self, number: int) -> Control | None:
        try:
            return answer(fcntl.ioctl(self._node, VIDIOC_QUERYCTRL, ask(number)))
        except OSError as error:
            if error.errno not in NOT_OFFERED:
                log.warning("camera %s: control %#x can't be asked for: %s", self.path, number, error.strerror)
            return None

    def _set(self, number: int, value: int) -> bool:
        """Whether the camera did it. What it does not offer is not asked of it."""
        if number not in self._offered:
            return False
        try:
            fcntl.ioctl(self._node, VIDIOC_S_CTRL, CONTROL.pack(number, value))
        except OSError as error:
            log.warning("camera %s: control %#x was not set to %d: %s", self.path, number, value, error.strerror)
            return False
        return True
