"""From rows of the replica to the domain's own objects. Words are JSON by language, and repeat: they are kept."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from sync.domain.catalogue import Location, LocationKind, Product, Words
from sync.domain.pricing import Price, price_now

_words = msgspec.json.Decoder(dict[str, str])
_rank = itemgetter(0)

PRODUCT = (
    "p.rank, p.id, p.sku, p.names, p.details, p.descriptions, p.department, p.unit, p.vat_rate, p.picture, p.tint, "
    'r.unit, r.regular, r.start, r."end", r.label, p.serial'
)
"""The columns that `products` reads: `p` is the product, `r` its prices in the list of the own location."""

PRICES = (
    "LEFT JOIN replica.price r ON r.product = p.id"
    " AND r.list = coalesce((SELECT l.pricelist FROM replica.location l WHERE l.id = :here), '')"
)
"""The prices that hold at `:here`, the own location. It is given rather than read: one file less to lock, each scan."""


def words(text: str) -> Words:
    """The words of a JSON column; an empty column has none."""
    return _words.decode(text) if text and text != "{}" else {}


def products(rows: Iterable[Sequence[Any]], at: int) -> list[tuple[int, Product]]:
    """Products with their ranks, from rows of PRODUCT that come together for each product."""
    return [(rank, _product(list(group), at)) for rank, group in groupby(rows, key=_rank)]


def first_product(rows: list[Sequence[Any]], at: int) -> Product:
    """The first product of rows of PRODUCT: of a scan, nearly always the only row."""
    if len(rows) > 1:
        rows = list(next(groupby(rows, key=_rank))[1])
    return _product(rows, at)


def _product(rows: list[Sequence[Any]], at: int) -> Product:
    # By position: half the time of keywords, on the way from a scan to the screen.
    _, id, sku, names, details, descriptions, department, unit, vat_rate, picture, tint, *_ = rows[0]
    price, label = _price(rows, at)
    said = words(names), words(details), words(descriptions)
    return Product(id, sku, *said, department, unit, vat_rate, picture, tint, price, words(label), rows[0][16] == 1)


def _price(rows: list[Sequence[Any]], at: int) -> tuple[Price | None, str]:
    """The price that holds, and its label."""
    prices = [(Price(*row[11:15]), row[15]) for row in rows if row[11] is not None]
    if len(prices) == 1:  # nearly always: nothing to choose between
        return prices[0] if prices[0][0].holds(at) else (None, "")
    price = price_now([p for p, _ in prices], at)
    return price, next((label for p, label in prices if p is price), "")


LOCATION = "l.id, l.kind, l.names, l.address, l.latitude, l.longitude, l.opens, l.closes, l.pricelist, l.sort"
"""The columns that `location` reads."""


def location(row: Sequence[Any]) -> Location:
    """A location from a row that begins with the columns of LOCATION."""
    return Location(row[0], LocationKind(row[1]), words(row[2]), *row[3:10])
