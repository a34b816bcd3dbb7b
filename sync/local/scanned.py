"""The article of a scanned or typed code."""

from dataclasses import dataclass
from typing import Any

from sync.domain import codes
from sync.domain.catalogue import Product
from sync.local.database import Local
from sync.local.queries import read_rows, settings
from sync.local.rows import PRICES, PRODUCT, first_product


@dataclass(frozen=True, slots=True)
class Found:
    """A product, the code that was read to find it, and what that says besides: its weight, its unit, its dates."""

    product: Product
    scanned: str
    said: codes.Said = codes.NOTHING


_GTIN = f"SELECT {PRODUCT} FROM replica.barcode b JOIN replica.product p ON {{}} {PRICES} WHERE b.gtin = :key"  # noqa: S608 - constants
_BY_GTIN = _GTIN.format("p.rank = b.rank AND p.id = b.product")
_BY_GTIN_ALONE = _GTIN.format("p.id = b.product")
"""For barcodes that were there before their product."""
_BY_SKU = f"SELECT {PRODUCT} FROM replica.product p {PRICES} WHERE p.sku = :key ORDER BY p.rank"  # noqa: S608 - constants


def find_code(local: Local, code: codes.Code, at: int) -> Found | None:
    """The product of a read code, by the retailer's rules: by barcode, else by its exact article number; of a label of
    the store's scales by that of its item. Receipts, passes, cards and bad codes find none."""
    code = codes.read(code.raw, settings(local).codes)
    if code.kind is codes.Kind.GTIN:
        rows = _of_barcode(local, code.key) or read_rows(local, _BY_SKU, code.raw.strip())
        if not rows and code.said.item:
            weighed = _of_item(local, code.said)
            return Found(first_product(weighed, at), code.raw, code.said) if weighed else None
    elif code.kind in (codes.Kind.RECEIPT, codes.Kind.PASS) or code.card or not code.key:
        return None
    else:
        rows = read_rows(local, _BY_SKU, code.key)
    # A barcode of the catalogue that looks like a scale's label is what the catalogue says.
    said = codes.NOTHING if code.said.item else code.said
    return Found(first_product(rows, at), code.raw, said) if rows else None


def _of_barcode(local: Local, gtin: str) -> list[Any]:
    return read_rows(local, _BY_GTIN, gtin) or read_rows(local, _BY_GTIN_ALONE, gtin)


def _of_item(local: Local, said: codes.Said) -> list[Any]:
    """What a scale calls by that number: the label's barcode with nothing weighed, else the article's number, with the
    zeros that fill it up or without."""
    rows = _of_barcode(local, said.base) if said.base else []
    return rows or read_rows(local, _BY_SKU, said.item) or read_rows(local, _BY_SKU, said.item.lstrip("0"))
