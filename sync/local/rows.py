"""From rows of the replica to the domain's own objects. Words are JSON by language, and repeat: they are kept."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import msgspec

from sync.domain.catalogue import Location, LocationKind, Product, Words
from sync.domain.pricing import Price, price_now

_words = msgspec.json.Decoder(dict[str, str])

PRODUCT = (
    "p.rank, p.id, p.sku, p.names, p.details, p.descriptions, p.department, p.unit, p.vat_rate, p.picture, p.tint, "
    'r.unit, r.regular, r.start, r."end", r.label'
)
"""The columns that `products` reads: `p` is the product, `r` its prices in the list of the own location."""

PRICES = (
    "LEFT JOIN replica.price r ON r.product = p.id AND r.list = coalesce((SELECT l.pricelist FROM replica.location l"
    " WHERE l.id = (SELECT location FROM identity)), '')"
)


def words(text: str) -> Words:
    """The words of a JSON column; an empty column has none."""
    return _words.decode(text) if text else {}


def products(rows: Iterable[Sequence[Any]], at: int) -> list[tuple[int, Product]]:
    """Products with their ranks, from rows of PRODUCT that come together for each product."""
    return [_product(rank, list(group), at) for rank, group in groupby(rows, key=lambda row: row[0])]


def _product(rank: int, rows: list[Sequence[Any]], at: int) -> tuple[int, Product]:
    first = rows[0]
    prices = [(p, row[15]) for row in rows if (p := _price(row)) is not None]
    price = price_now([p for p, _ in prices], at)
    label = next((text for p, text in prices if p is price), "")
    return rank, Product(
        id=first[1],
        sku=first[2],
        names=words(first[3]),
        details=words(first[4]),
        descriptions=words(first[5]),
        department=first[6],
        unit=first[7],
        vat_rate=first[8],
        picture=first[9],
        tint=first[10],
        price=price,
        price_label=words(label),
    )


def _price(row: Sequence[Any]) -> Price | None:
    return None if row[11] is None else Price(row[11], row[12], row[13], row[14])


LOCATION = "l.id, l.kind, l.names, l.address, l.latitude, l.longitude, l.opens, l.closes, l.pricelist, l.sort"
"""The columns that `location` reads."""


def location(row: Sequence[Any]) -> Location:
    """A location from a row that begins with the columns of LOCATION."""
    return Location(row[0], LocationKind(row[1]), words(row[2]), *row[3:10])
