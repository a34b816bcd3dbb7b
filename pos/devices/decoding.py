"""From a frame to the codes in it: zxing-cpp first, zbar (by pyzbar) for the codes that it did not find.

zbar reads other tilted and blurred labels than zxing, of all kinds but Data Matrix and DataBar
Limited. What it may have lost something of is not taken from it: `_is_sure`. Both let go of the interpreter. UPC-E is
off in both: nearly every wrong code that passes its check digit is read as one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pos.devices.base import N_, DeviceFault
from pos.devices.frames import opencv
from sync.domain.codes import check_digit

if TYPE_CHECKING:
    from pos.devices.frames import Frame

log = logging.getLogger(__name__)

NO_ZBAR = DeviceFault(
    "no_zbar",
    N_("The library libzbar0 is missing, so the camera reads fewer worn labels. All others are read. Tell support."),
)
FORMATS = (
    "EAN13", "EAN8", "UPCA", "DataBarOmni", "DataBarStk", "DataBarLtd", "DataBarExp", "DataBarExpStk", "Code128",
    "ITF14", "QRCode", "DataMatrix",
)  # fmt: skip
"""What stands on goods, receipts and parcels. Each one more costs time and wrong codes."""
REGION = (0.1875, 0.2222, 0.625, 0.5556)
"""Where a label is held: left, top, width and height as shares of the frame; 800 x 400 of 1280 x 720."""
WHOLE_EACH = 3
"""Each third frame is looked at whole: what lies outside the region is read too, only a little later."""
LINEAR = ("]E0", "]E4", "]C0", "]C1", "]e0", "]I1")
"""AIM identifiers of EAN-13 with UPC-A, EAN-8, Code 128, GS1-128, DataBar and ITF-14. Codes of other kinds mend
themselves."""
AIMS = {
    "EAN13": "]E0", "EAN8": "]E4", "UPCA": "]E0", "CODE128": "]C0", "DATABAR": "]e0", "DATABAR_EXP": "]e0",
    "I25": "]I1", "QRCODE": "]Q1",
}  # fmt: skip
"""What zbar is asked for, by its own names."""
WIDE = 1000
"""A picture wider than this (pixels) is a whole frame of a camera."""
MARGIN = 60
"""Pixels around a label at least, in a second look."""
SECOND_SIZES = (0.8, 1.35)
Corners = tuple[tuple[float, float], ...]
Found = tuple[str, str, str, Corners]
"""Text, AIM identifier, decoder, corners in pixels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A code in a frame: its text, unchanged, the AIM identifier of its symbology, which decoder read it (`zxing` or
    `zbar`), and its corners as shares of the frame from the top left."""

    text: str
    aim: str
    by: str
    corners: Corners

    @property
    def off_centre(self) -> float:
        """How far its middle is from the frame's, squared, in shares of the frame."""
        x = sum(corner[0] for corner in self.corners) / len(self.corners)
        y = sum(corner[1] for corner in self.corners) / len(self.corners)
        return (x - 0.5) ** 2 + (y - 0.5) ** 2


def _contradict(one: Found, other: Found) -> bool:
    """Whether two texts were read where only one label can be."""
    if one[0] == other[0]:
        return False
    (left, low, right, high), (left2, low2, right2, high2) = _around(one[3]), _around(other[3])
    return left < right2 and left2 < right and low < high2 and low2 < high


def _around(corners: Corners) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _y in corners], [y for _x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def plain(text: str) -> str:
    """An EAN-13 that begins with 0 is a UPC-A: the decoders write the same label with and without it."""
    return text[1:] if len(text) == 13 and text.isdigit() and text[0] == "0" else text


class Decoder:
    """Both decoders. `fault` is NO_ZBAR where zxing works alone; `errors` is what a frame may raise.

    Making one imports them: some 0.2 s.
    """

    def __init__(self) -> None:
        import zxingcpp

        self._cv2 = opencv()
        self._zxing = zxingcpp
        self._formats = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, name) for name in FORMATS])
        self._zbar, self._kinds = _zbar()
        self.errors: tuple[type[Exception], ...] = (self._cv2.error, ValueError)
        self.fault = NO_ZBAR if self._zbar is None else None
        self._frames = 0

    def next(self, frame: "Frame") -> list[Reading]:
        """The codes of a camera's next frame: of the region, and of each third frame whole."""
        self._frames += 1
        if self._frames % WHOLE_EACH == 0:
            return self.read(frame)
        height, width = frame.shape[:2]
        left, top, wide, high = REGION
        x, y = round(left * width), round(top * height)
        return self.read(frame, (x, y, round(wide * width), round(high * height)))

    def read(self, frame: "Frame", box: tuple[int, int, int, int] | None = None) -> list[Reading]:
        """The codes in `box` (left, top, width, height in pixels) of a frame, or in all of it."""
        height, width = frame.shape[:2]
        x, y, wide, high = box or (0, 0, width, height)
        grey = self._cv2.cvtColor(frame[y : y + high, x : x + wide], self._cv2.COLOR_BGR2GRAY)
        found = [
            Reading(text, aim, by, tuple(((x + px) / width, (y + py) / height) for px, py in corners))
            for text, aim, by, corners in self._both(grey)
        ]
        return sorted(found, key=lambda reading: reading.off_centre)

    def again(self, frame: "Frame", reading: Reading) -> list[str]:
        """What both decoders read of the same label, smaller and larger. Only linear codes need it.

        A wrong code with a right check digit comes of edges that fall beside their pixels. At another size they fall
        elsewhere, and the wrong code is gone; a right one stays.
        """
        if reading.aim not in LINEAR:
            return [reading.text]
        height, width = frame.shape[:2]
        left, top, right, bottom = _around(reading.corners)
        # zbar may have seen a label on one line, or in one place only: there is no size to go by then.
        more = max((right - left) * width * 0.35, (bottom - top) * height * 0.35, MARGIN)
        x, y = max(0, int(left * width - more)), max(0, int(top * height - more))
        part = frame[y : int(bottom * height + more), x : int(right * width + more)]
        if not part.size:
            return []
        grey, texts = self._cv2.cvtColor(part, self._cv2.COLOR_BGR2GRAY), []
        for share in SECOND_SIZES:
            other = self._cv2.resize(grey, None, fx=share, fy=share, interpolation=self._cv2.INTER_CUBIC)
            texts += [found[0] for found in self.zxing(other) + self.zbar(other) if found[1] in LINEAR]
        return texts

    def _both(self, grey: "Frame") -> list[Found]:
        """What zxing reads; zbar is asked where it reads nothing, and where it reads one label in two ways.

        A tilted EAN-13 can be read in two ways by lines that begin at its edge and end below the middle of it. Of such
        readings only the one counts that zbar makes too.
        """
        found = self.zxing(grey)
        doubted = [one for one in found if any(_contradict(one, other) for other in found)]
        if found and not doubted:
            return found
        second = self.zbar(grey)
        if not found:
            return second
        seconded = {each[0] for each in second}
        return [one for one in found if one not in doubted or one[0] in seconded]

    def zxing(self, grey: "Frame") -> list[Found]:
        """What zxing-cpp reads in a grey picture. Light bars on dark ground aren't looked for: no label has them."""
        seen = self._zxing.read_barcodes(
            grey, formats=self._formats, try_invert=False, text_mode=self._zxing.TextMode.Plain
        )
        codes = [(each, each.text, each.symbology_identifier) for each in seen if each.text]
        return [(plain(t), aim, "zxing", _four(each.position)) for each, t, aim in codes if _is_whole(aim, t)]

    def zbar(self, grey: "Frame") -> list[Found]:
        """What zbar reads in a grey picture, and can't have spoiled. Nothing where it is missing.

        Of a whole frame it is given half the size: what is outside the region and still whole in the frame is held
        close, and zbar would take as long for it as for three regions.
        """
        if self._zbar is None:
            return []
        scale = 2 if grey.shape[1] > WIDE else 1
        if scale > 1:
            grey = self._cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=self._cv2.INTER_AREA)
        height, width = grey.shape[:2]
        seen = self._zbar((grey.tobytes(), width, height), self._kinds)
        texts = [(each, each.data.decode("utf-8", "replace")) for each in seen]
        return [(plain(t), AIMS[each.type], "zbar", _box(each, scale)) for each, t in texts if _is_sure(each.type, t)]


def _zbar() -> tuple[Any, Sequence[Any]]:
    """pyzbar's decode and the symbols it looks for; (None, ()) where the system's libzbar is missing."""
    try:
        from pyzbar.pyzbar import ZBarSymbol, decode
    except ImportError as missing:
        log.warning("%s (%s)", NO_ZBAR.text, missing)
        return None, ()
    return decode, tuple(ZBarSymbol[kind] for kind in AIMS)


def _is_whole(aim: str, text: str) -> bool:
    """Whether it can't be a piece of something. Bars of any code, a Code 128 too, read as a short ITF here and there,
    many times alike, and zxing gives it for an ITF-14: only fourteen digits with a right check digit are one."""
    if not aim.startswith("]I"):
        return True
    return len(text) == 14 and text.isdigit() and check_digit(text[:-1]) == text[-1]


def _is_sure(kind: str, text: str) -> bool:
    """Whether zbar can't have lost anything of it.

    It hides whether a Code 128 or a QR code is a GS1 one (those begin with two digits), guesses what bytes of a QR code
    mean, and reads letters for the digits behind a separator in DataBar Expanded.
    """
    if not _is_whole(AIMS[kind], text):
        return False
    if kind == "DATABAR_EXP":
        return "\x1d" not in text
    if kind == "QRCODE":
        return text.isascii() and not text[:2].isdigit()
    return kind != "CODE128" or not text[:2].isdigit()


def _four(position: Any) -> Corners:
    names = ("top_left", "top_right", "bottom_right", "bottom_left")
    return tuple((float(getattr(position, n).x), float(getattr(position, n).y)) for n in names)


def _box(found: Any, scale: int) -> Corners:
    """The corners of zbar's polygon; its box where it saw the code on one line only."""
    if len(found.polygon) >= 3:
        return tuple((float(scale * point.x), float(scale * point.y)) for point in found.polygon)
    left, top, wide, high = (scale * n for n in found.rect)
    return ((left, top), (left + wide, top), (left + wide, top + high), (left, top + high))
