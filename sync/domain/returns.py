"""Deciding a return: what may come back, what happens to the goods, and by which tenders the money goes back.

Pure. Money in minor units, quantities in thousandths, times UTC in ms (design, section 5; I-8; F32-F35).
"""

from dataclasses import dataclass
from enum import StrEnum

from sync.domain.money import allocate, divide, round_cash
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.pricing import vat_of
from sync.domain.special import GiftMoney, ShippingBack, serial_fault, shipping_due, torn_bundles


class Reason(StrEnum):
    """Why the shopper brings it back."""

    NOT_AS_EXPECTED = "not_as_expected"
    FAULTY = "faulty"
    WRONG_ITEM = "wrong_item"
    CHANGED_MIND = "changed_mind"


class Condition(StrEnum):
    """How it comes back."""

    SEALED = "sealed"
    OPENED = "opened"
    DAMAGED = "damaged"


class Disposition(StrEnum):
    """Where the goods go: to sale here, to the check desk, or back to the warehouse."""

    RESTOCK = "restock"
    QUARANTINE = "quarantine"
    SEND_BACK = "send_back"


class Basis(StrEnum):
    """What allows the money to go back: a right claimed at the hub, one that this store holds, the terminal's offline
    budget; or nothing yet, and it is promised."""

    CLAIM = "claim"
    HELD = "held"
    BUDGET = "budget"
    PROMISE = "promise"


class Destination(StrEnum):
    """Where money goes that comes back: by the tenders it came by, onto store credit, into the goods taken instead.
    `COUNTER`: by the tenders, but cash is not paid where the goods are taken; the shopper fetches it at any till."""

    TENDERS = ""
    CREDIT = "credit"
    EXCHANGE = "exchange"
    COUNTER = "counter"


class PromisedCash(StrEnum):
    """Who pays the cash of a promise once its verdict is there: any till, or the channel's payment side. Setting
    `promised_cash`; never both."""

    COUNTER = "counter"
    CHANNEL = "channel"


class ReturnRefusal(StrEnum):
    """Why a return can't be made as asked."""

    NOTHING = "nothing"
    LINE_UNKNOWN = "line_unknown"
    BAD_QUANTITY = "bad_quantity"
    TOO_MANY = "too_many"
    NOT_RECEIVED = "not_received"
    NOT_PAID = "not_paid"
    OVER_BUDGET = "over_budget"
    NO_SHIFT = "no_shift"
    SERIAL_MISSING = "serial_missing"
    SERIAL_WRONG = "serial_wrong"
    SERIAL_BACK = "serial_back"
    GIFT = "gift"


class Exceptional(StrEnum):
    """What somebody who may must approve."""

    DEADLINE = "deadline"
    NOT_RETURNABLE = "not_returnable"
    BUNDLE_PART = "bundle_part"


@dataclass(frozen=True, slots=True)
class Item:
    """What the shopper puts on the counter of one line; units with serial numbers by them. `product`: the article that
    it is, where another one than the line's own was handed out; "" for the line's own."""

    line: str
    quantity: int
    reason: Reason
    condition: Condition
    serials: tuple[str, ...] = ()
    product: str = ""


@dataclass(frozen=True, slots=True)
class ReturnRules:
    """What the retailer set. `budget`: minor units that a terminal may still pay offline without a right;
    `cap`: of one return. `send_back`: conditions whose goods go to the warehouse. `whole_bundles`: a part of one needs
    an approval."""

    budget: int = 0
    cap: int = 0
    cash_step: int = 0
    send_back: frozenset[Condition] = frozenset()
    whole_bundles: bool = False
    shipping: ShippingBack = ShippingBack.NEVER
    gift: GiftMoney = GiftMoney.CREDIT
    promised_cash: PromisedCash = PromisedCash.COUNTER


@dataclass(frozen=True, slots=True)
class TakenLine:
    """A line that comes back: `amount` goes to the shopper for it, `vat` of that is VAT."""

    item: Item
    amount: int
    vat: int
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class Refund:
    """Money back for one tender of the purchase, `paid` being its id, `to` where it goes. To the tender itself: cash
    leaves the drawer; everything else the payment side is asked for, linked to the payment it came by."""

    paid: str
    kind: PaidBy
    amount: int
    to: Destination = Destination.TENDERS


@dataclass(frozen=True, slots=True)
class Accepted:
    """A return that may be recorded once every one of `needs` is approved. `rounding`: what the smallest coin added (+)
    or kept (−) of the cash. The refunds add up to `total` + `rounding`; of each destination cash comes last."""

    lines: tuple[TakenLine, ...]
    refunds: tuple[Refund, ...]
    total: int
    rounding: int
    needs: frozenset[Exceptional]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason, and the line it is about; `quantity`: thousandths that may come back of it; `serial`: which unit."""

    reason: ReturnRefusal
    line: str = ""
    quantity: int = 0
    serial: str = ""


def decide_return(
    purchase: Purchase,
    items: list[Item],
    here: str,
    now: int,
    rules: ReturnRules,
    basis: Basis,
    to: Destination = Destination.TENDERS,
    into_exchange: int = 0,
) -> Accepted | Refused:
    """Decide a return at location `here`. Nothing comes back twice, and no more money than was paid (I-8).

    The offline budget and cap are those of `rules`; the caller lowers the budget by what it paid already.
    `into_exchange` minor units pay for other goods, what remains goes `to`; as in `plan_refunds`. ValueError: more than
    the return is worth, or an exchange by a promise, which gives nothing yet. Shipping that is refunded by the rules
    comes as lines of its own, which nobody names in `items`. A terminal without a drawer sends it to the counter, and
    so goes what is promised, unless the retailer has its payment side pay it.
    """
    wrong = _wrong(purchase, items)
    if wrong is not None:
        return wrong
    items = [*items, *_shipping(purchase, items, rules)]
    lines = tuple(_taken(purchase, item, here, rules) for item in items)
    total = sum(line.amount for line in lines)
    if into_exchange and basis is Basis.PROMISE:
        raise ValueError("what is only promised can't pay for other goods")
    if basis is Basis.PROMISE and to is Destination.TENDERS and rules.promised_cash is PromisedCash.COUNTER:
        to = Destination.COUNTER
    plan = plan_refunds(purchase.paid, total, rules.cash_step, to, into_exchange)
    if plan is None:
        return Refused(ReturnRefusal.NOT_PAID)
    if purchase.gift and any(_is_the_payers(refund, rules) for refund in plan):
        return Refused(ReturnRefusal.GIFT)
    if basis is Basis.BUDGET and total > min(rules.budget, rules.cap):
        return Refused(ReturnRefusal.OVER_BUDGET)
    rounding = sum(refund.amount for refund in plan) - total
    return Accepted(lines, plan, total, rounding, _needs(purchase, items, now, rules), basis)


def _wrong(purchase: Purchase, items: list[Item]) -> Refused | None:
    if not items:
        return Refused(ReturnRefusal.NOTHING)
    if purchase.received_at is None:
        return Refused(ReturnRefusal.NOT_RECEIVED)
    seen = set[str]()
    for item in items:
        line = purchase.line(item.line)
        if line is None or item.line in seen or not line.goods:
            return Refused(ReturnRefusal.LINE_UNKNOWN, item.line)
        seen.add(item.line)
        left = line.left_as(item.product or line.product)
        if item.quantity <= 0:
            return Refused(ReturnRefusal.BAD_QUANTITY, item.line, left)
        if item.quantity > left:
            return Refused(ReturnRefusal.TOO_MANY, item.line, left)
        fault = serial_fault(line, item.serials, item.quantity)
        if fault is not None:
            return Refused(ReturnRefusal(fault[0]), item.line, line.left, fault[1])
    return None


def _coming(items: list[Item]) -> dict[str, int]:
    return {item.line: item.quantity for item in items}


def _shipping(purchase: Purchase, items: list[Item], rules: ReturnRules) -> list[Item]:
    """Shipping that goes back with the goods, for the reason of the first of them."""
    due = shipping_due(purchase, _coming(items), rules.shipping)
    return [Item(line.id, line.left, items[0].reason, Condition.SEALED) for line in due]


def _is_the_payers(refund: Refund, rules: ReturnRules) -> bool:
    """Whether who brings a gift would get what somebody else paid."""
    if refund.to not in BY_TENDERS:
        return False
    return rules.gift is GiftMoney.CREDIT or refund.kind is PaidBy.CASH


BY_TENDERS = (Destination.TENDERS, Destination.COUNTER)
"""Money that goes back as it was paid, cash at once or later."""


def destination_of(purchase: Purchase, rules: ReturnRules, wished: Destination) -> Destination:
    """Where money goes that was wished to go there: of a gift onto store credit, unless the payer can have it back."""
    cash = any(paid.kind is PaidBy.CASH for paid in purchase.paid)
    forced = purchase.gift and (cash or rules.gift is GiftMoney.CREDIT)
    return Destination.CREDIT if forced and wished in BY_TENDERS else wished


def _taken(purchase: Purchase, item: Item, here: str, rules: ReturnRules) -> TakenLine:
    line = purchase.line(item.line)
    assert line is not None  # seen by _wrong
    amount = refund_of(line, item.quantity)
    return TakenLine(item, amount, vat_of(amount, line.vat_rate, included=True), disposition_of(item.condition, rules))


def refund_of(line: BoughtLine, quantity: int) -> int:
    """Minor units that go back for `quantity` more of a line. Visit by visit they add up to what was paid, to the last
    unit: each visit is what is due by then less what went back before."""
    return max(0, divide(line.amount * min(line.quantity, line.returned + quantity), line.quantity) - line.refunded)


def disposition_of(condition: Condition, rules: ReturnRules) -> Disposition:
    """Only what is sealed goes back to sale; what was opened is looked at first."""
    if condition in rules.send_back:
        return Disposition.SEND_BACK
    return Disposition.RESTOCK if condition is Condition.SEALED else Disposition.QUARANTINE


def _needs(purchase: Purchase, items: list[Item], now: int, rules: ReturnRules) -> frozenset[Exceptional]:
    lines = [line for line in purchase.lines if any(item.line == line.id for item in items)]
    late = {Exceptional.DEADLINE for line in lines if line.until is not None and now > line.until}
    never = {Exceptional.NOT_RETURNABLE for line in lines if not line.returnable}
    torn = rules.whole_bundles and torn_bundles(purchase, _coming(items))
    return frozenset(late | never | ({Exceptional.BUNDLE_PART} if torn else set()))


def plan_refunds(
    paid: tuple[Paid, ...],
    total: int,
    cash_step: int,
    to: Destination = Destination.TENDERS,
    into_exchange: int = 0,
) -> tuple[Refund, ...] | None:
    """Money back by the tenders that it came by, in proportion, each at most what it paid and cash last. None: less was
    paid than is asked for.

    `into_exchange` minor units of that pay for other goods, first of what is not cash; the rest goes `to`. Where an
    earlier visit's coins left less than `total`, it is that much less that pays. What leaves the drawer is rounded to
    the smallest coin, and is never more than is left of the tender; onto credit or into goods nothing is rounded. What
    other goods paid for goes onto credit, wherever the rest goes.
    """
    if not 0 <= into_exchange <= total:
        raise ValueError("an exchange takes no more than the return is worth")
    parts = _parts(paid, total)
    short = total - sum(parts)
    if short and not (short < cash_step and any(p.kind is PaidBy.CASH for p in paid)):
        return None
    refunds: list[Refund] = []
    for tender, part in sorted(zip(paid, parts, strict=True), key=lambda pair: pair[0].kind is PaidBy.CASH):
        goods = min(part, into_exchange)
        into_exchange -= goods
        way = _way(tender, to)
        amount = _going(tender, part - goods, goods, cash_step, way)
        refunds += [Refund(tender.id, tender.kind, goods, Destination.EXCHANGE)] if goods else []
        refunds += [Refund(tender.id, tender.kind, amount, way)] if amount else []
    return tuple(refunds)


def _way(tender: Paid, to: Destination) -> Destination:
    """What goods paid for can't go back as goods: it becomes store credit. Only cash is fetched at a counter."""
    if tender.kind is PaidBy.EXCHANGE and to in BY_TENDERS:
        return Destination.CREDIT
    return Destination.TENDERS if to is Destination.COUNTER and tender.kind is not PaidBy.CASH else to


def _going(tender: Paid, part: int, goods: int, cash_step: int, to: Destination) -> int:
    """What of a tender's part goes `to`, beside what pays for goods: in coins, if a drawer gives it, now or later."""
    if to not in BY_TENDERS or tender.kind is not PaidBy.CASH:
        return part
    most = tender.left - goods
    coins = round_cash(part, cash_step)
    if goods and coins > most:  # what goods left of the tender is no sum of coins
        return most - most % cash_step
    return min(most, coins)


def _parts(paid: tuple[Paid, ...], total: int) -> list[int]:
    """Each tender's part: all visits together are in proportion. What a tender can't take goes to the others."""
    if not paid:
        return []
    before = sum(tender.refunded for tender in paid)
    due = allocate(min(before + total, sum(t.amount for t in paid)), [tender.amount for tender in paid])
    parts = [min(tender.left, max(0, d - tender.refunded)) for tender, d in zip(paid, due, strict=True)]
    rest = total - sum(parts)
    for n, tender in enumerate(paid):
        more = max(-parts[n], min(rest, tender.left - parts[n]))
        parts[n] += more
        rest -= more
    return parts


def basis_offline(purchase: Purchase, here: str, total: int, rules: ReturnRules) -> Basis:
    """What a terminal at location `here` may do when the hub gives no answer."""
    if purchase.location and purchase.location == here:
        return Basis.HELD
    return Basis.BUDGET if 0 <= total <= min(rules.budget, rules.cap) else Basis.PROMISE
