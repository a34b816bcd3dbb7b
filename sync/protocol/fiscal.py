"""What a fiscal printer is given of an operation: what was really paid by this terminal, and nothing that is promised.

Money in minor units, quantities in thousandths, VAT rates in basis points, times UTC in ms. Source: design, section 4.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from sync.domain.money import allocate
from sync.domain.pricing import PIECE
from sync.protocol.operations import (
    BlindReturn,
    CashMoved,
    CashPaid,
    Return,
    Sale,
    SaleTender,
    ShiftClosed,
    ShiftOpened,
)
from sync.protocol.order_payments import ORDER_PAID, OrderPaid

SALE, REFUND, CASH_IN, CASH_OUT = "sale", "refund", "cash_in", "cash_out"
OPEN_SHIFT, Z_REPORT = "open_shift", "z_report"
CASH = "cash"


class FiscalLine(msgspec.Struct, frozen=True):
    """What was sold or came back; `amount` with VAT. `vat_rate` None: its VAT is said elsewhere, as an order's is."""

    name: str
    quantity: int
    amount: int
    vat_rate: int | None = None
    vat: int = 0


class FiscalTender(msgspec.Struct, frozen=True):
    """By what it was paid; `kind` as in `sync.domain.sales.TenderKind` and `sync.domain.orders.PaidBy`."""

    kind: str
    amount: int


class FiscalDocument(msgspec.Struct, frozen=True):
    """One document. `id` names it for ever: a printer that knows it never makes another of it.

    `number`: the terminal's own number of its paper. `total` = sum of the lines + `rounding` = sum of the tenders; of a
    shift that opens, the float.
    """

    id: str
    kind: str
    number: str
    at: int
    cashier: str
    currency: str = ""
    lines: list[FiscalLine] = []
    tenders: list[FiscalTender] = []
    rounding: int = 0
    total: int = 0


class Content(msgspec.Struct, frozen=True):
    """A document of an operation's body alone, before it has an id. The fields are those of FiscalDocument."""

    kind: str
    number: str
    currency: str = ""
    lines: list[FiscalLine] = []
    tenders: list[FiscalTender] = []
    rounding: int = 0
    total: int = 0


def _sale(body: Sale) -> Content:
    """Cash is what stayed: given less change."""
    lines = [
        FiscalLine(x.name, x.quantity, x.amount if body.vat_included else x.amount + x.vat, x.vat_rate, x.vat)
        for x in body.lines
    ]
    tenders = _paid(body.tenders, body.change)
    return Content(SALE, body.receipt, body.currency, lines, tenders, body.rounding, body.due)


def _order(body: OrderPaid) -> Content:
    lines = [FiscalLine(body.number, PIECE, body.amount)]
    tenders = _paid(body.tenders, body.change)
    return Content(SALE, body.receipt, body.currency, lines, tenders, body.rounding, body.due)


def _paid(tenders: Iterable[SaleTender], change: int) -> list[FiscalTender]:
    sums: dict[str, int] = {}
    for tender in tenders:
        sums[tender.kind] = sums.get(tender.kind, 0) + tender.amount
    if change:
        sums[CASH] = sums.get(CASH, 0) - change
    return [FiscalTender(kind, amount) for kind, amount in sums.items() if amount]


def _return(body: Return) -> Content | None:
    """What goes back now; None if that is nothing. Cash that is fetched later is a document when it is paid."""
    if body.basis == "promise":
        return None
    sums: dict[str, int] = {}
    for refund in body.refunds:
        if refund.to != "counter":
            kind = {"credit": "store_credit", "exchange": "exchange"}.get(refund.to, refund.kind)
            sums[kind] = sums.get(kind, 0) + refund.amount
    paid = sum(sums.values())
    if paid <= 0:
        return None
    whole = paid == body.total + body.rounding
    amounts = [x.amount for x in body.lines] if whole else allocate(paid, [x.amount for x in body.lines])
    lines = [
        FiscalLine(
            x.name, x.quantity, amount, x.vat_rate, x.vat if whole else allocate(x.vat, [amount, x.amount - amount])[0]
        )
        for x, amount in zip(body.lines, amounts, strict=True)
        if amount
    ]
    tenders = [FiscalTender(kind, amount) for kind, amount in sums.items() if amount]
    return Content(REFUND, body.receipt, body.currency, lines, tenders, body.rounding if whole else 0, paid)


def _blind(body: BlindReturn) -> Content:
    lines = [FiscalLine(x.name, x.quantity, x.amount, x.vat_rate, x.vat) for x in body.lines]
    return Content(
        REFUND, body.receipt, body.currency, lines, [FiscalTender("store_credit", body.total)], 0, body.total
    )


def _owed(body: CashPaid) -> Content:
    lines = [FiscalLine(body.number or body.receipt, PIECE, body.amount)]
    return Content(REFUND, body.receipt, body.currency, lines, [FiscalTender(CASH, body.amount)], 0, body.amount)


def _move(body: CashMoved) -> Content:
    kind = CASH_IN if body.kind == "pay_in" else CASH_OUT
    return Content(kind, body.move, tenders=[FiscalTender(CASH, body.amount)], total=body.amount)


def _opened(body: ShiftOpened) -> Content:
    return Content(OPEN_SHIFT, body.number, body.currency, total=body.float_)


def _closed(body: ShiftClosed) -> Content:
    return Content(Z_REPORT, body.number, body.currency)


_Of: TypeAlias = tuple[type[msgspec.Struct], Callable[[Any], Content | None]]
_KINDS: dict[str, _Of] = {
    "sale": (Sale, _sale),
    ORDER_PAID: (OrderPaid, _order),
    "return": (Return, _return),
    "blind_return": (BlindReturn, _blind),
    "cash_paid": (CashPaid, _owed),
    "cash_moved": (CashMoved, _move),
    "shift_opened": (ShiftOpened, _opened),
    "shift_closed": (ShiftClosed, _closed),
}


def content_of(kind: str, body: msgspec.Struct) -> Content | None:
    """What of an operation has to be fiscalised; None: nothing of it."""
    known = _KINDS.get(kind)
    return known[1](body) if known else None


def content_in(kind: str, raw: bytes) -> Content | None:
    """As `content_of`, of a body as it was encoded. msgspec.DecodeError: it is not one."""
    known = _KINDS.get(kind)
    return known[1](msgspec.json.decode(raw, type=known[0])) if known else None
