"""Operations: facts that a person caused, encoded once; those bytes are stored, hashed and sent for ever.

Source: design, section 4. `hash = sha256(previous hash ‖ bytes)`; the hash before the first operation is 32 zero bytes.
"""

import hashlib
from typing import Any

import msgspec

from sync.protocol.arrivals import BODIES as ARRIVALS
from sync.protocol.pickups import BODIES as PICKUPS
from sync.protocol.shifts import CashMoved as CashMoved
from sync.protocol.shifts import ShiftClosed as ShiftClosed
from sync.protocol.shifts import ShiftOpened as ShiftOpened

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


class SoldExpired(msgspec.Struct, frozen=True):
    """Goods that were sold past their expiry: `over` since when (ISO 8601, the store's wall clock), `reason` as in
    `sync.domain.expired.ExpiredReason`, `approved_by` the staff id of who approved it."""

    over: str
    reason: str
    approved_by: str


class SaleLine(msgspec.Struct, frozen=True):
    """One line of a recorded sale: quantity in thousandths, money in minor units, VAT in basis points.

    `units`, in JSON `serials`: the number of each unit of goods that are sold by theirs; any other line has no such
    field, so that its bytes are those of every earlier release. So it is with `labelled`, the amount by the label of a
    scale, which is not quantity times price to the last unit, `mark`, the code of a marked unit as it was read, with
    its separators, and `expired`, if somebody let it be sold past its expiry.
    """

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
    units: list[str] | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="serials")
    labelled: int | msgspec.UnsetType = msgspec.UNSET
    mark: str | msgspec.UnsetType = msgspec.UNSET
    expired: SoldExpired | msgspec.UnsetType = msgspec.UNSET

    @property
    def serials(self) -> list[str]:
        """The numbers of its units; none where the goods have none."""
        return [] if self.units is msgspec.UNSET else self.units

    @property
    def by_label(self) -> bool:
        """Whether its amount is that on the label of a scale."""
        return self.labelled is not msgspec.UNSET


class SaleTender(msgspec.Struct, frozen=True):
    """Money given: kind as in `sync.domain.sales.TenderKind`; for cash the amount before change.

    Of `gift_card` and `store_credit`: `attempt` is the hold at the hub, `reference` the account (never the code),
    `left` what the hub said stays on it. Of `exchange`: `reference` is the return whose value it is."""

    kind: str
    amount: int
    attempt: str = ""
    reference: str = ""
    masked: str = ""
    left: int = 0


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


class Payment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Body of kind `payment`, schema 1: an attempt reached a state. Recorded before the card terminal is asked.

    `amount` in minor units: what was asked for; once `approved`, what was approved, which may be less. `approved` with
    the reason `giving_back`: the card terminal is about to be asked to give it back, before any sale took it.

    `refund`: the id of the return whose money goes back by it, "" of a charge; `sale_id` is then the sale that was paid
    with the card, `original` the reference of that payment."""

    attempt: str
    sale_id: str
    state: str
    amount: int
    currency: str
    reference: str = ""
    masked: str = ""
    reason: str = ""
    refund: str = ""
    original: str = ""


class ReturnLine(msgspec.Struct, frozen=True):
    """A line that came back: `line` is the purchase's; quantity in thousandths, money in minor units.

    `reason`, `condition`, `disposition`: as in `sync.domain.returns`. `serials`: the units that came back, if they have
    numbers. Shipping that is refunded is a line without a product.
    """

    line: str
    product: str
    sku: str
    name: str
    quantity: int
    amount: int
    vat_rate: int
    vat: int
    reason: str
    condition: str
    disposition: str
    unit: str = "pcs"
    serials: list[str] = []


class ReturnRefund(msgspec.Struct, frozen=True):
    """Money back for one tender: `paid` is its id in the purchase, `to` where it went, as in
    `sync.domain.returns.Destination`; a return holds each `(paid, to)` once. By the tender itself: cash left the
    drawer, unless the return is a promise; everything else is asked of the payment side by the hub. `to` "counter" is
    cash that nobody paid yet: the shopper fetches it at any till, and `cash_paid` says so. `attempt`: the till's own
    card terminal is asked to give it back, and operations `payment` say how that ended; the payment side only if it
    did not."""

    paid: str
    kind: str
    amount: int
    masked: str = ""
    to: str = ""
    attempt: str = ""


class Return(msgspec.Struct, frozen=True):
    """Body of kind `return`, schema 1: goods were taken back. `basis` as in `sync.domain.returns`; `claim` is the id of
    the claimed right, "" without one. `approved_by` is the staff id of who approved `approved` ("" and [] without).
    `receipt`: the terminal's own number, on paper and screen. `credit`: the account of the store credit that refunds
    `to` "credit" go onto, with the end of its code; `exchange`: the sale that those `to` "exchange" paid for."""

    return_id: str
    receipt: str
    purchase: str
    number: str
    location: str
    currency: str
    lines: list[ReturnLine]
    refunds: list[ReturnRefund]
    total: int
    vat: int
    rounding: int
    basis: str
    claim: str = ""
    approved_by: str = ""
    approved: list[str] = []
    language: str = "en"
    credit: str = ""
    credit_masked: str = ""
    exchange: str = ""


def cash_of(body: Return) -> int:
    """Minor units that left the drawer for a return: none for a promise, none that became credit or other goods."""
    return 0 if body.basis == "promise" else sum(r.amount for r in body.refunds if r.kind == "cash" and not r.to)


def credit_of(body: Return) -> int:
    """Minor units of a return that go onto store credit: for a promise only once the hub says so."""
    return sum(r.amount for r in body.refunds if r.to == "credit")


def exchanged_of(body: Return) -> int:
    """Minor units of a return that paid for other goods."""
    return sum(r.amount for r in body.refunds if r.to == "exchange")


def owed_of(body: Return) -> int:
    """Minor units of a return that a till pays later: for a promise only once the hub says so."""
    return sum(r.amount for r in body.refunds if r.to == "counter" and r.kind == "cash")


class CashPaid(msgspec.Struct, frozen=True):
    """Body of kind `cash_paid`, schema 1: cash that was owed to a shopper left this till's drawer.

    `key` is what the hub calls the debt (`Owed.key`), `claim` the claim under which it was paid, `number` the receipt
    of the return that it is owed for; `receipt` the terminal's own number of this paper. `amount` in minor units."""

    payout_id: str
    receipt: str
    key: str
    claim: str
    amount: int
    currency: str
    location: str
    language: str = "en"
    number: str = ""


class BlindLine(msgspec.Struct, frozen=True):
    """A line that came back with no proof: quantity in thousandths, money in minor units, VAT included in `amount`.

    `unit_price` is the lowest that this store asked within the weeks that count, `until` when that ended (UTC ms, 0: it
    is asked today), `today` what it asks now (0: nothing). `reason`, `condition`, `disposition`: as in
    `sync.domain.returns`.
    """

    product: str
    sku: str
    name: str
    quantity: int
    unit_price: int
    amount: int
    vat_rate: int
    vat: int
    reason: str
    condition: str
    disposition: str
    unit: str = "pcs"
    until: int = 0
    today: int = 0


class BlindReturn(msgspec.Struct, frozen=True):
    """Body of kind `blind_return`, schema 1: goods were taken back with no proof, for store credit alone.

    `credit` is the account of the credit's code, `credit_masked` its last four. `evidence`: on whose numbers the limits
    were checked, `hub` or `till`. `shopper` is a digest of a phone number, never the number. `approved` says what
    `approved_by` (a staff id) approved. `rules`: every rule that was looked at with its outcome, as
    `sync.domain.blind.told` writes them. `receipt`: the terminal's own number, on paper and screen."""

    return_id: str
    receipt: str
    location: str
    currency: str
    lines: list[BlindLine]
    total: int
    vat: int
    credit: str
    credit_masked: str
    evidence: str
    shopper: str
    approved_by: str
    approved: list[str]
    rules: list[str]
    language: str = "en"
    vat_included: bool = True


class Gap(msgspec.Struct, frozen=True):
    """Body of kind `gap`, schema 1: numbers of an earlier journal of this terminal that were lost with its disk."""

    incarnation: str
    first: int
    last: int


class Settled(msgspec.Struct, frozen=True):
    """Body of kind `settled`, schema 1: a person settled a matter. `matter` is its id, `code` what it is about,
    `choice` as in `sync.domain.matters`. `approved_by`: who may and gave a PIN, "" where the actor may."""

    matter: str
    code: str
    choice: str
    note: str = ""
    approved_by: str = ""


SCHEMAS: dict[str, int] = {
    "sale": 1,
    "payment": 1,
    "return": 1,
    "blind_return": 1,
    "gap": 1,
    "settled": 1,
    "shift_opened": 1,
    "cash_moved": 1,
    "shift_closed": 1,
    "cash_paid": 1,
    "order_paid": 1,
    **dict.fromkeys(PICKUPS, 1),
    **dict.fromkeys(ARRIVALS, 1),
}
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
