"""A simulated cashier: scans, takes money, closes sales, by the real actions, and knows what the shopper was told."""

import random
from typing import Any
from unittest import mock

from sync.actions.cart import Cart, discard_cart, open_cart, save_cart
from sync.actions.clock import new_id
from sync.actions.pay import begin_attempt, open_attempts, resolve_attempt
from sync.actions.sell import sell
from sync.domain import codes
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused, due_in_cash
from sync.local import Local, find_code, settings
from sync.local.drawer import has_drawer
from sync.local.journal import append
from sync.local.receipts import receipt_pass
from sync.protocol import operations
from tests.sim import swap
from tests.sim.bank import Bank
from tests.sim.cards import ask_about
from tests.sim.edges import edges
from tests.sim.purse import pay, without_ended
from tests.sim.retailer import CASHIER, PRODUCTS, gtin
from tests.sim.terminal import SimTerminal
from tests.sim.told import Ledger, Shop


def serve_shopper(till: SimTerminal, shop: Shop, chance: random.Random) -> None:
    """One shopper at one till, from the cart that lies there to the receipt. To be called as the app."""
    local = till.open()
    now = edges().clock(till.name)
    _settle_payments(local, shop.bank, now)
    ask_about(local, shop, now)
    cart = without_ended(local, open_cart(local, now), now)
    if not cart.lines or (not cart.paid_by_card and chance.random() < 0.5):
        cart = _scan(local, cart, chance, now)
    if not cart.lines:
        return
    save_cart(local, cart)
    total = cart.totals(settings(local).policy).total
    if chance.random() < 0.3 and total > _paid(cart, total):
        due = total - _paid(cart, total)
        cart = pay(till, local, cart, min(chance.choice([due, 1_000]), due), shop.purse, chance, now)
    cashless = not has_drawer(local)
    if (chance.random() < 0.4 or cashless) and total > _paid(cart, total):
        _pay_by_card(local, cart, total - _paid(cart, total), shop.bank, chance, now)
        cart = open_cart(local, now)
    if any(a.state in (AttemptState.PENDING, AttemptState.UNKNOWN) for a in cart.attempts):
        return  # the shopper waits: nobody charges again before it is known
    if not cart.paid_by_card and chance.random() < 0.05:
        discard_cart(local, cart)
    elif cart.back is not None:
        swap.settle_up(till, cart, shop, chance, now)
    elif not cashless or total == _paid(cart, total):
        _close(till, local, cart, total, shop.ledger, chance, now)


def _paid(cart: Cart, total: int) -> int:
    return cart.paid_by_card + cart.paid_by_value + cart.paid_by_goods(total)


def _scan(local: Local, cart: Cart, chance: random.Random, now: int) -> Cart:
    for _ in range(chance.randint(1, 4)):
        found = find_code(local, codes.read(gtin(chance.choice(PRODUCTS))), now)
        if found is not None and found.product.price is not None:
            pieces = chance.randint(1, 3) * 1000 if found.product.unit == "pcs" else chance.randint(50, 2500)
            cart = cart.add(found.product, now, pieces, found.scanned)
    return cart


def _settle_payments(local: Local, bank: Bank, now: int) -> None:
    for attempt in open_attempts(local):
        if attempt.state in (AttemptState.PENDING, AttemptState.UNKNOWN):
            resolve_attempt(local, attempt.id, bank.ask(attempt.id), attempt.id, "**** 1", "asked", now)


def _pay_by_card(local: Local, cart: Cart, amount: int, bank: Bank, chance: random.Random, now: int) -> None:
    attempt = begin_attempt(local, cart, amount, CASHIER, now)
    edges().step(edges().process)
    answer = bank.charge(attempt.id, cart.sale_id, amount, chance)
    edges().step(edges().process)
    resolve_attempt(local, attempt.id, answer, attempt.id, "**** 1", "", now)


def _close(
    till: SimTerminal, local: Local, cart: Cart, total: int, ledger: Ledger, chance: random.Random, now: int
) -> None:
    due = due_in_cash(total, _paid(cart, total), settings(local).policy)
    given = due if chance.random() < 0.6 else -(-due // 50_000) * 50_000
    ledger.begun.add(cart.sale_id)
    done = sell(local, cart, given, CASHIER, "en", now)
    assert not isinstance(done, Refused), done
    ledger.told[cart.sale_id] = (till.name, done.body)
    ledger.receipts.append(receipt_pass(local, done) or "")


def spoil(till: SimTerminal, ledger: Ledger, chance: random.Random) -> None:
    """An operation that the hub can't apply gets into the journal, as by a fault or a newer version (I-5, F12)."""
    local = till.open()
    now = edges().clock(till.name)
    op_id = new_id(now)
    kind, body = chance.choice(_POISON)
    with local.write(), mock.patch.dict(operations.SCHEMAS, {"dance": 1}):  # as a newer version would know it
        append(local, kind, body, op_id=op_id, at=now, business_day="", actor=CASHIER.id)
    ledger.poison.add(op_id)


_POISON: list[tuple[str, Any]] = [
    ("dance", operations.Gap("", 1, 1)),
    ("payment", operations.Payment("", "", "nowhere", 1, "KZT", "", "", "")),
    ("sale", operations.Gap("x" * 200, 1, 1)),
]
