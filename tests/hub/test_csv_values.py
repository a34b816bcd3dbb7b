"""What a field of a retailer's file says, and what is refused because it may say two things."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.hub import csv_values as values
from sync.hub.csv_values import Unclear

ALMATY = timezone(timedelta(hours=5))


@pytest.mark.parametrize("text", ["64990", "64 990", "64\u00a0990", "64\u202f990", "64990.00", "64990,0", "64 990,00"])
def test_an_amount_is_read_however_a_spreadsheet_writes_it(text):
    assert values.money(2)(text) == 64_990_00


@pytest.mark.parametrize(
    "text", ["64,990", "64 99", "6 4990", "1,234.50", "1.234,50", "64990 ₸", "abc", "--1", "64990.001"]
)
def test_an_amount_that_may_mean_two_things_is_refused(text):
    with pytest.raises(Unclear):
        values.money(2)(text)


def test_an_amount_follows_its_currency_s_exponent():
    assert values.money(0)("64990") == 64_990
    assert values.money(3)("1.5") == 1_500
    with pytest.raises(Unclear):
        values.money(0)("64990.50")


def test_an_amount_is_never_below_zero():
    with pytest.raises(Unclear, match="below zero"):
        values.money(2)("-5")


@given(st.integers(min_value=0, max_value=10**12))
def test_every_amount_comes_back_as_it_was_written(minor):
    assert values.money(2)(f"{minor // 100}.{minor % 100:02}") == minor
    assert values.money(2)(f"{minor // 100:,}".replace(",", " ") + f",{minor % 100:02}") == minor


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("12", 12_000), ("0.350", 350), ("0,350", 350), ("1,5", 1_500), ("-3", -3_000), ("−3", -3_000)],
)
def test_a_quantity_is_read_to_the_thousandth(text, thousandths):
    assert values.quantity(text) == thousandths


def test_a_comma_before_three_digits_is_refused_in_a_quantity():
    with pytest.raises(Unclear, match="thousands or decimals"):
        values.quantity("1,250")


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_every_quantity_comes_back_as_it_was_written(thousandths):
    sign = "-" if thousandths < 0 else ""
    whole, part = divmod(abs(thousandths), 1000)
    assert values.quantity(f"{sign}{whole}.{part:03}") == thousandths


@pytest.mark.parametrize(("text", "points"), [("16", 1600), ("16%", 1600), ("16 %", 1600), ("16,5", 1650), ("0", 0)])
def test_a_vat_rate_is_read_in_percent(text, points):
    assert values.vat(text) == points


@pytest.mark.parametrize("text", ["0.16", "0,16", "0.5", "101", "-1", "16.555", ""])
def test_a_vat_rate_that_may_be_a_share_is_refused(text):
    with pytest.raises(Unclear):
        values.vat(text)


def test_a_bare_date_lasts_from_its_first_to_its_last_moment_in_the_retailer_s_zone():
    first = int(datetime(2026, 11, 22, tzinfo=ALMATY).timestamp()) * 1000
    assert values.moment(ALMATY, closing=False)("2026-11-22") == first
    assert values.moment(ALMATY, closing=True)("22.11.2026") == first + 24 * 3600 * 1000


def test_a_time_with_an_offset_keeps_it():
    assert values.moment(UTC, closing=True)("2026-11-22T18:00+05:00") == values.moment(UTC, closing=False)(
        "2026-11-22 13:00"
    )


@given(st.text(max_size=30))
def test_no_text_makes_a_parser_fail_in_another_way_than_unclear(text):
    parsers = [values.money(2), values.quantity, values.vat, values.whole, values.degrees(90), values.clock]
    for parse in [*parsers, values.moment(UTC, closing=True), values.choice("a", "b")]:
        try:
            parse(text)
        except Unclear as unclear:
            assert str(unclear).endswith(".")


def test_degrees_are_millionths():
    assert values.degrees(90)("43.24025") == 43_240_250
    assert values.degrees(180)("-0.5") == -500_000
    with pytest.raises(Unclear):
        values.degrees(90)("91")
