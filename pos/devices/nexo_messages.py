"""The messages of nexo Sale to POI (protocol 3.0, JSON) that a till needs, and nothing of a socket.

Names on the wire are those of the nexo Retailer specification: `sale_to_poi_request` is `SaleToPOIRequest`. Amounts are
decimal numbers there and integers of minor units here; no float is between. What comes in is judged elsewhere.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Literal

import msgspec

from pos.ui.i18n import exponent

VERSION = "3.0"
PAYMENT, REVERSAL = "Payment", "Reversal"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SERVICE_ID = 10
_MOST_DIGITS = 12
NO_RECEIPT = msgspec.Raw()
"""Receipts are read apart (`nexo_slips`): what is wrong with them leaves the payment as it is."""
_CAPITALS = {"id": "ID", "poi": "POI"}

Word = Annotated[str, msgspec.Meta(max_length=64)]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[!-?A-~]+$")]
Time = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[!-?A-~]+$")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]


class Unfit(ValueError):
    """A message that is none, or that does not answer what was asked; the message says why. It never approves."""


def _wire(name: str) -> str:
    return "".join(_CAPITALS.get(part, part.capitalize()) for part in name.split("_"))


class _Part(msgspec.Struct, frozen=True, rename=_wire, kw_only=True):
    """A part of a message, by its names on the wire."""


class Header(_Part, frozen=True, kw_only=True):
    """Whose message it is. `service_id` binds an answer to its question."""

    message_class: Word = "Service"
    message_category: Word
    message_type: Word
    sale_id: Word = msgspec.field(name="SaleID")
    poi_id: Word = msgspec.field(name="POIID")
    service_id: Word = msgspec.field(name="ServiceID", default="")
    protocol_version: Word = ""


class TransactionId(_Part, frozen=True):
    """A transaction of either side; `time_stamp` is part of its name."""

    transaction_id: Number
    time_stamp: Time


class Response(_Part, frozen=True):
    """How a request ended. `additional_response`: `name=value&…`, for people."""

    result: Literal["Success", "Failure", "Partial"]
    error_condition: Word = ""
    additional_response: str = ""


class SaleData(_Part, frozen=True):
    """The sale's side of a transaction: our attempt."""

    sale_transaction_id: TransactionId | None = None
    sale_to_acquirer_data: str = ""


class PoiData(_Part, frozen=True):
    """The terminal's side of it."""

    poi_transaction_id: TransactionId | None = None


class Amounts(_Part, frozen=True, kw_only=True):
    """What a card was charged."""

    currency: Currency = ""
    authorized_amount: Decimal


class CardData(_Part, frozen=True):
    """What may be known of a card."""

    payment_brand: Word = ""
    masked_pan: Word = ""


class Instrument(_Part, frozen=True):
    """What was paid with."""

    card_data: CardData | None = None


class PaymentResult(_Part, frozen=True):
    """What a payment came to."""

    payment_type: Word = "Normal"
    payment_instrument_data: Instrument | None = None
    amounts_resp: Amounts | None = None


class PaymentResponse(_Part, frozen=True):
    """The answer to a payment."""

    response: Response
    sale_data: SaleData | None = None
    poi_data: PoiData | None = None
    payment_result: PaymentResult | None = None
    payment_receipt: msgspec.Raw = NO_RECEIPT


class ReversalResponse(_Part, frozen=True):
    """The answer to money that was to go back."""

    response: Response
    poi_data: PoiData | None = None
    reversed_amount: Decimal | None = None
    payment_receipt: msgspec.Raw = NO_RECEIPT


class RepeatedBody(_Part, frozen=True):
    """The answer that was given before."""

    payment_response: PaymentResponse | None = None
    reversal_response: ReversalResponse | None = None


class Repeated(_Part, frozen=True):
    """An answer again, with the header that it had."""

    message_header: Header
    repeated_response_message_body: RepeatedBody


class Reference(_Part, frozen=True):
    """Which message is asked about, or stopped."""

    message_category: Word = ""
    service_id: Word = ""
    sale_id: Word = msgspec.field(name="SaleID", default="")
    poi_id: Word = msgspec.field(name="POIID", default="")


class StatusResponse(_Part, frozen=True):
    """The answer to the question how a transaction stands."""

    response: Response
    message_reference: Reference | None = None
    repeated_message_response: Repeated | None = None


class PlainResponse(_Part, frozen=True):
    """An answer of which only its result counts."""

    response: Response


class Reply(_Part, frozen=True):
    """A whole message from the terminal."""

    message_header: Header
    payment_response: PaymentResponse | None = None
    reversal_response: ReversalResponse | None = None
    transaction_status_response: StatusResponse | None = None
    diagnosis_response: PlainResponse | None = None
    login_response: PlainResponse | None = None


class _Envelope(msgspec.Struct, frozen=True):
    SaleToPOIResponse: Reply


_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(_Envelope).decode


def read(raw: bytes) -> Reply:
    """A message from the terminal. Raises Unfit."""
    try:
        return _decode(raw).SaleToPOIResponse
    except (msgspec.DecodeError, RecursionError) as fault:  # a message that lacks a part is a DecodeError too
        raise Unfit(f"no message: {fault}") from None


def request(header: Header, name: str, body: dict[str, object]) -> bytes:
    """A whole request; `name` is the body's, as in `PaymentRequest`."""
    return _encode({"SaleToPOIRequest": {"MessageHeader": header, name: body}})


def service_id(attempt_id: str, what: str = "") -> str:
    """The ServiceID of an attempt, ten characters, the same for ever: so it is asked about after a crash too.

    Two attempts share one by chance once in 10^15; the attempt's own id in the answer tells them apart.
    """
    value = int.from_bytes(sha256(f"{attempt_id}/{what}".encode()).digest(), "big")
    digits = []
    for _n in range(_SERVICE_ID):
        value, digit = divmod(value, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def written(minor: int, currency: str) -> Decimal:
    """Minor units as the decimal number of the wire."""
    return Decimal(minor).scaleb(-exponent(currency))


def minor(amount: Decimal, currency: str) -> int:
    """The decimal number of the wire as minor units. Raises Unfit for one that no amount of money is."""
    if not amount.is_finite() or amount.adjusted() >= _MOST_DIGITS or len(amount.as_tuple().digits) > 2 * _MOST_DIGITS:
        raise Unfit("the amount is no amount")
    scaled = amount.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise Unfit("the amount has parts of a minor unit")
    return int(scaled)


def masked(pan: str) -> str:
    """The last four digits, however much of the number came: no more of it is kept."""
    digits = re.findall(r"\d", pan)
    return f"•• {''.join(digits[-4:])}" if len(digits) >= 4 else ""


def stamp(at_ms: int) -> str:
    """A time of record (UTC ms) as the wire writes it."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at_ms % 1000:03d}Z"


def reference_of(it: TransactionId) -> str:
    """A payment's name at the terminal, in one text: money goes back by it at any till."""
    return f"{it.transaction_id}@{it.time_stamp}"


def transaction_of(reference: str) -> TransactionId | None:
    """The name again; None for the reference of another kind of terminal."""
    number, at, time = reference.partition("@")
    return TransactionId(transaction_id=number, time_stamp=time) if number and at and time else None
