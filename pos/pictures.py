"""Where a product's picture lies: a name of `assets/art`, or a file of the retailer's own."""

from functools import lru_cache
from pathlib import Path

ART = Path(__file__).resolve().parents[1] / "assets" / "art"
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


def initials(name: str) -> str:
    """Up to two letters that stand for a name: of a person, or of goods without a picture."""
    words = [w for w in name.replace(".", " ").split() if w[:1].isalpha()]
    return "".join(w[0] for w in words[:2]).upper()
