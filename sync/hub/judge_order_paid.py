"""Judging payments of orders at tills: the money is in the drawer or on the card, so nothing is refused (I-3). What was
paid beyond the order, by two tills or by its channel too, is put before a person with both sides, and is never lost."""

from dataclasses import replace
from typing import Any

from sync.domain.order_payments import KINDS, paid_also
from sync.domain.orders import PaidBy
from sync.domain.verdicts import Code
from sync.hub import given, judge_value, movements, order_payments, sides, takings
from sync.hub.cases import LONGEST_ID, Case, Court, Unfit, check_ids
from sync.hub.events import Event
from sync.hub.order_tables import order_payment, order_tender
from sync.hub.said import money
from sync.protocol.order_payments import ORDER_PAID, OrderPaid
from sync.protocol.takings import of_order

MOST = 100
"""Tenders of one payment."""


def check(body: OrderPaid) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if no record could hold it."""
    check_ids(body.payment, body.receipt, body.order, body.number, body.location, body.currency, body.language)
    if not (body.payment and body.order and body.receipt) or ":" in body.receipt or len(body.receipt) > LONGEST_ID // 2:
        raise Unfit("the payment has no id or no receipt, or names no order")
    if body.amount <= 0 or body.change < 0 or not 0 < len(body.tenders) <= MOST:
        raise Unfit("nothing was paid")
    for tender in body.tenders:
        check_ids(tender.attempt, tender.reference, tender.masked)
        if PaidBy(tender.kind) not in KINDS or tender.amount <= 0:
            raise Unfit("no order is paid with that at a till")


def judge(court: Court, cases: list[Case]) -> None:
    """Record payments, each once, in the order of the pushes. Their orders and parcels are held by now."""
    if not cases:
        return
    fresh = _first_of_each(court, cases)
    places = movements.known_locations(court.conn, {case.body.location for case in cases})
    for case in cases:
        case.recorder.touch("orders")
        here = case.body.location
        case.recorder.touch(f"location:{here if here in places else case.who.location}")
    for case in fresh:
        _check(case, court, places)
        _apply(court, case)
        given.append(court.conn, order_payment, [_row(case)])
        given.append(court.conn, order_tender, _tenders(case.body))
    assert court.book is not None and court.shelf is not None  # made by lock
    court.book.write()
    court.shelf.write()
    takings.book(court, fresh, of_order)
    judge_value.capture(court, fresh)


def _first_of_each(court: Court, cases: list[Case]) -> list[Case]:
    seen = given.those_of(court.conn, "order_payment", "payment", sorted({case.body.payment for case in cases}))
    fresh = []
    for case in cases:
        body: OrderPaid = case.body
        if body.payment in seen:
            detail = f"payment {body.receipt} is recorded already"
            case.find(court, Code.DUPLICATE_OPERATION, detail, body.payment, body.location)
            continue
        seen.add(body.payment)
        fresh.append(case)
    return fresh


def _check(case: Case, court: Court, places: set[str]) -> None:
    """Whether it adds up, and was taken where it says."""
    body: OrderPaid = case.body
    came = sum(tender.amount for tender in body.tenders) - body.change
    cash = sum(tender.amount for tender in body.tenders if tender.kind == PaidBy.CASH)
    if came != body.due or body.due != body.amount + body.rounding or body.change > cash:
        detail = f"{_named(case)}: {came} came, {body.due} were due, {body.amount} with rounding {body.rounding}"
        case.find(court, Code.TOTAL_DIFFERS, detail, body.payment, body.location)
    if body.location not in places:
        case.find(court, Code.LOCATION_UNKNOWN, f"location {body.location} is not known", body.payment)
    elif body.location != case.who.location:
        detail = f"paid at {body.location} at a terminal of {case.who.location}"
        case.find(court, Code.NOT_ALLOWED, detail, body.payment, body.location)


def _apply(court: Court, case: Case) -> None:
    """Nothing is due any more, of the order and of its parcels; what is beyond it is named."""
    assert court.book is not None and court.shelf is not None  # made by lock
    body: OrderPaid = case.body
    before = court.book.held.get(body.order)
    if before is None:
        detail = f"{_named(case)}: order {body.number} is not known here (yet)"
        case.find(court, Code.PURCHASE_UNKNOWN, detail, body.order, body.location)
        return
    if before.currency != body.currency:
        detail = f"{_named(case)}: order {body.number} is in {before.currency}; it stays as it was"
        case.find(court, Code.TOTAL_DIFFERS, detail, body.payment, body.location)
        return
    after = paid_also(before, body.paid)
    court.book.put(after, case.recorder, told=True)
    for parcel in court.shelf.of_order(body.order):
        if parcel.due != after.due:
            court.shelf.put(replace(parcel, due=after.due), case.recorder)
    over = order_payments.more_over(before, after)
    if over:
        _too_much(court, case, over)
    told: dict[str, Any] = {
        "payment": body.payment,
        "number": body.number,
        "receipt": body.receipt,
        "location": body.location,
    }
    told |= {"amount": body.amount, "due": after.due, "currency": body.currency, "language": body.language}
    court.events.append(Event(ORDER_PAID, body.order, case.now, told))


def _too_much(court: Court, case: Case, over: int) -> None:
    assert court.book is not None  # made by lock
    body: OrderPaid = case.body
    after = court.book.held[body.order]
    facts = order_payments.facts_of(court.conn, after, over, sides.of_case(case))
    before = "; ".join(
        f"{it.receipt} {it.name or it.terminal}, {money(it.amount or 0, body.currency)}" for it in facts.sides[:-1]
    )
    detail = (
        f"{_named(case)}, order {body.number}: {money(over, body.currency)} more than was due. Paid before: {before}"
    )
    case.find(court, Code.ORDER_OVERPAID, detail, body.payment, body.location, facts)


def _named(case: Case) -> str:
    body: OrderPaid = case.body
    return f"{body.receipt} at {case.who.terminal} ({body.location}), {money(body.amount, body.currency)}"


def _row(case: Case) -> dict[str, Any]:
    body: OrderPaid = case.body
    assert case.envelope is not None  # a case with a body has one
    names = ("payment", "order", "number", "receipt", "location", "currency", "amount", "rounding", "due", "change")
    return {name: getattr(body, name) for name in names} | {
        "terminal": case.who.terminal,
        "incarnation": case.who.incarnation,
        "seq": case.seq,
        "at": case.envelope.at,
        "business_day": case.envelope.business_day,
        "actor": case.envelope.actor,
        "received_at": case.now,
    }


def _tenders(body: OrderPaid) -> list[dict[str, Any]]:
    names = ("kind", "amount", "attempt", "reference", "masked")
    told = ({name: getattr(it, name) for name in names} for it in body.tenders)
    return [{"payment": body.payment, "n": n} | row for n, row in enumerate(told, 1)]
