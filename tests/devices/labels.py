"""Labels made with zxing's own writer, and worn down as labels are: tilted, blurred, with glare, in low light."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import zxingcpp

from sync.domain.codes import check_digit

Picture = np.ndarray
SIZE = (1280, 720)
NEAR = (520, 320)
"""The middle of such a frame, where the label is: quicker to make where there are thousands."""
GROUND = 150


def digits(rng: random.Random, count: int, head: str = "") -> str:
    """So many digits after `head`, the last of them the check digit."""
    body = head + "".join(str(rng.randrange(10)) for _ in range(count - 1 - len(head)))
    return body + check_digit(body)


def words(rng: random.Random, count: int) -> str:
    """Letters and digits as they stand on parcels and in passes."""
    return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789:-") for _ in range(count))


def lot(rng: random.Random) -> str:
    """A product's number, and the lot it is of, as GS1 codes say them."""
    return f"01{digits(rng, 14)}10{rng.randrange(100, 1000)}{rng.choice('ABCDEFGH')}"


def text_of(family: str, rng: random.Random) -> str:
    """Something that a label of this family says."""
    return {
        "EAN13": lambda: digits(rng, 13, "4"),
        "EAN8": lambda: digits(rng, 8),
        "UPCA": lambda: digits(rng, 12),
        "Code128": lambda: words(rng, 14),
        "GS1128": lambda: lot(rng),
        "ITF14": lambda: digits(rng, 14, "1"),
        "DataBarOmni": lambda: f"01{digits(rng, 14)}",
        "DataBarStk": lambda: f"01{digits(rng, 14)}",
        "DataBarLtd": lambda: f"01{digits(rng, 14, '0')}",
        "DataBarExp": lambda: lot(rng),
        "DataBarExpStk": lambda: lot(rng),
        "QRCode": lambda: words(rng, 60),
        "DataMatrix": lambda: words(rng, 30),
    }[family]()


FAMILIES = (
    "EAN13", "EAN8", "UPCA", "Code128", "GS1128", "ITF14", "DataBarOmni", "DataBarStk", "DataBarLtd", "DataBarExp",
    "DataBarExpStk", "QRCode", "DataMatrix",
)  # fmt: skip
"""All that a camera reads."""
WIDTHS = {
    "QRCode": (170, 300), "DataMatrix": (120, 240), "Code128": (340, 460), "GS1128": (400, 480), "ITF14": (320, 460),
    "DataBarStk": (150, 260), "DataBarExp": (360, 470), "DataBarExpStk": (240, 360),
}  # fmt: skip
AS_MADE = ("QRCode", "DataMatrix", "DataBarStk", "DataBarExpStk")
"""Squares and stacks: their height belongs to them."""
GS1_MADE = ("GS1128", "DataBarExp", "DataBarExpStk")
USUAL_WIDTH = (230, 420)
"""How wide a label is in the frame, in pixels: held nearer or farther."""


def drawn(family: str, text: str, scale: int = 6) -> Picture:
    """The label, black on white, upright and whole."""
    kind = getattr(zxingcpp.BarcodeFormat, "Code128" if family == "GS1128" else family)
    if family in GS1_MADE:
        label = zxingcpp.create_barcode(f"[01]{text[2:16]}[10]{text[18:]}", kind, gs1=True)
    else:
        label = zxingcpp.create_barcode(text.removeprefix("01") if family.startswith("DataBar") else text, kind)
    flat = np.array(label.to_image(scale=scale))
    if family not in AS_MADE:
        flat = cv2.resize(flat, (flat.shape[1], max(40, int(flat.shape[1] * 0.42))), interpolation=cv2.INTER_NEAREST)
    return cv2.copyMakeBorder(flat, *[scale * 4] * 4, cv2.BORDER_CONSTANT, value=255)


@dataclass(frozen=True, slots=True)
class Wear:
    """How one frame shows a label. `tilt` in degrees, `lean` and `turn` in shares (perspective), `blur` and `shake` in
    pixels, `glare` 0 to 1, `light` 0 to 1, `noise` in grey levels, `scratches` in number; `x`, `y` off the middle."""

    width: float
    tilt: float = 0
    lean: float = 0
    blur: float = 0
    shake: float = 0
    glare: float = 0
    light: float = 1
    noise: float = 2
    scratches: int = 0
    x: float = 0
    y: float = 0
    seed: int = 0


def some_wear(family: str, rng: random.Random, hard: float = 1.0) -> Wear:
    """A label as bad as they come; `hard` scales it."""
    least, most = WIDTHS.get(family, USUAL_WIDTH)
    return Wear(
        width=rng.uniform(least, most),
        tilt=rng.gauss(0, 18) * hard,
        lean=rng.uniform(-0.2, 0.2) * hard,
        blur=abs(rng.gauss(0, 0.9)) * hard,
        shake=abs(rng.gauss(0, 1.6)) * hard,
        glare=max(0.0, rng.gauss(0, 0.35)) * hard,
        light=rng.uniform(0.2, 1),
        noise=rng.uniform(1, 7) * hard,
        scratches=rng.choice((0, 0, 1, 3)),
        x=rng.uniform(-40, 40),
        y=rng.uniform(-24, 24),
        seed=rng.randrange(1 << 30),
    )


def burst(wear: Wear, rng: random.Random, frames: int) -> Iterator[Wear]:
    """The same label over so many frames: the hand moves, focus and light change a little."""
    for number in range(frames):
        yield Wear(
            width=wear.width * rng.uniform(0.96, 1.04),
            tilt=wear.tilt + rng.gauss(0, 2.5),
            lean=wear.lean + rng.gauss(0, 0.03),
            blur=max(0.0, wear.blur + rng.gauss(0, 0.35)),
            shake=max(0.0, wear.shake + rng.gauss(0, 0.8)),
            glare=max(0.0, wear.glare + rng.gauss(0, 0.08)),
            light=wear.light,
            noise=wear.noise,
            scratches=wear.scratches,
            x=wear.x + rng.gauss(0, 6),
            y=wear.y + rng.gauss(0, 6),
            seed=wear.seed + number,
        )


def frame_of(label: Picture, wear: Wear, size: tuple[int, int] = SIZE) -> Picture:
    """A camera's frame (blue, green, red) with the label in it."""
    lying = _scratched(label, wear)
    grey = cv2.warpPerspective(
        lying, _hold(lying, wear, size), size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=GROUND
    )
    if wear.shake >= 1:
        kernel = np.full((1, round(wear.shake) + 1), 1 / (round(wear.shake) + 1), np.float32)
        grey = cv2.filter2D(grey, -1, kernel)
    if wear.blur > 0.2:
        grey = cv2.GaussianBlur(grey, (0, 0), wear.blur)
    lit = grey.astype(np.float32) * wear.light + 12
    if wear.glare > 0.05:
        lit += _spot(wear, size) * (255 * wear.glare)
    lit += _grain(wear.seed, size) * wear.noise
    return cv2.cvtColor(np.clip(lit, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


@lru_cache(maxsize=1)
def _film() -> Picture:
    """Noise to cut each frame's own from: making it anew for each would take longer than decoding."""
    return np.random.default_rng(1).standard_normal((SIZE[1] + 256, SIZE[0] + 256), dtype=np.float32)


def _grain(seed: int, size: tuple[int, int]) -> Picture:
    x, y = seed % 251, seed // 251 % 251
    return _film()[y : y + size[1], x : x + size[0]]


def _scratched(label: Picture, wear: Wear) -> Picture:
    if not wear.scratches:
        return label
    worn, rng = label.copy(), random.Random(wear.seed // 64)
    high, wide = worn.shape
    for _n in range(wear.scratches):
        ends = [(rng.randrange(wide), rng.randrange(high)) for _ in range(2)]
        cv2.line(worn, ends[0], ends[1], rng.choice((0, 255)), rng.randrange(2, 7))
    return worn


def _hold(label: Picture, wear: Wear, size: tuple[int, int]) -> Picture:
    """Where the label's corners come to lie in the frame."""
    high, wide = label.shape
    share = wear.width / wide
    x, y = size[0] / 2 + wear.x, size[1] / 2 + wear.y
    flat = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]], np.float32) * (share / 2)
    away = np.array([1 - wear.lean, 1 + wear.lean, 1 + wear.lean, 1 - wear.lean], np.float32)[:, None]
    turn = np.deg2rad(wear.tilt)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], np.float32)
    there = (flat * away) @ spin + np.array([x, y], np.float32)
    here = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    return cv2.getPerspectiveTransform(here, there.astype(np.float32))


def _spot(wear: Wear, size: tuple[int, int]) -> Picture:
    rng = random.Random(wear.seed // 64)
    x, y = size[0] / 2 + wear.x + rng.uniform(-80, 80), size[1] / 2 + wear.y + rng.uniform(-40, 40)
    across = np.arange(size[0], dtype=np.float32) - x
    down = np.arange(size[1], dtype=np.float32) - y
    spread = rng.uniform(40, 120)
    return np.exp(-(down[:, None] ** 2 + across[None, :] ** 2) / (2 * spread**2))
