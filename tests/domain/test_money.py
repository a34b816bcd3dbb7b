"""Money: integers only, rounded in one way."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.money import CURRENCIES, UnknownCurrency, allocate, currency, divide, round_cash

amounts = st.integers(-(10**12), 10**12)


@given(amounts, st.integers(1, 10**6))
def test_division_rounds_half_away_from_zero(numerator: int, denominator: int) -> None:
    exact, got = Fraction(numerator, denominator), divide(numerator, denominator)
    assert abs(got - exact) <= Fraction(1, 2)
    if abs(got - exact) == Fraction(1, 2):
        assert abs(got) > abs(exact)


@given(amounts, st.integers(1, 10**6))
def test_division_treats_debts_as_it_treats_claims(numerator: int, denominator: int) -> None:
    assert divide(-numerator, denominator) == -divide(numerator, denominator)


def test_division_by_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        divide(1, 0)


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_parts_of_an_amount_add_up_to_it(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert all(p == 0 or (p > 0) == (total > 0) for p in parts)


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_each_part_is_within_one_unit_of_its_share(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    if whole:
        for part, weight in zip(allocate(total, weights), weights, strict=True):
            assert abs(part - Fraction(total * weight, whole)) < 1


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_impossible_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)


@given(amounts, st.integers(0, 1000))
def test_cash_is_rounded_to_what_a_drawer_can_pay(amount: int, step: int) -> None:
    rounded = round_cash(amount, step)
    if step > 1:
        assert rounded % step == 0
        assert 2 * abs(rounded - amount) <= step
    else:
        assert rounded == amount


def test_a_known_currency_has_its_exponent_and_sign() -> None:
    assert {currency(code).exponent for code in CURRENCIES} == {2}
    assert currency("KZT").sign == "₸"


def test_an_unknown_currency_names_itself() -> None:
    with pytest.raises(UnknownCurrency, match="'XXX'"):
        currency("XXX")
