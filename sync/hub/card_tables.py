"""Money that card terminals of tills were asked to give back."""

from sqlalchemy import Index, Table

from sync.hub.columns import key, maybe, metadata, number, text

# `fits` is what the purchase has a right to of `amount`, -1 while the hub does not know the purchase; `state` is that
# of the attempt; `key` that of the request which the payment side gets if it failed, `asked_at` when it did.
card_back = Table(
    "card_back",
    metadata,
    key("attempt"),
    text("return_id"),
    text("key"),
    text("purchase"),
    text("paid"),
    text("kind"),
    number("amount"),
    number("fits"),
    text("currency"),
    text("state"),
    maybe("asked_at"),
    Index("card_back_return", "return_id"),
)
