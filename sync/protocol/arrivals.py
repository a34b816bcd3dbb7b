"""Operations of arrivals, their rows in the feed, and what is asked and told of them. Part of `operations`, `messages`.

Times UTC in ms, money in minor units. States and words as in `sync.domain.arrivals`.
"""

from typing import Any

import msgspec

from sync.domain.arrivals import Arrival

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Arrival)


def row_of(arrival: Arrival) -> dict[str, Any]:
    """An arrival's row of the feed, whose `body` is all of it in JSON."""
    row = {name: getattr(arrival, name) for name in ("id", "order", "location", "ticket", "at")}
    return row | {"state": arrival.state.value, "body": _encoder.encode(arrival).decode()}


def read(body: str) -> Arrival:
    """An arrival from its row's body."""
    return _decoder.decode(body)


class Arrived(msgspec.Struct, frozen=True):
    """Body of kind `arrived`, schema 1: at `at` somebody said at `location` that she is here to collect an order."""

    arrival: str
    order: str
    number: str
    location: str
    ticket: str
    at: int
    language: str = "en"


class ArrivalMoved(msgspec.Struct, frozen=True):
    """Body of kind `arrival_moved`, schema 1: how far the arrival is by now. `counter`: where it is brought, "" for
    what was said before. The rest is as in `Arrived`, for a hub that does not know it (any more)."""

    arrival: str
    order: str
    number: str
    location: str
    ticket: str
    at: int
    state: str
    counter: str = ""
    language: str = "en"


BODIES: dict[str, Any] = {"arrived": Arrived, "arrival_moved": ArrivalMoved}
"""The kinds of operations of arrivals, with their bodies; each in schema 1."""


# --- online ----------------------------------------------------------------------------------------------------------


class FindPickup(msgspec.Struct, frozen=True):
    """POST /v1/ask/pickup: an order's number, as somebody typed it at the asking terminal's store."""

    number: str


class PickupAnswer(msgspec.Struct, frozen=True):
    """`state`: `ready`, or a word of `sync.domain.arrivals.ArrivalRefusal`. `order` and `number` are its own only if it
    is ready; so many `parcels` wait. `location`: the store where it waits; `due` minor units are not paid."""

    state: str
    order: str = ""
    number: str = ""
    parcels: int = 0
    location: str = ""
    due: int = 0
    currency: str = ""


class ChannelArrived(msgspec.Struct, frozen=True):
    """POST /v1/channel/arrived: who opened the link in her message stands before the store `location`."""

    order: str
    location: str
    at: int
    language: str = "en"


class ArrivedAnswer(msgspec.Struct, frozen=True):
    """What she is called by, and whether this was heard for the first time."""

    order: str
    ticket: str
    state: str
    new: bool
