"""The hub's tables of orders, the rights to them, what came back, and the passes that prove them.

A part of `sync.hub.tables`, where they are imported from.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from sync.hub.columns import key, maybe, metadata, number, text

# --- orders, rights and returns --------------------------------------------------------------------------------------

# What finds a purchase and never leaves the hub: `key` is `email:…` or `phone:…`, folded.
purchase_key = Table("purchase_key", metadata, key("key"), key("purchase"))
# `lines` is JSON: [[line, quantity], …]. `state`: open, used, released; an open one ends with its lease.
refund_claim = Table(
    "refund_claim",
    metadata,
    key("claim"),
    text("purchase"),
    text("terminal"),
    text("lines"),
    number("expires"),
    text("state"),
    number("at"),
    Index("refund_claim_purchase", "purchase", "state"),
)
# A return as a terminal recorded it or a channel told it (`terminal` is then the channel).
taken_back = Table(
    "taken_back",
    metadata,
    key("return_id"),
    text("purchase"),
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
    number("rounding"),
    text("basis"),
    text("approved_by"),
    text("body"),
    Index("taken_back_purchase", "purchase"),
    Index("taken_back_day", "location", "business_day"),
    Index("taken_back_receipt", "receipt"),
)
# What the payment side is asked to give back; `key` is `<op_id>:<paid>`, so that asking again is asking once.
refund_request = Table(
    "refund_request",
    metadata,
    key("key"),
    text("return_id"),
    text("purchase"),
    text("paid"),
    text("kind"),
    number("amount"),
    text("currency"),
    text("reference"),
    number("at"),
    maybe("done_at"),
    Index("refund_request_open", "done_at"),
)

# What the retailer's own systems are told; numbered under the lock of `event_head`, so that no reader passes over one.
event_head = Table("event_head", metadata, Column("one", Integer, primary_key=True), number("last"))
event = Table(
    "event",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text("kind"),
    text("purchase"),
    number("at"),
    text("body"),
)

# --- signed passes ---------------------------------------------------------------------------------------------------

# `seed` is the private half; it is here while the key signs, and nowhere else. `end`: nothing it signed holds after.
pass_key = Table(
    "pass_key",
    metadata,
    key("kid"),
    text("public"),
    Column("seed", LargeBinary, nullable=True),
    number("start"),
    maybe("end"),
    maybe("revoked_at"),
)
# `made_of` is the digest of the purchase as it was then: of the same purchase the same pass is given again.
pass_given = Table(
    "pass_given",
    metadata,
    key("serial"),
    text("purchase"),
    text("kid"),
    number("issued"),
    number("expires"),
    text("made_of"),
    text("text"),
    maybe("revoked_at"),
    Index("pass_given_purchase", "purchase", "issued"),
    Index("pass_given_revoked", "revoked_at"),
)

# --- orders that were paid at a till ---------------------------------------------------------------------------------

# Each operation `order_paid` once, by `payment`. Minor units; tenders as they were given, cash before change.
order_payment = Table(
    "order_payment",
    metadata,
    key("payment"),
    text("order"),
    text("number"),
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
    number("amount"),
    number("rounding"),
    number("due"),
    number("change"),
    Index("order_payment_order", "order"),
    Index("order_payment_of", "terminal", "incarnation", "seq"),
    Index("order_payment_receipt", "receipt"),
)
order_tender = Table(
    "order_tender",
    metadata,
    key("payment"),
    Column("n", BigInteger, primary_key=True),
    text("kind"),
    number("amount"),
    text("attempt"),
    text("reference"),
    text("masked"),
    Index("order_tender_reference", "reference"),
)
# Where a unit with a number or a marking code of its own was sold last: line `n` of that sale (`sync.hub.judge_units`).
unit_sold = Table(
    "unit_sold",
    metadata,
    key("product"),
    key("unit"),
    text("sale_id"),
    number("n"),
)
