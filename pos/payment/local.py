"""What a payment asks of the local files, as a job for the database thread."""

from dataclasses import dataclass

from sync.actions.cart import Cart, open_cart
from sync.actions.pay_order import order_payment
from sync.domain.orders import Purchase
from sync.local import Local, Settings, product, settings

SHOWN = 6
"""Articles of an order that are shown at most."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is to be paid. `pictures`: names of those of an order's articles, as far as they are known here."""

    cart: Cart
    settings: Settings
    pictures: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether nothing is to be paid."""
        cart = self.cart
        if cart.order is not None:
            return not cart.order.amount
        return not (cart.lines or cart.attempts or cart.held or cart.back)


def kept(local: Local, order: Purchase | None, now: int) -> Kept:
    """The cart that is open, or what is due of that order."""
    if order is None:
        return Kept(open_cart(local, now), settings(local))
    cart = order_payment(local, order, now)
    lines = cart.order.purchase.lines if cart.order is not None else ()
    ids = list(dict.fromkeys(line.product for line in lines if line.goods))[:SHOWN]
    found = (product(local, id, now) for id in ids)
    return Kept(cart, settings(local), tuple(it.picture for it in found if it is not None))
