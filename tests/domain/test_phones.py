"""Telephone numbers are found however people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.phones import COUNTRIES, LONGEST, country_of, is_phone, phone_key

KZ, GE = COUNTRIES["KZ"], COUNTRIES["GE"]


@pytest.mark.parametrize(
    "written",
    ["+7 701 555 01 02", "8 701 555-01-02", "8(701)5550102", "701 555 01 02", "7 701 555 01 02", "007 701 555 01 02"],
)
def test_one_number_of_kazakhstan_is_one_however_it_is_written(written: str) -> None:
    assert phone_key(written, KZ) == "77015550102"
    assert is_phone(written, KZ)


@pytest.mark.parametrize("written", ["+995 599 12 34 56", "599 12 34 56", "0599 123456", "995599123456"])
def test_one_number_of_georgia_is_one_however_it_is_written(written: str) -> None:
    assert phone_key(written, GE) == "995599123456"
    assert is_phone(written, GE)


def test_a_number_of_another_country_keeps_its_code() -> None:
    assert phone_key("+995 599 12 34 56", KZ) == "995599123456"
    assert phone_key("+49 171 5550102", GE) == "491715550102"


@pytest.mark.parametrize("text", ["100-48213", "", "7K3M2P-184", "12", "+", "8 701", "1" * (LONGEST + 1)])
def test_an_order_number_is_no_telephone(text: str) -> None:
    assert not is_phone(text, KZ)


def test_the_country_is_the_retailers_own_or_that_of_its_currency() -> None:
    assert country_of("ge", "KZT") is GE
    assert country_of(None, "KZT") is KZ
    assert country_of("", "GEL") is GE
    assert country_of("ZZ", "KZT") is None and country_of(7, "EUR") is None


def test_where_the_country_is_not_known_a_number_is_its_digits() -> None:
    assert phone_key("8 701 555 01 02", None) == "87015550102"
    assert is_phone("8 701 555 01 02", None) and not is_phone("701 55 01", None)


@given(st.sampled_from(sorted(COUNTRIES)), st.integers(0, 10**10 - 1))
def test_with_the_code_with_the_trunk_and_with_neither_it_is_the_same(name: str, number: int) -> None:
    country = COUNTRIES[name]
    own = str(number).zfill(country.digits)[-country.digits :]
    if own.startswith("00") or (country.trunk + own).startswith("00"):
        return  # that would be dialled abroad
    written = {f"+{country.code}{own}", f"{country.code}{own}", f"{country.trunk}{own}", own}
    assert {phone_key(text, country) for text in written} == {country.code + own}
