"""The hub's table of arrivals: shoppers who wait in a store for what they collect.

A part of `sync.hub.tables`, where it is imported from.
"""

from sqlalchemy import Index, Table

from sync.hub.columns import key, metadata, number, text

# What terminals follow: `body` is a `sync.domain.arrivals.Arrival` in JSON. `changed_at`: the hub's time.
arrival = Table(
    "arrival",
    metadata,
    key("id"),
    text("order"),
    text("location"),
    text("ticket"),
    text("state"),
    number("at"),
    text("body"),
    number("changed_at"),
    Index("arrival_order", "order"),
    Index("arrival_location", "location"),
    Index("arrival_changed", "changed_at"),
)
