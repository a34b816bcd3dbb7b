"""Pricing: one engine of integers for terminals and hub (F16, F39)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.pricing import Line, Price, line_amount, price_cart, price_line, price_now, vat_of

quantities = st.integers(0, 10**7)
prices = st.integers(0, 10**9)
rates = st.sampled_from([0, 500, 1000, 1200, 1800, 2000])
lines = st.builds(
    Line,
    product=st.sampled_from(["a", "b", "c"]),
    quantity=quantities,
    unit_price=prices,
    vat_rate=rates,
    regular_price=st.none() | prices,
)
carts = st.lists(lines, max_size=12)


@given(carts)
def test_with_vat_included_the_total_is_the_sum_of_the_lines(cart: list[Line]) -> None:
    totals = price_cart(cart)
    assert totals.total == sum(p.amount for p in totals.lines)


@given(carts)
def test_with_vat_added_the_total_is_the_lines_and_their_vat(cart: list[Line]) -> None:
    totals = price_cart(cart, vat_included=False)
    assert totals.total == sum(p.amount + p.vat for p in totals.lines)


@given(carts, st.booleans())
def test_f16_f39_vat_adds_up_by_line_and_by_rate(cart: list[Line], included: bool) -> None:
    totals = price_cart(cart, included)
    assert totals.vat == sum(p.vat for p in totals.lines) == sum(row.vat for row in totals.by_rate)
    assert totals.total == sum(row.gross for row in totals.by_rate)
    assert [row.rate for row in totals.by_rate] == sorted({line.vat_rate for line in cart})


@given(carts, st.booleans(), st.randoms(use_true_random=False))
def test_no_order_of_scans_changes_a_total(cart: list[Line], included: bool, chance: object) -> None:
    mixed = list(cart)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = price_cart(cart, included), price_cart(mixed, included)
    assert (one.total, one.vat, one.saved, one.by_rate) == (other.total, other.vat, other.saved, other.by_rate)


@given(carts, carts)
def test_two_carts_together_cost_what_they_cost_apart(one: list[Line], other: list[Line]) -> None:
    assert price_cart(one + other).total == price_cart(one).total + price_cart(other).total


@given(lines)
def test_vat_is_never_more_than_the_amount_that_holds_it(line: Line) -> None:
    priced = price_line(line, included=True)
    assert 0 <= priced.vat <= priced.amount


@given(st.integers(0, 10**9), rates)
def test_vat_taken_out_and_put_on_again_meets_within_a_unit(amount: int, rate: int) -> None:
    inside = vat_of(amount, rate, included=True)
    assert abs(vat_of(amount - inside, rate, included=False) - inside) <= 1


@given(quantities, prices)
def test_a_line_is_rounded_once_and_half_up(quantity: int, price: int) -> None:
    assert line_amount(quantity, price) == (quantity * price + 500) // 1000


@given(lines)
def test_a_shopper_never_saves_less_than_nothing(line: Line) -> None:
    assert price_line(line, included=True).saved >= 0


@pytest.mark.parametrize("bad", [Line("x", -1, 1, 0), Line("x", 1, -1, 0), Line("x", 1, 1, -1)])
def test_negative_lines_are_refused_by_name(bad: Line) -> None:
    with pytest.raises(ValueError, match=r"line 2 \(x\)"):
        price_cart([Line("ok", 1000, 100, 0), bad])


def test_three_apples_at_a_third_cost_what_the_receipt_says() -> None:
    totals = price_cart([Line("apple", 333, 100, 1200)] * 3)
    assert totals.total == 99  # three lines of 33, and never 100


def test_a_price_with_dates_wins_while_it_holds() -> None:
    usual, offer = Price(100), Price(150, start=10, end=20)
    assert price_now([usual, offer], 9) is usual
    assert price_now([usual, offer], 10) is offer
    assert price_now([usual, offer], 19) is offer
    assert price_now([usual, offer], 20) is usual


@given(
    st.lists(st.builds(Price, unit=prices, start=st.none() | st.integers(0, 99), end=st.none() | st.integers(0, 99)))
)
def test_the_price_of_now_holds_now_and_none_of_its_kind_is_lower(offers: list[Price]) -> None:
    found = price_now(offers, 50)
    valid = [p for p in offers if p.holds(50)]
    assert (found is None) == (not valid)
    if found:
        dated = [p for p in valid if p.start is not None or p.end is not None]
        assert found.unit == min(p.unit for p in dated or valid)
