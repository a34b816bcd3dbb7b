"""The hub's tables of sales channels, and what they were promised.

A part of `sync.hub.tables`, where they are imported from.
"""

from sqlalchemy import Column, Integer, LargeBinary, Table

from sync.hub.columns import TEXT, key, maybe, metadata, number, text

# `key_hash` is the SHA-256 of the channel's API key in hex; the key itself is nowhere here.
channel = Table(
    "channel",
    metadata,
    key("id"),
    text("name"),
    Column("key_hash", TEXT, nullable=False, unique=True),
    number("created_at"),
    maybe("revoked_at"),
)
channel_order = Table(
    "channel_order",
    metadata,
    key("channel"),
    key("order"),
    text("location"),
    number("at"),
    number("received_at"),
    Column("raw", LargeBinary, nullable=False),
)
# `left` is what of the promise is still reserved.
channel_order_line = Table(
    "channel_order_line",
    metadata,
    key("channel"),
    key("order"),
    Column("n", Integer, primary_key=True, autoincrement=False),
    text("product"),
    number("quantity"),
    number("unit_price"),
    number("left"),
)
