"""What the processes of the kill tests do."""

from dataclasses import replace
from pathlib import Path

import httpcore  # noqa: F401 - loaded here once, so that loading it is no step of each process

from sync.actions.cart import open_cart, save_cart
from sync.actions.clock import new_id
from sync.actions.exchange import Exchanged, exchange
from sync.actions.give_back import open_card_refunds, resolve_refund
from sync.actions.hand_out import Said, hand_out
from sync.actions.hold import keep_held
from sync.actions.pack_parcel import pack_parcel
from sync.actions.pay import begin_attempt, open_attempts, resolve_attempt
from sync.actions.pay_order import order_payment, pay_order
from sync.actions.sell import sell
from sync.actions.shelve_parcel import shelve_parcel
from sync.actions.shifts import close_shift, move_cash, open_shift
from sync.actions.take_back import Wish, take_back
from sync.domain.exchange import GoodsBack
from sync.domain.payments import AttemptState
from sync.domain.pickups import ParcelState, Verified
from sync.domain.returns import Basis, Condition, Item, Reason
from sync.domain.sales import Refused
from sync.domain.shifts import MoveKind, MoveReason
from sync.domain.value import hold_of
from sync.link.first import fill_replica
from sync.local import (
    Local,
    RecordedClose,
    RecordedReturn,
    Staff,
    open_shift_of,
    product,
    purchases_by_number,
    totals,
)
from sync.local.order_payments import RecordedOrderPaid
from sync.local.pickups import RecordedHandOut, parcels_of
from sync.protocol.messages import HeldValue
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


def value_sale(home: Path) -> str:
    """As `sale`, with a gift card that the hub holds for the cart: what is kept with it is not asked for again."""
    local = Local.open(home)
    cart = open_cart(local, NOW)
    if not cart.lines:
        found = product(local, "p-milk", NOW)
        assert found is not None
        cart = cart.add(found, NOW)
        save_cart(local, cart)
    if not cart.held:
        given = HeldValue(hold_of("a", cart.sale_id), "gift_card", "0007", 40_000, 0, "KZT", NOW + 900_000, NOW)
        cart = keep_held(local, cart, "a", given, NOW)
    sold = sell(local, cart, 22_000, CASHIER, "en", NOW)
    assert not isinstance(sold, Refused)
    return sold.body.receipt


def round_with_hub(home: Path) -> str:
    """One round of the agent: hello, push, pages, snapshots."""
    fill_replica(home)
    return "done"


def give_back(home: Path) -> str:
    """Open the files, take one coat back, and say the receipt's number."""
    local = Local.open(home)
    [bought] = purchases_by_number(local, "100-48213")
    one = (Item("1", 1000, Reason.CHANGED_MIND, Condition.SEALED),)
    how = {"claim": "", "approver": None, "actor": CASHIER, "language": "en", "now": NOW}
    done = take_back(local, Wish(new_id(NOW), bought, one, Basis.PROMISE, **how))  # type: ignore[arg-type]
    assert isinstance(done, RecordedReturn)
    return done.body.receipt


def whole_shift(home: Path) -> str:
    """Go on with the open shift, else open one; sell, bring cash to the safe, count it right, say its number."""
    local = Local.open(home)
    if open_shift_of(local) is None:
        open_shift(local, new_id(NOW), 500_000, CASHIER, NOW)
    sale(home)
    shift = open_shift_of(local)
    assert shift is not None
    move_cash(local, new_id(NOW), MoveKind.DROP, 1_000, MoveReason.SAFE, approver=None, actor=CASHIER, now=NOW)
    there = totals(local, shift).expected
    how = {"hand_over": True, "approver": None, "actor": CASHIER, "language": "en", "now": NOW}
    done = close_shift(local, shift.shift, [(100, there // 100)], None, **how)  # type: ignore[arg-type]
    assert isinstance(done, RecordedClose), done
    return done.body.number


def swap(home: Path) -> str:
    """A coat comes back for a milk, cash pays the rest; say the receipt's number. A cart that was kept goes on."""
    local = Local.open(home)
    cart = open_cart(local, NOW)
    if cart.back is None:
        [found], milk = purchases_by_number(local, "100-48213"), product(local, "p-milk", NOW)
        assert milk is not None
        goods = (Item("1", 1000, Reason.CHANGED_MIND, Condition.SEALED),)
        back = GoodsBack(new_id(NOW), found, goods, (), 10_000, Basis.CLAIM, new_id(NOW))
        cart = replace(cart.add(milk, NOW), back=back)
        save_cart(local, cart)
    done = exchange(local, cart, 52_000, CASHIER, "en", NOW)
    assert isinstance(done, Exchanged)
    return done.sale.body.receipt


def collect(home: Path) -> str:
    """Go on with the parcel that is begun, else pack one of a coat; shelve it, hand it out, say the slip's number."""
    local = Local.open(home)
    [bought] = purchases_by_number(local, "100-48213")
    begun = [x for x in parcels_of(local, bought.id) if x.state is not ParcelState.HANDED_OUT]
    id = begun[0].id if begun else new_id(NOW)
    pack_parcel(local, id, bought, {"1": 1000}, actor=CASHIER, now=NOW)
    shelve_parcel(local, id, "B-4", actor=CASHIER, now=NOW)
    done = hand_out(local, new_id(NOW), bought, (id,), Said(Verified.CODE), actor=CASHIER, language="en", now=NOW)
    assert isinstance(done, RecordedHandOut), done
    return done.body.receipt


def give_back_by_card(home: Path) -> str:
    """Open the files, take one coat of a card sale back, and say how its attempt ended; an open one goes on first."""
    local = Local.open(home)
    bought = purchases_by_number(local, "7K2M-1")[0]
    if not open_card_refunds(local):
        items = (Item("1", 1000, Reason.CHANGED_MIND, Condition.SEALED),)
        how = {"claim": "", "approver": None, "actor": CASHIER, "language": "en", "now": NOW, "by_card": True}
        done = take_back(local, Wish(new_id(NOW), bought, items, Basis.HELD, **how))  # type: ignore[arg-type]
        assert isinstance(done, RecordedReturn)
    (open_one,) = open_card_refunds(local)
    resolve_refund(local, open_one.id, AttemptState.UNKNOWN, "", "", NOW)
    resolve_refund(local, open_one.id, AttemptState.APPROVED, "200001", "", NOW)
    return open_one.id


def pay_unpaid(home: Path) -> str:
    """Go on with the payment of the order that is due, half by card and the rest in cash; say its receipt's number."""
    local = Local.open(home)
    [bought] = purchases_by_number(local, "100-48213")
    cart = order_payment(local, bought, NOW)
    assert cart.order is not None
    if not cart.attempts:
        tried = begin_attempt(local, cart, 50_000, CASHIER, NOW)
        cart = replace(cart, attempts=(tried,))
    resolve_attempt(local, cart.attempts[-1].id, AttemptState.APPROVED, "300001", "**** 4242", "", NOW)
    done = pay_order(local, cart, 150_000, CASHIER, "en", NOW)
    assert isinstance(done, RecordedOrderPaid), done
    return done.body.receipt
