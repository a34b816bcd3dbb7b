"""The hub's tables of shifts: what terminals told of their drawers, and what the hub itself booked beside it.

A part of `sync.hub.tables`, where they are imported from. Minor units, UTC ms.
"""

from sqlalchemy import BigInteger, Column, Index, Table

from sync.hub.columns import key, maybe, metadata, text
from sync.hub.columns import number as integer

# What each booked operation did to the drawer and the tenders, as `sync.protocol.takings` says; `others` is JSON, or
# "" for none. A shift is a span of a terminal's journals.
taking = Table(
    "taking",
    metadata,
    key("terminal"),
    key("incarnation"),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    text("of"),
    integer("total"),
    integer("vat"),
    integer("cash"),
    integer("promised"),
    text("others"),
    integer("received_at"),
    sqlite_with_rowid=False,
)
# `state`: `open`, `closed`, or `left` where the terminal opened another one without closing it. `first_seq` and
# `last_seq` are the operations that opened and closed it; the journals may differ. `body` is the close as told.
shift = Table(
    "shift",
    metadata,
    key("shift"),
    text("number"),
    text("terminal"),
    text("incarnation"),
    integer("first_seq"),
    text("location"),
    text("currency"),
    integer("float"),
    integer("opened_at"),
    text("opened_by"),
    text("business_day"),
    text("state"),
    text("closed_incarnation"),
    integer("last_seq"),
    integer("closed_at"),
    text("closed_by"),
    maybe("judged_at"),
    integer("expected"),
    integer("counted"),
    integer("difference"),
    text("reason"),
    integer("waiting"),
    text("body"),
    Index("shift_place", "location", "opened_at"),
    Index("shift_terminal", "terminal", "state"),
)
cash_move = Table(
    "cash_move",
    metadata,
    key("move"),
    text("shift"),
    text("terminal"),
    text("incarnation"),
    integer("seq"),
    text("kind"),
    integer("amount"),
    text("reason"),
    text("note"),
    integer("at"),
    text("actor"),
    text("approved_by"),
    Index("cash_move_shift", "shift"),
)
