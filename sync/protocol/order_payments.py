"""The body of an order's payment at a till. Money in minor units."""

import msgspec

from sync.domain.order_payments import paid_of
from sync.domain.orders import Paid
from sync.protocol.operations import SaleTender

ORDER_PAID = "order_paid"


class OrderPaid(msgspec.Struct, frozen=True):
    """Body of kind `order_paid`, schema 1: what was due of an order was paid at a till.

    `payment` names it, as a sale's id does: card attempts and holds of stored value are bound to it. `order` is the
    purchase's id, `number` as people know it, `receipt` the terminal's own number. `amount` is what of the order it
    pays, exactly; `due` = amount + rounding; `tenders` less `change` are `due`.
    """

    payment: str
    receipt: str
    order: str
    number: str
    location: str
    currency: str
    amount: int
    rounding: int
    due: int
    tenders: list[SaleTender]
    change: int
    language: str = "en"

    @property
    def sale_id(self) -> str:
        """What attempts and holds name it by."""
        return self.payment

    @property
    def paid(self) -> tuple[Paid, ...]:
        """What it is in the purchase."""
        return paid_of(self.receipt, self.tenders, self.rounding, self.change)
