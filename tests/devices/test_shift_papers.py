"""X and Z reports and slips of cash: what they say, in every language and on every paper."""

from dataclasses import replace
from datetime import datetime

import pytest

from pos.receipt.document import Document
from pos.receipt.layout import as_text
from pos.receipt.page import Shop, Stub
from pos.receipt.shift import (
    DIFFERENCES,
    MOVE_REASONS,
    MOVES,
    CashSum,
    MoveSlip,
    MoveSum,
    ShiftReport,
    TenderSum,
    move_slip,
    shift_report,
)
from sync.domain.shifts import OWED, DifferenceReason, MoveKind, MoveReason

SHOP = Shop("Dala", ("10 Abay Ave, Almaty",), "123456789012")
STUB = Stub("1SNM6X", "12", "Aliya K.", datetime(2026, 11, 24, 21, 4))
Z = ShiftReport(
    stub=STUB,
    closed=True,
    currency="KZT",
    opened=datetime(2026, 11, 24, 9, 2),
    opened_by="Aliya K.",
    float_=20_000_00,
    sales=42,
    sold=418_500_00,
    sold_vat=44_839_29,
    returns=2,
    returned=9_990_00,
    returned_vat=1_070_36,
    tenders=(TenderSum("cash", 218_500_00, 4_990_00), TenderSum("card", 200_000_00, 5_000_00)),
    moves=(MoveSum("drop", 2, 150_000_00), MoveSum("pay_in", 1, 10_000_00)),
    cash=CashSum(
        93_510_00, 93_010_00, 93_000_00, ((20_000_00, 4), (1_000_00, 13), (10_00, 1)), "wrong_change", "bag 7"
    ),
    rounding=-2_00,
    first_receipt="1SNM6X-101",
    last_receipt="1SNM6X-144",
    waiting=3,
    between=(1, 0),
    approved_by="Damir T.",
)
X = replace(Z, closed=False, cash=CashSum(93_510_00), waiting=0)
HIDDEN = replace(X, cash=None)
SLIP = MoveSlip(replace(STUB, number="12"), "pay_out", "12", "KZT", 2_500_00, "other", "Lamp for the shelf", "Damir T.")


def lines(document: Document, columns: int = 42) -> list[str]:
    return as_text(document, columns).splitlines()


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ka"])
def test_no_line_is_wider_than_the_paper(lang: str, columns: int) -> None:
    for page in (shift_report(Z, SHOP, lang), shift_report(HIDDEN, SHOP, lang), move_slip(SLIP, SHOP, lang)):
        assert max(map(len, lines(page, columns))) <= columns


def test_a_z_report_says_how_the_cash_came_to_be_what_it_is() -> None:
    text = as_text(shift_report(Z, SHOP, "en"), 42)
    for fact in (
        "Z report 12               24.11.2026 21:04",
        "First receipt                   1SNM6X-101",
        "Sold x 42                       418 500.00",
        "Opening float                    20 000.00",
        "Cash taken, less change         218 500.00",
        "Cash given back                  -4 990.00",
        "Drop x 2                       -150 000.00",
        "Pay-in x 1                       10 000.00",
        "20 000.00 x 4                    80 000.00",
        "Expected                         93 510.00",
        "Counted                          93 010.00",
        "First counted                    93 000.00",
        "Short                                500 ₸",
        "Reason              Wrong change was given",
        "Approved by                       Damir T.",
    ):
        assert fact in text, fact
    words = " ".join(text.split())
    assert "Waiting for the order system: 3." in words and "Between two shifts: sales 1, returns 0." in words


def test_zero_is_a_difference_too_and_nothing_is_explained() -> None:
    exact = replace(Z, cash=CashSum(93_510_00, 93_510_00, 93_510_00), approved_by="", waiting=0, between=(0, 0))
    text = as_text(shift_report(exact, SHOP, "en"), 42)
    assert "Difference                             0 ₸" in text
    assert not any(word in text for word in ("Reason", "First counted", "Short", "Over", "Waiting", "Between"))


def test_an_x_report_for_who_may_not_see_the_cash_has_nothing_that_adds_up_to_it() -> None:
    text = as_text(shift_report(HIDDEN, SHOP, "en"), 42)
    assert "X report, shift 12" in text and "The cash is counted at the close." in text
    assert not any(sum_ in text for sum_ in ("418 500", "218 500", "93 510", "4 990", "9 990", "44 839"))
    assert "200 000.00" in text, "what cards paid is no secret"
    assert "93 510 ₸" in as_text(shift_report(X, SHOP, "en"), 42)


def test_a_slip_names_the_way_the_reason_and_who_approved_and_leaves_room_for_a_pen() -> None:
    text = as_text(move_slip(SLIP, SHOP, "en"), 42)
    for fact in ("Pay-out · Shift 12", "2 500 ₸", "Something else", "Lamp for the shelf", "Damir T.", "Signature"):
        assert fact in text, fact


def test_f48_a_copy_and_a_possible_duplicate_say_so_first_and_open_no_drawer() -> None:
    copy, doubtful = (shift_report(Z, SHOP, "en", **how) for how in ({"copy": True}, {"duplicate": True}))
    assert lines(copy)[0].strip() == "Copy" and lines(doubtful)[0].strip() == "Possible duplicate"
    assert not copy.kicks and not doubtful.kicks and not move_slip(SLIP, SHOP, "en").kicks


def test_every_way_and_every_reason_has_a_word() -> None:
    assert set(MOVES) == {*MoveKind, OWED} and set(MOVE_REASONS) == set(MoveReason)
    assert set(DIFFERENCES) == set(DifferenceReason)
