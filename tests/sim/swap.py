"""A simulated exchange: goods on the counter pay for others, by the real action; the right is renewed before."""

import random
from dataclasses import replace

import msgspec

from sync.actions.cart import Cart, open_cart, save_cart
from sync.actions.exchange import Exchanged, NotSold, exchange
from sync.domain.exchange import GoodsBack
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Item, Refused, basis_offline, decide_return
from sync.domain.sales import SaleRefusal, due_in_cash
from sync.link.wire import Refused as SaidNo
from sync.local import Local, return_rules, settings
from sync.local.drawer import has_drawer
from sync.local.receipts import receipt_pass
from sync.local.value import credit_code
from sync.protocol.messages import ClaimedRight, ClaimRight, ReleaseRight
from tests.sim.cards import give
from tests.sim.retailer import CASHIER, lead_of
from tests.sim.terminal import SimTerminal
from tests.sim.told import Shop

ENOUGH_MS = 90_000
"""A right that is ours for so long is not renewed before it is used."""


def begin(
    till: SimTerminal,
    return_id: str,
    bought: Purchase,
    items: tuple[Item, ...],
    basis: Basis,
    claim: tuple[str, int],
    now: int,
) -> bool:
    """Goods lie on the counter and are to pay for what is in the cart; False if they can't, or others do already.
    `claim`: the claimed right, and until when it is ours."""
    local = till.open()
    cart = open_cart(local, now)
    worth = decide_return(bought, list(items), till.place, now, return_rules(local, now), basis)
    if cart.back is not None or cart.attempts or isinstance(worth, Refused):
        return False
    back = GoodsBack(return_id, bought, items, (), worth.total, basis, claim[0], claim[1], lead_of(till.place).id)
    save_cart(local, replace(cart, back=back))
    return True


def settle_up(till: SimTerminal, cart: Cart, shop: Shop, chance: random.Random, now: int) -> None:
    """What is in the cart is paid with what lies on the counter, and the rest in cash. To be called as the app."""
    local = till.open()
    sure = _sure(till, local, cart, chance, now)
    if sure is None or sure.back is None:
        return
    total = sure.totals(settings(local).policy).total
    paid = sure.paid_by_card + sure.paid_by_value + sure.paid_by_goods(total)
    given = due_in_cash(total, paid, settings(local).policy)
    if given and not has_drawer(local):
        return  # it is paid by card, some time
    shop.ledger.begun.add(sure.sale_id)
    by_card = chance.random() < 0.7
    done = exchange(local, sure, given, CASHIER, "en", now, by_card=by_card)
    less = isinstance(done, NotSold) and done.why.reason is SaleRefusal.UNDERPAID
    if isinstance(done, NotSold) and less and has_drawer(local):  # it is worth less by now
        done = exchange(local, sure, given + done.why.amount, CASHIER, "en", now, by_card=by_card)
    if isinstance(done, Exchanged):
        _told(till, local, done, shop)
        give(local, shop, done.back.body.return_id, now)
    elif not isinstance(done, NotSold):
        leave(till, local, sure)


def _told(till: SimTerminal, local: Local, done: Exchanged, shop: Shop) -> None:
    back, sale = done.back.body, done.sale.body
    shop.returns.took(till.name, back)
    shop.ledger.told[sale.sale_id] = till.name, sale
    shop.returns.exchanged += 1
    shop.ledger.receipts.append(receipt_pass(local, done.sale) or "")
    if back.credit:
        shop.purse.codes.append(credit_code(local, back.return_id))


def leave(till: SimTerminal, local: Local, cart: Cart) -> None:
    """The shopper keeps the goods: the right is given back, the cart stays."""
    back = cart.back
    save_cart(local, replace(cart, back=None))
    if back is not None and back.claim:
        try:
            till.ask("claims/release", ReleaseRight(back.claim), msgspec.Raw)
        except SaidNo:
            return  # it is another's by now


def _sure(till: SimTerminal, local: Local, cart: Cart, chance: random.Random, now: int) -> Cart | None:
    """The cart with a right that is ours for a while, or with the offline rule's; None if there is none."""
    back = cart.back
    assert back is not None  # there are goods on the counter
    if back.basis is not Basis.CLAIM or back.until - now > ENOUGH_MS:
        return cart
    try:
        right = till.ask("claims/refund", ClaimRight(back.claim, back.purchase.id, back.right), ClaimedRight)
    except SaidNo:
        leave(till, local, cart)
        return None
    if right is not None:
        return _with(local, cart, replace(back, until=now + max(0, right.expires - right.now)))
    basis = basis_offline(back.purchase, till.place, back.worth, return_rules(local, now))
    if basis is not Basis.PROMISE:
        return _with(local, cart, replace(back, basis=basis, claim="", until=0))
    if chance.random() < 0.5:
        leave(till, local, cart)
    return None  # else they wait for the network


def _with(local: Local, cart: Cart, back: GoodsBack) -> Cart:
    kept = replace(cart, back=back)
    save_cart(local, kept)
    return kept
