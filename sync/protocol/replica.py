"""The tables of a replica, which are also those of a snapshot file: the hub builds them, the terminal reads them.

Every row carries `v`, the version of its scope that wrote it; a change is applied only if its version is greater.
`words` columns hold JSON objects by language. Money in minor units, quantities in thousandths, times UTC in ms.
"""

FORMAT = 3
"""Bumped when a table here changes shape; a terminal with another format bootstraps anew (its journal stays)."""

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cursor (scope TEXT PRIMARY KEY, epoch TEXT NOT NULL, version INTEGER NOT NULL, incarnation TEXT NOT NULL,
    included INTEGER NOT NULL, seen_at INTEGER NOT NULL, seal TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE product (rank INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sku TEXT NOT NULL, department TEXT NOT NULL,
    unit TEXT NOT NULL, vat_rate INTEGER NOT NULL, picture TEXT NOT NULL, tint TEXT NOT NULL, names TEXT NOT NULL,
    details TEXT NOT NULL, descriptions TEXT NOT NULL, popularity INTEGER NOT NULL, terms TEXT NOT NULL,
    serial INTEGER NOT NULL, v INTEGER NOT NULL);
CREATE TABLE barcode (gtin TEXT PRIMARY KEY, product TEXT NOT NULL, rank INTEGER, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE department (id TEXT PRIMARY KEY, names TEXT NOT NULL, icon TEXT NOT NULL, sort INTEGER NOT NULL,
    v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE price (id TEXT NOT NULL, list TEXT NOT NULL, product TEXT NOT NULL, unit INTEGER NOT NULL,
    regular INTEGER, start INTEGER, "end" INTEGER, label TEXT NOT NULL, v INTEGER NOT NULL,
    PRIMARY KEY (product, list, id)) WITHOUT ROWID;
CREATE TABLE price_past (id TEXT PRIMARY KEY, list TEXT NOT NULL, product TEXT NOT NULL, unit INTEGER NOT NULL,
    until INTEGER NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE stock (product TEXT NOT NULL, location TEXT NOT NULL, on_hand INTEGER NOT NULL, reserved INTEGER NOT NULL,
    shelf TEXT NOT NULL, at INTEGER NOT NULL, v INTEGER NOT NULL, PRIMARY KEY (product, location)) WITHOUT ROWID;
CREATE TABLE parcel (id TEXT PRIMARY KEY, "order" TEXT NOT NULL, location TEXT NOT NULL, state TEXT NOT NULL,
    shelf TEXT NOT NULL, fence INTEGER NOT NULL, body TEXT NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE arrival (id TEXT PRIMARY KEY, "order" TEXT NOT NULL, location TEXT NOT NULL, ticket TEXT NOT NULL,
    state TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE pick ("order" TEXT NOT NULL, line TEXT NOT NULL, location TEXT NOT NULL, "to" TEXT NOT NULL,
    product TEXT NOT NULL, "left" INTEGER NOT NULL, v INTEGER NOT NULL,
    PRIMARY KEY ("order", line, location)) WITHOUT ROWID;
CREATE TABLE location (id TEXT PRIMARY KEY, kind TEXT NOT NULL, names TEXT NOT NULL, address TEXT NOT NULL,
    latitude INTEGER, longitude INTEGER, opens TEXT NOT NULL, closes TEXT NOT NULL, pricelist TEXT NOT NULL,
    sort INTEGER NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE staff (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, location TEXT NOT NULL,
    verifier TEXT NOT NULL, expires INTEGER NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE signer (kid TEXT PRIMARY KEY, terminal TEXT NOT NULL, name TEXT NOT NULL, location TEXT NOT NULL,
    public TEXT NOT NULL, "end" INTEGER, revoked_at INTEGER, v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE purchase (id TEXT PRIMARY KEY, number TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
    v INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE matter (id TEXT NOT NULL, code TEXT NOT NULL, at INTEGER NOT NULL, location TEXT NOT NULL,
    body TEXT NOT NULL, v INTEGER NOT NULL, PRIMARY KEY (id, location)) WITHOUT ROWID;
CREATE TABLE ailment (terminal TEXT NOT NULL, device TEXT NOT NULL, location TEXT NOT NULL, name TEXT NOT NULL,
    kind TEXT NOT NULL, fault TEXT NOT NULL, at INTEGER NOT NULL, v INTEGER NOT NULL,
    PRIMARY KEY (terminal, device)) WITHOUT ROWID;
CREATE TABLE link (id INTEGER PRIMARY KEY CHECK (id = 1), online INTEGER NOT NULL, since INTEGER NOT NULL,
    skew INTEGER NOT NULL, reason TEXT NOT NULL, tried_at INTEGER NOT NULL);
"""

PICKED_UP = """instr(body, '"fulfilment":"pickup"') > 0"""
"""Whether something of a purchase is picked up; in these words it is found by an index."""
PARCEL_EXPIRES = "iif(json_valid(body), json_extract(body, '$.expires'), NULL)"
PARCEL_LAST_AT = "iif(json_valid(body), json_extract(body, '$.last.at'), NULL)"
"""Of a parcel: until when it waits, and when it changed hands last; in these words they are found by indexes."""

SEARCH = """
CREATE VIRTUAL TABLE search USING fts5(terms, content='product', content_rowid='rank', tokenize='trigram', detail=none,
    columnsize=0);
"""

INDEXES = f"""
CREATE UNIQUE INDEX price_id ON price (id);
CREATE INDEX price_past_product ON price_past (product, list);
CREATE INDEX product_sku ON product (sku);
CREATE INDEX purchase_number ON purchase (number);
CREATE INDEX purchase_pickup ON purchase (at) WHERE {PICKED_UP};
CREATE INDEX parcel_order ON parcel ("order");
CREATE INDEX parcel_state ON parcel (location, state, shelf);
CREATE INDEX parcel_expires ON parcel (location, {PARCEL_EXPIRES}) WHERE state = 'ready';
CREATE INDEX parcel_handed ON parcel (location, {PARCEL_LAST_AT}) WHERE state = 'handed_out';
CREATE INDEX arrival_order ON arrival ("order");
CREATE INDEX pick_location ON pick (location);
CREATE INDEX product_department ON product (department, rank);
"""

KEYS: dict[str, tuple[str, ...]] = {
    "product": ("id",),
    "barcode": ("gtin",),
    "department": ("id",),
    "price": ("id",),
    "price_past": ("id",),
    "stock": ("product", "location"),
    "parcel": ("id",),
    "arrival": ("id",),
    "pick": ("order", "line", "location"),
    "location": ("id",),
    "staff": ("id",),
    "setting": ("key",),
    "signer": ("kid",),
    "purchase": ("id",),
    "matter": ("id", "location"),
    "ailment": ("terminal", "device"),
}
"""The entities that changes speak of, with the columns of their key; a change's `key` joins them by U+001F."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "product": (
        "id", "sku", "department", "unit", "vat_rate", "picture", "tint", "names", "details", "descriptions",
        "popularity", "terms", "serial",
    ),
    "barcode": ("gtin", "product"),
    "department": ("id", "names", "icon", "sort"),
    "price": ("id", "list", "product", "unit", "regular", "start", "end", "label"),
    "price_past": ("id", "list", "product", "unit", "until"),
    "stock": ("product", "location", "on_hand", "reserved", "shelf", "at"),
    "parcel": ("id", "order", "location", "state", "shelf", "fence", "body"),
    "arrival": ("id", "order", "location", "ticket", "state", "at", "body"),
    "pick": ("order", "line", "location", "to", "product", "left"),
    "location": (
        "id", "kind", "names", "address", "latitude", "longitude", "opens", "closes", "pricelist", "sort",
    ),
    "staff": ("id", "name", "role", "location", "verifier", "expires"),
    "setting": ("key", "value"),
    "signer": ("kid", "terminal", "name", "location", "public", "end", "revoked_at"),
    "purchase": ("id", "number", "at", "body"),
    "matter": ("id", "code", "at", "location", "body"),
    "ailment": ("terminal", "device", "location", "name", "kind", "fault", "at"),
}  # fmt: skip
"""The columns that a change's `row` holds. `rank` is local: a new product is ranked behind those that are there.

A barcode's `rank` is that of its product when it was written, if it was known then: it spares a scan one search, and
is believed only if the product of that rank is the right one. A `price_past` is what a price was before it was raised,
`until` then (UTC ms). `serial` 1: each unit of a product is sold by a number of its own. A purchase's `number` is
`sync.domain.orders.number_key` of it, its `body` a `sync.domain.orders.Purchase` in JSON; that of a parcel is a
`sync.domain.pickups.Parcel`, that of an arrival a `sync.domain.arrivals.Arrival`. A `pick` is what
of an order's line is still to be picked at `location`, thousandths, to be collected at `to`. A `signer` is the public
half of a terminal's key, which signs the passes of its receipts (`sync.domain.receipts.Signer`); `name` is what people
call that terminal. An `ailment` is a device of a terminal, by its role, that can't do its work since `at`; `fault` is
the driver's word for why.
"""

JSON: dict[str, tuple[str, ...]] = {
    "product": ("names", "details", "descriptions"),
    "department": ("names",),
    "price": ("label",),
    "location": ("names",),
    "purchase": ("body",),
    "parcel": ("body",),
    "arrival": ("body",),
    "matter": ("body",),
}
"""The columns that hold JSON, or nothing."""


def key_of(entity: str, row: dict[str, object]) -> str:
    """The key of a row as changes carry it."""
    return "\x1f".join(str(row[c]) for c in KEYS[entity])


def scope_entities(scope: str) -> tuple[str, ...]:
    """The entities that live in a scope, by its prefix: catalogue, pricelist:…, location:…, config, staff:…, orders,
    attention:…"""
    return {
        "catalogue": ("department", "product", "barcode"),
        "pricelist": ("price", "price_past"),
        "location": ("stock", "parcel", "pick", "arrival"),
        "config": ("location", "setting", "signer"),
        "staff": ("staff",),
        "orders": ("purchase",),
        "attention": ("matter", "ailment"),
    }[scope.split(":", 1)[0]]
