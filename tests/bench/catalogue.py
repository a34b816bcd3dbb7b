"""A retailer's catalogue of any size, as CSV files: names in Latin and Cyrillic letters, always the same."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sync.domain.codes import check_digit

DEPARTMENTS = (
    "dairy",
    "bakery",
    "fruit",
    "drinks",
    "coffee",
    "sweets",
    "home",
    "garden",
    "kids",
    "paper",
    "pets",
    "tools",
)
MAKERS = (
    "Alatau",
    "Dala",
    "Nura",
    "Sayram",
    "Zhetysu",
    "Altyn",
    "Kerben",
    "Tumar",
    "Orken",
    "Baiterek",
    "Samal",
    "Arman",
)
LATIN = (
    ("fresh", "light", "classic", "family", "organic", "golden", "mountain", "river", "summer", "winter", "dark",
     "mild"),
    ("milk", "bread", "butter", "cheese", "apple", "juice", "chocolate", "coffee", "tea", "water", "soap", "paper",
     "brush", "lamp", "kettle", "blanket", "pencil", "hammer"),
)  # fmt: skip
CYRILLIC = (
    ("свежий", "лёгкий", "классика", "семейный", "фермерский", "золотой", "горный", "речной", "летний", "зимний",
     "тёмный", "мягкий"),
    ("молоко", "хлеб", "масло", "сыр", "яблоко", "сок", "шоколад", "кофе", "чай", "вода", "мыло", "бумага",
     "щётка", "лампа", "чайник", "плед", "карандаш", "молоток"),
)  # fmt: skip
LOCATIONS = (
    ("S1", "store", "Central", "Центральный", "43.238949", "76.889709"),
    ("S2", "store", "North", "Северный", "43.298949", "76.949709"),
    ("S3", "store", "South", "Южный", "43.198949", "76.869709"),
    ("W1", "warehouse", "Warehouse", "Склад", "43.338949", "76.999709"),
    ("O1", "online", "Online", "Онлайн", "", ""),
)


def sku(i: int) -> str:
    """The article number of product `i`."""
    return f"A{i:07d}"


def gtin13(i: int) -> str:
    """A right EAN-13 of product `i`, in the range that GS1 gives to Kazakhstan."""
    body = f"487{i:09d}"
    return body + check_digit(body)


def names(i: int) -> tuple[str, str]:
    """The names of product `i`, some 30 characters each, the same sense in both."""
    # A multiplier without common factors spreads neighbours over the words.
    mixed = i * 2_654_435_761 % (1 << 32)
    first, second = mixed % 12, mixed // 12 % 18
    maker, size = MAKERS[mixed // 216 % 12], 50 + mixed // 2592 % 1950
    latin = f"{LATIN[0][first].capitalize()} {LATIN[1][second]} {maker} {size} g"
    return latin, f"{CYRILLIC[0][first].capitalize()} {CYRILLIC[1][second]} {maker} {size} г"


def write_csv(folder: Path, n: int, stock: Sequence[str] = ()) -> dict[str, Path]:
    """Files of `n` products with barcodes and prices, by kind; with `stock`, counts at those locations too."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "locations": _write(folder, "locations", "location,kind,name_en,name_ru,lat,lon", LOCATIONS),
        "departments": _write(folder, "departments", "department,name_en,name_ru", ((d, d, d) for d in DEPARTMENTS)),
        "products": _write(folder, "products", "sku,name_en,name_ru,department,vat,popularity", _products(n)),
        "barcodes": _write(folder, "barcodes", "barcode,sku", ((gtin13(i), sku(i)) for i in range(n))),
        "prices": _write(folder, "prices", "sku,price", ((sku(i), 100 + i * 37 % 90_000) for i in range(n))),
    }
    if stock:
        rows = ((sku(i), place, i % 40, f"B-{i % 90}") for place in stock for i in range(n))
        files["stock"] = _write(folder, "stock", "sku,location,on_hand,shelf", rows)
    return files


def _products(n: int) -> Iterator[tuple[object, ...]]:
    for i in range(n):
        latin, cyrillic = names(i)
        yield sku(i), latin, cyrillic, DEPARTMENTS[i % len(DEPARTMENTS)], 16, i * 7919 % n


def _write(folder: Path, kind: str, header: str, rows: Iterable[Sequence[object]]) -> Path:
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path
