"""Which money of a return goes back through the till's own card terminal, linked to the payment it came by. Pure."""

from sync.domain.order_payments import at_till
from sync.domain.orders import PaidBy, Purchase
from sync.domain.receipts import is_sale
from sync.domain.returns import Basis, Destination, Refund


def original_of(purchase: Purchase, refund: Refund, basis: Basis) -> str:
    """The reference of the card payment that a card terminal may give this back to; "" if it goes another way.

    A card payment that a till took, for a sale or for an order, and that carries its reference, given back by the
    tender itself, on a basis that pays. A promise gives nothing yet, and a channel's payments are the payment side's.
    """
    if refund.kind is not PaidBy.CARD or refund.to is not Destination.TENDERS or basis is Basis.PROMISE:
        return ""
    paid = next((paid for paid in purchase.paid if paid.id == refund.paid), None)
    return paid.reference if paid is not None and (is_sale(purchase) or at_till(paid)) else ""
