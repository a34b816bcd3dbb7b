"""Judging payment attempts: each follows its steps; one whose outcome is not known waits for a person (F29–F31)."""

from typing import Any

from sqlalchemy import select

from sync.domain.payments import AttemptState, BadStep, step
from sync.domain.verdicts import Code
from sync.hub import attention
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.hub.database import insert
from sync.hub.tables import payment_attempt
from sync.protocol.operations import Payment


def check(body: Payment) -> None:
    """Raise Unfit if it names no attempt or a state that there is not."""
    check_ids(body.attempt, body.sale_id, body.currency)
    if not body.attempt:
        raise Unfit("the payment names no attempt")
    AttemptState(body.state)


def judge(court: Court, cases: list[Case]) -> None:
    """Bring each attempt to its newest state."""
    attempts = _recorded(court, sorted({case.body.attempt for case in cases}))
    noted = {attempt for attempt, row in attempts.items() if row["state"] == AttemptState.UNKNOWN}
    changed = [case.body.attempt for case in cases if _advance(court, case, attempts)]
    if not changed:
        return
    statement = insert(court.conn, payment_attempt)
    names = [c.name for c in payment_attempt.c if c.name != "attempt"]
    newer = {name: statement.excluded[name] for name in names}
    rows = [attempts[attempt] for attempt in sorted(set(changed))]
    court.conn.execute(statement.on_conflict_do_update(index_elements=["attempt"], set_=newer), rows)
    settled = [row["attempt"] for row in rows if row["state"] != AttemptState.UNKNOWN]
    attention.settle(court.conn, Code.PAYMENT_UNKNOWN, settled, court.who.terminal, court.now)
    for row in rows:
        if row["state"] == AttemptState.UNKNOWN and row["attempt"] not in noted:
            court.note(Code.PAYMENT_UNKNOWN, f"{row['amount']} {row['currency']}: ask again", 0, row["attempt"])


def _recorded(court: Court, numbers: list[str]) -> dict[str, dict[str, Any]]:
    query = select(payment_attempt).where(payment_attempt.c.attempt.in_(numbers))
    return {row.attempt: dict(row._mapping) for row in court.conn.execute(query)}


def _advance(court: Court, case: Case, attempts: dict[str, dict[str, Any]]) -> bool:
    body: Payment = case.body
    row = attempts.get(body.attempt)
    problem = _problem(court, body, row)
    if problem:
        case.find(court, Code.PAYMENT_STEP, problem, body.attempt)
        return False
    assert case.envelope is not None  # a case with a body has one
    attempts[body.attempt] = {
        "attempt": body.attempt,
        "sale_id": body.sale_id,
        "terminal": court.who.terminal,
        "state": body.state,
        "amount": body.amount,
        "currency": body.currency,
        "reference": body.reference,
        "masked": body.masked,
        "reason": body.reason,
        "at": case.envelope.at,
    }
    return True


def _problem(court: Court, body: Payment, row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    if row["terminal"] != court.who.terminal:
        return f"the attempt belongs to {row['terminal']}"
    if (row["sale_id"], row["amount"], row["currency"]) != (body.sale_id, body.amount, body.currency):
        return f"it was for {row['amount']} {row['currency']} of sale {row['sale_id']}"
    try:
        step(AttemptState(row["state"]), AttemptState(body.state))
    except BadStep as fault:
        return str(fault)
    return ""
