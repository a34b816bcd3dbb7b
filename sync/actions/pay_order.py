"""Pay what is due of an order where it is collected: gather, decide, record in one transaction. When this returns, the
payment is on the disk (I-1), and nothing is due of the order here any more. The hub hears of it as a fact (I-3)."""

from dataclasses import replace

from sync.actions.attempts import attempts_of
from sync.actions.cart import Cart, ToPay, cart_of
from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.printing import queue
from sync.actions.sell import next_receipt
from sync.actions.tenders import Gathered, gather, told, use
from sync.domain.orders import Purchase
from sync.domain.sales import PaidUp, Refused, SaleRefusal, Tender, TenderKind, decide_payment
from sync.domain.value import HeldTender
from sync.local import Local, Settings, Staff, settings, value
from sync.local.journal import append
from sync.local.order_payments import RecordedOrderPaid, delete_draft, drafts, keep_payment, order_paid_by_id
from sync.local.returns import as_it_stands, purchase_now
from sync.local.shifts import count_in, is_open
from sync.protocol import operations, takings
from sync.protocol.order_payments import ORDER_PAID, OrderPaid

__all__ = ["ORDER_PAID", "open_order_payment", "order_payment", "pay_order"]


def order_payment(local: Local, purchase: Purchase, now: int) -> Cart:
    """The payment of an order: the one that is under way, else a new one, which is not saved before a card or the hub
    is asked. What is to be paid is what is due by now, and never less than cards and stored value paid already."""
    _tidy(local)
    with local.read():
        bought, due, open_ones = as_it_stands(local, purchase), _due(local, purchase), _open(local)
    cart = next((it for it in open_ones if it.order is not None and it.order.purchase.id == bought.id), None)
    cart = cart or Cart(new_id(now), started_at=now)
    taken = cart.paid_by_card + cart.paid_by_value
    return replace(cart, order=ToPay(bought, max(due, taken)))


def open_order_payment(local: Local) -> Cart | None:
    """A payment of an order with money in it that stood open when the till stopped: it goes on before anything else
    (F29). None: there is none."""
    with local.read():
        return next((it for it in _open(local) if any(a.holds_money for a in it.attempts)), None)


def _due(local: Local, told: Purchase) -> int:
    """What is not paid: as it was told, or as the replica has it by now, whichever is less."""
    known = purchase_now(local, told.id)
    views = [as_it_stands(local, told), *([known] if known is not None else [])]
    return min(view.due for view in views)


def _open(local: Local) -> list[Cart]:
    return [cart_of(local, payment, draft) for payment, _order, draft in drafts(local)]


def _tidy(local: Local) -> None:
    """Payments that were left before any card paid: what the hub holds for them is given back."""
    names = [payment for payment, _order, _draft in drafts(local)]
    empty = [name for name in names if not any(a.holds_money for a in attempts_of(local, name))]
    if not empty:
        return
    with local.write():
        for name in empty:
            value.give_back(local, name)
            delete_draft(local, name)


def pay_order(
    local: Local,
    cart: Cart,
    cash_given: int,
    actor: Staff,
    language: str,
    now: int,
    held: tuple[HeldTender, ...] | None = None,
) -> RecordedOrderPaid | Refused:
    """Record that the order of the cart is paid: by what the hub holds for it, its approved cards and `cash_given`
    minor units. ValueError: < 0, or no order.

    `held`: as in `sell`. DUE_CHANGED: something else is due by now, by another till's or the channel's word;
    `amount` says how much, and nothing is recorded. The same cart again gives what is recorded. Raises NotRecorded.
    """
    if cart.order is None or cash_given < 0:
        raise ValueError("an order is paid, and with no less cash than nothing")
    with local.write():
        already = order_paid_by_id(local, cart.sale_id)
        if already is not None:
            return already
        gathered, retailer = gather(local, cart.sale_id, held, now), settings(local)
        if isinstance(gathered, Refused):
            return gathered
        decided = _decide(local, cart.order, gathered.tenders, cash_given, retailer)
        return (
            decided if isinstance(decided, Refused) else _record(local, cart, decided, gathered, actor, language, now)
        )


def _decide(
    local: Local, to_pay: ToPay, tenders: list[Tender], cash_given: int, retailer: Settings
) -> PaidUp | Refused:
    due = max(_due(local, to_pay.purchase), sum(tender.amount for tender in tenders))
    if due != to_pay.amount or due == 0:
        return Refused(SaleRefusal.DUE_CHANGED, due)
    if to_pay.purchase.currency != retailer.currency:
        return Refused(SaleRefusal.BAD_TENDER)
    if cash_given and retailer.shift_required and not is_open(local):
        return Refused(SaleRefusal.NO_SHIFT)
    cash = [Tender(TenderKind.CASH, cash_given)] if cash_given else []
    return decide_payment(due, [*tenders, *cash], retailer.policy)


def _record(
    local: Local, cart: Cart, decided: PaidUp, gathered: Gathered, actor: Staff, language: str, now: int
) -> RecordedOrderPaid:
    assert cart.order is not None  # seen by pay_order
    body = _body(local, cart.sale_id, cart.order, decided, language)
    day = day_now(local, now, settings(local).timezone)
    done = append(local, ORDER_PAID, body, op_id=new_id(now), at=now, business_day=day, actor=actor.id)
    keep_payment(local, done, body, now)
    count_in(local, takings.of_order(body), now)
    queue(local, body.receipt, ORDER_PAID, now)
    use(local, cart.sale_id, gathered)
    delete_draft(local, cart.sale_id)
    return RecordedOrderPaid(operations.open_envelope(done.raw), body)


def _body(local: Local, payment: str, to_pay: ToPay, decided: PaidUp, language: str) -> OrderPaid:
    bought = to_pay.purchase
    return OrderPaid(
        payment=payment,
        receipt=next_receipt(local),
        order=bought.id,
        number=bought.number,
        location=local.me.location,
        currency=bought.currency,
        amount=to_pay.amount,
        rounding=decided.rounding,
        due=decided.due,
        tenders=told(decided.tenders),
        change=decided.change,
        language=language,
    )
