"""What no record of parcels can hold: such an operation is set aside alone (I-5)."""

from typing import Any

from sync.domain.pickups import LineRefusedFor, ParcelLine, SentBackFor, Verified
from sync.hub.cases import Unfit, check_ids
from sync.hub.judge_sale import LARGEST_QUANTITY
from sync.protocol.pickups import (
    HandedOut,
    HandedParcel,
    LineRefused,
    ParcelPacked,
    ParcelSentBack,
    ParcelShelved,
    ParcelsMissing,
    ParcelSurplus,
)

MOST_PARCELS = 100
"""Parcels of one hand-out."""
MOST_LINES = 500
"""Lines of one parcel."""


def check(body: Any) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if no record could hold it."""
    check_ids(body.order, body.number, body.location)
    if not body.order and not isinstance(body, ParcelSurplus):
        raise Unfit("it names no order")
    match body:
        case ParcelSurplus():
            check_ids(body.surplus, body.label, body.parcel)
            if not body.label:
                raise Unfit("it names no label")
        case ParcelsMissing():
            _check_parcels(body.parcels)
        case HandedOut():
            _check_hand_out(body)
        case LineRefused():
            check_ids(body.line)
            LineRefusedFor(body.reason)
        case _:
            _check_parcel(body)


def _check_hand_out(body: HandedOut) -> None:
    check_ids(body.hand_out, body.receipt, body.signature, body.claim, body.language)
    Verified(body.verified)
    if not body.hand_out:
        raise Unfit("the hand-out has no id")
    _check_parcels(body.parcels)


def _check_parcels(parcels: list[HandedParcel]) -> None:
    names = [it.parcel for it in parcels]
    if not 1 <= len(names) <= MOST_PARCELS or len(set(names)) < len(names):
        raise Unfit("it names no parcels, or one of them twice")
    for it in parcels:
        _check_one(it.parcel, it.fence, it.lines)


def _check_parcel(body: Any) -> None:
    _check_one(body.parcel, getattr(body, "fence", 1), body.lines)
    match body:
        case ParcelPacked():
            check_ids(body.to, body.currency)
            if not body.to:
                raise Unfit("the parcel is to be collected nowhere")
        case ParcelShelved():
            check_ids(body.shelf)
        case ParcelSentBack():
            check_ids(body.to)
            SentBackFor(body.reason)


def _check_one(parcel: str, fence: int, lines: list[ParcelLine]) -> None:
    check_ids(parcel, *(x.line for x in lines), *(x.product for x in lines), *(x.instead_of for x in lines))
    check_ids(*(serial for line in lines for serial in line.serials))
    if not parcel or fence < 0 or not 1 <= len(lines) <= MOST_LINES:
        raise Unfit("a parcel has no id, no custody or no lines")
    if any(not 0 < line.quantity <= LARGEST_QUANTITY for line in lines):
        raise Unfit("a quantity is none, or beyond what can be")
