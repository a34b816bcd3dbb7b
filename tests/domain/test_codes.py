"""Codes: what was scanned, and nothing ever raises (F52)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.codes import LONGEST, Kind, check_digit, gtin14, read, upce_to_upca

bodies = st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))


@given(bodies)
def test_a_right_check_digit_makes_a_gtin(body: str) -> None:
    code = read(body + check_digit(body))
    assert code.kind is Kind.GTIN
    assert code.key == (body + check_digit(body)).zfill(14)


@given(bodies.filter(lambda b: len(b) > 7), st.integers(1, 9))
def test_a_wrong_check_digit_is_told_apart(body: str, off: int) -> None:
    wrong = body + str((int(check_digit(body)) + off) % 10)
    assert read(wrong).kind is Kind.BAD_CHECK
    assert gtin14(wrong) is None


@given(bodies.filter(lambda b: len(b) > 7), st.data())
def test_any_single_wrong_digit_is_caught(body: str, data: st.DataObject) -> None:
    whole = body + check_digit(body)
    at = data.draw(st.integers(0, len(whole) - 1))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != whole[at]]))
    assert gtin14(whole[:at] + digit + whole[at + 1 :]) is None


@given(st.text())
def test_f52_every_text_is_read_as_something(text: str) -> None:
    code = read(text)
    assert code.raw == text
    assert len(code.key) <= max(LONGEST, 14)


def test_a_upc_e_is_widened_as_the_standard_shows() -> None:
    assert upce_to_upca("04252614") == "042100005264"
    assert read("04252614").key == "00042100005264"


def test_a_gtin_of_eight_stays_one_even_if_it_might_be_a_upc_e() -> None:
    assert read("96385074").key == "00000096385074"


def test_a_printed_receipt_is_known_by_its_mark() -> None:
    code = read(" STF1:ABC123-17\r")
    assert (code.kind, code.key) == (Kind.RECEIPT, "ABC123-17")


def test_a_signed_pass_is_known_by_its_mark_and_kept_whole() -> None:
    text = "STF2:" + "8F9 1234%$" * 96
    code = read(f"{text}\r")
    assert (code.kind, code.key, code.label) == (Kind.PASS, text, "STF2")
    assert len(text) == 965 < LONGEST


def test_an_article_number_is_kept_as_typed() -> None:
    assert read(" AB-17 ").key == "AB-17"
    assert read("١٢٣٤٥٦٧٨").kind is Kind.OTHER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0104870000000050" + "3103" + "001250", ("04870000000050", 1250)),
        ("]C10104870000000050" + "3103" + "000640" + "17261231", ("04870000000050", 640)),
        ("(01)04870000000050(3102)000064", ("04870000000050", 640)),
        ("0104870000000050" + "3105" + "000001", None),
        ("0104870000000051" + "3103" + "001250", None),
        ("4870000000055", None),
        ("", None),
    ],
)
def test_a_label_with_a_weight_says_article_and_weight(text: str, said: tuple[str, int] | None) -> None:
    code = read(text)
    assert ((code.key, code.said.milli) if code.said.milli else None) == said


@pytest.mark.parametrize("aim", ["]e0", "]C1", "]d2", "]Q3"])
def test_a_gs1_code_that_says_it_is_one_is_known_by_its_article(aim: str) -> None:
    code = read(f"{aim}010487000000001217250119")
    assert (code.kind, code.key) == (Kind.GTIN, "04870000000012")
    assert read("010487000000001217250119").key == "04870000000012", "a whole code with a right article needs no mark"
    assert read("010487000000001317250119").kind is Kind.OTHER, "else it may be anything"
    assert read(f"{aim}0104870000000013").kind is Kind.BAD_CHECK
