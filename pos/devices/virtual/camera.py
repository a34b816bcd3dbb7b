"""A camera that exists in software only: it plays a folder of pictures, or a video, as a camera would send them.

A folder is played picture by picture in the order of their names, over and over, and looked at anew each round: put a
picture in and it is seen. Faults are empty files in the folder: `busy` and `silent` do what they say; no folder, or one
without a picture, is a camera that was unplugged. Two more say what the camera has: with `light` it has one, and while
that is on all is LIT times as bright; with `focus` it is out of focus until it is told to focus.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pos.devices.base import DeviceError, DeviceFault
from pos.devices.frames import CAMERA_BUSY, CAMERA_GONE, CAMERA_MISSING, CAMERA_SILENT, SILENCE_S, opencv

if TYPE_CHECKING:
    from pos.devices.frames import Frame

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
EACH_S = 1.6
"""How long each picture of a folder is held to the camera."""
LIT = 5.0
"""How many times brighter its light makes a picture."""
BLUR = 5.0
"""Pixels that an edge is spread over, each way, while it is out of focus."""


class PictureCamera:
    """Plays `place`, a folder of pictures or a video file, in frames of `width` x `height`, `rate` a second."""

    def __init__(
        self, place: Path, width: int = 1280, height: int = 720, rate: float = 30.0, each_s: float = EACH_S
    ) -> None:
        self.place, self.size, self.rate, self.each_s = place, (width, height), rate, each_s
        self._video: Any = None
        self._files: list[Path] = []
        self._picture: Frame | None = None
        self._since = self._due = 0.0
        self._next = 0
        self.lit: bool | None = None
        self.focuses = self._sharp = False

    def light(self, on: bool) -> None:
        """Switch its light on or off, where it has one."""
        if self.lit is not None:
            self.lit = on

    def focus(self) -> None:
        """From now on its pictures are sharp."""
        self._sharp = True

    def absent(self) -> DeviceFault | None:
        """Whether there is something to play."""
        there = bool(self._pictures()) if self.place.is_dir() else self.place.is_file()
        return None if there else CAMERA_MISSING

    def open(self) -> None:
        """Begin with the first picture."""
        fault = self.absent() or (CAMERA_BUSY if self._has("busy") else None)
        if fault is not None:
            raise DeviceError(fault)
        self._due = time.monotonic()
        self._files, self._next, self._picture = [], 0, None
        self.lit, self.focuses, self._sharp = (False if self._has("light") else None), self._has("focus"), False
        if not self.place.is_dir():
            self._video = opencv().VideoCapture(str(self.place))
            if not self._video.isOpened():
                raise DeviceError(CAMERA_MISSING)

    def read(self) -> "Frame":
        """The next frame, when its time has come."""
        if self._has("silent"):
            time.sleep(SILENCE_S)
            raise DeviceError(CAMERA_SILENT)
        now = time.monotonic()
        self._due = max(self._due + 1 / self.rate, now)
        time.sleep(self._due - now)
        if self.absent() is not None:
            raise DeviceError(CAMERA_GONE)
        return self._worn(self._of_video() if self._video is not None else self._of_folder())

    def close(self) -> None:
        """Stop playing."""
        if self._video is not None:
            self._video.release()
            self._video = None
        self._picture, self.lit = None, None

    def _has(self, fault: str) -> bool:
        return (self.place / fault).exists()

    def _pictures(self) -> list[Path]:
        """The files to play; none where the folder is gone, also if it goes while it is read."""
        try:
            return sorted(file for file in self.place.iterdir() if file.suffix.lower() in PICTURES)
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _worn(self, frame: "Frame") -> "Frame":
        """The frame as its light and its focus show it."""
        cv2 = opencv()
        if self.lit:
            frame = cv2.convertScaleAbs(frame, alpha=LIT)
        return cv2.GaussianBlur(frame, (0, 0), BLUR) if self.focuses and not self._sharp else frame

    def _of_video(self) -> "Frame":
        cv2 = opencv()
        got, frame = self._video.read()
        if not got:
            self._video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            got, frame = self._video.read()
        if not got:
            raise DeviceError(CAMERA_SILENT)
        return self._fitted(frame)

    def _of_folder(self) -> "Frame":
        now = time.monotonic()
        if self._picture is None or now - self._since >= self.each_s:
            self._picture, self._since = self._fitted(self._turn()), now
        return self._picture

    def _turn(self) -> "Frame":
        """The next picture of the round; a file that is half written, or none, is passed over."""
        for _try in range(max(1, len(self._files))):
            if self._next >= len(self._files):
                self._files, self._next = self._pictures(), 0
            file, self._next = self._files[self._next] if self._files else self.place, self._next + 1
            picture = opencv().imread(str(file))
            if picture is not None:
                return picture  # type: ignore[no-any-return]
        raise DeviceError(CAMERA_SILENT)

    def _fitted(self, frame: "Frame") -> "Frame":
        """A picture as large as it can be in the camera's frame, black around it."""
        cv2 = opencv()
        (wide, high), (height, width) = self.size, frame.shape[:2]
        if (width, height) == self.size:
            return frame
        share = min(wide / width, high / height)
        size = (round(width * share), round(height * share))
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if share < 1 else cv2.INTER_LINEAR)
        left, top = (wide - size[0]) // 2, (high - size[1]) // 2
        edges = (top, high - size[1] - top, left, wide - size[0] - left)
        return cv2.copyMakeBorder(small, *edges, cv2.BORDER_CONSTANT)  # type: ignore[no-any-return]
