"""The paper of an order that was paid at a till, from its recorded payment alone."""

from pos.receipt.document import Document
from pos.receipt.order_paid import OrderReceipt, order_receipt
from pos.receipt.sale import ReceiptTender
from pos.slips import footer_of, shop, stub_of
from sync.domain.card_slips import CUSTOMER
from sync.domain.sales import STORED
from sync.local import Local
from sync.local.card_slips import slip_lines
from sync.local.order_payments import RecordedOrderPaid
from sync.protocol.operations import SaleTender


def order_paid_page(local: Local, paid: RecordedOrderPaid, *, copy: bool = False, duplicate: bool = False) -> Document:
    """The receipt in the shopper's language."""
    body = paid.body
    receipt = OrderReceipt(
        stub=stub_of(local, paid.envelope, body.receipt),
        number=body.number,
        currency=body.currency,
        amount=body.amount,
        tenders=tuple(tender_of(local, it) for it in body.tenders),
        rounding=body.rounding,
        change=body.change,
        footer=footer_of(local, body.language),
    )
    return order_receipt(receipt, shop(local, body.language), body.language, copy, duplicate)


def tender_of(local: Local, tender: SaleTender) -> ReceiptTender:
    """A recorded tender as it is printed."""
    given = tender.amount if tender.kind == "cash" else 0
    if tender.kind in STORED:
        return ReceiptTender(tender.kind, tender.amount, masked_pan=tender.masked, left=tender.left)
    slip = slip_lines(local, tender.attempt, CUSTOMER)
    return ReceiptTender(tender.kind, tender.amount, given, tender.masked, tender.reference, slip=slip)
