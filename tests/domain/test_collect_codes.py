"""The codes of click and collect: labels on parcels and at shelves, and what looks like one and is none (F52)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain import codes
from sync.domain.codes import LONGEST, Kind, parcel_label, read, shelf_label, shelf_position

HOSTILE = [
    "",
    " ",
    "-",
    "a" * 65,
    "a" * (2 * LONGEST),
    "p\x00q",
    "p\nq",
    "p\x1dq",
    "p q",
    "p;DROP TABLE parcel",
    "p'--",
    "../../etc",
    "p%00",
    "^XA^XZ",
    "п-1",
    "p\u200b1",
    "\u202ep1",
    "१२३",
    "STP1:p1",
]


def test_a_parcels_label_is_known_by_its_mark_and_says_the_parcel() -> None:
    code = read(" STP1:0190f8e2-7c3a-7b11-9c1d-3f6a5e2d1c0b\r")
    assert (code.kind, code.key) == (Kind.PARCEL_LABEL, "0190f8e2-7c3a-7b11-9c1d-3f6a5e2d1c0b")
    assert code.label == "STP1", "nobody reads an id aloud"


def test_a_shelfs_label_is_known_by_its_mark_and_says_the_position() -> None:
    code = read("STS1:B-12\r")
    assert (code.kind, code.key, code.label) == (Kind.SHELF_LABEL, "B-12", "B-12")


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True))
def test_every_parcel_comes_back_from_its_label(parcel: str) -> None:
    code = read(parcel_label(parcel))
    assert (code.kind, code.key) == (Kind.PARCEL_LABEL, parcel)


@pytest.mark.parametrize("wrong", HOSTILE)
def test_f52_what_is_no_parcels_id_makes_no_parcel(wrong: str) -> None:
    assert read("STP1:" + wrong).kind is Kind.OTHER
    with pytest.raises(ValueError, match="no parcel's id"):
        parcel_label(wrong)


@pytest.mark.parametrize(("typed", "means"), [("b-12", "B-12"), ("  A  3 ", "A 3"), ("1", "1"), ("R1/S2.4", "R1/S2.4")])
def test_a_position_is_one_however_it_is_typed(typed: str, means: str) -> None:
    assert shelf_position(typed) == means
    assert read(shelf_label(typed)).key == means
    assert read("STS1:" + typed).key == means, "a scanner at a keyboard with Caps Lock types other letters"


@pytest.mark.parametrize(
    "wrong", [x for x in HOSTILE if x != "p q"] + ["B-12" * 5, "A" * 17, "A\tB", "A-", "/A", "А-12", "ა1", "A\nB"]
)
def test_f52_what_is_no_position_makes_no_shelf(wrong: str) -> None:
    assert shelf_position(wrong) is None
    assert read("STS1:" + wrong).kind is Kind.OTHER
    with pytest.raises(ValueError, match="no shelf position"):
        shelf_label(wrong)


def test_a_mark_in_other_letters_or_of_another_version_is_none_of_them() -> None:
    for text in ("stp1:p1", "STP2:p1", "STP1p1", "xSTP1:p1", "STS2:B-1", "STS1;B-1"):
        assert read(text).kind is Kind.OTHER


@given(st.sampled_from(["STP1:", "STS1:"]), st.text(max_size=80))
def test_f52_whatever_follows_a_mark_is_read_as_something(mark: str, rest: str) -> None:
    code = read(mark + rest)
    assert code.raw == mark + rest
    if code.kind is Kind.PARCEL_LABEL:
        assert parcel_label(code.key) == (mark + rest).strip()
    elif code.kind is Kind.SHELF_LABEL:
        assert shelf_label(code.key) == mark + code.key
    else:
        assert code.kind is Kind.OTHER


@pytest.mark.parametrize("text", ["{n}", "00{n}", "]C100{n}", "(00){n}", "]C100{n}\x1d10LOT", " (00){n} "])
def test_the_number_of_a_transport_unit_is_known_in_every_form_that_scanners_give_it(text: str) -> None:
    number = "34870000000000001" + codes.check_digit("34870000000000001")
    code = codes.read(text.format(n=number))
    assert (code.kind, code.key, code.label) == (codes.Kind.SSCC, number, number)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    marked = codes.read(text.format(n=wrong))
    assert marked.kind is (codes.Kind.OTHER if text == "{n}" else codes.Kind.BAD_CHECK)
