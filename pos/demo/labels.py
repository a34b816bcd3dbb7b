"""Pictures for the demo's camera: an empty counter, then labels held to it. Drawn when the demo starts."""

from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (1280, 720)
COUNTER, CARD, HAND = (203, 190, 165), (250, 248, 242), (120, 108, 90)
FONT = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "StorefloorSans-Medium.ttf"


def draw_labels(folder: Path, goods: list[tuple[str, str]]) -> Path:
    """Write an empty counter and a label for each (name, barcode) into `folder`, in that order."""
    folder.mkdir(parents=True, exist_ok=True)
    counter().save(folder / "00-counter.png")
    for number, (name, code) in enumerate(goods, 1):
        label(name, code, tilt=(-7, 5, -3)[number % 3]).save(folder / f"{number:02d}-label.png")
    return folder


def counter() -> Image.Image:
    """What the camera sees while nothing is held to it."""
    picture = Image.new("RGB", SIZE, COUNTER)
    pen = ImageDraw.Draw(picture)
    for x in range(0, SIZE[0], 160):
        pen.line([(x, 0), (x + 220, SIZE[1])], fill=(196, 183, 158), width=3)
    return picture


def label(name: str, code: str, tilt: float = 0) -> Image.Image:
    """A price card with an EAN-13 or EAN-8, a little tilted and not quite in focus, as a hand holds it."""
    card = Image.new("RGBA", (620, 380), (*CARD, 255))
    pen = ImageDraw.Draw(card)
    pen.text((40, 30), name, fill=(40, 36, 30), font=ImageFont.truetype(str(FONT), 38))
    bars = _bars(code)
    card.paste(bars, ((card.width - bars.width) // 2, 104))
    pen.text((card.width / 2, 350), code, fill=(40, 36, 30), font=ImageFont.truetype(str(FONT), 26), anchor="mm")
    held = card.rotate(tilt, expand=True, resample=Image.Resampling.BICUBIC)
    picture = counter()
    shade = Image.new("RGBA", held.size, (*HAND, 0))
    shade.putalpha(held.getchannel("A").point(lambda a: a // 3))
    at = ((SIZE[0] - held.width) // 2, (SIZE[1] - held.height) // 2)
    picture.paste(shade, (at[0] + 14, at[1] + 18), shade)
    picture.paste(held, at, held)
    return picture.filter(ImageFilter.GaussianBlur(0.9))


def _bars(code: str) -> Image.Image:
    """The code as an EAN, where it is one; else as a QR code."""
    kinds = {8: zxingcpp.BarcodeFormat.EAN8, 13: zxingcpp.BarcodeFormat.EAN13}
    try:
        made = zxingcpp.create_barcode(code, kinds.get(len(code), zxingcpp.BarcodeFormat.QRCode))
    except ValueError:  # as long as an EAN, and none
        made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
    bars = Image.fromarray(made.to_image(scale=4)).convert("L")
    across = bars.width if made.format in kinds.values() else 220
    return bars.resize((across, 220), Image.Resampling.NEAREST)
