"""What a till asks the hub about a shopper who has no proof of a purchase."""

import msgspec


class AskVelocity(msgspec.Struct, frozen=True):
    """POST /v1/ask/velocity: how often this shopper brought goods back with no proof. `shopper` is a digest of a phone
    number (`sync.domain.blind.shopper_of`)."""

    shopper: str


class VelocityAnswer(msgspec.Struct, frozen=True):
    """Blind returns of the shopper in the last `days` (setting `blind_limit_days`) before `now` (UTC ms): `count` and
    minor units, at other terminals than the one that asks; `own_…`: at that one, which may know of more of its own."""

    now: int
    days: int
    count: int
    amount: int
    own_count: int
    own_amount: int
