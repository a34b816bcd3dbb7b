"""What a card terminal wants printed is hostile until it is bounded, printable, and holds no card's number."""

import pytest

from sync.domain.card_slips import (
    CARD_CASHIER,
    CARD_CUSTOMER,
    CASHIER,
    CUSTOMER,
    LONGEST_LINE,
    MOST_LINES,
    CardSlip,
    SlipLine,
    hidden,
    papers,
    slip,
)
from sync.domain.payments import AttemptState

PAN = "4263982640269299"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (PAN, "************9299"),
        ("4263 9826 4026 9299", "**** **** **** 9299"),
        ("4263-9826-4026-9299", "****-****-****-9299"),
        ("3782 822463 10005", "**** ****** *0005"),
        ("4263.9826/4026_9299", "****.****/****_9299"),
        ("4263  9826  4026  9299", "****  ****  ****  9299"),
        ("card 6304000000000000 is", "card ************0000 is"),
        (";4263982640269299=2512101", ";************9299=2512101"),
        ("４２６３９８２６４０２６９２９９", "************９２９９"),
        ("426398******4242", "************4242"),
        ("XA0000000031010", "XA*********1010"),
        ("A0000000042639826402", "A***************6402"),
    ],
)
def test_what_could_be_a_cards_number_keeps_its_last_four_digits(text: str, kept: str) -> None:
    assert hidden(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "A0000000031010",
        "AID: A000000333010101",
        "28/01/2026 12:30:45",
        "28.01.2026 12.30.45",
        "RRN 000123456789",
        "TID 12345678 BATCH 000123 TRACE 000045",
        "KZT 1 234 567.89",
        "+7 701 555 01 02",
    ],
)
def test_what_can_not_be_one_is_left_as_it_is(text: str) -> None:
    assert hidden(text) == text


def said(*lines: str) -> list[tuple[str, str]]:
    return [(line.left, line.right) for line in slip(CUSTOMER, [SlipLine(line) for line in lines]).lines]


def test_a_number_over_two_lines_two_sides_or_with_hidden_signs_in_it_is_one_all_the_same() -> None:
    assert said("4263 9826", "4026 9299") == [("**** ****", ""), ("**** 9299", "")]
    assert said("4263 9826            4026 9299") == [("**** ****", "**** 9299")]
    assert said("426398\u200b2640\u20602692\x0099") == [("************9299", "")]
    assert said("4263\u00a09826\u20094026\t9299") == [("**** **** ****", "9299")]


def test_nothing_but_printable_signs_comes_through() -> None:
    assert said("\x1b@\x1bV\x00AMOUNT\u202e\x07") == [("@VAMOUNT", "")]
    assert said("one\ntwo\r\x0bthree") == [("one two", "three")]


def test_a_paper_is_bounded_and_has_no_gaps() -> None:
    many = slip(CUSTOMER, [SlipLine("x" * 10_000)] * 10_000)
    assert len(many.lines) == MOST_LINES and {len(line.left) for line in many.lines} == {LONGEST_LINE}
    assert said("", " ", "a", "", "", "b", "\t", "") == [("a", ""), ("", ""), ("b", "")]
    assert said("", " ") == []


def test_what_was_set_with_spaces_is_set_by_the_width_of_our_paper() -> None:
    assert said("AMOUNT                    KZT 10.00") == [("AMOUNT", "KZT 10.00")]
    (line,) = slip(CUSTOMER, [SlipLine("          APPROVED          ")]).lines
    assert line == SlipLine("APPROVED", centred=True)


BOTH = (CardSlip(CUSTOMER, (SlipLine("a"),)), CardSlip(CASHIER, (SlipLine("b"),)))


def test_which_papers_come_alone() -> None:
    assert papers(AttemptState.APPROVED, BOTH) == (CARD_CASHIER,)
    assert papers(AttemptState.APPROVED, BOTH[:1]) == ()
    assert papers(AttemptState.DECLINED, BOTH) == (CARD_CUSTOMER,)
    assert papers(AttemptState.DECLINED, BOTH[1:]) == ()
    assert papers(AttemptState.REVERSED, BOTH) == (CARD_CUSTOMER, CARD_CASHIER)
    assert papers(AttemptState.UNKNOWN, BOTH) == papers(AttemptState.PENDING, BOTH) == ()
    assert papers(AttemptState.APPROVED, (CardSlip(CASHIER, ()),)) == (), "an empty paper is none"
    assert papers(AttemptState.APPROVED, (CardSlip(CASHIER, (), signature=True),)) == (CARD_CASHIER,)
