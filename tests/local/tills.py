"""Short words for what a till does in these tests."""

from sync.actions.cart import Cart, open_cart
from sync.actions.sell import sell
from sync.domain.sales import Refused
from sync.local import Local, RecordedSale, Staff, product
from tests.local.fixture import NOW

CASHIER = Staff("s-aliya", "Aliya", "cashier", NOW + 10**10)


def cart_of(local: Local, *products: str) -> Cart:
    """The open cart with one of each."""
    cart = open_cart(local, NOW)
    for id in products:
        found = product(local, id, NOW)
        assert found is not None
        cart = cart.add(found, NOW)
    return cart


def sold(local: Local, *products: str, cash: int = 10_000_000) -> RecordedSale:
    """Sell one of each for cash."""
    done = sell(local, cart_of(local, *products), cash, CASHIER, "en", NOW)
    assert not isinstance(done, Refused)
    return done
