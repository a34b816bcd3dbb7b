"""Money that a till's card terminal was asked to give back: nobody else is asked for it while it may have gone.

A return holds the right from the moment that it is recorded (I-8). What the attempt could not give the payment side is
asked for, once, with the key that it would have had at once. One row of `card_back` has all of it, and whoever changes
something about it takes that row's lock first: a return, a payment, a purchase that comes late, a person's word.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, select

from sync.domain.payments import AttemptState, may_have_gone
from sync.domain.receipts import SALE
from sync.domain.verdicts import Code
from sync.hub import database, given
from sync.hub.events import Event
from sync.hub.tables import card_back, payment_attempt, purchase, refund_request, taken_back
from sync.protocol.matters import Facts
from sync.protocol.operations import Payment, Return

if TYPE_CHECKING:
    from sync.hub.cases import Case, Court
    from sync.hub.returned import Fact

UNKNOWN_PURCHASE = -1
"""`fits` of an attempt whose purchase the hub does not know yet."""

_return = msgspec.json.Decoder(Return)


def record(conn: Connection, facts: Iterable["Fact"]) -> None:
    """Write down what the returns that are recorded now ask card terminals for."""
    wanted = [(fact, refund) for fact in facts for refund in fact.body.refunds if refund.attempt]
    states = _states(conn, [refund.attempt for _, refund in wanted])
    rows = [
        {
            "attempt": refund.attempt,
            "return_id": fact.body.return_id,
            "key": f"{fact.key}:{refund.paid}",
            "purchase": fact.body.purchase,
            "paid": refund.paid,
            "kind": refund.kind,
            "amount": refund.amount,
            "fits": UNKNOWN_PURCHASE,
            "currency": fact.body.currency,
            "state": states.get(refund.attempt, AttemptState.PENDING.value),
            "asked_at": None,
        }
        for fact, refund in wanted
    ]
    if rows:
        conn.execute(database.insert(conn, card_back).values(rows).on_conflict_do_nothing())


def allot(conn: Connection, fits: dict[str, int], now: int, events: list[Event]) -> None:
    """The purchase is known: so much of each attempt it has a right to. What failed meanwhile is asked for now."""
    for row in _held(conn, sorted(fits)).values():
        if row["fits"] == UNKNOWN_PURCHASE:
            row["fits"] = fits[row["attempt"]]
            _settle(conn, row, now, events)


def hear(court: "Court", cases: list["Case"]) -> None:
    """Payments of these cases may have ended an attempt to give money back."""
    last = {case.body.attempt: case for case in cases if case.body.refund}
    states = _states(court.conn, sorted(last))
    for attempt, row in _held(court.conn, sorted(last)).items():
        case, state = last[attempt], AttemptState(states.get(attempt, row["state"]))
        if row["asked_at"] is not None and may_have_gone(state):
            detail = f"{row['amount']} {row['currency']}: the payment side was asked for it before"
            case.find(court, Code.PAYMENT_STEP, detail, attempt)
            continue
        if state.value != row["state"]:
            row["state"] = state.value
            _settle(court.conn, row, case.now, court.events)


def not_given(court: "Court", case: "Case", attempt: str) -> None:
    """A person says that the card terminal gave nothing: the payment side is asked, once."""
    for row in _held(court.conn, [attempt]).values():
        if row["asked_at"] is None and row["state"] == AttemptState.UNKNOWN:
            row["state"] = AttemptState.DECLINED.value
            _settle(court.conn, row, case.now, court.events)


def facts_of(body: Payment) -> Facts:
    """What a matter says of an attempt whose end is not known."""
    bought = body.sale_id if ":" in body.sale_id else f"{SALE}:{body.sale_id}"  # an order's id names its channel
    return Facts(currency=body.currency, amount=body.amount, back=body.amount, purchase=bought)


def _states(conn: Connection, attempts: list[str]) -> dict[str, str]:
    """How the attempts stand of which payments told."""
    query = select(payment_attempt.c.attempt, payment_attempt.c.state).where(payment_attempt.c.attempt.in_(attempts))
    return {row.attempt: row.state for row in conn.execute(query)} if attempts else {}


def _held(conn: Connection, attempts: list[str]) -> dict[str, dict[str, Any]]:
    """The rows of attempts, held until the transaction ends. Locks are taken in the order of ids."""
    if not attempts:
        return {}
    query = select(card_back).where(card_back.c.attempt.in_(attempts)).order_by(card_back.c.attempt)
    return {row.attempt: dict(row._mapping) for row in conn.execute(query.with_for_update())}


def _settle(conn: Connection, row: dict[str, Any], now: int, events: list[Event]) -> None:
    """Write the row; where nothing went to the card, ask the payment side for what there is a right to."""
    gone = may_have_gone(AttemptState(row["state"]))
    if not gone and row["asked_at"] is None and row["fits"] > 0:
        row["asked_at"] = now
        given.append(conn, refund_request, [_request(conn, row, now)])
        events.append(_event(conn, row, "refund_promised", row["fits"], now))
    elif row["state"] == AttemptState.APPROVED and row["fits"] != UNKNOWN_PURCHASE:
        events.append(_event(conn, row, "refund_given", row["amount"], now))
    changed = {name: row[name] for name in ("fits", "state", "asked_at")}
    conn.execute(card_back.update().where(card_back.c.attempt == row["attempt"]).values(**changed))


def _request(conn: Connection, row: dict[str, Any], now: int) -> dict[str, Any]:
    same = {name: row[name] for name in ("key", "return_id", "purchase", "paid", "kind", "currency")}
    return {**same, "amount": row["fits"], "reference": _reference(conn, row), "at": now, "done_at": None}


def _reference(conn: Connection, row: dict[str, Any]) -> str:
    """What the payment side knows the original payment by."""
    from sync.hub.purchases import read

    body = conn.execute(select(purchase.c.body).where(purchase.c.id == row["purchase"])).scalar()
    paid = read(body).paid if body is not None else ()
    return next((it.reference for it in paid if it.id == row["paid"]), "")


def _event(conn: Connection, row: dict[str, Any], kind: str, amount: int, now: int) -> Event:
    text = conn.execute(select(taken_back.c.body).where(taken_back.c.return_id == row["return_id"])).scalar_one()
    body = _return.decode(text)
    masked = next((refund.masked for refund in body.refunds if refund.attempt == row["attempt"]), "")
    told = {"return": body.return_id, "number": body.number, "receipt": body.receipt}
    told |= {"currency": body.currency, "language": body.language}
    refunds = [{"kind": row["kind"], "amount": amount, "masked": masked}]
    return Event(kind, row["purchase"], now, {**told, "refunds": refunds})
