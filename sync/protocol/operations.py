"""Operations: facts that a person caused, encoded once; those bytes are stored, hashed and sent for ever.

Source: design, section 4. `hash = sha256(previous hash ‖ bytes)`; the hash before the first operation is 32 zero bytes.
"""

import hashlib
from typing import Any

import msgspec

GENESIS = bytes(32)
LARGEST = 256 * 1024
"""No operation is larger, in bytes: a till's largest sale (some 500 lines) is a fifth of it."""


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """What every operation carries. `at` is UTC in ms, `business_day` the day it belongs to (YYYY-MM-DD).

    `actor` is the staff id ("" on a kiosk), `causes` the op_ids that this one follows from.
    """

    seq: int
    op_id: str
    kind: str
    schema: int
    at: int
    business_day: str
    actor: str
    causes: list[str]
    body: msgspec.Raw


class SaleLine(msgspec.Struct, frozen=True):
    """One line of a recorded sale: quantity in thousandths, money in minor units, VAT in basis points."""

    product: str
    sku: str
    name: str
    quantity: int
    unit_price: int
    amount: int
    vat_rate: int
    vat: int
    unit: str = "pcs"
    regular_price: int | None = None
    scanned: str = ""


class SaleTender(msgspec.Struct, frozen=True):
    """Money given: kind `cash` or `card`; for cash the amount before change."""

    kind: str
    amount: int
    attempt: str = ""
    reference: str = ""
    masked: str = ""


class SaleVat(msgspec.Struct, frozen=True):
    """One row of the VAT table."""

    rate: int
    gross: int
    vat: int


class Sale(msgspec.Struct, frozen=True):
    """Body of kind `sale`, schema 1. `receipt` is the terminal's own number; `due` = total + rounding."""

    sale_id: str
    receipt: str
    location: str
    currency: str
    lines: list[SaleLine]
    total: int
    vat: int
    by_rate: list[SaleVat]
    vat_included: bool
    rounding: int
    due: int
    tenders: list[SaleTender]
    change: int
    language: str = "en"


class Payment(msgspec.Struct, frozen=True):
    """Body of kind `payment`, schema 1: an attempt reached a state. Recorded before the card terminal is asked."""

    attempt: str
    sale_id: str
    state: str
    amount: int
    currency: str
    reference: str = ""
    masked: str = ""
    reason: str = ""


class Gap(msgspec.Struct, frozen=True):
    """Body of kind `gap`, schema 1: numbers of an earlier journal of this terminal that were lost with its disk."""

    incarnation: str
    first: int
    last: int


SCHEMAS: dict[str, int] = {"sale": 1, "payment": 1, "gap": 1}
"""The newest schema of each kind. Older ones stay accepted for ever (I-7)."""

_encoder = msgspec.json.Encoder()
_envelope = msgspec.json.Decoder(Envelope)


def encode(
    *, seq: int, op_id: str, kind: str, at: int, business_day: str, actor: str, causes: list[str], body: Any
) -> bytes:
    """The bytes of a new operation, made once. Raises ValueError above LARGEST bytes."""
    raw = _encoder.encode(
        Envelope(
            seq,
            op_id,
            kind,
            SCHEMAS[kind],
            at,
            business_day,
            actor,
            causes,
            msgspec.Raw(_encoder.encode(body)),
        )
    )
    if len(raw) > LARGEST:
        raise ValueError(f"operation {kind} of {len(raw)} bytes is larger than {LARGEST}")
    return raw


def open_envelope(raw: bytes | str) -> Envelope:
    """Read an operation's envelope; the body stays raw. Raises msgspec.DecodeError (a ValueError) on foreign bytes."""
    return _envelope.decode(raw)


def chain(previous: bytes, raw: bytes) -> bytes:
    """The hash that seals `raw` onto the chain that ends in `previous`."""
    return hashlib.sha256(previous + raw).digest()
