"""Why a camera reads nothing: it is too dark, a light shines on the label, or it is out of focus. One hint at a time.

Three cheap measures of each frame's region, smoothed over frames; a hint is given when nothing was read for a while and
one of them has been bad for a while. It stays for a time, and goes when a code is read. Pure but for the measures: no
clock, no thread.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pos.devices.decoding import REGION
from pos.devices.frames import opencv

if TYPE_CHECKING:
    from pos.devices.frames import Frame

SMALL = (400, 200)
"""The region is measured at this size (pixels): smaller, noise of the sensor is gone, and so is time."""
CLIPPED = 252
"""Grey levels from here on are light that blinds the camera."""
LEVELS = 256
EXTREME = 0.005
"""This share of the region may be lighter than its white, darker than its black, or steeper than its edges."""


WAIT_MS = 2500
"""Nothing was read for so long before a hint is given: most labels are read sooner."""
HOLD_MS = 800
"""So long something has been wrong before it is said, or right before it is no longer said."""
STAY_MS = 2500
"""So long a hint stays at least, unless a code is read: long enough to read it."""
SMOOTH_MS = 300
"""Over how long the measures are smoothed."""


class Hint(StrEnum):
    """What keeps a label from being read."""

    DARK = "dark"
    GLARE = "glare"
    BLURRED = "blurred"


@dataclass(frozen=True, slots=True)
class Sight:
    """How a frame's region looks. `light`: mean grey level, 0 to 255; `white`: the level of what is lightest in it;
    `glare`: share of it that is blinding; `contrast`: levels between its darkest and its lightest; `sharp`: the
    steepest edges' rise over two pixels as a share of the contrast, some 1 in focus."""

    light: float
    white: float
    glare: float
    contrast: float
    sharp: float

    def towards(self, other: "Sight", share: float) -> "Sight":
        """A sight that lies `share` of the way to another one."""
        mine, theirs = astuple(self), astuple(other)
        return Sight(*(one + (two - one) * share for one, two in zip(mine, theirs, strict=True)))


# The second limit holds for what is wrong already: it is right again only when it is clearly so.


def _dark(sight: Sight, already: bool) -> bool:
    """Dark goods on a dark counter are not darkness: nothing in the region is light then."""
    return sight.light < (75 if already else 60) and sight.white < (115 if already else 90)


def _blurred(sight: Sight, already: bool) -> bool:
    """An empty counter has no edges to be blurred, and a large patch of glare has none but soft ones."""
    edges = sight.contrast >= (45 if already else 55) and sight.glare < (0.12 if already else 0.08)
    return edges and sight.sharp < (0.75 if already else 0.67)


def _glaring(sight: Sight, already: bool) -> bool:
    return sight.glare >= (0.012 if already else 0.02)


LIMITS: tuple[tuple[Hint, Callable[[Sight, bool], bool]], ...] = (
    (Hint.DARK, _dark),
    (Hint.BLURRED, _blurred),
    (Hint.GLARE, _glaring),
)
"""What is told first where several things are wrong: in the dark everything else is too; white paper that is out of
focus may be as white as glare."""


class Adviser:
    """Give it each frame's sight and whether anything was read in it; `hint` is what to say."""

    def __init__(self) -> None:
        self.hint: Hint | None = None
        self._sight: Sight | None = None
        self._wrong: Hint | None = None
        self._at = self._wrong_since = self._hint_since = self._quiet_since = 0

    def see(self, sight: Sight, read: bool, now_ms: int) -> Hint | None:
        """The hint after this frame. `now_ms` is steady."""
        self._smooth(sight, now_ms)
        wrong = self._worst()
        if wrong is not self._wrong:
            self._wrong, self._wrong_since = wrong, now_ms
        if read:
            self.hint, self._quiet_since = None, now_ms
        elif self._may_change(now_ms):
            self.hint, self._hint_since = wrong, now_ms
        return self.hint

    def _smooth(self, sight: Sight, now_ms: int) -> None:
        if self._sight is None:
            self._sight, self._wrong_since, self._quiet_since = sight, now_ms, now_ms
        else:
            self._sight = self._sight.towards(sight, min(1.0, (now_ms - self._at) / SMOOTH_MS))
        self._at = now_ms

    def _worst(self) -> Hint | None:
        assert self._sight is not None, "_smooth comes first"
        said = (self._wrong, self.hint)
        return next((hint for hint, wrong in LIMITS if wrong(self._sight, hint in said)), None)

    def _may_change(self, now_ms: int) -> bool:
        if self._wrong is self.hint or now_ms - self._wrong_since < HOLD_MS:
            return False
        since, least = (self._quiet_since, WAIT_MS) if self.hint is None else (self._hint_since, STAY_MS)
        return now_ms - since >= least


def measured(frame: "Frame") -> Sight:
    """Look at a frame's region: some 0.4 ms for 1280 x 720."""
    cv2 = opencv()
    height, width = frame.shape[:2]
    left, top, wide, high = REGION
    y, x = round(top * height), round(left * width)
    part = frame[y : y + round(high * height), x : x + round(wide * width)]
    grey = cv2.cvtColor(cv2.resize(part, SMALL, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    levels = cv2.calcHist([grey], [0], None, [LEVELS], [0, LEVELS]).ravel()
    across, down = (cv2.convertScaleAbs(cv2.Sobel(grey, cv2.CV_16S, *way), alpha=1 / 4) for way in ((1, 0), (0, 1)))
    slopes = cv2.calcHist([cv2.max(across, down)], [0], None, [LEVELS], [0, LEVELS]).ravel()
    white = _level(levels, 1 - EXTREME)
    contrast = white - _level(levels, EXTREME)
    return Sight(
        light=float((levels * range(LEVELS)).sum() / levels.sum()),
        white=white,
        glare=float(levels[CLIPPED:].sum() / levels.sum()),
        contrast=contrast,
        sharp=_level(slopes, 1 - EXTREME) / max(contrast, 1.0),
    )


def _level(counts: Any, share: float) -> float:
    """The level below which `share` of all lie."""
    sums = counts.cumsum()
    return float((sums < share * sums[-1]).sum())
