"""Orders that tills took money for: what the hub has of it, and what was paid beyond an order."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, select

from sync.domain.money import round_cash
from sync.domain.order_payments import at_till, given_back, overpaid, paid_also, paid_of, taken_back
from sync.domain.orders import Paid, PaidBy, Purchase
from sync.domain.sales import STORED
from sync.domain.verdicts import Code
from sync.hub import given, owed_cash, sides
from sync.hub.attention import Note
from sync.hub.feed import Recorder
from sync.hub.order_tables import order_payment, order_tender, refund_request
from sync.hub.said import money
from sync.hub.vault import Entry
from sync.protocol.matters import Facts, Side
from sync.protocol.operations import SaleTender

if TYPE_CHECKING:
    from sync.hub.cases import Case, Court

NAMED = 3
"""Payments of one order that a matter shows, the latest ones."""


def of_orders(conn: Connection, orders: Iterable[str]) -> dict[str, list[Any]]:
    """The payments of orders, each order's in the order of their times."""
    query = select(order_payment).where(order_payment.c.order.in_(sorted(set(orders))))
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(query.order_by(order_payment.c.at, order_payment.c.payment)):
        found[row.order].append(row)
    return found


def _tenders(conn: Connection, payments: list[str]) -> dict[str, list[SaleTender]]:
    query = select(order_tender).where(order_tender.c.payment.in_(payments))
    found: defaultdict[str, list[SaleTender]] = defaultdict(list)
    for row in conn.execute(query.order_by(order_tender.c.payment, order_tender.c.n)):
        found[row.payment].append(SaleTender(row.kind, row.amount, row.attempt, row.reference, row.masked))
    return found


def paid_at_tills(conn: Connection, bought: Purchase) -> Purchase:
    """The purchase, which is held, with what tills took for it: whatever a channel says of it, that was paid."""
    rows = [row for row in of_orders(conn, [bought.id])[bought.id] if row.currency == bought.currency]
    tenders = _tenders(conn, [row.payment for row in rows]) if rows else {}
    more = (it for row in rows for it in paid_of(row.receipt, tenders[row.payment], row.rounding, row.change))
    return paid_also(bought, more)


def more_over(before: Purchase | None, after: Purchase) -> int:
    """What is paid beyond the order by now and was not before: more was paid, or less is wanted."""
    if not any(at_till(it) for it in after.paid):
        return 0
    if before is not None and _asked(before) == _asked(after):
        return 0
    return max(0, overpaid(after) - (overpaid(before) if before is not None else 0))


def _asked(bought: Purchase) -> tuple[int, int]:
    return bought.worth, sum(it.amount for it in bought.paid)


def found_over(conn: Connection, before: Purchase | None, bought: Purchase, recorder: Recorder) -> list[Note]:
    """A matter that no payment at a till caused, if there is one: a channel was paid too, or cancelled what a till took
    money for."""
    over = more_over(before, bought)
    if not over:
        return []
    last = of_orders(conn, [bought.id])[bought.id][-1]
    detail = f"order {bought.number}: {money(over, bought.currency)} more than is due, since its channel spoke"
    where = (last.location, bought.channel, "", 0, bought.id, recorder.at, recorder)
    return [Note(Code.ORDER_OVERPAID, detail, *where, facts_of(conn, bought, over))]


def facts_of(conn: Connection, bought: Purchase, over: int, this: Side | None = None) -> Facts:
    """Who took money for an order: its channel, tills before, and `this`, the till that took it now."""
    told = [it for it in bought.paid if not at_till(it) and it.amount]
    shop = Side("paid", bought.at, name=bought.channel, receipt=bought.number, amount=sum(it.amount for it in told))
    shop = msgspec.structs.replace(shop, tenders=sorted({it.kind.value for it in told}))
    rows = of_orders(conn, [bought.id])[bought.id]
    kinds = _tenders(conn, [row.payment for row in rows]) if rows else {}
    tills = [_side(row, sorted({it.kind for it in kinds[row.payment]})) for row in rows]
    shown = [*([shop] if told else []), *tills[-NAMED:], *([this] if this is not None else [])]
    return Facts(
        sides=shown, currency=bought.currency, amount=over, back=over, purchase=bought.id, number=bought.number
    )


def _side(row: Any, kinds: list[str]) -> Side:
    heard = sides.late(row.at, row.received_at)
    known = {"receipt": row.receipt, "amount": row.amount, "actor": row.actor, "late": heard, "tenders": kinds}
    return Side("order_paid", row.at, terminal=row.terminal, location=row.location, **known)


# --- giving it back --------------------------------------------------------------------------------------------------


def settle(court: "Court", case: "Case", facts: Facts) -> None:
    """What was paid beyond an order goes back as a till took it: cash is owed at any till by the payment's receipt,
    stored value goes back onto its account, for a card the payment side is asked. Each once, by the word's id. The
    purchase is held."""
    assert court.book is not None  # made by lock
    book, bought = court.book, court.book.held.get(facts.purchase)
    if bought is None:
        return
    parts = given_back(bought, min(facts.amount or 0, overpaid(bought)))
    parts = tuple((it, _in_coins(it, part, book.step)) for it, part in parts)
    court.vault.lock(it.reference for it, _part in parts if it.kind.value in STORED)
    debts = []
    for it, part in parts:
        key = f"{case.op_id}:{it.id}"
        if it.kind is PaidBy.CASH:
            debts.append((_debt(bought, it, part, key, case.now), case.recorder))
        elif not (it.kind.value in STORED and _put_back(court, it, part, key, case)):
            given.append(court.conn, refund_request, [_request(bought, it, part, key, case.now)])
    owed_cash.make(court.conn, debts, court.notes)
    court.vault.write()
    book.put(taken_back(bought, parts), case.recorder)
    book.write()


def _in_coins(it: Paid, part: int, step: int) -> int:
    """What a drawer can give of it."""
    return min(it.left, round_cash(part, step)) if it.kind is PaidBy.CASH else part


def receipt_of(paid: Paid) -> str:
    """The receipt of the payment that it is a part of."""
    return paid.id.split(":")[1]


def _debt(bought: Purchase, it: Paid, part: int, key: str, now: int) -> dict[str, Any]:
    of = {"return_id": it.id, "purchase": bought.id, "number": bought.number, "receipt": receipt_of(it)}
    return {"key": key, **of, "amount": part, "currency": bought.currency, "at": now}


def _request(bought: Purchase, it: Paid, part: int, key: str, now: int) -> dict[str, Any]:
    of = {"return_id": it.id, "purchase": bought.id, "paid": it.id, "kind": it.kind.value, "amount": part}
    return {"key": key, **of, "currency": bought.currency, "reference": it.reference, "at": now, "done_at": None}


def _put_back(court: "Court", it: Paid, part: int, key: str, case: "Case") -> bool:
    """Onto the account that it came from; False if that is not known here."""
    if court.vault.find(it.reference) is None:
        return False
    at = case.envelope.at if case.envelope else case.now
    named = f"{receipt_of(it)}, paid beyond its order"
    entry = Entry(f"refund:{key}", it.reference, part, "refunded", it.id, named, at, case.now, case.who.terminal)
    court.vault.post(entry)
    return True
