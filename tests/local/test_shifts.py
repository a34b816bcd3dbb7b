"""A drawer is opened, its cash moved, and counted: each once, whole or not at all, and Z says what the drawer holds."""

import time
from pathlib import Path
from typing import Any

import pytest

from sync.actions.attempts import open_attempts
from sync.actions.clock import new_id
from sync.actions.pay import begin_attempt, resolve_attempt
from sync.actions.printing import unprinted
from sync.actions.sell import sell, series
from sync.actions.shifts import close_shift, move_cash, open_shift
from sync.domain.orders import PaidBy
from sync.domain.payments import AttemptState
from sync.domain.returns import Basis, ReturnRefusal
from sync.domain.returns import Refused as ReturnRefused
from sync.domain.sales import Refused as SaleRefused
from sync.domain.sales import SaleRefusal
from sync.domain.shifts import DifferenceReason, MoveKind, MoveReason, Refused, ShiftRefusal
from sync.local import (
    Local,
    RecordedClose,
    RecordedMove,
    RecordedSale,
    RecordedShift,
    ShiftTotals,
    Staff,
    closed_shifts,
    open_shift_of,
    settings,
    shift_by_id,
    shift_by_number,
    totals,
)
from sync.local.journal import KEPT_MS, Ruling, prune, rule
from sync.local.proof import prove
from sync.local.shifts import moves_of
from sync.protocol.operations import Sale, cash_of
from sync.protocol.shifts import Between, MoveTotal, TenderTotal
from tests.local import jobs
from tests.local.bought import MANAGER, allow, asked, item, know, order, taken
from tests.local.fixture import INCARNATION, NOW, OWN, make_terminal
from tests.local.tills import CASHIER, cart_of, sold
from tests.local.victim import killed_at_every_step

FLOAT = 2_000_000
NEXT_DAY = NOW + 24 * 3_600_000


def opened(local: Local, shift: str = "shift-1", float_: int = FLOAT, now: int = NOW) -> RecordedShift:
    done = open_shift(local, shift, float_, CASHIER, now)
    assert isinstance(done, RecordedShift), done
    return done


def moved(local: Local, kind: MoveKind, amount: int, id: str = "", approver: Staff | None = MANAGER) -> RecordedMove:
    reason = MoveReason.SAFE if kind is MoveKind.DROP else MoveReason.EXPENSE
    done = move_cash(local, id or new_id(NOW), kind, amount, reason, approver=approver, actor=CASHIER, now=NOW)
    assert isinstance(done, RecordedMove), done
    return done


def closing(local: Local, there: int, shift: str = "shift-1", **more: Any) -> RecordedClose | Refused:
    """Count `there` minor units."""
    how = {"reason": None, "hand_over": True, "approver": None, "actor": CASHIER, "language": "en", "now": NOW} | more
    pieces = [(10_000, there // 10_000), (1, there % 10_000)]
    return close_shift(local, shift, pieces, **how)


def closed(local: Local, there: int, shift: str = "shift-1", **more: Any) -> RecordedClose:
    done = closing(local, there, shift, **more)
    assert isinstance(done, RecordedClose), done
    return done


def by_card(local: Local, *products: str, part: int = 0, cash: int = 0) -> RecordedSale:
    """A sale by card; `part` of it alone if that is given, the rest in cash."""
    cart = cart_of(local, *products)
    due = cart.totals(settings(local).policy).total
    fresh = begin_attempt(local, cart, part or due, CASHIER, NOW)
    resolve_attempt(local, fresh.id, AttemptState.APPROVED, "ref", "**** 1", "", NOW)
    done = sell(local, cart, cash, CASHIER, "en", NOW)
    assert isinstance(done, RecordedSale), done
    return done


def ruled(local: Local, upto: int) -> None:
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(n, "applied") for n in range(1, upto + 1)], NOW)


def test_f36_a_day_of_everything_closes_with_no_difference(local: Local, home: Path) -> None:
    know(home, order())
    opened(local)
    for _ in range(3):
        assert sold(local, "p-milk", "p-bread").body.change > 0
    assert sold(local, "p-bun", cash=20_000).body.rounding != 0, "a bun's price is no whole coin"
    by_card(local, "p-tea")
    split = by_card(local, "p-tea", "p-milk", part=100_000, cash=200_000).body
    back = taken(local, order(), item("1"), item("2"), basis=Basis.CLAIM).body
    moved(local, MoveKind.DROP, 150_000)
    moved(local, MoveKind.PAY_IN, 5_000)
    moved(local, MoveKind.PAY_OUT, 7_000)

    drawer = FLOAT + 3 * 93_000 + 14_600 + (200_000 - split.change) - cash_of(back) - 150_000 + 5_000 - 7_000
    assert cash_of(back) > 0
    done = closed(local, drawer)
    body = done.body
    assert (body.expected, body.counted, body.difference, body.reason) == (drawer, drawer, 0, "")
    assert (body.sales, body.returns, body.returned) == (6, 1, back.total)
    assert body.moves == [MoveTotal("drop", 1, 150_000), MoveTotal("pay_in", 1, 5_000), MoveTotal("pay_out", 1, 7_000)]
    in_cash = 3 * 93_000 + 14_600 + 200_000 - split.change
    assert body.tenders == [
        TenderTotal("cash", in_cash, cash_of(back)),
        TenderTotal("card", 129_000 + 100_000, 0),
        TenderTotal("online", 0, back.total + back.rounding - cash_of(back)),
    ]
    assert sum(t.sold for t in body.tenders) == body.sold + 50
    assert sum(t.sold - t.refunded for t in body.tenders) == body.sold - body.returned + body.rounding
    assert body.between is None and prove(local) == []
    assert shift_by_id(local, "shift-1") == shift_by_number(local, body.number) == closed_shifts(local, 9)[0] == done
    assert open_shift_of(local) is None


@pytest.mark.parametrize(("off", "reason"), [(-500, DifferenceReason.WRONG_CHANGE), (700, DifferenceReason.UNKNOWN)])
def test_f37_over_and_short_are_recorded_with_a_reason(local: Local, off: int, reason: DifferenceReason) -> None:
    opened(local)
    sold(local, "p-milk")
    there = FLOAT + 62_000 + off
    assert closing(local, there) == Refused(ShiftRefusal.NEEDS_REASON, off)
    other = closing(local, there, reason=DifferenceReason.OTHER)
    assert other == Refused(ShiftRefusal.NEEDS_NOTE, off)
    body = closed(local, there, reason=reason, note=" seen twice ", approver=MANAGER).body
    assert (body.expected, body.counted, body.difference) == (FLOAT + 62_000, there, off)
    assert (body.reason, body.note, body.approved_by) == (reason.value, "seen twice", MANAGER.id)


def test_f37_whoever_saw_the_difference_may_count_again_and_the_first_count_stays(local: Local) -> None:
    opened(local)
    assert closing(local, 0) == Refused(ShiftRefusal.NEEDS_REASON, -FLOAT)
    body = closed(local, FLOAT).body
    assert (body.difference, body.counted, body.first_counted) == (0, FLOAT, 0)
    opened(local, "shift-2")
    assert closed(local, FLOAT, "shift-2").body.first_counted == FLOAT


def test_a_count_that_is_none_is_not_the_first_count(local: Local) -> None:
    opened(local)
    how: dict[str, Any] = {"approver": None, "actor": CASHIER, "language": "en", "now": NOW}
    assert close_shift(local, "shift-1", [(100, -1)], None, **how) == Refused(ShiftRefusal.BAD_COUNT)
    assert closed(local, FLOAT).body.first_counted == FLOAT


def test_f9_a_close_with_operations_waiting_says_how_many_and_hands_them_over(local: Local) -> None:
    opened(local)
    sold(local, "p-milk")
    assert closing(local, FLOAT + 62_000, hand_over=False) == Refused(ShiftRefusal.WAITING, 2)
    assert open_shift_of(local) is not None
    body = closed(local, FLOAT + 62_000).body
    assert (body.waiting, body.first) == (2, 1)
    assert local.raw.execute("SELECT count(*) FROM waiting").fetchone() == (3,), "and they go on by themselves"


def test_f9_a_close_with_nothing_waiting_hands_nothing_over(local: Local) -> None:
    opened(local)
    ruled(local, 1)
    assert closed(local, FLOAT, hand_over=False).body.waiting == 0


def test_a_shift_is_opened_once_and_every_verb_again_is_the_same_record(local: Local) -> None:
    first = opened(local)
    assert open_shift(local, "shift-1", 9, CASHIER, NOW + 5) == first
    assert open_shift(local, "shift-2", 9, CASHIER, NOW) == Refused(ShiftRefusal.ALREADY_OPEN)
    drop = moved(local, MoveKind.DROP, 100, id="move-1")
    assert moved(local, MoveKind.DROP, 100, id="move-1") == drop
    assert moves_of(local, "shift-1") == [drop]
    done = closed(local, FLOAT - 100)
    assert closed(local, 5) == done
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (3,)
    assert [(job.ref, job.what) for job in unprinted(local)] == [(done.body.number, "shift")]


def test_f40_numbers_are_of_the_terminals_own_series_and_never_given_twice(local: Local) -> None:
    numbers = []
    for n in range(3):
        numbers.append(opened(local, f"shift-{n}").body.number)
        closed(local, FLOAT, f"shift-{n}")
    name = series(local.me.terminal, INCARNATION)
    assert numbers == [f"{name}-Z1", f"{name}-Z2", f"{name}-Z3"]
    assert series(local.me.terminal, "another-disk") != name
    assert [it.body.number for it in closed_shifts(local, 2)] == [f"{name}-Z3", f"{name}-Z2"]


def test_cash_moves_in_an_open_shift_alone_and_out_by_hand_with_an_approval(local: Local) -> None:
    how: dict[str, Any] = {"actor": CASHIER, "now": NOW}
    none = move_cash(local, "m", MoveKind.PAY_IN, 1, MoveReason.CHANGE, approver=None, **how)
    assert none == Refused(ShiftRefusal.NOT_OPEN)
    opened(local)
    for who in (None, CASHIER):
        out = move_cash(local, "m", MoveKind.PAY_OUT, 100, MoveReason.EXPENSE, approver=who, **how)
        assert out == Refused(ShiftRefusal.NEEDS_APPROVAL)
    assert moved(local, MoveKind.PAY_OUT, 100).body.approved_by == MANAGER.id
    own = move_cash(local, "o", MoveKind.PAY_OUT, 5, MoveReason.EXPENSE, approver=None, actor=MANAGER, now=NOW)
    assert isinstance(own, RecordedMove) and own.body.approved_by == MANAGER.id
    assert moved(local, MoveKind.DROP, 100, approver=None).body.approved_by == ""
    assert closing(local, 5, "shift-9") == Refused(ShiftRefusal.NOT_OPEN)
    assert prove(local) == []


def test_the_business_day_belongs_to_the_shift(local: Local) -> None:
    day = opened(local).envelope.business_day
    late = sell(local, cart_of(local, "p-milk"), 100_000, CASHIER, "en", NEXT_DAY)
    assert isinstance(late, RecordedSale) and late.envelope.business_day == day
    assert closed(local, FLOAT + 62_000, now=NEXT_DAY).envelope.business_day == day
    after = sell(local, cart_of(local, "p-milk"), 100_000, CASHIER, "en", NEXT_DAY)
    assert isinstance(after, RecordedSale) and after.envelope.business_day > day


def test_f8_a_card_payment_that_is_answered_after_the_close_belongs_to_the_next_shift(local: Local) -> None:
    opened(local)
    cart = cart_of(local, "p-tea")
    fresh = begin_attempt(local, cart, 129_000, CASHIER, NOW)
    first = closed(local, FLOAT).body
    assert first.tenders == [] and len(open_attempts(local)) == 1
    opened(local, "shift-2")
    resolve_attempt(local, fresh.id, AttemptState.APPROVED, "ref", "**** 1", "", NOW)
    assert isinstance(sell(local, cart, 0, CASHIER, "en", NOW), RecordedSale)
    assert closed(local, FLOAT, "shift-2").body.tenders == [TenderTotal("card", 129_000, 0)]
    assert prove(local) == []


def test_f8_what_is_recorded_between_two_shifts_is_named_by_the_next_and_counted_once(local: Local) -> None:
    sold(local, "p-milk")
    opened(local)
    assert totals(local, "shift-1").between is None, "before the first shift there is no shift before"
    closed(local, FLOAT)
    sold(local, "p-milk")
    by_card(local, "p-bread")
    second = opened(local, "shift-2", FLOAT + 62_000)
    sold(local, "p-bread")
    body = closed(local, FLOAT + 62_000 + 31_000, second.body.shift).body
    tenders = [TenderTotal("cash", 62_000, 0), TenderTotal("card", 31_000, 0)]
    assert body.between == Between(2, 0, tenders)
    assert (body.difference, body.sales, body.sold) == (0, 1, 31_000), "its cash was counted with the float"


def test_where_shifts_are_required_no_cash_is_taken_and_none_paid_before_one_is_open(local: Local, home: Path) -> None:
    know(home, order())
    allow(home, shift_required=True)
    assert settings(local).shift_required
    refused = sell(local, cart_of(local, "p-milk"), 100_000, CASHIER, "en", NOW)
    assert refused == SaleRefused(SaleRefusal.NO_SHIFT)
    assert asked(local, order(), item("1"), basis=Basis.CLAIM) == ReturnRefused(ReturnRefusal.NO_SHIFT)
    assert asked(local, order(), item("1"), basis=Basis.PROMISE).body.basis == "promise", "a promise opens no drawer"
    opened(local)
    assert isinstance(sell(local, cart_of(local, "p-milk"), 100_000, CASHIER, "en", NOW), RecordedSale)
    assert asked(local, order(), item("2"), basis=Basis.CLAIM).body.total == 50_000


def test_where_shifts_are_required_a_card_is_taken_without_one(local: Local, home: Path) -> None:
    allow(home, shift_required=True)
    assert isinstance(by_card(local, "p-milk"), RecordedSale)


def test_a_promise_counts_as_a_return_that_no_money_went_for_yet(local: Local, home: Path) -> None:
    know(home, order())
    opened(local)
    body = taken(local, order(), item("1"), basis=Basis.PROMISE).body
    assert any(refund.kind == PaidBy.CASH for refund in body.refunds)
    done = closed(local, FLOAT).body
    assert (done.returns, done.returned, done.promised, done.tenders) == (1, body.total, body.total, [])


def test_an_x_report_at_any_time_is_what_a_z_report_would_say(local: Local) -> None:
    shift = opened(local)
    empty = totals(local, "shift-1")
    assert (empty.sales, empty.expected, empty.tenders, empty.first_receipt) == (0, FLOAT, (), "")
    one, two = sold(local, "p-milk").body, sold(local, "p-bread").body
    now = open_shift_of(local)
    assert now is not None and (now.shift, now.number, now.float_) == ("shift-1", shift.body.number, FLOAT)
    x = totals(local, now)
    z = closed(local, x.expected).body
    shared = set(ShiftTotals.__dataclass_fields__) - {"tenders", "moves"}
    assert {name: getattr(x, name) for name in shared} == {name: getattr(z, name) for name in shared}
    assert (x.first_receipt, x.last_receipt, x.sold_vat) == (one.receipt, two.receipt, one.vat + two.vat)
    assert totals(local, "shift-1") == x, "and stays so"
    with pytest.raises(KeyError):
        totals(local, "shift-9")


def many(local: Local, count: int) -> None:
    """Rows as that many sales leave them."""
    with local.write() as db:
        row = ("sale", "R", NOW, 100, 12, 0, 60, 0, '{"card": 40}')
        columns = '"of", receipt, at, total, vat, rounding, cash, promised, others'
        db.executemany(f"INSERT INTO taking ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [row] * count)


def test_totals_of_2000_sales_in_a_shift_are_read_in_a_moment(local: Local) -> None:
    many(local, 20_000)
    opened(local)
    many(local, 2_000)
    began = time.process_time()
    found = totals(local, "shift-1")
    took = time.process_time() - began
    assert (found.sales, found.expected) == (2_000, FLOAT + 120_000)
    assert found.tenders == (TenderTotal("cash", 120_000, 0), TenderTotal("card", 80_000, 0))
    assert took < 0.1


def test_what_closed_shifts_counted_goes_with_their_operations_and_the_open_one_stays_whole(local: Local) -> None:
    opened(local)
    sold(local, "p-milk")
    moved(local, MoveKind.DROP, 1_000)
    closed(local, FLOAT + 61_000)
    sold(local, "p-bread")
    opened(local, "shift-2")
    sold(local, "p-milk")
    ruled(local, local.raw.execute("SELECT max(seq) FROM op").fetchone()[0])
    assert prune(local, NOW + 2 * KEPT_MS) > 0
    assert [it[0] for it in local.raw.execute("SELECT shift FROM shift")] == ["shift-2"]
    assert prove(local) == []
    x = totals(local, "shift-2")
    assert (x.sales, x.expected, x.between) == (1, FLOAT + 62_000, Between(1, 0, [TenderTotal("cash", 31_000, 0)]))
    sold(local, "p-bread")
    assert totals(local, "shift-2").sales == 2


def test_the_proof_finds_a_taking_that_is_not_its_operations(local: Local) -> None:
    opened(local)
    sold(local, "p-milk")
    assert prove(local) == []
    with local.write() as db:
        db.execute("UPDATE taking SET cash = cash + 5")
    [fault] = prove(local)
    assert fault.startswith(f"Shift {open_shift_of(local).number} should hold {FLOAT + 62_000}")  # type: ignore[union-attr]
    with local.write() as db:
        db.execute("UPDATE taking SET cash = cash - 5")
        db.execute("UPDATE shift SET float = float + 1")
    assert any("was opened" in fault for fault in prove(local))
    with local.write() as db:
        db.execute("DELETE FROM shift")
    assert prove(local) == ["1 operations of shifts have no row beside them."]


def test_i1_a_till_killed_at_every_step_of_a_shift_has_each_part_whole_or_not_at_all(tmp_path: Path) -> None:
    home, told = make_terminal(tmp_path), []
    for _, said in killed_at_every_step(jobs.whole_shift, home, stride=5):
        told += [said] if said else []
        local = Local.open(home)
        assert prove(local) == []
        done = closed_shifts(local, 99)
        assert set(told) <= {it.body.number for it in done}
        assert all(it.body.difference == 0 and it.body.location == OWN for it in done)
        local.close()
    assert told


def test_a_sale_counts_cash_net_of_change(local: Local) -> None:
    opened(local)
    body: Sale = sold(local, "p-milk", cash=10_000_000).body
    assert body.change == 10_000_000 - 62_000
    assert totals(local, "shift-1").expected == FLOAT + 62_000
