"""Where a product's picture lies: a name of `assets/art`, or a file of the retailer's own."""

from functools import lru_cache
from pathlib import Path

ART = Path(__file__).resolve().parents[1] / "assets" / "art"
SMALL_ART = 400
"""The height in pixels of the pictures of `assets/art` whose names don't end in @2x."""
ENDINGS = ("@2x.png", ".png", ".jpg", ".webp")


@lru_cache(maxsize=4096)
def path_of(picture: str) -> str:
    """The file to draw for a product's `picture`; "" where there is none, and then initials stand in its place."""
    if not picture:
        return ""
    own = Path(picture)
    if own.is_absolute():
        return str(own) if own.is_file() else ""
    stem = own.name.removesuffix(own.suffix) if own.suffix in (".svg", ".png", ".jpg", ".webp") else own.name
    return next((str(p) for e in ENDINGS if (p := ART / f"{stem}{e}").is_file()), "")


def drawn_at(picture: str, pixels: float) -> str:
    """The file of `assets/art` that is shrunk by no more than about half when it is `pixels` high. It can be drawn
    without a mipmap then, whose making takes a tenth of a second of a machine without a graphics card."""
    small = ART / f"{picture}.png"
    return str(small) if pixels <= SMALL_ART and small.is_file() else path_of(picture)


def initials(name: str) -> str:
    """Up to two letters that stand for a name: of a person, or of goods without a picture."""
    words = [w for w in name.replace(".", " ").split() if w[:1].isalpha()]
    # Georgian is written without capitals, and the screens' font has none.
    return "".join(w[0] if "ა" <= w[0] <= "ჿ" else w[0].upper() for w in words[:2])
