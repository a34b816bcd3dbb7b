"""What the processes of the kill tests do."""

from pathlib import Path

import httpcore  # noqa: F401 - loaded here once, so that loading it is no step of each process

from sync.actions.cart import open_cart, save_cart
from sync.actions.pay import begin_attempt, open_attempts, resolve_attempt
from sync.actions.sell import sell
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused
from sync.link.first import fill_replica
from sync.local import Local, Staff, product
from tests.local.fixture import NOW

CASHIER = Staff("s-aliya", "Aliya", "cashier", NOW + 10**10)
AMOUNT = 2 * 62000 + 31000


def sale(home: Path) -> str:
    """Open the files, sell two milks and a bread for cash, and say the receipt's number."""
    local = Local.open(home)
    cart = open_cart(local, NOW)
    if not cart.lines:
        for id in ("p-milk", "p-milk", "p-bread"):
            found = product(local, id, NOW)
            assert found is not None
            cart = cart.add(found, NOW)
        save_cart(local, cart)
    sold = sell(local, cart, 200_000, CASHIER, "en", NOW)
    assert not isinstance(sold, Refused)
    return sold.body.receipt


def card_sale(home: Path) -> str:
    """As `sale`, by card: what an attempt left open is resolved first, and only then is another one begun."""
    local = Local.open(home)
    cart = open_cart(local, NOW)
    if not cart.lines:
        for id in ("p-milk", "p-milk", "p-bread"):
            found = product(local, id, NOW)
            assert found is not None
            cart = cart.add(found, NOW)
        save_cart(local, cart)
    for attempt in open_attempts(local, cart.sale_id):
        if attempt.state is not AttemptState.APPROVED:
            resolve_attempt(local, attempt.id, AttemptState.APPROVED, "ref", "**** 1", "", NOW)
    if not any(a.state is AttemptState.APPROVED for a in open_attempts(local, cart.sale_id)):
        fresh = begin_attempt(local, cart, AMOUNT, CASHIER, NOW)
        resolve_attempt(local, fresh.id, AttemptState.APPROVED, "ref", "**** 1", "", NOW)
    sold = sell(local, open_cart(local, NOW), 0, CASHIER, "en", NOW)
    assert not isinstance(sold, Refused)
    return sold.body.receipt


def round_with_hub(home: Path) -> str:
    """One round of the agent: hello, push, pages, snapshots."""
    fill_replica(home)
    return "done"
