"""The hub's tables, the same on SQLite and on PostgreSQL.

The columns of what terminals follow (product … setting) are those of `sync.protocol.replica.COLUMNS`, so a row here is
a change's row and a snapshot's row as it stands. `v` is not kept here: a snapshot writes its own version into all of
its rows. Money in minor units, quantities in thousandths, times UTC in ms, words as JSON text by language.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, UniqueConstraint
from sqlalchemy import text as sql

from sync.hub.arrival_tables import arrival as arrival
from sync.hub.attention_tables import ailment as ailment
from sync.hub.attention_tables import matter as matter
from sync.hub.attention_tables import settlement as settlement
from sync.hub.blind_tables import blind_return as blind_return
from sync.hub.blind_tables import price_past as price_past
from sync.hub.card_tables import card_back as card_back
from sync.hub.channel_tables import channel as channel
from sync.hub.channel_tables import channel_order as channel_order
from sync.hub.channel_tables import channel_order_line as channel_order_line
from sync.hub.columns import ROWID, TEXT
from sync.hub.columns import flag as _flag
from sync.hub.columns import key as _key
from sync.hub.columns import maybe as _maybe
from sync.hub.columns import metadata as metadata
from sync.hub.columns import number as _number
from sync.hub.columns import text as _text
from sync.hub.order_tables import event as event
from sync.hub.order_tables import event_head as event_head
from sync.hub.order_tables import pass_given as pass_given
from sync.hub.order_tables import pass_key as pass_key
from sync.hub.order_tables import purchase_key as purchase_key
from sync.hub.order_tables import refund_claim as refund_claim
from sync.hub.order_tables import refund_request as refund_request
from sync.hub.order_tables import taken_back as taken_back
from sync.hub.owed_tables import cash_payout as cash_payout
from sync.hub.owed_tables import owed_cash as owed_cash
from sync.hub.pickup_tables import custody as custody
from sync.hub.pickup_tables import hand_out as hand_out
from sync.hub.pickup_tables import line_refusal as line_refusal
from sync.hub.pickup_tables import parcel as parcel
from sync.hub.pickup_tables import parcel_claim as parcel_claim
from sync.hub.pickup_tables import parcel_reminder as parcel_reminder
from sync.hub.pickup_tables import pick as pick
from sync.hub.pickup_tables import pick_claim as pick_claim
from sync.hub.pickup_tables import pickup_line as pickup_line
from sync.hub.pickup_tables import proxy_pass as proxy_pass
from sync.hub.shift_tables import cash_move as cash_move
from sync.hub.shift_tables import shift as shift
from sync.hub.shift_tables import taking as taking
from sync.hub.value_tables import value_account as value_account
from sync.hub.value_tables import value_entry as value_entry
from sync.hub.value_tables import value_hold as value_hold

FORMAT = 2
"""Bumped when a table here or in `order_tables` changes shape."""

_OF_CARDS: dict[str, Any] = {"sqlite_where": sql("kind = 'card'"), "postgresql_where": sql("kind = 'card'")}


def _id() -> Column[int]:
    return Column("id", ROWID, primary_key=True, autoincrement=True)


hub = Table(
    "hub",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("format", Integer, nullable=False),
    _text("id"),
    _text("epoch"),
    _text("secret"),
    _number("created_at"),
)

# --- what terminals follow -------------------------------------------------------------------------------------------

product = Table(
    "product",
    metadata,
    Column("rank", ROWID, primary_key=True, autoincrement=False),
    Column("id", TEXT, nullable=False, unique=True),
    _text("sku"),
    _text("department"),
    _text("unit"),
    _number("vat_rate"),
    _text("picture"),
    _text("tint"),
    _text("names"),
    _text("details"),
    _text("descriptions"),
    _number("popularity"),
    _text("terms"),
    _flag("serial"),
    Index("product_sku", "sku"),
)
barcode = Table("barcode", metadata, _key("gtin"), _text("product"), Index("barcode_product", "product"))
department = Table("department", metadata, _key("id"), _text("names"), _text("icon"), _number("sort"))
price = Table(
    "price",
    metadata,
    _key("id"),
    _text("list"),
    _text("product"),
    _number("unit"),
    _maybe("regular"),
    _maybe("start"),
    _maybe("end"),
    _text("label"),
    Index("price_product", "product", "list"),
    Index("price_list", "list"),
)
stock = Table(
    "stock",
    metadata,
    _key("product"),
    _key("location"),
    _number("on_hand"),
    _number("reserved"),
    _text("shelf"),
    _number("at"),
    Index("stock_location", "location"),
    sqlite_with_rowid=False,
)
location = Table(
    "location",
    metadata,
    _key("id"),
    _text("kind"),
    _text("names"),
    _text("address"),
    _maybe("latitude"),
    _maybe("longitude"),
    _text("opens"),
    _text("closes"),
    _text("pricelist"),
    _number("sort"),
)
staff = Table(
    "staff",
    metadata,
    _key("id"),
    _text("name"),
    _text("role"),
    _text("location"),
    _text("verifier"),
    _number("expires"),
)
setting = Table("setting", metadata, _key("key"), _text("value"))
signer = Table(
    "signer",
    metadata,
    _key("kid"),
    *map(_text, ("terminal", "name", "location", "public")),
    _maybe("end"),
    _maybe("revoked_at"),
    Index("signer_terminal", "terminal"),
)
purchase = Table(
    "purchase", metadata, _key("id"), _text("number"), _number("at"), _text("body"), Index("purchase_number", "number")
)

_CATALOGUE = (product, barcode, department, price, price_past)
_FOLLOWED = (*_CATALOGUE, stock, parcel, pick, arrival, location, staff, setting, signer, purchase, matter, ailment)
ENTITIES: dict[str, Table] = {t.name: t for t in _FOLLOWED}
"""The tables of what terminals follow, by the entity's name in changes."""

# --- the feed --------------------------------------------------------------------------------------------------------

head = Table("head", metadata, _key("scope"), _text("epoch"), _number("version"), _number("floor"))
version = Table(
    "version",
    metadata,
    _key("scope"),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _number("at"),
    _number("rows"),
    _text("terminal"),
    _text("incarnation"),
    _number("seq"),
    Index("version_included", "scope", "terminal", "incarnation", "version"),
    sqlite_with_rowid=False,
)
change = Table(
    "change",
    metadata,
    _key("scope"),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    _text("entity"),
    _text("key"),
    Column("row", TEXT, nullable=True),
    sqlite_with_rowid=False,
)

# --- terminals and what they did -------------------------------------------------------------------------------------

terminal = Table(
    "terminal",
    metadata,
    _key("id"),
    _text("name"),
    _text("kind"),
    _text("location"),
    _text("public_key"),
    _text("incarnation"),
    _number("enrolled_at"),
    _number("seen_at", 0),
    _number("skew", 0),
    _text("software", ""),
    _maybe("revoked_at"),
)
# A terminal's journals, the current one and the earlier ones, each with where the hub stands in it.
incarnation = Table(
    "incarnation",
    metadata,
    _key("terminal"),
    _key("incarnation"),
    _number("last_seq"),
    Column("last_hash", LargeBinary, nullable=False),
    _number("started_at"),
    _number("pushed_at", 0),
)
# `code_hash` is the SHA-256 of the code in hex; `terminal` is the identity it gives (an existing one: a new machine).
enrol_code = Table(
    "enrol_code",
    metadata,
    _key("code_hash"),
    _text("terminal"),
    _text("name"),
    _text("kind"),
    _text("location"),
    _number("created_at"),
    _number("expires"),
    _text("used_by", ""),
    _maybe("used_at"),
)
# `op_id` is null where the bytes carry none, or one that another operation already has.
operation = Table(
    "operation",
    metadata,
    _key("terminal"),
    _key("incarnation"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("op_id", TEXT, nullable=True, unique=True),
    _text("kind"),
    _number("schema"),
    _number("at"),
    _text("business_day"),
    _text("actor"),
    _number("received_at"),
    Column("raw", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    _text("outcome"),
    _text("code"),
    _text("detail"),
)
fork = Table(
    "fork",
    metadata,
    _id(),
    _text("terminal"),
    _text("incarnation"),
    _number("seq"),
    Column("hash", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    _number("received_at"),
    UniqueConstraint("terminal", "incarnation", "seq", "hash"),
)
attention = Table(
    "attention",
    metadata,
    _id(),
    _text("code"),
    _text("detail"),
    _text("location"),
    _text("terminal"),
    _text("incarnation"),
    _number("seq"),
    _text("about"),
    _number("at"),
    _maybe("settled_at"),
    _text("settled_by", ""),
    Index("attention_open", "settled_at", "location"),
)

# --- stock, sales and payments ---------------------------------------------------------------------------------------

# Appended, never changed. `key` is what makes a movement happen once: `op:<op_id>:<line>`, `move:<channel>:<move>`, …
movement = Table(
    "movement",
    metadata,
    _id(),
    Column("key", TEXT, nullable=False, unique=True),
    _text("product"),
    _text("location"),
    _number("delta"),
    _text("reason"),
    _number("at"),
    _number("received_at"),
    _text("source"),
    Index("movement_product", "product", "location"),
)
sale = Table(
    "sale",
    metadata,
    _key("sale_id"),
    _text("terminal"),
    _text("incarnation"),
    _number("seq"),
    _text("receipt"),
    _text("location"),
    _text("currency"),
    _number("at"),
    _text("business_day"),
    _text("actor"),
    _number("received_at"),
    _number("lines"),
    _number("total"),
    _number("vat"),
    _number("vat_included"),
    _number("rounding"),
    _number("due"),
    _number("change"),
    _text("language"),
    Index("sale_day", "location", "business_day"),
    Index("sale_receipt", "receipt"),
)
sale_line = Table(
    "sale_line",
    metadata,
    _key("sale_id"),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("product"),
    _text("sku"),
    _text("name"),
    _number("quantity"),
    _number("unit_price"),
    _number("amount"),
    _number("vat_rate"),
    _number("vat"),
    _text("unit"),
    _maybe("regular_price"),
    _text("scanned"),
    sqlite_with_rowid=False,
)
# The numbers of units that were sold by theirs: the `unit`th of line `n`.
sale_serial = Table(
    "sale_serial",
    metadata,
    _key("sale_id"),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("unit", Integer, primary_key=True, autoincrement=False),
    _text("serial"),
    Index("sale_serial_serial", "serial"),
    sqlite_with_rowid=False,
)
sale_tender = Table(
    "sale_tender",
    metadata,
    _key("sale_id"),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("kind"),
    _number("amount"),
    _text("attempt"),
    _text("reference"),
    _text("masked"),
    # A shopper who has nothing but the slip of the card: by its reference, or by what was paid that day.
    Index("sale_tender_reference", "reference", **_OF_CARDS),
    Index("sale_tender_amount", "amount", **_OF_CARDS),
    sqlite_with_rowid=False,
)
sale_vat = Table(
    "sale_vat",
    metadata,
    _key("sale_id"),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _number("rate"),
    _number("gross"),
    _number("vat"),
    sqlite_with_rowid=False,
)
payment_attempt = Table(
    "payment_attempt",
    metadata,
    _key("attempt"),
    _text("sale_id"),
    _text("terminal"),
    _text("state"),
    _number("amount"),
    _text("currency"),
    _text("reference"),
    _text("masked"),
    _text("reason"),
    _number("at"),
    Index("payment_attempt_sale", "sale_id"),
    Index("payment_attempt_state", "state"),
)
