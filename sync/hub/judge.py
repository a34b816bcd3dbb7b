"""The judge: from pushed operations to verdicts and their effects, in few statements for a whole push."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.domain.verdicts import Code
from sync.hub import (
    agree,
    attention,
    card_back,
    events,
    given,
    judge_arrival,
    judge_blind,
    judge_exchange,
    judge_gap,
    judge_order_paid,
    judge_owed,
    judge_payment,
    judge_pickup,
    judge_return,
    judge_sale,
    judge_settled,
    judge_shift,
    judge_units,
    judge_value,
    roles,
)
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
    "return": Judge(judge_return.check, judge_return.judge),
    "blind_return": Judge(judge_blind.check, judge_blind.judge),
    "gap": Judge(judge_gap.check, judge_gap.judge),
    "shift_opened": Judge(judge_shift.check_opened, judge_shift.judge),
    "cash_moved": Judge(judge_shift.check_moved, judge_shift.judge),
    "shift_closed": Judge(judge_shift.check_closed, judge_shift.judge),
    "settled": Judge(judge_settled.check, judge_settled.judge),
    "cash_paid": Judge(judge_owed.check, judge_owed.judge),
    "order_paid": Judge(judge_order_paid.check, judge_order_paid.judge),
    **{kind: Judge(judge_pickup.check, judge_pickup.judge) for kind in judge_pickup.KINDS},
    **{kind: Judge(judge_arrival.check, judge_arrival.judge) for kind in judge_arrival.KINDS},
}


def judge(court: Court, cases: list[Case]) -> None:
    """Judge operations that the hub does not have yet, in this order, and write them into the ledger.

    They may be of several pushes, each terminal's in its order.
    """
    for case in cases:
        read(court, case)
    repeated = {id(case) for case in _set_repeated_aside(court, cases)}
    for case in cases:
        if not case.aside:
            _screen(court, case)
    _by_kind(court, [case for case in cases if not case.aside])
    for case in cases:
        if case.aside:
            _show_as_included(case)
    given.append(court.conn, operation, [_ledger_row(case, id(case) in repeated) for case in cases])
    agree.agree(court.conn, list({id(case.recorder): case.recorder for case in cases}.values()))
    _tell(court)


def judge_again(court: Court, cases: list[Case]) -> None:
    """Apply operations that the ledger has and that were set aside unread. What is found is put before a person."""
    for case in cases:
        read(court, case)
        if not case.aside:
            _screen(court, case)
    read_now = [case for case in cases if not case.aside]
    _by_kind(court, read_now)
    judge_shift.late(court, [case for case in read_now if _kind_of(case) not in ("shift_opened", "shift_closed")])
    _tell(court)


def _show_as_included(case: Case) -> None:
    """Nothing of it is applied, and its terminal's overlay ends all the same."""
    case.recorder.touch(f"location:{case.who.location}")
    case.recorder.touch(f"attention:{case.who.location}")
    if case.envelope is not None and case.envelope.kind in ("return", "order_paid", *judge_pickup.KINDS):
        case.recorder.touch("orders")


def _tell(court: Court) -> None:
    """What people and other systems hear of it; the events' lock is the last one before the feed's heads."""
    attention.add(court.conn, court.notes)
    events.append(court.conn, court.events)


def _set_repeated_aside(court: Court, cases: list[Case]) -> list[Case]:
    """Those whose op_id another operation has: recorded once already, so nothing of them is applied again (F15)."""
    named = [case for case in cases if case.op_id]
    seen = _with_ids(court, sorted({case.op_id for case in named}))
    repeated = []
    for case in named:
        if case.op_id not in seen:
            seen[case.op_id] = (f"operation {case.seq} of {case.who.terminal}", case.raw)
            continue
        repeated.append(case)
        where, raw = seen[case.op_id]
        same = "the same bytes" if raw == case.raw else "other bytes"
        case.set_aside(court, Code.DUPLICATE_OPERATION, f"its id is that of {where}, with {same}")
    return repeated


_IDS = """SELECT operation.op_id, operation.terminal, operation.seq, operation.raw
FROM {given} JOIN operation ON operation.op_id = given.id"""


def _with_ids(court: Court, ids: list[str]) -> dict[str, tuple[str, bytes]]:
    found = given.run(court.conn, _IDS, (("id", "text"),), [{"id": number} for number in ids])
    return {row.op_id: (f"operation {row.seq} of {row.terminal}", bytes(row.raw)) for row in found}


def _screen(court: Court, case: Case) -> None:
    envelope = case.envelope
    assert envelope is not None  # else it were set aside
    try:
        JUDGES[envelope.kind].check(case.body)
    except (Unfit, ValueError) as fault:
        case.set_aside(court, Code.UNREADABLE, str(fault))
        return
    if not roles.may_do(case.who.kind, envelope.kind):
        case.set_aside(court, Code.NOT_ALLOWED, f"a {case.who.kind} does not record a {envelope.kind}")


def _by_kind(court: Court, cases: list[Case]) -> None:
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        kinds[_kind_of(case)].append(case)
    parcels = [case for case in cases if _kind_of(case) in judge_pickup.KINDS]
    # Purchases come before stock, and parcels behind them: writers never wait in a ring.
    collected = [case for case in cases if _kind_of(case) in (*judge_pickup.KINDS, *judge_arrival.KINDS)]
    orders = kinds.get("order_paid", [])
    judge_return.lock(court, kinds.get("return", []), judge_pickup.orders_of([*collected, *orders]))
    judge_pickup.lock(court, [*parcels, *orders])
    settled, paid = kinds.pop("settled", []), kinds.pop("cash_paid", [])
    judge_settled.lock(court, settled)
    judge_value.lock(court, cases)
    judge_blind.lock(court, kinds.get("blind_return", []))
    for kind in [kind for kind in kinds if kind not in _APART]:
        JUDGES[kind].judge(court, kinds[kind])
    judge_order_paid.judge(court, orders)
    judge_pickup.judge(court, parcels)
    judge_arrival.judge(court, collected)  # a hand-out ends the arrival
    judge_return.catch_up(court, kinds.get("sale", []))
    judge_units.judge(court, kinds.get("sale", []))  # behind returns: what came back may be sold again
    judge_payment.check_taken_back(court, kinds.get("payment", []))
    card_back.hear(court, kinds.get("payment", []))
    judge_owed.judge(court, paid)  # debts are locked behind stock, and a shift that closes counts what was paid
    judge_shift.judge(court, [case for case in cases if _kind_of(case) in judge_shift.KINDS])
    judge_settled.judge(court, settled)  # the rows of matters are locked behind those of stock
    judge_exchange.check(court, kinds.get("sale", []))
    _check_clock(court, cases)


_APART = ("order_paid", *judge_shift.KINDS, *judge_pickup.KINDS, *judge_arrival.KINDS)
"""Kinds that are judged together, in an order of their own."""


def _kind_of(case: Case) -> str:
    assert case.envelope is not None  # else it were set aside
    return case.envelope.kind


def _check_clock(court: Court, cases: list[Case]) -> None:
    for case in cases:
        ahead = case.envelope.at - case.now if case.envelope else 0
        if ahead > AHEAD_MS:
            case.find(court, Code.CLOCK_WRONG, f"recorded {ahead // 60_000} minutes ahead of the hub's clock")


def _ledger_row(case: Case, repeated: bool) -> dict[str, Any]:
    envelope = case.envelope
    return {
        "terminal": case.who.terminal,
        "incarnation": case.who.incarnation,
        "seq": case.seq,
        "op_id": case.op_id if envelope and not repeated else None,
        "kind": envelope.kind if envelope else "",
        "schema": envelope.schema if envelope else 0,
        "at": envelope.at if envelope else 0,
        "business_day": envelope.business_day if envelope else "",
        "actor": envelope.actor if envelope else "",
        "received_at": case.now,
        "raw": case.raw,
        "hash": case.hash,
        "outcome": case.verdict.outcome.value,
        "code": case.verdict.code.value,
        "detail": case.verdict.detail,
    }
