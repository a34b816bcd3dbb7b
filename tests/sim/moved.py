"""What an operation does to stock at its place, read from its bytes alone: nothing that a till or the hub adds up."""

from collections import Counter
from typing import Any

import msgspec

from sync.protocol import operations
from sync.protocol.pickups import BODIES as PARCELS
from sync.protocol.pickups import HandedOut, ParcelPacked, ParcelReceived, ParcelSentBack

Taken = Counter[tuple[str, str]]
"""Thousandths by location and product."""
_BACK: dict[str, Any] = {"return": operations.Return, "blind_return": operations.BlindReturn}


def taken_by(raw: bytes) -> Taken:
    """What an operation takes from stock, less what it puts back."""
    envelope = operations.open_envelope(raw)
    taken: Taken = Counter()
    if envelope.kind == "sale":
        try:
            body = msgspec.json.decode(envelope.body, type=operations.Sale)
        except msgspec.MsgspecError:
            return taken
        for line in body.lines:
            taken[body.location, line.product] += line.quantity
    if envelope.kind in PARCELS:
        taken.update(_taken_of(msgspec.json.decode(envelope.body, type=PARCELS[envelope.kind])))
    if envelope.kind in _BACK:
        back = msgspec.json.decode(envelope.body, type=_BACK[envelope.kind])
        for each in back.lines:
            if each.disposition == "restock":
                taken[back.location, each.product] -= each.quantity
    return taken


def _taken_of(body: Any) -> Taken:
    """What a step of parcels takes from stock, less what it brings."""
    match body:
        case ParcelPacked() if body.location != body.to:
            sign, lines = 1, body.lines
        case ParcelReceived():
            sign, lines = -1, body.lines
        case ParcelSentBack() if body.to:
            sign, lines = 1, body.lines
        case HandedOut():
            sign, lines = 1, [line for it in body.parcels for line in it.lines]
        case _:
            return Counter()
    return _sum(body.location, lines, sign)


def let_go_by(raw: bytes) -> Taken:
    """What an operation of parcels lets go of what is promised at its place, less what it promises there."""
    envelope = operations.open_envelope(raw)
    if envelope.kind not in PARCELS:
        return Counter()
    body = msgspec.json.decode(envelope.body, type=PARCELS[envelope.kind])
    if isinstance(body, ParcelSentBack):
        return _sum(body.location, body.lines, 1)
    return _taken_of(body)


def _sum(place: str, lines: list[Any], sign: int) -> Taken:
    taken: Taken = Counter()
    for line in lines:
        taken[place, line.product] += sign * line.quantity
    return taken
