"""Cash that is fetched later: what of a refund it is, and whether a till may pay it. Minor units."""

import pytest

from sync.domain.orders import PaidBy, Purchase
from sync.domain.owed import PayOutRefusal, decide_pay_out
from sync.domain.return_rules import read_rules
from sync.domain.returns import (
    Accepted,
    Basis,
    Destination,
    PromisedCash,
    Refused,
    ReturnRefusal,
    ReturnRules,
    decide_return,
)
from sync.protocol.operations import ReturnRefund, cash_of, owed_of
from sync.protocol.takings import of_return
from tests.domain.test_returns import NOW, bought, item
from tests.domain.test_takings import a_return

RULES = ReturnRules(cash_step=500)
MIXED = bought([(1, 2_602)], [(PaidBy.CARD, 1_000), (PaidBy.CASH, 1_502), (PaidBy.EXCHANGE, 100)])


def plan(
    purchase: Purchase, basis: Basis, to: Destination = Destination.TENDERS, rules: ReturnRules = RULES, goods: int = 0
) -> list[tuple[str, int, str]]:
    made = decide_return(purchase, [item("0", 1)], "store-1", NOW, rules, basis, to, goods)
    assert isinstance(made, Accepted), made
    assert sum(r.amount for r in made.refunds) == made.total + made.rounding
    return [(r.kind.value, r.amount, r.to.value) for r in made.refunds]


def test_without_a_drawer_cash_is_fetched_and_all_else_goes_as_ever() -> None:
    assert plan(MIXED, Basis.CLAIM, Destination.COUNTER) == [
        ("card", 1_000, ""),
        ("exchange", 100, "credit"),
        ("cash", 1_500, "counter"),
    ]


def test_what_an_exchange_leaves_over_is_fetched_too() -> None:
    assert plan(MIXED, Basis.CLAIM, Destination.COUNTER, goods=2_000) == [
        ("card", 1_000, "exchange"),
        ("exchange", 100, "exchange"),
        ("cash", 900, "exchange"),
        ("cash", 500, "counter"),
    ]


@pytest.mark.parametrize(("who", "to"), [(PromisedCash.COUNTER, "counter"), (PromisedCash.CHANNEL, "")])
def test_a_promises_cash_is_fetched_unless_the_payment_side_pays_it(who: PromisedCash, to: str) -> None:
    rules = ReturnRules(cash_step=500, promised_cash=who)
    assert plan(MIXED, Basis.PROMISE, rules=rules)[-1] == ("cash", 1_500, to)
    assert plan(MIXED, Basis.PROMISE, Destination.CREDIT, rules)[-1] == ("cash", 1_502, "credit")
    assert plan(MIXED, Basis.CLAIM, rules=rules)[-1] == ("cash", 1_500, "")


@pytest.mark.parametrize(
    ("said", "who"), [("channel", "channel"), ("counter", "counter"), (None, "counter"), (7, "counter")]
)
def test_the_setting_is_read_and_what_is_no_word_of_it_is_as_usual(said: object, who: str) -> None:
    assert read_rules({"promised_cash": said}).promised_cash == who


def test_a_gifts_cash_is_nobodys_to_fetch() -> None:
    gift = bought([(1, 1_000)], [(PaidBy.CASH, 1_000)], gift=True)
    said = decide_return(gift, [item("0", 1)], "store-1", NOW, RULES, Basis.CLAIM, Destination.COUNTER)
    assert said == Refused(ReturnRefusal.GIFT)


def test_what_is_fetched_is_in_no_drawer_and_promised_on_the_z_report() -> None:
    body = a_return([ReturnRefund("a", "cash", 500, to="counter"), ReturnRefund("b", "cash", 70)], "claim")
    it = of_return(body)
    assert (cash_of(body), owed_of(body), it.cash, it.promised, it.others) == (70, 500, -70, 500, {})


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"paid_here": True, "shift_missing": True}, PayOutRefusal.PAID_HERE),
        ({"shift_missing": True}, PayOutRefusal.NO_SHIFT),
        ({"same_currency": False}, PayOutRefusal.OTHER_CURRENCY),
        ({"now": 10}, PayOutRefusal.LEASE_OVER),
        ({}, None),
    ],
)
def test_a_till_pays_what_is_kept_for_it(told: dict[str, object], reason: PayOutRefusal | None) -> None:
    usual: dict[str, object] = {"paid_here": False, "shift_missing": False, "same_currency": True, "now": 9}
    assert decide_pay_out(expires=10, **(usual | told)) is reason  # type: ignore[arg-type]
