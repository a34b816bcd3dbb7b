"""Where a camera's frames come from: what every source does, and the cameras of this machine by Video4Linux.

OpenCV reads them: it speaks every pixel format that cameras send, and lets go of the interpreter while it waits. A
frame is an array of rows of blue, green and red bytes. Frames live in memory only, and no longer than until the next.
"""

import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pos.devices.base import N_, DeviceError, DeviceFault
from pos.devices.camera_controls import Controls

if TYPE_CHECKING:
    import numpy as np

    Frame = np.ndarray[Any, np.dtype[np.uint8]]

log = logging.getLogger(__name__)

CAMERA_MISSING = DeviceFault(
    "camera_missing",
    N_("The camera is not connected. Scanning goes on with the scanner or by hand. Plug the camera in."),
)
CAMERA_GONE = DeviceFault(
    "camera_gone",
    N_("The camera was unplugged. What was read before is kept. Plug it in again; it goes on by itself."),
)
CAMERA_BUSY = DeviceFault(
    "camera_busy",
    N_("The camera gives no picture: another program holds it. Close that program; it comes back by itself."),
)
CAMERA_REFUSED = DeviceFault(
    "camera_refused",
    N_("The camera may not be used here. Scan with the scanner, and tell support: its user must be in group video."),
)
CAMERA_SILENT = DeviceFault(
    "camera_silent",
    N_("The camera sends no picture. Scanning goes on with the scanner or by hand. Pull its plug and put it back."),
)

SILENCE_S = 1
"""A camera that sends no frame for so long is silent. OpenCV takes whole seconds."""


class Source(Protocol):
    """Frames, one after the other. One thread opens, reads and closes it, and alone calls `light` and `focus`."""

    @property
    def lit(self) -> bool | None:
        """Whether its light is on; None where it has none, and while it is off."""

    @property
    def focuses(self) -> bool:
        """Whether it can be told to focus."""

    def light(self, on: bool) -> None:
        """Switch its light on or off, where it has one. It goes off with the camera."""

    def focus(self) -> None:
        """Focus anew, where it can."""

    def absent(self) -> DeviceFault | None:
        """Why it can't be opened, as far as can be told without switching it on; None if nothing speaks against it."""

    def open(self) -> None:
        """Switch the camera on. Raises DeviceError."""

    def read(self) -> "Frame":
        """The next frame; it waits for it, at most SILENCE_S. Raises DeviceError."""

    def close(self) -> None:
        """Switch the camera off. Does nothing when it is off."""


class Video4Linux:
    """A camera at `path`, as in /dev/video0. `width` and `height` are asked for; the camera gives what it can."""

    def __init__(self, path: str, width: int, height: int) -> None:
        self.path, self.width, self.height = path, width, height
        self.controls = Controls(path)
        self._capture: Any = None

    @property
    def lit(self) -> bool | None:
        """Whether its light is on; None where it has none, and while it is off."""
        return self.controls.lit

    @property
    def focuses(self) -> bool:
        """Whether it can be told to focus."""
        return self.controls.focuses

    def light(self, on: bool) -> None:
        """Switch its light on or off, where it has one."""
        self.controls.light(on)

    def focus(self) -> None:
        """Focus anew, where it can."""
        self.controls.focus()

    def absent(self) -> DeviceFault | None:
        """A look at the device file. A camera's light stays off at that."""
        try:
            kind = os.stat(self.path).st_mode
        except OSError:
            return CAMERA_MISSING
        if not stat.S_ISCHR(kind):
            return CAMERA_MISSING
        return None if os.access(self.path, os.R_OK | os.W_OK) else CAMERA_REFUSED

    def open(self) -> None:
        """Ask for motion JPEG, which a USB cable carries at full rate, and for a focus that follows."""
        fault = self.absent()
        if fault is not None:
            raise DeviceError(fault)
        cv2 = opencv()
        capture = cv2.VideoCapture(self.path, cv2.CAP_V4L2)
        if not capture.isOpened():
            raise DeviceError(self.absent() or CAMERA_BUSY)
        wishes = (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            (cv2.CAP_PROP_FRAME_WIDTH, self.width),
            (cv2.CAP_PROP_FRAME_HEIGHT, self.height),
        )
        for name, value in wishes:
            if not capture.set(name, value):
                log.info("camera %s has no property %s", self.path, name)
        self._capture = capture
        self.controls.open()

    def read(self) -> "Frame":
        """The next frame, decoded."""
        self.controls.follow()
        got, frame = self._capture.read()
        if not got:
            raise DeviceError(CAMERA_SILENT if Path(self.path).exists() else CAMERA_GONE)
        return frame  # type: ignore[no-any-return]

    def close(self) -> None:
        """Give the camera back: its lights go off."""
        self.controls.close()
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def opencv() -> Any:
    """OpenCV, quiet, on one thread of its own at most: the screen needs the others. Imported when first needed."""
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(SILENCE_S))  # read at the first capture
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # faults are told in words of ours
    import cv2

    cv2.setNumThreads(1)
    return cv2
