"""The hub's tables of what is shown to people who settle it; `tables` has them too. Times UTC ms."""

from sqlalchemy import Index, Integer, Table
from sqlalchemy.schema import Column

from sync.hub.columns import key, metadata, number, text

# Open matters, one row for each location that sees it; `body` is a `sync.protocol.matters.Facts` in JSON.
matter = Table(
    "matter",
    metadata,
    key("id"),
    key("location"),
    text("code"),
    number("at"),
    text("body"),
    Index("matter_location", "location"),
)
# What ended a matter: a person's operation `op`, or the hub by itself (`op` is ""). `by` is said to people. `early`: 1
# if the hub did not know the matter when the word on it came.
settlement = Table(
    "settlement",
    metadata,
    key("matter"),
    text("code"),
    text("choice"),
    text("note"),
    text("terminal"),
    text("actor"),
    text("op"),
    text("by"),
    number("at"),
    Column("early", Integer, nullable=False),
)
# Devices of terminals that can't do their work now, as the newest hello of each says. `at`: since when, by our clock.
ailment = Table(
    "ailment",
    metadata,
    key("terminal"),
    key("device"),
    text("location"),
    text("name"),
    text("kind"),
    text("fault"),
    number("at"),
    Index("ailment_location", "location"),
)
