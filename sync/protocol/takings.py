"""What a sale or a return did to the drawer and to each tender: counted the same by the terminal and by the hub."""

from dataclasses import dataclass, field

from sync.domain.shifts import OWED, SIGN, MoveKind, net_cash
from sync.protocol.operations import BlindReturn, CashMoved, CashPaid, Return, Sale, cash_of, owed_of
from sync.protocol.order_payments import OrderPaid

CASH = "cash"
ORDER = "order"
"""What is counted of orders that were paid at a till: beside the sales, as the goods were sold elsewhere."""
CAME = ("sale", ORDER)
"""By what money comes."""
MOVES = (*(kind.value for kind in MoveKind), OWED)
_WENT = {"credit": "store_credit", "exchange": "exchange"}
"""The tender by which money went back that did not go back by the purchase's own."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Of one operation, minor units: `cash` into the drawer (below 0: out of it), `others` by kind of tender, signed
    alike. `promised` of `total` is owed and not gone yet."""

    of: str
    receipt: str
    total: int
    vat: int
    rounding: int
    cash: int
    others: dict[str, int] = field(default_factory=dict)
    promised: int = 0


def of_sale(body: Sale) -> Taking:
    """Cash is what stayed in the drawer: given less change, rounding in it (F36)."""
    return Taking("sale", body.receipt, body.total, body.vat, body.rounding, *_came(body))


def of_order(body: OrderPaid) -> Taking:
    """Money for an order, as for a sale; its VAT is its channel's."""
    return Taking(ORDER, body.receipt, body.amount, 0, body.rounding, *_came(body))


def _came(body: Sale | OrderPaid) -> tuple[int, dict[str, int]]:
    cash = net_cash(sum(t.amount for t in body.tenders if t.kind == CASH), body.change)
    others: dict[str, int] = {}
    for tender in body.tenders:
        if tender.kind != CASH:
            others[tender.kind] = others.get(tender.kind, 0) + tender.amount
    return cash, others


def of_return(body: Return) -> Taking:
    """A promise moves no money yet, whoever pays it, and whenever that is; nor does cash that is fetched later."""
    total = body.total, body.vat, body.rounding
    if body.basis == "promise":
        return Taking("return", body.receipt, *total, 0, promised=body.total)
    others: dict[str, int] = {}
    for refund in body.refunds:
        kind = _WENT.get(refund.to, refund.kind)
        if kind != CASH:
            others[kind] = others.get(kind, 0) - refund.amount
    return Taking("return", body.receipt, *total, -cash_of(body), others, owed_of(body))


def of_blind(body: BlindReturn) -> Taking:
    """Store credit alone."""
    return Taking("return", body.receipt, body.total, body.vat, 0, 0, {"store_credit": -body.total})


def of_move(body: CashMoved) -> Taking:
    """Cash alone."""
    return Taking(body.kind, "", 0, 0, 0, SIGN[MoveKind(body.kind)] * body.amount)


def of_owed(body: CashPaid) -> Taking:
    """Cash alone: the goods were counted when they came back."""
    return Taking(OWED, body.receipt, 0, 0, 0, SIGN[OWED] * body.amount)
