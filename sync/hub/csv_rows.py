"""The kinds of files that a retailer imports: their columns, and the typed row that each line becomes."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple

from sync.domain.catalogue import Words
from sync.domain.codes import gtin14
from sync.domain.money import currency as currency_of
from sync.hub import csv_values as values
from sync.hub.csv_values import Unclear


class Kind(StrEnum):
    """What a file holds; each name is the usual name of its file, less ".csv". In the order of import."""

    LOCATIONS = "locations"
    DEPARTMENTS = "departments"
    PRODUCTS = "products"
    BARCODES = "barcodes"
    PRICES = "prices"
    STOCK = "stock"
    STAFF = "staff"


class LocationRow(NamedTuple):
    """A place that holds stock. Degrees in millionths; `opens`, `closes` as HH:MM, local; `shorts` fit a chip."""

    location: str
    kind: str
    names: Words
    shorts: Words
    address: str
    latitude: int | None
    longitude: int | None
    opens: str
    closes: str
    pricelist: str
    sort: int


class DepartmentRow(NamedTuple):
    """A part of the assortment; `icon` is a name of the icon font."""

    department: str
    names: Words
    icon: str
    sort: int


class ProductRow(NamedTuple):
    """An article. `vat_rate` in basis points; `unit` is pcs or kg; rows of one `family` are variants of each other.
    `serial` 1: each unit is sold by a number of its own."""

    sku: str
    names: Words
    details: Words
    descriptions: Words
    department: str
    vat_rate: int
    unit: str
    family: str
    picture: str
    tint: str
    popularity: int
    serial: int


class BarcodeRow(NamedTuple):
    """A code on a product: `gtin` always has 14 digits."""

    gtin: str
    sku: str


class PriceRow(NamedTuple):
    """A price of a piece or kilogram, minor units; `regular` is struck. Holds from `start` to before `end`, UTC ms."""

    sku: str
    pricelist: str
    price: int
    regular: int | None
    start: int | None
    end: int | None
    labels: Words


class StockRow(NamedTuple):
    """What is on hand at a location, in thousandths, and its place there (B-14)."""

    sku: str
    location: str
    on_hand: int
    shelf: str


class StaffRow(NamedTuple):
    """A person who signs in. `pin` is plain: hash it, keep it nowhere, show it to nobody."""

    staff: str
    name: str
    role: str
    location: str
    pin: str

    def __repr__(self) -> str:
        return f"StaffRow(staff={self.staff!r}, name={self.name!r}, role={self.role!r}, location={self.location!r})"


Row = LocationRow | DepartmentRow | ProductRow | BarcodeRow | PriceRow | StockRow | StaffRow
Parse = Callable[[str], object]


class Column(NamedTuple):
    """A column: `parse` None keeps the text; an empty field becomes `empty`, or is refused where `required`.

    A column of `words` is many: `name`, `name_en`, `name_ru`, … and `name` stands in for what is not given.
    """

    name: str
    parse: Parse | None = None
    required: bool = False
    empty: object = ""
    words: bool = False
    secret: bool = False


class Shape(NamedTuple):
    """A kind of file: its row, its columns in the row's order, and the columns that make a row unique."""

    row: type[Row]
    columns: tuple[Column, ...]
    key: tuple[str, ...]


KEY_LENGTH = 64
"""Characters of an article number, a location's or a department's code."""


def key(text: str) -> str:
    """An article number or a code as it is: retailers have spaces and slashes in theirs."""
    if len(text) > KEY_LENGTH:
        raise Unclear(f"A code has at most {KEY_LENGTH} characters.")
    return text


def gtin(text: str) -> str:
    """A barcode's 14 digits; raises Unclear when length or check digit are wrong."""
    digits = gtin14(text)
    if digits is None:
        raise Unclear("This is no EAN or UPC code: 8, 12, 13 or 14 digits, the last one a check digit.")
    return digits


def pin(text: str) -> str:
    """Four to eight digits."""
    if not (text.isascii() and text.isdigit() and 4 <= len(text) <= 8):
        raise Unclear("A PIN has 4 to 8 digits.")
    return text


def file_stem(text: str) -> str:
    """A picture's file name without folder and ending: it becomes a path, so nothing else may stand in it."""
    if not all(c.isascii() and (c.isalnum() or c in "-_") for c in text) or len(text) > KEY_LENGTH:
        raise Unclear("Write the picture's file name without folder and ending: Latin letters, digits, - and _.")
    return text


def _words(name: str, required: bool = False) -> Column:
    return Column(name, required=required, words=True)


def shape(kind: Kind, currency: str, zone: tzinfo) -> Shape:
    """The columns of that kind. Amounts are of `currency`, dates without an offset of `zone`."""
    money = values.money(currency_of(currency).exponent)
    start, end = values.moment(zone, closing=False), values.moment(zone, closing=True)
    return _SHAPES[kind](money, start, end)


def _location(*_: Parse) -> Shape:
    return Shape(
        LocationRow,
        (
            Column("location", key, required=True),
            Column("kind", values.choice("store", "warehouse", "online"), required=True),
            _words("name", required=True),
            _words("short"),
            Column("address"),
            Column("lat", values.degrees(90), empty=None),
            Column("lon", values.degrees(180), empty=None),
            Column("opens", values.clock),
            Column("closes", values.clock),
            Column("pricelist", key),
            Column("sort", values.whole, empty=0),
        ),
        ("location",),
    )


def _department(*_: Parse) -> Shape:
    sort = Column("sort", values.whole, empty=0)
    columns = (
        Column("department", key, required=True),
        _words("name", required=True),
        Column("icon", file_stem),
        sort,
    )
    return Shape(DepartmentRow, columns, ("department",))


def _product(*_: Parse) -> Shape:
    return Shape(
        ProductRow,
        (
            Column("sku", key, required=True),
            _words("name", required=True),
            _words("detail"),
            _words("description"),
            Column("department", key),
            Column("vat", values.vat, required=True),
            Column("unit", values.choice("pcs", "kg"), empty="pcs"),
            Column("family", key),
            Column("picture", file_stem),
            Column("tint", values.choice("sand", "mint", "sky", "blush", "lemon"), empty="sand"),
            Column("popularity", values.whole, empty=0),
            Column("serial", values.yes_or_no, empty=0),
        ),
        ("sku",),
    )


def _barcode(*_: Parse) -> Shape:
    columns = (Column("barcode", gtin, required=True), Column("sku", key, required=True))
    return Shape(BarcodeRow, columns, ("barcode",))


def _price(money: Parse, start: Parse, end: Parse) -> Shape:
    return Shape(
        PriceRow,
        (
            Column("sku", key, required=True),
            Column("pricelist", key),
            Column("price", money, required=True),
            Column("regular", money, empty=None),
            Column("valid_from", start, empty=None),
            Column("valid_until", end, empty=None),
            _words("label"),
        ),
        ("sku", "pricelist", "valid_from", "valid_until"),
    )


def _stock(*_: Parse) -> Shape:
    return Shape(
        StockRow,
        (
            Column("sku", key, required=True),
            Column("location", key, required=True),
            Column("on_hand", values.quantity, required=True),
            Column("shelf", key),
        ),
        ("sku", "location"),
    )


def _staff(*_: Parse) -> Shape:
    return Shape(
        StaffRow,
        (
            Column("staff", key, required=True),
            Column("name", required=True),
            Column("role", values.choice("cashier", "lead", "manager"), required=True),
            Column("location", key),
            Column("pin", pin, required=True, secret=True),
        ),
        ("staff",),
    )


_SHAPES: Mapping[Kind, Callable[[Parse, Parse, Parse], Shape]] = {
    Kind.LOCATIONS: _location,
    Kind.DEPARTMENTS: _department,
    Kind.PRODUCTS: _product,
    Kind.BARCODES: _barcode,
    Kind.PRICES: _price,
    Kind.STOCK: _stock,
    Kind.STAFF: _staff,
}
