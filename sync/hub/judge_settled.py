"""Judging what people settled: the first word on a matter stands, a second is applied and named, neither is refused.

A choice with a consequence is carried out here, once: what was withheld of a promise is asked of the payment side.
"""

from typing import Any

import msgspec

from sync.domain.matters import Choice, choices_of
from sync.domain.verdicts import Code, Outcome, Verdict
from sync.hub import attention, card_back, matters, order_payments, owed, sides
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.hub.returned import Book
from sync.hub.tables import attention as noted
from sync.protocol.matters import Facts, Side
from sync.protocol.operations import Settled

_OWN = "here:"
"""How matters begin that a terminal alone noted: its word on them is heard, and nothing is open here."""
LONGEST = 500
"""Characters of a note."""
_OF_SETTLING = (Code.SETTLED_ALREADY.value, Code.MATTER_UNKNOWN.value)


def check(body: Settled) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if it settles nothing, or as nobody may."""
    check_ids(body.matter, body.code, body.approved_by)
    if not body.matter or len(body.note) > LONGEST:
        raise Unfit("it names no matter, or its note is too long")
    if Choice(body.choice) not in choices_of(body.code):
        raise Unfit(f"{body.choice} settles no {body.code}")


def lock(court: Court, cases: list[Case]) -> None:
    """Hold the purchases that a choice leads to."""
    paying = {case.body.matter: case for case in cases if case.body.choice == Choice.PAY}
    if not paying:
        return
    court.book = court.book or Book(court.conn, court.notes, court.events, vault=court.vault)
    rows = matters.seen(court.conn, sorted(paying))
    court.book.hold({matters.facts_of(row).purchase: paying[row.id].recorder for row in rows})


def judge(court: Court, cases: list[Case]) -> None:
    """Settle each matter once. Behind all other kinds: a matter's row is locked after stock, before the feed."""
    held = matters.held(court.conn, sorted({case.body.matter for case in cases}))
    for case in cases:
        case.recorder.touch(f"{matters.SCOPE}:{case.who.location}")
        rows = held.pop(case.body.matter, [])
        if rows:
            _settle(court, case, rows)
        else:
            _second(court, case)


def _settle(court: Court, case: Case, rows: list[Any]) -> None:
    body: Settled = case.body
    facts = matters.facts_of(rows[0])
    if body.choice == Choice.PAY and rows[0].code == Code.ORDER_OVERPAID:
        order_payments.settle(court, case, facts)
    elif body.choice == Choice.PAY:
        owed.pay(court, case, facts)
    if body.choice == Choice.NOT_GIVEN:
        card_back.not_given(court, case, facts.about)
    by = _by(court, case)
    mine = [noted.c[name] == getattr(facts, name) for name in ("terminal", "incarnation", "seq", "about")]
    open_ones = noted.update().where(noted.c.code == rows[0].code, noted.c.at == rows[0].at, *mine)
    court.conn.execute(open_ones.values(settled_at=case.now, settled_by=by))
    matters.close_all(court.conn, [body.matter], by, case.recorder, **_said(case))


def _said(case: Case) -> dict[str, Any]:
    body: Settled = case.body
    actor = case.envelope.actor if case.envelope else ""
    told = {"choice": body.choice, "note": body.note, "terminal": case.who.terminal, "actor": actor}
    return {**told, "op": case.op_id, "at": case.envelope.at if case.envelope else case.now}


def _by(court: Court, case: Case) -> str:
    """Who settled it, as people say it."""
    return matters.said_of(court.conn, case.envelope.actor if case.envelope else "", case.who.terminal)


def _second(court: Court, case: Case) -> None:
    body: Settled = case.body
    row, by = matters.settlement_of(court.conn, body.matter), _by(court, case)
    if row is None or body.matter.startswith(_OWN):
        early = int(not body.matter.startswith(_OWN))
        matters.settled(court.conn, {"matter": body.matter, "code": body.code, "by": by, "early": early, **_said(case)})
        if not early:
            return
        detail = f"{body.code}, settled as {body.choice}: the hub does not know it (any more)"
        _find(court, case, Code.MATTER_UNKNOWN, detail, names=True)
        return
    how = f" as {row.choice}" if row.choice else ""
    detail = f"{row.code}, settled before{how} by {row.by}; settled again as {body.choice} by {by}"
    first = Side("settled", row.at, row.terminal, actor=row.actor, basis=row.choice)
    mine = msgspec.structs.replace(sides.of_case(case), basis=body.choice)
    facts = Facts(sides=[first, mine])
    _find(court, case, Code.SETTLED_ALREADY, detail, names=bool(row.op) and row.choice != body.choice, facts=facts)


def _find(court: Court, case: Case, code: Code, detail: str, *, names: bool, facts: Facts = attention.NO_FACTS) -> None:
    """The exception. A person is asked where two decided differently, never about a word on such a matter itself."""
    if names and case.body.code not in _OF_SETTLING:
        case.find(court, code, detail, case.body.matter, facts=facts)
    elif case.verdict.outcome is Outcome.APPLIED:
        case.verdict = Verdict(Outcome.EXCEPTION, code, detail[: attention.LONGEST])
