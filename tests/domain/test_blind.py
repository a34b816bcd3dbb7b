"""Goods with nothing to prove their purchase: what they are worth, within which limits, and that no rule is hidden."""

import pytest

from sync.domain.blind import (
    WEEK_MS,
    Accepted,
    Before,
    BlindItem,
    BlindRules,
    Goods,
    Lowest,
    Outcome,
    Past,
    Refused,
    Rule,
    decide_blind,
    lowest_price,
    phone_key,
    shopper_of,
    told,
)
from sync.domain.pricing import Price
from sync.domain.returns import Condition, Disposition, Reason

NOW = 1_760_000_000_000
DAY = 24 * 3_600_000
RULES = BlindRules(count=2, amount=100_000, till_day=150_000, offline=40_000, send_back=frozenset({Condition.DAMAGED}))
GOODS = {"mug": Goods(1200, Lowest(29_900), 34_900), "gone": Goods(1200, None)}
UNKNOWN_TO_ALL = Before(0, 0, by_hub=True)


def item(product="mug", pieces=1, condition=Condition.SEALED):
    return BlindItem(product, pieces * 1000, Reason.CHANGED_MIND, condition)


def decided(*items, before=UNKNOWN_TO_ALL, till=0, approved=True, rules=RULES):
    return decide_blind(list(items) or [item()], GOODS, rules, before, till, approved)


def outcomes(decision):
    return {one.rule.value: one.outcome.value for one in decision.rules}


def test_it_is_worth_the_lowest_price_and_never_todays():
    accepted = decided(item(pieces=2))
    assert isinstance(accepted, Accepted)
    assert (accepted.total, accepted.vat, accepted.lines[0].unit_price) == (59_800, 6_407, 29_900)


def test_where_vat_is_added_to_prices_the_credit_has_it_too():
    accepted = decided(rules=BlindRules(count=1, amount=10**6, till_day=10**6, vat_included=False))
    assert (accepted.total, accepted.vat) == (33_488, 3_588)


@pytest.mark.parametrize(
    ("condition", "where"),
    [
        (Condition.SEALED, Disposition.RESTOCK),
        (Condition.OPENED, Disposition.QUARANTINE),
        (Condition.DAMAGED, Disposition.SEND_BACK),
    ],
)
def test_the_condition_decides_where_the_goods_go(condition, where):
    assert decided(item(condition=condition)).lines[0].disposition is where


def test_every_rule_that_was_looked_at_is_told_with_its_outcome():
    assert told(decided(before=Before(1, 20_000, by_hub=True)).rules) == [
        "no_proof:holds",
        "credit_only:holds",
        "lowest_price:holds:8/8",
        "not_sold_here:holds",
        "shopper:holds",
        "limit_shopper:holds:2/2",
        "limit_amount:holds:49900/100000",
        "limit_till:holds:29900/150000",
        "approval:holds",
    ]


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (Rule.LIMIT_SHOPPER, {"before": Before(2, 0, by_hub=True)}),
        (Rule.LIMIT_AMOUNT, {"before": Before(1, 70_101, by_hub=True)}),
        (Rule.LIMIT_TILL, {"till": 120_101}),
        (
            Rule.LIMIT_OFFLINE,
            {"before": Before(0, 0, by_hub=False), "rules": BlindRules(8, 2, 10**6, 30, 10**6, 29_899)},
        ),
    ],
)
def test_a_limit_is_kept_to_the_last_unit_and_named(rule, given):
    refused = decided(**given)
    assert isinstance(refused, Refused)
    assert refused.because.rule is rule and refused.because.outcome is Outcome.FAILS
    assert [name for name, outcome in outcomes(refused).items() if outcome != "holds"] == [rule.value]
    assert refused.because.have > refused.because.limit


def test_a_limit_is_reached_and_not_passed_by_what_is_just_allowed():
    at_most = {"before": Before(1, 70_100, by_hub=True), "till": 120_100}
    assert isinstance(decided(**at_most), Accepted)
    offline = Before(1, 0, by_hub=False)
    assert isinstance(decided(before=offline), Accepted), "and offline the cap holds"


def test_what_this_store_does_not_sell_fails_by_name():
    refused = decided(item(), item("gone"), item("never-heard-of"))
    failing = [one.product for one in refused.rules if one.outcome is Outcome.FAILS]
    assert failing == ["gone", "never-heard-of"] and refused.because.rule is Rule.NOT_SOLD_HERE
    assert [line.item.product for line in refused.lines] == ["mug"]


def test_nobody_approved_it_yet_is_the_only_thing_that_is_missing():
    refused = decided(approved=False)
    assert isinstance(refused, Refused) and refused.only is Rule.APPROVAL


def test_without_a_shopper_the_limits_are_not_known_to_hold():
    refused = decided(before=None, approved=False)
    missing = [name for name, outcome in outcomes(refused).items() if outcome == "missing"]
    assert missing == ["shopper", "limit_shopper", "limit_amount", "approval"]
    assert refused.only is None and refused.because.rule is Rule.SHOPPER


def test_a_retailer_that_set_nothing_takes_nothing():
    assert not BlindRules().allowed and RULES.allowed
    failing = {one.rule for one in decided(rules=BlindRules()).rules if one.outcome is Outcome.FAILS}
    assert failing == {Rule.LIMIT_SHOPPER, Rule.LIMIT_AMOUNT, Rule.LIMIT_TILL}


@pytest.mark.parametrize("items", [[], [BlindItem("mug", 0, Reason.FAULTY, Condition.OPENED)]])
def test_nothing_is_no_return(items):
    with pytest.raises(ValueError, match="has goods"):
        decide_blind(items, GOODS, RULES, UNKNOWN_TO_ALL, 0, approved=True)


def lowest(prices, past=(), weeks=8):
    return lowest_price(list(prices), list(past), NOW, weeks)


def test_the_lowest_price_is_the_one_of_today_where_nothing_was_lower():
    assert lowest([Price(500)], [Past(600, NOW - DAY)]) == Lowest(500)


def test_a_price_that_was_raised_counts_for_as_many_weeks_as_are_set():
    raised = [Past(400, NOW - 3 * WEEK_MS)]
    assert lowest([Price(500)], raised, weeks=4) == Lowest(400, NOW - 3 * WEEK_MS)
    assert lowest([Price(500)], raised, weeks=3) == Lowest(500)


def test_a_sale_that_is_over_counts_until_its_weeks_are():
    over = Price(300, start=NOW - 5 * WEEK_MS, end=NOW - 2 * WEEK_MS)
    assert lowest([Price(500), over]) == Lowest(300, NOW - 2 * WEEK_MS)
    assert lowest([Price(500), over], weeks=2) == Lowest(500)


def test_a_price_to_come_was_never_asked():
    assert lowest([Price(500), Price(300, start=NOW + 1, end=NOW + DAY)]) == Lowest(500)


def test_a_usual_price_below_a_dated_one_counts_only_where_it_was_asked():
    dear = Price(900, start=NOW - 9 * WEEK_MS, end=NOW + DAY)
    assert lowest([Price(500), dear]) == Lowest(900)
    assert lowest([Price(500), Price(900, start=NOW - DAY)]) == Lowest(500, NOW - DAY)


def test_what_has_no_price_has_no_lowest_one():
    assert lowest([]) is None and lowest([Price(5, end=NOW - 9 * WEEK_MS)]) is None
    assert lowest([], [Past(400, NOW - DAY)]) == Lowest(400, NOW - DAY)


@pytest.mark.parametrize("typed", ["+7 701 555-01-23", "8 (701) 555 01 23", "7015550123", "7 7015550123"])
def test_a_phone_number_is_the_same_however_it_is_typed(typed):
    assert phone_key(typed) == "015550123"
    assert shopper_of(typed, "salt") == shopper_of("+77015550123", "salt")


@pytest.mark.parametrize("typed", ["", "12345678", "1234567890123456", "no number"])
def test_what_is_no_phone_number_stands_for_nobody(typed):
    assert phone_key(typed) == ""
    with pytest.raises(ValueError, match="phone number"):
        shopper_of(typed, "salt")


def test_no_digest_without_a_salt_and_none_alike_with_two():
    with pytest.raises(ValueError, match="salt"):
        shopper_of("+77015550123", "")
    digest = shopper_of("+77015550123", "one")
    assert len(digest) == 32 and digest != shopper_of("+77015550123", "two") and "7015550123" not in digest
