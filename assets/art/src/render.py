"""Draw the pictures of goods again, from the SVG beside this file into the folder above. See README.md."""

import csv
import io
import sys
from pathlib import Path

import imagequant
import resvg_py
from PIL import Image

HERE = Path(__file__).parent
BASE = "pine"  # the colour that the SVG files are drawn in
SIZES = {"": 400, "@2x": 800}


def table(name: str) -> list[list[str]]:
    """The rows of a small CSV file beside this one, without its header."""
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def recoloured(svg: str, base: list[str], colour: list[str]) -> str:
    """The drawing with main, shade and light of its base colour replaced."""
    for old, new in zip(base, colour, strict=True):
        svg = svg.replace(old, new)
    return svg


def draw(svg: str, stem: str) -> None:
    """Write one picture in every size, its colours cut to a palette of 128."""
    for suffix, size in SIZES.items():
        data = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size)
        image = Image.open(io.BytesIO(bytes(data))).convert("RGBA")
        small = imagequant.quantize_pil_image(image, dithering_level=0.0, max_colors=128)
        small.save(HERE.parent / f"{stem}{suffix}.png", optimize=True)


def main(chosen: list[str]) -> None:
    """Draw what pictures.csv names, or only the chosen motifs of it, and missing.png from the parcel."""
    palette = {row[0]: row[1:] for row in table("palette.csv")}
    for motif, colours in table("pictures.csv"):
        if chosen and motif not in chosen:
            continue
        svg = (HERE / f"{motif}.svg").read_text(encoding="utf-8")
        for colour in colours.split():
            draw(recoloured(svg, palette[BASE], palette[colour]), f"{motif}-{colour}")
        if not colours:
            draw(svg, motif)
    draw((HERE / "parcel.svg").read_text(encoding="utf-8"), "missing")


if __name__ == "__main__":
    main(sys.argv[1:])
