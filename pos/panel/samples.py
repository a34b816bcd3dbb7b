"""Codes to scan with one touch: goods of the demo retailer, and what else may be held to a scanner."""

import csv
from dataclasses import dataclass
from pathlib import Path

from pos.devices.base import N_
from pos.pictures import path_of
from pos.ui.i18n import _, language

FILES = Path(__file__).resolve().parents[2] / "assets" / "demo"
GOODS = ("100001", "120001", "130001", "160001")
"""Articles of different families."""
_ODD = (
    ("2122000806401", N_("Dried apricots, 640 g: a label of the scale")),
    ("4870012109871", N_("A laptop, sold by serial number")),
    ("BLT-00417", N_("Its serial number")),
    ("4930112258130004", N_("A gift card with 25 000 ₸")),
    ("100-48351", N_("An order to be collected")),
    ("4006381333931", N_("A code of nobody here")),
    ("4870000000001", N_("A code that was misread")),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to scan: its code, its name in the language of the screen, and its picture, if it has one.
    `chosen`: it is held to the camera."""

    code: str
    name: str
    picture: str = ""
    tint: str = "sand"
    chosen: bool = False


def samples() -> tuple[Sample, ...]:
    """All of them; goods first."""
    codes = {row["sku"]: row["barcode"] for row in reversed(_rows("barcodes.csv"))}
    products = {row["sku"]: row for row in _rows("products.csv")}
    found = [_of(products[sku], codes.get(sku, sku)) for sku in GOODS if sku in products]
    return (*found, *(Sample(code, _(name)) for code, name in _ODD))


def _of(row: dict[str, str], code: str) -> Sample:
    name = row.get(f"name_{language()}") or row["name_en"]
    return Sample(code, name, path_of(row["picture"]), row["tint"])


def _rows(file: str) -> list[dict[str, str]]:
    with (FILES / file).open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))
