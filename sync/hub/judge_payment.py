"""Judging payment attempts: each follows its steps; one whose outcome is not known waits for a person (F29–F31)."""

from typing import Any

from sqlalchemy import select

from sync.domain.payments import AttemptState, BadStep, step
from sync.domain.verdicts import Code
from sync.hub import attention, card_back, given
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.hub.order_tables import order_tender
from sync.hub.tables import payment_attempt, sale_tender
from sync.protocol.operations import Payment


def check(body: Payment) -> None:
    """Raise Unfit if it names no attempt or a state that there is not."""
    check_ids(body.attempt, body.sale_id, body.currency, body.refund)
    if not body.attempt:
        raise Unfit("the payment names no attempt")
    AttemptState(body.state)


def judge(court: Court, cases: list[Case]) -> None:
    """Bring each attempt to its newest state."""
    attempts = _recorded(court, sorted({case.body.attempt for case in cases}))
    noted = {attempt for attempt, row in attempts.items() if row["state"] == AttemptState.UNKNOWN}
    moved = {case.body.attempt: case for case in cases if _advance(court, case, attempts)}
    rows = [attempts[attempt] for attempt in sorted(moved)]
    if not rows:
        return
    given.run(court.conn, _KEEP, _COLUMNS, rows)
    for attempt, case in sorted(moved.items()):
        row, refund = attempts[attempt], bool(case.body.refund)
        code = Code.CARD_BACK_UNKNOWN if refund else Code.PAYMENT_UNKNOWN
        if row["state"] != AttemptState.UNKNOWN:
            attention.settle(court.conn, code, [attempt], case.who.terminal, case.recorder)
        elif attempt not in noted:
            facts = card_back.facts_of(case.body) if refund else attention.NO_FACTS
            case.note(court, code, f"{row['amount']} {row['currency']}: ask again", attempt, facts=facts)


_COLUMNS = tuple((c.name, "number" if c.name in ("amount", "at") else "text") for c in payment_attempt.c)
_NAMES = ", ".join(f'"{name}"' for name, _ in _COLUMNS)
_NEWER = ", ".join(f'"{name}" = excluded."{name}"' for name, _ in _COLUMNS if name != "attempt")
_KEEP = f"""INSERT INTO payment_attempt ({_NAMES}) SELECT {_NAMES} FROM {{given}} WHERE true ORDER BY attempt
ON CONFLICT (attempt) DO UPDATE SET {_NEWER}"""  # noqa: S608 - own names
_FIND = """SELECT payment_attempt.* FROM {given} JOIN payment_attempt ON payment_attempt.attempt = given.id"""


def _recorded(court: Court, numbers: list[str]) -> dict[str, dict[str, Any]]:
    found = given.run(court.conn, _FIND, (("id", "text"),), [{"id": number} for number in numbers])
    return {row.attempt: dict(row._mapping) for row in found}


def _advance(court: Court, case: Case, attempts: dict[str, dict[str, Any]]) -> bool:
    body: Payment = case.body
    row = attempts.get(body.attempt)
    problem = _problem(case, row)
    if problem:
        case.find(court, Code.PAYMENT_STEP, problem, body.attempt)
        return False
    assert case.envelope is not None  # a case with a body has one
    attempts[body.attempt] = {
        "attempt": body.attempt,
        "sale_id": body.sale_id,
        "terminal": case.who.terminal,
        "state": body.state,
        "amount": body.amount,
        "currency": body.currency,
        "reference": body.reference,
        "masked": body.masked,
        "reason": body.reason,
        "at": case.envelope.at,
    }
    return True


def _amount_fits(body: Payment, before: int) -> bool:
    """Whether it is the amount as before: a card may be approved for a part of what it was asked for."""
    part = body.state == AttemptState.APPROVED and not body.refund and 0 < body.amount <= before
    return part or body.amount == before


def check_taken_back(court: Court, cases: list[Case]) -> None:
    """A payment that was taken back after its sale, or the payment of an order, was recorded: goods are out, and the
    money is gone. It is put before a person; the facts stay."""
    gone = [case for case in cases if case.body.state == AttemptState.REVERSED and not case.body.refund]
    for case in gone:
        body: Payment = case.body
        for tender, name in ((sale_tender, "sale_id"), (order_tender, "payment")):
            paid = select(tender.c.n).where(tender.c[name] == body.sale_id, tender.c.attempt == body.attempt)
            if court.conn.execute(paid).first() is not None:
                detail = f"{body.amount} {body.currency} were taken back after they had paid"
                case.find(court, Code.PAYMENT_STEP, detail, body.attempt)


def _problem(case: Case, row: dict[str, Any] | None) -> str:
    body: Payment = case.body
    if row is None:
        return ""
    if row["terminal"] != case.who.terminal:
        return f"the attempt belongs to {row['terminal']}"
    same = (row["sale_id"], row["currency"]) == (body.sale_id, body.currency) and _amount_fits(body, row["amount"])
    if not same:
        return f"it was for {row['amount']} {row['currency']} of sale {row['sale_id']}"
    try:
        step(AttemptState(row["state"]), AttemptState(body.state))
    except BadStep as fault:
        return str(fault)
    return ""
