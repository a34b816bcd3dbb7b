"""A simulated cashier's shift: opens the drawer, moves its cash, counts what lies in it."""

import random
from dataclasses import dataclass, field

import msgspec

from sync.actions.clock import new_id
from sync.actions.shifts import close_shift, move_cash, open_shift
from sync.domain.shifts import DifferenceReason, MoveKind, MoveReason, Refused, ShiftRefusal
from sync.local import Local, OpenShift, RecordedClose, RecordedShift, Staff, open_shift_of
from sync.local.drawer import has_drawer
from sync.protocol import operations
from sync.protocol.order_payments import OrderPaid
from tests.sim.edges import edges
from tests.sim.retailer import CASHIER
from tests.sim.terminal import SimTerminal

LEAD = Staff("s-2", "Marat", "lead", CASHIER.expires)
_READ = {
    "sale": msgspec.json.Decoder(operations.Sale),
    "return": msgspec.json.Decoder(operations.Return),
    "cash_paid": msgspec.json.Decoder(operations.CashPaid),
    "order_paid": msgspec.json.Decoder(OrderPaid),
    "cash_moved": msgspec.json.Decoder(operations.CashMoved),
}


@dataclass
class Drawers:
    """Shifts that were begun, and closes that a Z report was printed for: the machine, and what the report says."""

    begun: set[str] = field(default_factory=set)
    told: dict[str, tuple[str, operations.ShiftClosed]] = field(default_factory=dict)


def tend(till: SimTerminal, drawers: Drawers, chance: random.Random) -> None:
    """What a cashier does with the drawer next. To be called as the app."""
    local, now = till.open(), edges().clock(till.name)
    if not has_drawer(local):
        return
    shift = open_shift_of(local)
    if shift is None:
        id = new_id(now)
        drawers.begun.add(id)
        done = open_shift(local, id, chance.randint(0, 30) * 10_000, CASHIER, now)
        assert isinstance(done, RecordedShift), done
    elif chance.random() < 0.5:
        _move(local, shift, chance, now)
    else:
        drawers.told[shift.shift] = till.name, _close(local, shift, chance, now)


def count_out(till: SimTerminal, drawers: Drawers) -> None:
    """The day ends: what is open is counted and closed. To be called as the app."""
    local, now = till.open(), edges().clock(till.name)
    shift = open_shift_of(local)
    if shift is not None:
        drawers.told[shift.shift] = till.name, _close(local, shift, edges().chance, now)


def _move(local: Local, shift: OpenShift, chance: random.Random, now: int) -> None:
    kind = chance.choice(list(MoveKind))
    amount = chance.randint(1, max(1, in_drawer(local, shift)))
    reason = chance.choice([MoveReason.SAFE, MoveReason.CHANGE, MoveReason.EXPENSE])
    done = move_cash(local, new_id(now), kind, amount, reason, approver=LEAD, actor=CASHIER, now=now)
    assert not isinstance(done, Refused), done


def _close(local: Local, shift: OpenShift, chance: random.Random, now: int) -> operations.ShiftClosed:
    """Count what is in the drawer; now and then a coin is missing, or one too many."""
    there = in_drawer(local, shift)
    counted = max(0, there + chance.choice([0, 0, 0, -500, 700]))
    pieces = [(10_000, counted // 10_000), (1, counted % 10_000)]
    reason: DifferenceReason | None = None
    for hand_over in (False, False, True):
        done = close_shift(
            local, shift.shift, pieces, reason,
            hand_over=hand_over, approver=None, actor=CASHIER, language="en", now=now,
        )  # fmt: skip
        if isinstance(done, RecordedClose):
            break
        if done.reason is ShiftRefusal.NEEDS_REASON:
            reason = DifferenceReason.WRONG_CHANGE
    assert isinstance(done, RecordedClose), f"F37: not closed, {done}"
    body = done.body
    fits = body.difference == body.counted - body.expected == counted - there
    assert fits, f"F36: {counted} counted where {there} must be, and the difference is {body.difference}"
    return body


def in_drawer(local: Local, shift: OpenShift) -> int:
    """What lies in the drawer, coin by coin, as the papers of this shift say: nothing that a till adds up is asked."""
    where = (shift.shift,)
    [first] = local.raw.execute(
        "SELECT o.rowid FROM shift s JOIN op o ON (o.incarnation, o.seq) = (s.incarnation, s.seq) WHERE s.shift = ?",
        where,
    ).fetchone()
    holds = shift.float_
    for kind, raw in local.raw.execute("SELECT kind, bytes FROM op WHERE rowid > ? ORDER BY rowid", (first,)):
        if kind in _READ:
            holds += _into_drawer(kind, raw)
    return holds


def _into_drawer(kind: str, raw: bytes) -> int:
    try:
        body = _READ[kind].decode(operations.open_envelope(raw).body)
    except msgspec.MsgspecError:
        return 0  # poison: nobody paid for it
    if isinstance(body, operations.Sale | OrderPaid):
        return sum(t.amount for t in body.tenders if t.kind == "cash") - body.change
    if isinstance(body, operations.Return):
        paid = body.basis != "promise"
        return -sum(r.amount for r in body.refunds if r.kind == "cash" and r.to == "" and paid)
    if isinstance(body, operations.CashPaid):
        return -body.amount
    return body.amount if body.kind == "pay_in" else -body.amount
