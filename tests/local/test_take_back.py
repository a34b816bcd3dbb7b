"""Goods come back: recorded once, whole or not at all, and never more than was bought (F28, F32, F35, I-1, I-8)."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync.actions.printing import unprinted
from sync.actions.sell import series
from sync.actions.take_back import Needs
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Condition, Exceptional, Refused, ReturnRefusal
from sync.local import (
    Local,
    link_status,
    purchase_by_id,
    purchases_as_of,
    purchases_by_number,
    return_by_id,
    return_by_receipt,
    return_rules,
    stock_here,
)
from sync.local.journal import Ruling, head, prune, rule
from sync.local.proof import prove
from sync.local.returns import as_it_stands
from sync.protocol.operations import cash_of
from tests.local import jobs
from tests.local.bought import DAY, MANAGER, allow, asked, item, know, order, taken
from tests.local.fixture import INCARNATION, NOW, OWN, make_terminal
from tests.local.tills import CASHIER, sold
from tests.local.victim import killed_at_every_step

NONE_LEFT = Refused(ReturnRefusal.TOO_MANY, "2", 0)


def judge(local: Local, seq: int, outcome: str = "applied", at: int = NOW) -> None:
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(seq, outcome)], at)


def returned(local: Local, number: str = "100-48213") -> list[int]:
    [found] = purchases_by_number(local, number)
    return [line.returned for line in found.lines]


def test_i1_a_return_is_recorded_with_its_lines_refunds_and_paper(local: Local, home: Path) -> None:
    know(home, order())
    done = taken(local, order(), item("1"), item("2", condition=Condition.DAMAGED), basis=Basis.CLAIM, id="r-1")
    body = done.body
    assert (done.envelope.kind, done.envelope.actor, done.envelope.at) == ("return", CASHIER.id, NOW)
    assert (body.purchase, body.number, body.location, body.claim) == ("web:100-48213", "100-48213", OWN, "claim-1")
    assert [(x.line, x.sku, x.quantity, x.amount, x.disposition) for x in body.lines] == [
        ("1", "100010", 1000, 33_333, "restock"),
        ("2", "100007", 1000, 50_000, "quarantine"),
    ]
    assert [(r.paid, r.kind, r.amount, r.masked) for r in body.refunds] == [
        ("a", "online", 50_000, "**** 4242"),
        ("b", "cash", 33_300, ""),
    ]
    assert (body.total, body.rounding, body.vat) == (83_333, -33, sum(x.vat for x in body.lines))
    assert [(job.ref, job.what) for job in unprinted(local)] == [(body.receipt, "return")]
    assert return_by_id(local, "r-1") == return_by_receipt(local, body.receipt) == done
    assert link_status(local, NOW).waiting == 1


def test_only_what_may_be_sold_again_is_on_the_shelf_again(local: Local, home: Path) -> None:
    know(home, order())
    taken(local, order(), item("1", 2), item("2", condition=Condition.OPENED))
    levels = stock_here(local, ["p-coat", "p-tea"])
    assert (levels["p-coat"].on_hand, levels["p-tea"].on_hand) == (12_000, 10_000)


def test_f28_the_same_return_again_is_the_recorded_one_and_two_returns_are_two(local: Local, home: Path) -> None:
    know(home, order())
    first = taken(local, order(), item("1"), id="r-1")
    assert asked(local, order(), item("1"), id="r-1", now=NOW + 9) == first
    second = taken(local, order(), item("1"), id="r-2")
    assert second.body.receipt != first.body.receipt
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (2,)


def test_f11_receipts_of_sales_and_returns_count_up_together(local: Local, home: Path) -> None:
    know(home, order())
    numbers = [sold(local, "p-milk").body.receipt, taken(local, order(), item("2")).body.receipt]
    numbers.append(sold(local, "p-milk").body.receipt)
    assert numbers == [f"{series('t-till-1', INCARNATION)}-{n}" for n in (1, 2, 3)]


def test_f32_what_came_back_here_is_not_returnable_again_before_the_hub_has_heard_of_it(
    local: Local, home: Path
) -> None:
    know(home, order())
    taken(local, order(), item("2"))
    assert returned(local) == [0, 1000]
    assert asked(local, order(), item("2")) == NONE_LEFT
    judge(local, 1)
    assert returned(local) == [0, 1000], "the replica is older than the verdict"


def test_what_the_replica_includes_is_not_counted_twice(local: Local, home: Path) -> None:
    know(home, order())
    done = taken(local, order(), item("1"))
    judge(local, 1)
    [laid] = purchases_by_number(local, "100-48213")
    assert laid.own == (done.body.return_id,)
    after = replace(laid, own=())
    know(home, after, journal=INCARNATION, included=1)
    assert purchase_by_id(local, after.id) == after
    assert (after.lines[0].returned, after.lines[0].refunded) == (1000, done.body.total)
    assert [p.refunded for p in after.paid] == [r.amount for r in done.body.refunds]
    assert asked(local, after, item("1", 3)) == Refused(ReturnRefusal.TOO_MANY, "1", 2000)
    assert taken(local, after, item("1", 2)).body.total == 66_667


def test_a_refused_return_is_as_if_it_had_not_been(local: Local, home: Path) -> None:
    know(home, order())
    taken(local, order(), item("2"))
    judge(local, 1, "refused")
    assert returned(local) == [0, 0]


def test_what_an_earlier_journal_took_back_counts_until_the_replica_is_newer_than_its_verdict(
    local: Local, home: Path
) -> None:
    know(home, order())
    taken(local, order(), item("2"))
    with local.write() as db:
        db.execute("UPDATE identity SET incarnation = 'another'")
    assert asked(local, order(), item("2")) == NONE_LEFT
    judge(local, 1, at=NOW + 5)
    assert returned(local) == [0, 1000]
    know(home, order(), seen_at=NOW + 5 + 10 * 60_000)
    assert returned(local) == [0, 0]


def test_f32_an_older_word_of_the_purchase_undoes_nothing(local: Local, home: Path) -> None:
    """Such as a pass, which knows of no return, or what a screen still shows."""
    taken(local, order(), item("2"))
    assert asked(local, order(), item("2")) == NONE_LEFT
    judge(local, 1)
    know(home, journal=INCARNATION, included=1)
    assert asked(local, order(), item("2")) == NONE_LEFT, "the hub's feed has let go of it, and the pass is still shown"
    lines = order().lines
    know(home, order("7", lines=(replace(lines[0], returned=3000, refunded=100_000), lines[1])))
    assert asked(local, order("7"), item("1")) == Refused(ReturnRefusal.TOO_MANY, "1", 0)


def test_f32_what_the_hub_says_now_counts_where_the_replica_is_older(local: Local, home: Path) -> None:
    know(home, order())
    coats, tea = order().lines
    told = order(lines=(replace(coats, returned=2000, refunded=66_667), tea))
    assert asked(local, told, item("1", 2), basis=Basis.CLAIM) == Refused(ReturnRefusal.TOO_MANY, "1", 1000)
    assert taken(local, told, item("1"), basis=Basis.CLAIM).body.total == 33_333


def test_what_is_laid_over_already_is_not_laid_over_again(local: Local, home: Path) -> None:
    """A screen shows what `as_it_stands` told it, and gives it back when the button is pressed."""
    coats, tea = order().lines
    know(home, order())
    taken(local, order(), item("1"))
    told = order(lines=(replace(coats, returned=1000, refunded=33_333), tea))  # another till's, the replica lacks it
    with local.read():
        once = as_it_stands(local, told)
        assert as_it_stands(local, once) == once
    assert [line.returned for line in once.lines] == [2000, 0]
    assert taken(local, once, item("1"), basis=Basis.CLAIM).body.total == 33_334
    assert returned(local) == [2000, 0]


def test_three_visits_give_back_what_was_paid_to_the_last_unit(local: Local, home: Path) -> None:
    allow(home, cash_step=0)
    know(home, order())
    done = [taken(local, purchases_by_number(local, "10048213")[0], item("1")) for _ in range(3)]
    done.append(taken(local, order(), item("2")))
    assert [x.body.total for x in done] == [33_333, 33_334, 33_333, 50_000]
    back = [r for x in done for r in x.body.refunds]
    assert sum(r.amount for r in back if r.paid == "a") == 90_000
    assert sum(r.amount for r in back if r.paid == "b") == 60_000


def test_a_passed_deadline_needs_somebody_who_may(local: Local, home: Path) -> None:
    coats, tea = order().lines
    late = order(lines=(coats, replace(tea, until=NOW - 1, returnable=False)))
    know(home, late)
    what = Needs(frozenset({Exceptional.DEADLINE, Exceptional.NOT_RETURNABLE}))
    gone = replace(MANAGER, expires=NOW)
    assert asked(local, late, item("2")) == what
    assert asked(local, late, item("2"), approver=CASHIER) == asked(local, late, item("2"), approver=gone) == what
    assert local.raw.execute("SELECT count(*) FROM op").fetchone() == (0,)
    body = taken(local, late, item("2"), approver=MANAGER).body
    assert (body.approved_by, body.approved) == (MANAGER.id, ["deadline", "not_returnable"])
    plain = taken(local, late, item("1"), approver=MANAGER).body
    assert (plain.approved_by, plain.approved) == ("", [])


def test_a_promise_lets_no_cash_leave_the_drawer(local: Local, home: Path) -> None:
    know(home, order())
    body = taken(local, order(), item("2")).body
    assert (body.basis, cash_of(body)) == ("promise", 0)
    assert [(r.kind, r.amount) for r in body.refunds] == [("online", 30_000), ("cash", 20_000)]
    assert local.raw.execute("SELECT basis, total, cash FROM taken_back").fetchall() == [("promise", 50_000, 0)]
    paid = taken(local, order("8", location=OWN), item("2"), basis=Basis.HELD).body
    assert cash_of(paid) == 20_000


def test_the_offline_budget_goes_down_with_each_return_until_its_verdict(local: Local, home: Path) -> None:
    allow(home, return_budget=90_000, return_cap=60_000, return_send_back=["damaged", "unheard_of"])
    know(home, order(), order("7"))
    rules = return_rules(local, NOW)
    assert (rules.budget, rules.cap, rules.cash_step, rules.send_back) == (90_000, 60_000, 100, {Condition.DAMAGED})
    too_much = Refused(ReturnRefusal.OVER_BUDGET)
    assert asked(local, order(), item("1", 2), basis=Basis.BUDGET) == too_much, "it is above the cap"
    taken(local, order(), item("2"), basis=Basis.BUDGET)
    taken(local, order(), item("1"))
    assert return_rules(local, NOW).budget == 40_000, "a promise costs no budget"
    assert asked(local, order("7"), item("2"), basis=Basis.BUDGET) == too_much
    judge(local, 1)
    assert return_rules(local, NOW).budget == 90_000
    taken(local, order("7"), item("2"), basis=Basis.BUDGET)


@pytest.mark.parametrize("value", ["many", -5, 1.5, True, None, [7], {}])
def test_a_rule_that_can_not_be_read_allows_nothing(local: Local, home: Path, value: object) -> None:
    allow(home, return_budget=value, return_cap=value, return_send_back=value)
    rules = return_rules(local, NOW)
    assert (rules.budget, rules.cap, rules.send_back) == (0, 0, frozenset())


def test_a_basis_that_does_not_hold_is_a_mistake_of_the_caller(local: Local, home: Path) -> None:
    with pytest.raises(ValueError, match="held by the hub"):
        asked(local, order(), item("2"), basis=Basis.HELD)
    with pytest.raises(ValueError, match="held by store-far"):
        asked(local, order(location="store-far"), item("2"), basis=Basis.HELD)


def test_a_purchase_is_found_by_its_number_however_it_is_typed(local: Local, home: Path) -> None:
    assert purchases_as_of(local) == 0
    older = order("10048213", id="call:1", at=NOW - 9 * DAY)
    know(home, older, order(), order("100-48214"))
    assert purchases_by_number(local, " 100 48213 ") == [order(), older]
    assert purchases_by_number(local, "100") == purchases_by_number(local, " - ") == []
    assert purchase_by_id(local, "web:none") is None
    assert purchases_as_of(local) == NOW
    plan = local.raw.execute("EXPLAIN QUERY PLAN SELECT body FROM replica.purchase WHERE number = 'X'").fetchall()
    assert "purchase_number" in plan[0][3]


PLANTED = {
    "return_id": "'other'",
    "receipt": "'ABC-9'",
    "purchase": "'web:9'",
    "at": "1",
    "basis": "'budget'",
    "total": "total + 1",
    "cash": "cash + 1",
}


@pytest.mark.parametrize("column", PLANTED)
def test_f13_a_journal_whose_returns_were_changed_beside_it_says_so(local: Local, home: Path, column: str) -> None:
    know(home, order())
    done = taken(local, order(), item("2"))
    assert prove(local) == []
    local.raw.execute(f"UPDATE taken_back SET {column} = {PLANTED[column]}")
    [said] = prove(local)
    assert said.startswith(f"Return {done.body.receipt} has {column} ")


def test_f13_a_return_that_is_missing_beside_its_operation_is_named(local: Local, home: Path) -> None:
    know(home, order())
    done = taken(local, order(), item("2"))
    local.raw.execute("UPDATE effect SET delta = 7")
    assert prove(local) == [f"Return {done.body.receipt} and what it did to stock disagree."]
    local.raw.execute("DELETE FROM taken_back")
    assert len(prove(local)) == 1 + len(PLANTED)
    local.raw.execute("INSERT INTO taken_back VALUES ('x', 'X-1', 'web:1', ?, 9, 1, 'held', 1, 1)", (INCARNATION,))
    assert "A row of taken_back speaks of operation 9, which is not here." in prove(local)


def test_old_returns_go_with_their_operations(local: Local, home: Path) -> None:
    know(home, order())
    first = taken(local, order(), item("2"))
    judge(local, 1)
    sold(local, "p-milk")
    assert prune(local, NOW + 100 * DAY) == 1
    assert return_by_id(local, first.body.return_id) is None
    assert prove(local) == []


def test_i1_f6_a_till_killed_at_every_step_of_a_return_has_it_whole_or_not_at_all(tmp_path: Path) -> None:
    home, told, steps = make_terminal(tmp_path), [], 0
    many: Purchase = order(lines=(replace(order().lines[0], quantity=900_000), order().lines[1]))
    know(home, many)
    for step, said in killed_at_every_step(jobs.give_back, home):
        steps = max(steps, step)
        told += [said] if said else []
        local = Local.open(home)
        assert prove(local) == []
        count = local.raw.execute("SELECT count(*) FROM taken_back").fetchone()[0]
        assert head(local.raw).seq == count == len(unprinted(local))
        assert purchases_by_number(local, many.number)[0].lines[0].returned == 1000 * count
        assert stock_here(local, ["p-coat"])["p-coat"].on_hand == 10_000 + 1000 * count
        assert all(return_by_receipt(local, receipt) for receipt in told)
        assert len(set(told)) == len(told) <= count
        local.close()
    assert steps > 15
