"""The hub's tables of parcels: where each is, who had it, and what of an order's lines is promised at which source.

A part of `sync.hub.tables`, where they are imported from.
"""

from sqlalchemy import BigInteger, Column, Index, Table

from sync.hub.columns import key, maybe, metadata, number, text

# What terminals follow: `body` is a `sync.domain.pickups.Parcel` in JSON. `at`: the hub's time of its last change.
parcel = Table(
    "parcel",
    metadata,
    key("id"),
    text("order"),
    text("location"),
    text("state"),
    text("shelf"),
    number("fence"),
    text("body"),
    number("at"),
    Index("parcel_order", "order"),
    Index("parcel_location", "location", "state"),
)
# Appended, never changed: each change of custody, by the fence that it made. It stays when the parcel's row is gone, so
# that a second hand-out is found however late it comes (I-9). `op` is the operation, "" for a channel's word.
custody = Table(
    "custody",
    metadata,
    key("parcel"),
    Column("fence", BigInteger, primary_key=True, autoincrement=False),
    text("state"),
    text("order"),
    text("terminal"),
    text("location"),
    text("actor"),
    text("receipt"),
    number("at"),
    number("received_at"),
    text("op"),
)
# `left` is what of a line is promised at `source` and not packed yet.
pickup_line = Table(
    "pickup_line",
    metadata,
    key("order"),
    key("line"),
    text("product"),
    text("source"),
    text("location"),
    number("left"),
)
# What terminals follow of that: what is still to be picked at `location`, to be collected at `to`. It goes once all of
# it is packed.
pick = Table(
    "pick",
    metadata,
    key("order"),
    key("line"),
    text("location"),
    text("to"),
    text("product"),
    number("left"),
    Index("pick_location", "location"),
)
# Who picks an order at a place, until `expires`.
pick_claim = Table(
    "pick_claim",
    metadata,
    key("order"),
    key("location"),
    text("claim"),
    text("terminal"),
    text("actor"),
    number("expires"),
    Index("pick_claim_claim", "claim"),
)
# A store that refused a line is not asked for it again (F45), also by a hub that hears of the order later.
line_refusal = Table(
    "line_refusal",
    metadata,
    key("order"),
    key("line"),
    key("location"),
    text("reason"),
    text("terminal"),
    text("actor"),
    number("at"),
)
# Whose shopper is to be reminded once, some days before `expires`; the row goes when that is done, or is too late.
parcel_reminder = Table(
    "parcel_reminder",
    metadata,
    key("parcel"),
    number("expires"),
    Index("parcel_reminder_expires", "expires"),
)
parcel_claim = Table(
    "parcel_claim",
    metadata,
    key("parcel"),
    text("claim"),
    text("terminal"),
    number("expires"),
    Index("parcel_claim_claim", "claim"),
)
hand_out = Table(
    "hand_out",
    metadata,
    key("hand_out"),
    text("receipt"),
    text("order"),
    text("terminal"),
    text("incarnation"),
    number("seq"),
    text("location"),
    text("actor"),
    number("at"),
    number("received_at"),
    text("verified"),
    text("body"),
    Index("hand_out_order", "order"),
)
# The pass of somebody whom a shopper sends. `proxy`: the channel's own id for it, `name` as staff read it; `kid` signed
# it. It is revoked alone; `revoked_at` stays, for hand-outs that are heard of late.
proxy_pass = Table(
    "proxy_pass",
    metadata,
    key("serial"),
    text("purchase"),
    text("proxy"),
    text("name"),
    text("kid"),
    number("issued"),
    number("expires"),
    text("text"),
    maybe("revoked_at"),
    Index("proxy_pass_purchase", "purchase", "proxy"),
    Index("proxy_pass_revoked", "revoked_at"),
)
