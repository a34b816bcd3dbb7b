"""The tables of journal.db for orders that are collected: own steps of parcels and arrivals, hand-outs, refusals.

A part of `sync.local.tables`, where they are imported from.
"""

import sqlalchemy as sa

from sync.local.columns import integer, table, text

parcel_step = table(
    "parcel_step",
    text("incarnation", primary_key=True),
    integer("seq", primary_key=True),
    text("parcel", primary_key=True),
    text("order", index=True),
    text("location"),
    text("state"),
    integer("fence"),
    text("body"),
    integer("at"),
    sa.Index("ix_parcel_step_parcel", "parcel"),
)
"""Parcels as they stood after each own operation: `body` is a `sync.domain.pickups.Parcel` in JSON."""

promised = table(
    "promised",
    text("incarnation", primary_key=True),
    integer("seq", primary_key=True),
    text("location", primary_key=True),
    text("product", primary_key=True),
    integer("delta"),
    sa.Index("ix_promised_product", "product"),
)
"""What own operations did to what is promised of a stock, in thousandths."""

handed_out = table(
    "handed_out",
    text("hand_out", primary_key=True),
    text("receipt", unique=True),
    text("order", index=True),
    text("incarnation"),
    integer("seq"),
    integer("at"),
)
line_refused = table(
    "line_refused",
    text("order", primary_key=True),
    text("line", primary_key=True),
    text("location"),
    text("incarnation"),
    integer("seq"),
    integer("at"),
)
"""Lines of orders that this store could not give."""

surplus = table(
    "surplus",
    text("label", primary_key=True),
    text("location"),
    text("incarnation"),
    integer("seq"),
    integer("at"),
)
"""Labels that were scanned here and that nobody expects: each is told once."""

order_paid = table(
    "order_paid",
    text("payment", primary_key=True),
    text("receipt", unique=True),
    text("order", index=True),
    text("location"),
    integer("amount"),
    text("incarnation"),
    integer("seq"),
    integer("at"),
)
"""Orders that were paid at this terminal: `amount` is what of the order that paid, minor units."""

order_draft = table(
    "order_draft",
    text("payment", primary_key=True),
    text("order", unique=True),
    integer("at"),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)
"""Payments of orders that are under way, at most one of an order: a till that was killed goes on with it."""

arrival_step = table(
    "arrival_step",
    text("incarnation", primary_key=True),
    integer("seq", primary_key=True),
    text("arrival", primary_key=True),
    text("order", index=True),
    text("location"),
    text("state"),
    text("body"),
    integer("at"),
    sa.Index("ix_arrival_step_arrival", "arrival"),
)
"""Arrivals as they stood after each own operation: `body` is a `sync.domain.arrivals.Arrival` in JSON."""

code_try = table("code_try", text("order", primary_key=True), integer("wrong"), integer("at"))
"""How often a wrong collecting code was said here for an order, until it is handed out; no code stands anywhere."""
