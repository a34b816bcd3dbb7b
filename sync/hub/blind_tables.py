"""The hub's tables of what comes back with no proof: what prices were before, and the blind returns themselves.

A part of `sync.hub.tables`, where they are imported from.
"""

from sqlalchemy import Index, Table

from sync.hub.columns import key, metadata, number, text

# What a price was before it was raised, and until when (`price` is its id): so that terminals know the lowest price of
# the last weeks. `id` is `<until>:<price>`.
price_past = Table(
    "price_past",
    metadata,
    key("id"),
    text("price"),
    text("list"),
    text("product"),
    number("unit"),
    number("until"),
    Index("price_past_price", "price"),
    Index("price_past_list", "list"),
    Index("price_past_until", "until"),
)
# `shopper` is a digest of a phone number, `credit` the account of the store credit that it gave.
blind_return = Table(
    "blind_return",
    metadata,
    key("return_id"),
    text("terminal"),
    text("incarnation"),
    number("seq"),
    text("receipt"),
    text("location"),
    text("currency"),
    number("at"),
    text("business_day"),
    text("actor"),
    number("received_at"),
    number("total"),
    number("vat"),
    text("credit"),
    text("shopper"),
    text("approved_by"),
    text("evidence"),
    text("body"),
    Index("blind_return_shopper", "shopper", "at"),
    Index("blind_return_till", "terminal", "business_day"),
    Index("blind_return_day", "location", "business_day"),
)
