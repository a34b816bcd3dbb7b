"""The judge: from pushed operations to verdicts and their effects, in few statements for a whole push."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from sync.domain.verdicts import Code
from sync.hub import attention, database, judge_gap, judge_payment, judge_sale, roles
from sync.hub.cases import Case, Court, Unfit, read
from sync.hub.tables import operation

AHEAD_MS = 10 * 60_000
"""How far ahead of the hub a terminal's clock may run before its operations are flagged (F41)."""


@dataclass(frozen=True)
class Judge:
    """How a kind is judged: `check` raises ValueError for a body that no record can hold, `judge` applies the rest."""

    check: Callable[[Any], None]
    judge: Callable[[Court, list[Case]], None]


JUDGES: dict[str, Judge] = {
    "sale": Judge(judge_sale.check, judge_sale.judge),
    "payment": Judge(judge_payment.check, judge_payment.judge),
    "gap": Judge(judge_gap.check, judge_gap.judge),
}


def judge(court: Court, pushed: list[tuple[int, bytes, bytes]]) -> list[Case]:
    """Judge operations (number, bytes, hash) that the hub does not have yet, and write them into the ledger."""
    cases = [read(court, seq, raw, digest) for seq, raw, digest in pushed]
    repeated = _set_repeated_aside(court, cases)
    for case in cases:
        if not case.aside:
            _screen(court, case)
    _by_kind(court, [case for case in cases if not case.aside])
    if any(case.aside for case in cases):
        court.recorder.touch(f"location:{court.who.location}")  # or its overlay would show them for ever
    database.append(court.conn, operation, [_ledger_row(court, case, repeated) for case in cases])
    attention.add(court.conn, court.notes)
    return cases


def _set_repeated_aside(court: Court, cases: list[Case]) -> set[int]:
    """Numbers whose op_id another operation has: recorded once already, so nothing of them is applied again (F15)."""
    named = [case for case in cases if case.op_id]
    query = select(operation.c.op_id, operation.c.terminal, operation.c.seq, operation.c.raw)
    query = query.where(operation.c.op_id.in_(sorted({case.op_id for case in named})))
    seen = {row.op_id: (f"operation {row.seq} of {row.terminal}", row.raw) for row in court.conn.execute(query)}
    repeated = set()
    for case in named:
        if case.op_id not in seen:
            seen[case.op_id] = (f"operation {case.seq} of {court.who.terminal}", case.raw)
            continue
        repeated.add(case.seq)
        where, raw = seen[case.op_id]
        same = "the same bytes" if raw == case.raw else "other bytes"
        case.set_aside(court, Code.DUPLICATE_OPERATION, f"its id is that of {where}, with {same}")
    return repeated


def _screen(court: Court, case: Case) -> None:
    envelope = case.envelope
    assert envelope is not None  # else it were set aside
    try:
        JUDGES[envelope.kind].check(case.body)
    except (Unfit, ValueError) as fault:
        case.set_aside(court, Code.UNREADABLE, str(fault))
        return
    if not roles.may_do(court.who.kind, envelope.kind):
        case.set_aside(court, Code.NOT_ALLOWED, f"a {court.who.kind} does not record a {envelope.kind}")


def _by_kind(court: Court, cases: list[Case]) -> None:
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        assert case.envelope is not None  # else it were set aside
        kinds[case.envelope.kind].append(case)
    for kind, of_kind in kinds.items():
        JUDGES[kind].judge(court, of_kind)
    _check_clock(court, cases)


def _check_clock(court: Court, cases: list[Case]) -> None:
    early = [case for case in cases if case.envelope and case.envelope.at > court.now + AHEAD_MS]
    for case in early:
        at = case.envelope.at if case.envelope else 0
        case.find(court, Code.CLOCK_WRONG, f"recorded {(at - court.now) // 60_000} minutes ahead of the hub's clock")


def _ledger_row(court: Court, case: Case, repeated: set[int]) -> dict[str, Any]:
    envelope = case.envelope
    return {
        "terminal": court.who.terminal,
        "incarnation": court.who.incarnation,
        "seq": case.seq,
        "op_id": case.op_id if envelope and case.seq not in repeated else None,
        "kind": envelope.kind if envelope else "",
        "schema": envelope.schema if envelope else 0,
        "at": envelope.at if envelope else 0,
        "business_day": envelope.business_day if envelope else "",
        "actor": envelope.actor if envelope else "",
        "received_at": court.now,
        "raw": case.raw,
        "hash": case.hash,
        "outcome": case.verdict.outcome.value,
        "code": case.verdict.code.value,
        "detail": case.verdict.detail,
    }
