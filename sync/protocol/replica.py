"""The tables of a replica, which are also those of a snapshot file: the hub builds them, the terminal reads them.

Every row carries `v`, the version of its scope that wrote it; a change is applied only if its version is greater.
`words` columns hold JSON objects by language. Money in minor units, quantities in thousandths, times UTC in ms.
"""

FORMAT = 2
"""Bumped when a table here changes shape; a terminal with another format bootstraps anew (its journal stays)."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cursor (scope TEXT PRIMARY KEY, epoch TEXT NOT NULL, version INTEGER NOT NULL, incarnation TEXT NOT NULL,
    included INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE product (rank INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sku TEXT NOT NULL, department TEXT NOT NULL,
    unit TEXT NOT NULL, vat_rate INTEGER NOT NULL, picture TEXT NOT NULL, tint TEXT NOT NULL, names TEXT NOT NULL,
    details TEXT NOT NULL, descriptions TEXT NOT NULL, popularity INTEGER NOT NULL, terms TEXT NOT NULL,
    v INTEGER NOT NULL);
CREATE TABLE barcode (gtin TEXT PRIMARY KEY, product TEXT NOT NULL, rank INTEGER, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE department (id TEXT PRIMARY KEY, names TEXT NOT NULL, icon TEXT NOT NULL, sort INTEGER NOT NULL,
    v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE price (id TEXT NOT NULL, list TEXT NOT NULL, product TEXT NOT NULL, unit INTEGER NOT NULL,
    regular INTEGER, start INTEGER, "end" INTEGER, label TEXT NOT NULL, v INTEGER NOT NULL,
    PRIMARY KEY (product, list, id)) WITHOUT ROWID;
CREATE TABLE stock (product TEXT NOT NULL, location TEXT NOT NULL, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,
    shelf TEXT NOT NULL, at INTEGER NOT NULL, v INTEGER NOT NULL, PRIMARY KEY (product, location)) WITHOUT ROWID;
CREATE TABLE location (id TEXT PRIMARY KEY, kind TEXT NOT NULL, names TEXT NOT NULL, address TEXT NOT NULL,
    latitude INTEGER, longitude INTEGER, opens TEXT NOT NULL, closes TEXT NOT NULL, pricelist TEXT NOT NULL,
    sort INTEGER NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE staff (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, location TEXT NOT NULL,
    verifier TEXT NOT NULL, expires INTEGER NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE link (id INTEGER PRIMARY KEY CHECK (id = 1), online INTEGER NOT NULL, since INTEGER NOT NULL,
    skew INTEGER NOT NULL, reason TEXT NOT NULL, tried_at INTEGER NOT NULL);
"""

SEARCH = """
CREATE VIRTUAL TABLE search USING fts5(terms, content='product', content_rowid='rank', tokenize='trigram', detail=none,
    columnsize=0);
"""

INDEXES = """
CREATE UNIQUE INDEX price_id ON price (id);
CREATE INDEX product_sku ON product (sku);
CREATE INDEX product_department ON product (department, rank);
"""

KEYS: dict[str, tuple[str, ...]] = {
    "product": ("id",),
    "barcode": ("gtin",),
    "department": ("id",),
    "price": ("id",),
    "stock": ("product", "location"),
    "location": ("id",),
    "staff": ("id",),
    "setting": ("key",),
}
"""The entities that changes speak of, with the columns of their key; a change's `key` joins them by U+001F."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "product": (
        "id", "sku", "department", "unit", "vat_rate", "picture", "tint", "names", "details", "descriptions",
        "popularity", "terms",
    ),
    "barcode": ("gtin", "product"),
    "department": ("id", "names", "icon", "sort"),
    "price": ("id", "list", "product", "unit", "regular", "start", "end", "label"),
    "stock": ("product", "location", "on_hand", "reserved", "shelf", "at"),
    "location": (
        "id", "kind", "names", "address", "latitude", "longitude", "opens", "closes", "pricelist", "sort",
    ),
    "staff": ("id", "name", "role", "location", "verifier", "expires"),
    "setting": ("key", "value"),
}  # fmt: skip
"""The columns that a change's `row` holds. `rank` is local: a new product is ranked behind those that are there.

A barcode's `rank` is that of its product when it was written, if it was known then: it spares a scan one search, and
is believed only if the product of that rank is the right one.
"""


def key_of(entity: str, row: dict[str, object]) -> str:
    """The key of a row as changes carry it."""
    return "\x1f".join(str(row[c]) for c in KEYS[entity])


def scope_entities(scope: str) -> tuple[str, ...]:
    """The entities that live in a scope, by its prefix: catalogue, pricelist:…, location:…, config, staff:…"""
    return {
        "catalogue": ("department", "product", "barcode"),
        "pricelist": ("price",),
        "location": ("stock",),
        "config": ("location", "setting"),
        "staff": ("staff",),
    }[scope.split(":", 1)[0]]
