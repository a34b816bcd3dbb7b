"""The hub's tables of stored value: accounts, their ledger, and what is held of them (F38).

A part of `sync.hub.tables`, where they are imported from. No code of a card is anywhere here: `account` is its digest.
"""

from sqlalchemy import Column, Index, Table

from sync.hub.columns import ROWID, TEXT, key, maybe, metadata, number, text

# `state`: as in `sync.domain.value.ValueState`; `unknown` until it is issued or credited. No balance: it is the
# ledger's sum. Whoever changes an account, or holds of it, locks its row first.
value_account = Table(
    "value_account",
    metadata,
    key("account"),
    text("kind"),
    text("masked"),
    text("currency"),
    text("state"),
    maybe("end"),
    number("at"),
    Index("value_account_masked", "masked"),
)
# Appended, never changed; `amount` is signed. `key` is what makes an entry happen once: `issue:<channel>:<value>`,
# `credit:<op_id>`, `refund:<op_id>:<tender>`, `sale:<sale_id>:<n>`. `about` is the sale's or return's id, `named` what
# people call it.
value_entry = Table(
    "value_entry",
    metadata,
    Column("id", ROWID, primary_key=True, autoincrement=True),
    Column("key", TEXT, nullable=False, unique=True),
    text("account"),
    number("amount"),
    text("reason"),
    text("about"),
    text("named"),
    number("at"),
    number("received_at"),
    text("source"),
    Index("value_entry_account", "account"),
)
# `state`: open, captured, released; an open one ends with its lease. One for each account and sale.
value_hold = Table(
    "value_hold",
    metadata,
    key("hold"),
    text("account"),
    text("sale"),
    text("terminal"),
    number("amount"),
    number("expires"),
    text("state"),
    number("at"),
    Index("value_hold_account", "account", "state"),
)
