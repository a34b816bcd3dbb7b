"""From a CSV file's typed rows to rows of the hub's tables: what each kind fills, and what its rows refer to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Table, select

from sync.domain.catalogue import Words
from sync.domain.search import fold
from sync.hub import tables
from sync.hub.csv_rows import (
    BarcodeRow,
    DepartmentRow,
    Kind,
    LocationRow,
    PriceRow,
    ProductRow,
    StaffRow,
    StockRow,
)

STANDARD = "standard"
"""The price list of locations and prices that name none."""
VERIFIER_LIFE_MS = 366 * 86_400_000
"""How long an imported PIN lets someone in; an import renews it when less than half is left."""

Values = tuple[Any, ...]
Encode = Callable[[Any], Values]

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a row of another kind; `csv` is what the file calls it. `optional`: may be empty."""

    column: str
    csv: str
    kind: Kind
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind lies in the hub: its table, the columns that a file sets, the key, what it refers to."""

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()


SHAPES: Mapping[Kind, Shape] = {
    Kind.LOCATIONS: Shape(
        tables.location,
        (
            "id", "kind", "names", "address", "latitude", "longitude", "opens", "closes", "pricelist", "sort",
        ),
        ("id",),
    ),
    Kind.DEPARTMENTS: Shape(tables.department, ("id", "names", "icon", "sort"), ("id",)),
    Kind.PRODUCTS: Shape(
        tables.product,
        (
            "id", "sku", "department", "unit", "vat_rate", "picture", "tint", "names", "details", "descriptions",
            "popularity", "terms", "serial",
        ),
        ("id",),
        (Reference("department", "department", Kind.DEPARTMENTS, optional=True),),
    ),
    Kind.BARCODES: Shape(
        tables.barcode, ("gtin", "product"), ("gtin",), (Reference("product", "sku", Kind.PRODUCTS),)
    ),
    Kind.PRICES: Shape(
        tables.price,
        ("id", "list", "product", "unit", "regular", "start", "end", "label"),
        ("id",),
        (Reference("product", "sku", Kind.PRODUCTS),),
    ),
    Kind.STOCK: Shape(
        tables.stock,
        ("product", "location", "on_hand", "shelf"),
        ("product", "location"),
        (Reference("product", "sku", Kind.PRODUCTS), Reference("location", "location", Kind.LOCATIONS)),
    ),
    Kind.STAFF: Shape(
        tables.staff,
        ("id", "name", "role", "location", "verifier", "expires"),
        ("id",),
        (Reference("location", "location", Kind.LOCATIONS, optional=True),),
    ),
}  # fmt: skip


def _words(words: Words) -> str:
    return _encoder.encode(words).decode()


class _Terms:
    """`sync.domain.search.terms`, remembering each word that was folded: a catalogue repeats its words."""

    LIMIT = 200_000

    def __init__(self) -> None:
        self._folded: dict[str, tuple[str, ...]] = {}

    def __call__(self, texts: list[str]) -> str:
        known = self._folded
        words: dict[str, None] = {}
        for text in texts:
            # A combining mark changes the letter before it and never a space, so words fold one by one.
            for word in text.split():
                folded = known.get(word)
                if folded is None:
                    folded = self._fold(word)
                for each in folded:
                    words[each] = None
        return "".join(["  " + word for word in words])

    def _fold(self, word: str) -> tuple[str, ...]:
        folded = tuple(fold(word).split())
        # Numbers seldom come again.
        if len(self._folded) < self.LIMIT and not any(c.isdigit() for c in word):
            self._folded[word] = folded
        return folded


def _product(terms: _Terms) -> Encode:
    def encode(row: ProductRow) -> Values:
        texts = [*row.names.values(), *row.details.values(), row.sku]
        return (
            row.sku, row.sku, row.department, row.unit, row.vat_rate, row.picture, row.tint, _words(row.names),
            _words(row.details), _words(row.descriptions), row.popularity, terms(texts), row.serial,
        )  # fmt: skip

    return encode


def _location(row: LocationRow) -> Values:
    return (
        row.location, row.kind, _words(row.names), row.address, row.latitude, row.longitude, row.opens, row.closes,
        row.pricelist or STANDARD, row.sort,
    )  # fmt: skip


def _department(row: DepartmentRow) -> Values:
    return row.department, _words(row.names), row.icon or "tag", row.sort


def _barcode(row: BarcodeRow) -> Values:
    return row.gtin, row.sku


def _price(row: PriceRow) -> Values:
    pricelist = row.pricelist or STANDARD
    return (
        price_id(row.sku, pricelist, row.start, row.end), pricelist, row.sku, row.price, row.regular, row.start,
        row.end, _words(row.labels),
    )  # fmt: skip


def price_id(product: str, pricelist: str, start: int | None, end: int | None) -> str:
    """The key of a price: one for each product, list and stretch of time (UTC ms)."""
    since, until = "" if start is None else start, "" if end is None else end
    return f"{pricelist.replace('%', '%25').replace(':', '%3A')}:{since}:{until}:{product}"


def _stock(row: StockRow) -> Values:
    return row.sku, row.location, row.on_hand, row.shelf


class _Staff:
    """Hashes PINs, and keeps the verifier of a PIN that did not change: the same file again changes nothing."""

    def __init__(self, conn: Connection, now: int) -> None:
        self._known = {row.id: row for row in conn.execute(select(tables.staff))}
        self._hasher = PasswordHasher()
        self._now = now

    def __call__(self, row: StaffRow) -> Values:
        known = self._known.get(row.staff)
        verifier, expires = "", 0
        if known is not None and self._holds(known.verifier, row.pin):
            verifier, expires = known.verifier, known.expires
        if expires - self._now < VERIFIER_LIFE_MS // 2:
            expires = self._now + VERIFIER_LIFE_MS
        return row.staff, row.name, row.role, row.location, verifier or self._hasher.hash(row.pin), expires

    def _holds(self, verifier: str, pin: str) -> bool:
        try:
            return self._hasher.verify(verifier, pin)
        except (VerifyMismatchError, InvalidHashError):
            return False


def encoder(kind: Kind, conn: Connection, now: int) -> Encode:
    """The function that makes values of `SHAPES[kind].columns` from a typed row of that kind."""
    if kind is Kind.STAFF:
        return _Staff(conn, now)
    if kind is Kind.PRODUCTS:
        return _product(_Terms())
    plain: Mapping[Kind, Encode] = {
        Kind.LOCATIONS: _location,
        Kind.DEPARTMENTS: _department,
        Kind.BARCODES: _barcode,
        Kind.PRICES: _price,
        Kind.STOCK: _stock,
    }
    return plain[kind]
