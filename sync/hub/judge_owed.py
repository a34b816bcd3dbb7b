"""Judging cash that was paid at a till because it was owed: the drawer is lighter, so nothing is refused (I-3). A debt
that was paid twice, or that nobody knows, is put before a person (I-8)."""

from typing import Any

from sqlalchemy import select

from sync.domain.orders import PaidBy
from sync.domain.verdicts import Code
from sync.hub import given, movements, owed_cash, sides, takings
from sync.hub.cases import LONGEST_ID, Case, Court, Unfit, check_ids
from sync.hub.events import Event
from sync.hub.said import money
from sync.hub.tables import cash_payout
from sync.hub.tables import owed_cash as debts
from sync.protocol.matters import Facts, Side
from sync.protocol.operations import CashPaid
from sync.protocol.takings import of_owed


def check(body: CashPaid) -> None:
    """Raise Unfit if no record could hold it."""
    check_ids(body.payout_id, body.receipt, body.claim, body.currency, body.location, body.language, body.number)
    if not body.payout_id or not body.key or len(body.key) > 3 * LONGEST_ID:
        raise Unfit("the payment has no id, or names no debt")
    if body.amount <= 0:
        raise Unfit("nothing was paid")


def judge(court: Court, cases: list[Case]) -> None:
    """Record what was paid, each once, in the order of the pushes."""
    if not cases:
        return
    fresh = _first_of_each(court, cases)
    rows = owed_cash.held(court.conn, [case.body.key for case in fresh])
    paid = {row.key: _as_paid(row) for row in rows.values() if row.payout}
    for case in fresh:
        _pay(court, case, rows[case.body.key], paid)
        _check_place(court, case)
    given.append(court.conn, cash_payout, [_row(case) for case in fresh])
    takings.book(court, fresh, of_owed)


def _first_of_each(court: Court, cases: list[Case]) -> list[Case]:
    names = sorted({case.body.payout_id for case in cases})
    seen = set(court.conn.execute(select(cash_payout.c.payout).where(cash_payout.c.payout.in_(names))).scalars())
    fresh = []
    for case in cases:
        if case.body.payout_id in seen:
            case.find(court, Code.DUPLICATE_OPERATION, f"payment {case.body.receipt} is recorded already")
            continue
        seen.add(case.body.payout_id)
        fresh.append(case)
    return fresh


def _pay(court: Court, case: Case, row: Any, paid: dict[str, Side]) -> None:
    body: CashPaid = case.body
    if body.key in paid:
        _twice(court, case, paid[body.key])
        return
    paid[body.key] = _first(court, case)
    if not row.at:
        detail = f"{_named(case)}: nothing is owed for {body.number or 'it'} here (yet)"
        case.find(court, Code.OWED_DIFFERS, detail, body.key, body.location)
    elif (row.amount, row.currency) != (body.amount, body.currency):
        detail = f"{_named(case)}: {money(row.amount, row.currency)} were owed for {row.receipt}"
        case.find(court, Code.OWED_DIFFERS, detail, body.payout_id, body.location)
    if row.at:
        told = {"receipt": row.receipt, "number": row.number, "amount": body.amount, "currency": body.currency}
        told |= {"return": row.return_id, "location": body.location, "language": body.language}
        court.events.append(Event("cash_paid", row.purchase, case.now, told))


def _first(court: Court, case: Case) -> Side:
    """It is paid from now on."""
    body: CashPaid = case.body
    assert case.envelope is not None  # a case with a body has one
    by = {"paid_by": case.who.terminal, "paid_where": body.location, "paid_at": case.envelope.at}
    court.conn.execute(debts.update().where(debts.c.key == body.key).values(payout=body.payout_id, **by))
    return sides.of_case(case)


def _twice(court: Court, case: Case, first: Side) -> None:
    body: CashPaid = case.body
    detail = f"{_named(case)}, owed for {body.number}: {first.terminal} ({first.location}) paid it before"
    facts = Facts(sides=[first, sides.of_case(case)], currency=body.currency, amount=body.amount, number=body.number)
    case.find(court, Code.OWED_TWICE, detail, body.payout_id, body.location, facts)


def _as_paid(row: Any) -> Side:
    where = {"terminal": row.paid_by, "location": row.paid_where}
    return Side("cash_paid", row.paid_at or 0, amount=row.amount, tenders=[PaidBy.CASH.value], **where)


def _named(case: Case) -> str:
    body: CashPaid = case.body
    return f"{body.receipt} at {case.who.terminal} ({body.location}), {money(body.amount, body.currency)}"


def _check_place(court: Court, case: Case) -> None:
    body: CashPaid = case.body
    if not movements.known_locations(court.conn, {body.location}):
        case.find(court, Code.LOCATION_UNKNOWN, f"location {body.location} is not known", body.payout_id)
    elif body.location != case.who.location:
        detail = f"paid at {body.location} by a terminal of {case.who.location}"
        case.find(court, Code.NOT_ALLOWED, detail, body.payout_id, body.location)


def _row(case: Case) -> dict[str, Any]:
    body: CashPaid = case.body
    assert case.envelope is not None  # a case with a body has one
    return {
        "payout": body.payout_id,
        "key": body.key,
        "terminal": case.who.terminal,
        "incarnation": case.who.incarnation,
        "seq": case.seq,
        "receipt": body.receipt,
        "number": body.number,
        "location": body.location,
        "amount": body.amount,
        "currency": body.currency,
        "at": case.envelope.at,
        "business_day": case.envelope.business_day,
        "actor": case.envelope.actor,
        "received_at": case.now,
    }
