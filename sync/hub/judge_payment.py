"""Judging payment attempts: each follows its steps; one whose outcome is not known waits for a person (F29–F31)."""

from typing import Any

from sync.domain.payments import AttemptState, BadStep, step
from sync.domain.verdicts import Code
from sync.hub import attention, given
from sync.hub.cases import Case, Court, Unfit, check_ids
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
    moved = {case.body.attempt: case for case in cases if _advance(court, case, attempts)}
    rows = [attempts[attempt] for attempt in sorted(moved)]
    if not rows:
        return
    given.run(court.conn, _KEEP, _COLUMNS, rows)
    for attempt, case in sorted(moved.items()):
        row = attempts[attempt]
        if row["state"] != AttemptState.UNKNOWN:
            attention.settle(court.conn, Code.PAYMENT_UNKNOWN, [attempt], case.who.terminal, case.now)
        elif attempt not in noted:
            case.note(court, Code.PAYMENT_UNKNOWN, f"{row['amount']} {row['currency']}: ask again", attempt)


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


def _problem(case: Case, row: dict[str, Any] | None) -> str:
    body: Payment = case.body
    if row is None:
        return ""
    if row["terminal"] != case.who.terminal:
        return f"the attempt belongs to {row['terminal']}"
    if (row["sale_id"], row["amount"], row["currency"]) != (body.sale_id, body.amount, body.currency):
        return f"it was for {row['amount']} {row['currency']} of sale {row['sale_id']}"
    try:
        step(AttemptState(row["state"]), AttemptState(body.state))
    except BadStep as fault:
        return str(fault)
    return ""
