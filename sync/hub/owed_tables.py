"""The hub's tables of cash that is owed to shoppers, and of who paid it (I-8).

A part of `sync.hub.tables`, where they are imported from. Minor units, UTC ms.
"""

from sqlalchemy import Index, Table

from sync.hub.columns import key, maybe, metadata, number, text

# `key` is `<op_id>:<paid>`, as that of a refund request, so that it is owed once. `payout` is the first that paid it,
# "" while nobody has; then `paid_at`, `paid_by` and `paid_where` say when, which till and where. `claim`: who is about
# to, until `expires`. A row with `at` 0 is a debt that a till paid and the hub knows nothing of (yet).
owed_cash = Table(
    "owed_cash",
    metadata,
    key("key"),
    text("return_id"),
    text("purchase"),
    text("number"),
    text("receipt"),
    number("amount"),
    text("currency"),
    number("at"),
    text("claim"),
    text("claimed_by"),
    number("expires"),
    text("payout"),
    maybe("paid_at"),
    text("paid_by"),
    text("paid_where"),
    Index("owed_cash_return", "return_id"),
    Index("owed_cash_open", "payout"),
)
# Each operation `cash_paid`, whatever was owed.
cash_payout = Table(
    "cash_payout",
    metadata,
    key("payout"),
    text("key"),
    text("terminal"),
    text("incarnation"),
    number("seq"),
    text("receipt"),
    text("number"),
    text("location"),
    number("amount"),
    text("currency"),
    number("at"),
    text("business_day"),
    text("actor"),
    number("received_at"),
    Index("cash_payout_key", "key"),
)
