"""Serials, bundles, gifts and shipping: what comes back with what, and never a unit more than was paid (I-8)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.passes import used_up
from sync.domain.return_rules import read_rules
from sync.domain.returns import (
    Accepted,
    Basis,
    Condition,
    Destination,
    Exceptional,
    Item,
    Reason,
    Refused,
    ReturnRefusal,
    ReturnRules,
    basis_offline,
    decide_return,
    destination_of,
)
from sync.domain.special import GiftMoney, ShippingBack, serial_of, torn_bundles, unit_of

NOW = 1_760_000_000_000
RULES = ReturnRules(10**9, 10**9)


def bought(*lines: BoughtLine, paid: tuple[Paid, ...] = (), **more: Any) -> Purchase:
    total = sum(line.amount for line in lines)
    tenders = paid or (Paid("a", PaidBy.CARD, total),)
    return Purchase("web:1", "100-1", "web", "", "KZT", NOW - 9, NOW - 5, lines, tenders, **more)


def line(id: str, amount: int = 10_000, pieces: int = 1, **more: Any) -> BoughtLine:
    return BoughtLine(
        id, more.pop("product", f"p-{id}"), f"10{id}", f"Goods {id}", pieces * 1000, amount, 1200, 0, **more
    )


PHONES = line("1", 200_000, 2, serials=("SN-1", "SN-2"))
SHIPPING = line("s", 1_500, product="")


def item(id: str, pieces: int = 1, *serials: str) -> Item:
    return Item(id, pieces * 1000, Reason.FAULTY, Condition.SEALED, serials)


def decide(purchase: Purchase, *items: Item, rules: ReturnRules = RULES, **more: Any) -> Accepted | Refused:
    return decide_return(purchase, list(items), "store-1", NOW, rules, Basis.CLAIM, **more)


def after(purchase: Purchase, done: Accepted) -> Purchase:
    """The purchase once that came back."""
    taken = {x.item.line: x for x in done.lines}
    money: dict[str, int] = {}
    for refund in done.refunds:
        money[refund.paid] = money.get(refund.paid, 0) + refund.amount

    def line_after(x: BoughtLine) -> BoughtLine:
        if x.id not in taken:
            return x
        one = taken[x.id]
        units = x.serials_back + one.item.serials
        return replace(x, returned=x.returned + one.item.quantity, refunded=x.refunded + one.amount, serials_back=units)

    tenders = tuple(replace(p, refunded=p.refunded + money.get(p.id, 0)) for p in purchase.paid)
    return replace(purchase, lines=tuple(map(line_after, purchase.lines)), paid=tenders)


# ------------------------------------------------------------------------------------------------------ serials


def test_a_unit_is_taken_back_by_its_serial() -> None:
    done = decide(bought(PHONES), item("1", 1, "SN-2"))
    assert isinstance(done, Accepted)
    assert (done.total, done.lines[0].item.serials) == (100_000, ("SN-2",))


@pytest.mark.parametrize(
    ("serials", "pieces", "reason", "which"),
    [
        ((), 1, ReturnRefusal.SERIAL_MISSING, ""),
        (("SN-1",), 2, ReturnRefusal.SERIAL_MISSING, ""),
        (("SN-1", "SN-1"), 2, ReturnRefusal.SERIAL_MISSING, ""),
        (("SN-1", "SN-2"), 1, ReturnRefusal.SERIAL_MISSING, ""),
        (("SN-9",), 1, ReturnRefusal.SERIAL_WRONG, "SN-9"),
    ],
)
def test_the_wrong_serial_or_none_is_refused_with_its_own_reason(
    serials: tuple[str, ...], pieces: int, reason: ReturnRefusal, which: str
) -> None:
    assert decide(bought(PHONES), item("1", pieces, *serials)) == Refused(reason, "1", 2000, which)


def test_f32_a_serial_that_came_back_before_does_not_come_back_again() -> None:
    purchase = bought(PHONES)
    first = decide(purchase, item("1", 1, "SN-1"))
    assert isinstance(first, Accepted)
    again = decide(after(purchase, first), item("1", 1, "SN-1"))
    assert again == Refused(ReturnRefusal.SERIAL_BACK, "1", 1000, "SN-1")


def test_of_goods_without_serials_none_is_believed() -> None:
    assert decide(bought(line("1")), item("1", 1, "SN-1")) == Refused(ReturnRefusal.SERIAL_WRONG, "1", 1000, "SN-1")


def test_a_unit_finds_its_line_by_its_serial() -> None:
    purchase = bought(line("0"), PHONES)
    assert unit_of(purchase, "SN-2") == (PHONES, "SN-2")
    assert unit_of(purchase, " sn-2 ") == (PHONES, "SN-2"), "however it was typed"
    assert unit_of(purchase, "SN-3") is None


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("tau-00417", "TAU-00417"),
        (" 3520 9900 1761 481 ", "352099001761481"),
        ("SN7", None),
        ("----", None),
        ("TAU\x1d0041", None),
        ("TAU\ufffd0041", None),
        ("7" * 65, None),
        ("", None),
    ],
)
def test_a_units_number_is_kept_in_one_way_and_half_of_one_is_none(read: str, kept: str | None) -> None:
    assert serial_of(read) == kept


# ------------------------------------------------------------------------------------------------------ bundles


def bundle(lamp: int = 1, bulbs: int = 3) -> Purchase:
    return bought(line("1", 60_000, lamp, bundle="Set"), line("2", 9_000, bulbs, bundle="Set"), line("3"))


@pytest.mark.parametrize(
    ("coming", "torn"),
    [
        ({"1": 1000}, ("Set",)),
        ({"2": 1000}, ("Set",)),
        ({"1": 1000, "2": 3000}, ()),
        ({"3": 1000}, ()),
        ({}, ()),
    ],
)
def test_a_part_alone_tears_a_bundle_and_all_parts_together_do_not(
    coming: Mapping[str, int], torn: tuple[str, ...]
) -> None:
    assert torn_bundles(bundle(), coming) == torn


def test_one_of_two_bundles_is_a_whole_one() -> None:
    assert torn_bundles(bundle(2, 6), {"1": 1000, "2": 3000}) == ()
    assert torn_bundles(bundle(2, 6), {"1": 1000, "2": 6000}) == ("Set",)


def test_the_rest_of_a_torn_bundle_makes_it_whole() -> None:
    purchase = bundle()
    done = decide(purchase, item("1"))
    assert isinstance(done, Accepted)
    assert torn_bundles(after(purchase, done), {"2": 3000}) == ()


@pytest.mark.parametrize(("whole", "needs"), [(True, {Exceptional.BUNDLE_PART}), (False, set())])
def test_a_part_needs_an_approval_if_the_retailer_wants_it(whole: bool, needs: set[Exceptional]) -> None:
    done = decide(bundle(), item("2", 1), rules=replace(RULES, whole_bundles=whole))
    assert isinstance(done, Accepted)
    assert (done.total, done.needs) == (3_000, needs)


# ----------------------------------------------------------------------------------------------------- shipping


@pytest.mark.parametrize(
    ("policy", "first", "second"),
    [
        (ShippingBack.NEVER, 10_000, 10_000),
        (ShippingBack.WHOLE, 10_000, 11_500),
        (ShippingBack.ALWAYS, 11_500, 10_000),
    ],
)
def test_shipping_is_refunded_once_by_the_rule(policy: ShippingBack, first: int, second: int) -> None:
    purchase, rules = bought(line("1"), line("2"), SHIPPING), replace(RULES, shipping=policy)
    one = decide(purchase, item("1"), rules=rules)
    assert isinstance(one, Accepted)
    then = after(purchase, one)
    two = decide(then, item("2"), rules=rules)
    assert isinstance(two, Accepted)
    assert (one.total, two.total) == (first, second)
    assert used_up(after(then, two)), "shipping that is never refunded leaves nothing to bring back"


def test_nobody_puts_shipping_on_the_counter() -> None:
    assert decide(bought(line("1"), SHIPPING), item("s")) == Refused(ReturnRefusal.LINE_UNKNOWN, "s")


# -------------------------------------------------------------------------------------------------------- gifts

CASH = (Paid("a", PaidBy.CASH, 10_000),)


@pytest.mark.parametrize("policy", list(GiftMoney))
@pytest.mark.parametrize("paid", [(), CASH], ids=["card", "cash"])
def test_who_brings_a_gift_never_gets_the_payers_cash(policy: GiftMoney, paid: tuple[Paid, ...]) -> None:
    purchase, rules = bought(line("1"), paid=paid, gift=True), replace(RULES, gift=policy)
    allowed = policy is GiftMoney.PAYER and not paid
    plain = decide(purchase, item("1"), rules=rules)
    assert isinstance(plain, Accepted) if allowed else plain == Refused(ReturnRefusal.GIFT)
    to = destination_of(purchase, rules, Destination.TENDERS)
    assert to is (Destination.TENDERS if allowed else Destination.CREDIT)
    assert isinstance(decide(purchase, item("1"), rules=rules, to=to), Accepted)
    assert destination_of(bought(line("1"), paid=paid), rules, Destination.TENDERS) is Destination.TENDERS


def test_a_line_that_cost_nothing_comes_back_for_nothing_and_promises_nothing() -> None:
    purchase = bought(line("1"), line("2", 0))
    done = decide(purchase, item("2"), rules=ReturnRules())
    assert isinstance(done, Accepted)
    assert (done.total, done.refunds) == (0, ())
    assert basis_offline(purchase, "store-1", 0, ReturnRules()) is Basis.BUDGET


# ------------------------------------------------------------------------------------------------ all together

parts = st.lists(
    st.tuples(st.integers(0, 50_000), st.integers(1, 4), st.sampled_from(["", "Set"]), st.booleans()),
    min_size=1,
    max_size=5,
)


@given(parts, st.integers(0, 5_000), st.sampled_from(list(ShippingBack)), st.data())
def test_i8_any_visits_in_any_order_give_back_what_was_paid_and_no_unit_more(
    made: list[tuple[int, int, str, bool]], shipping: int, policy: ShippingBack, data: st.DataObject
) -> None:
    lines = [
        line(
            str(n), amount, pieces, bundle=name,
            serials=tuple(f"S{n}-{unit}" for unit in range(pieces)) if numbered else (),
        )
        for n, (amount, pieces, name, numbered) in enumerate(made)
    ]  # fmt: skip
    purchase = bought(*lines, replace(SHIPPING, amount=shipping))
    goods = sum(x.amount for x in lines)
    rules = replace(RULES, shipping=policy)
    while not used_up(purchase):
        left = [x for x in purchase.lines if x.goods and x.left]
        one = data.draw(st.sampled_from(left))
        pieces = data.draw(st.integers(1, one.left // 1000))
        done = decide(purchase, item(one.id, pieces, *one.serials_left[:pieces]), rules=rules)
        assert isinstance(done, Accepted), done
        purchase = after(purchase, done)
        assert all(0 <= x.refunded <= x.amount and x.returned <= x.quantity for x in purchase.lines)
        assert all(p.refunded <= p.amount for p in purchase.paid)
    back = sum(x.refunded for x in purchase.lines)
    assert back == sum(p.refunded for p in purchase.paid)
    assert back == goods + (0 if policy is ShippingBack.NEVER else shipping)


def test_settings_that_can_not_be_read_allow_nothing() -> None:
    given: dict[str, object] = {
        "return_budget": "x", "return_cap": True, "return_send_back": "damaged", "bundle_parts": 1,
        "return_shipping": "sometimes", "return_gift": ["payer"],
    }  # fmt: skip
    assert read_rules(given) == ReturnRules() == read_rules({})
    right = {"return_budget": "500", "return_cap": 300, "return_send_back": ["damaged"], "bundle_parts": "approval"}
    right |= {"return_shipping": "whole", "return_gift": "payer"}
    expected = ReturnRules(400, 300, 5, frozenset({Condition.DAMAGED}), True, ShippingBack.WHOLE, GiftMoney.PAYER)
    assert read_rules(right, spent=100, cash_step=5) == expected
