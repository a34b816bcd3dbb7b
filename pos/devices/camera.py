"""Cameras that read codes. Two threads: one takes frames, one decodes the newest and drops those it had no time for.

The camera is on only while somebody scans: `look(True)` switches it on, `look(False)` off, and frames never leave the
memory of this process. Codes come as ScanRead events like any scanner's. A camera that is missing, unplugged, busy or
silent says so and comes back by itself.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from pos.devices.accepting import Acceptor
from pos.devices.base import DeviceError, DeviceFault, DeviceState, Inbox, Scanner, ScanRead
from pos.devices.decoding import REGION, Corners, Decoder, Reading
from pos.devices.frames import CAMERA_GONE, CAMERA_MISSING, Source, opencv
from pos.devices.hints import Adviser, Hint, measured

if TYPE_CHECKING:
    from pos.devices.frames import Frame

log = logging.getLogger(__name__)

RETRY_S = 1.0
"""How often a camera is looked for that is not there, or that failed."""
VIEW = (640, 360)
"""The largest picture for the screen, in pixels."""
VIEW_EACH_S = 0.06
SHOWN_S = 2.0
"""How long the view says what was accepted."""
NICE = 5
"""Decoding gives way to the screen."""


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees, for a viewfinder. `pixels`: rows from the top, red, green, blue; `region` and `corners`
    (of the code in the picture, if any) in shares of the picture; `text` is what was read last, `accepted` whether it
    was just accepted. `hint` is why nothing is read, `lit` whether the camera's light is on (None: it has none),
    `focuses` whether it can be told to focus. `number` grows with each view."""

    number: int
    width: int
    height: int
    pixels: bytes
    region: tuple[float, float, float, float]
    corners: Corners = ()
    text: str = ""
    accepted: bool = False
    hint: Hint | None = None
    lit: bool | None = None
    focuses: bool = False


@dataclass(slots=True)
class Counts:
    """Frames since the start: `taken` from the camera, `decoded`, `dropped` unseen because newer ones came."""

    taken: int = 0
    decoded: int = 0
    dropped: int = 0


class Camera(Scanner):
    """A camera over a source of frames. Every call returns at once."""

    def __init__(self, source: Source, inbox: Inbox, name: str = "camera") -> None:
        super().__init__(name, inbox)
        self.source = source
        self.counts = Counts()
        self.view: View | None = None
        self._news = threading.Condition()
        self._wanted = self._closing = False
        self._looks = 0
        self._frame: tuple[int, Frame] | None = None
        self._limits: DeviceFault | None = None
        self._accepted: tuple[str, float] = ("", 0.0)
        self._viewed, self._views = 0.0, 0
        self._asked: deque[Callable[[], None]] = deque()
        self._threads: list[threading.Thread] = []

    def open(self) -> None:
        """Start the threads. They say whether there is a camera; it stays off until `look`."""
        if not self._threads:
            for work, word in ((self._take, "camera"), (self._decode, "decoder")):
                self._threads.append(threading.Thread(target=work, name=f"{word} {self.name}", daemon=True))
                self._threads[-1].start()

    def close(self) -> None:
        """Switch off and end the threads."""
        with self._news:
            self._closing = True
            self._wanted = False
            self._news.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait for the threads to end. True when they ended."""
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def look(self, wanted: bool) -> None:
        """Switch the camera on while somebody scans, else off; what was seen is forgotten at once."""
        with self._news:
            self._wanted = wanted and not self._closing
            self._news.notify_all()
        self._forget()

    def light(self, on: bool) -> None:
        """Switch the camera's light on or off, where it has one. It goes off with the camera."""
        self._asked.append(partial(self.source.light, on))

    def focus(self) -> None:
        """Let the camera focus anew, where it can."""
        self._asked.append(self.source.focus)

    def _forget(self) -> None:
        """What was seen until now is of no look any more."""
        with self._news:
            self._looks += 1
            self._frame = self.view = None

    # The thread that takes frames; it alone touches the source and says how the camera is.

    def _take(self) -> None:
        while not self._closing:
            try:
                self._watch()
            except DeviceError as error:
                self.source.close()
                self._forget()
                self._become(DeviceState.OFF if error.fault == CAMERA_MISSING else DeviceState.TROUBLE, error.fault)
                self._rest(RETRY_S)
            except OSError:  # a flaw of the source, or of this machine: it must not end the thread
                log.exception("the camera %s could not be looked at; it is tried again", self.name)
                self.source.close()
                self._forget()
                self._become(DeviceState.TROUBLE, CAMERA_GONE)
                self._rest(RETRY_S)
        self.source.close()
        self._become(DeviceState.CLOSED)

    def _watch(self) -> None:
        """Frames while they are wanted, else a look now and then whether the camera is there."""
        if self._wanted:
            self.source.open()
            self._asked.clear()  # of a look that is over
            while self._wanted:
                while self._asked:
                    self._asked.popleft()()
                self._give(self.source.read())
                self._become(DeviceState.READY, self._limits)
            self.source.close()
        else:
            fault = self.source.absent()
            if fault is not None:
                raise DeviceError(fault)
            self._become(DeviceState.READY, self._limits)
            with self._news:
                self._news.wait_for(lambda: self._wanted or self._closing, RETRY_S)

    def _rest(self, seconds: float) -> None:
        """Before another try; whoever switches the camera on or off does not wait for it."""
        before = self._wanted
        with self._news:
            self._news.wait_for(lambda: self._closing or self._wanted != before, seconds)

    def _give(self, frame: "Frame") -> None:
        with self._news:
            if not self._wanted:
                return
            self.counts.taken += 1
            self.counts.dropped += self._frame is not None
            self._frame = (self._looks, frame)
            self._news.notify_all()

    # The thread that decodes.

    def _decode(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        decoder, acceptor, adviser, look = Decoder(), Acceptor(), Adviser(), 0
        self._limits = decoder.fault
        while (newest := self._newest()) is not None:
            if newest[0] != look:
                look, acceptor, adviser = newest[0], Acceptor(), Adviser()
                self._accepted = ("", 0.0)
            frame, now = newest[1], time.monotonic_ns() // 1_000_000
            try:
                readings = decoder.next(frame)
                accepted = acceptor.see(readings, now, partial(decoder.again, frame))
                hint = adviser.see(measured(frame), bool(readings), now)
            except decoder.errors:
                log.exception("a frame could not be decoded; the next ones are")
                readings, accepted, hint = [], None, None
            self.counts.decoded += 1
            self._tell(look, self._show(frame, readings, accepted, hint), accepted)

    def _newest(self) -> "tuple[int, Frame] | None":
        """The newest frame and for which look it is, as soon as there is one; None when the camera is closed."""
        with self._news:
            self._news.wait_for(lambda: self._closing or self._frame is not None)
            newest, self._frame = self._frame, None
        return None if self._closing else newest

    def _tell(self, look: int, view: View | None, accepted: Reading | None) -> None:
        """What was accepted goes into the inbox, the picture to the viewfinder, unless nobody looks any more."""
        with self._news:
            if look != self._looks or not self._wanted:
                return
            self.view = view or self.view
        if accepted is not None:
            self.inbox.put(ScanRead(device=self.name, text=accepted.text, aim=accepted.aim))

    def _show(
        self, frame: "Frame", readings: list[Reading], accepted: Reading | None, hint: Hint | None
    ) -> View | None:
        """A small picture for the viewfinder, not more often than an eye needs."""
        now = time.monotonic()
        if accepted is None and now - self._viewed < VIEW_EACH_S:
            return None
        self._viewed = now
        if accepted is not None:
            self._accepted = (accepted.text, now)
        text, at = self._accepted
        fresh = bool(text) and now - at < SHOWN_S
        nearest = readings[0] if readings else None
        self._views += 1
        return View(
            number=self._views,
            **_picture(frame),
            region=REGION,
            corners=nearest.corners if nearest else (),
            text=text if fresh else nearest.text if nearest else "",
            accepted=fresh,
            hint=hint if not fresh else None,
            lit=self.source.lit,
            focuses=self.source.focuses,
        )


class _Pixels(TypedDict):
    width: int
    height: int
    pixels: bytes


def _picture(frame: "Frame") -> _Pixels:
    cv2 = opencv()
    height, width = frame.shape[:2]
    share = min(1.0, VIEW[0] / width, VIEW[1] / height)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    return {"width": size[0], "height": size[1], "pixels": small.tobytes()}
