"""The slip of a return and the promise: what they say, in every language and on every paper."""

from dataclasses import replace
from datetime import datetime

import pytest

from pos.devices.encode import Paper
from pos.devices.virtual.paper import PictureMark, TextMark
from pos.receipt.document import QR, Document
from pos.receipt.layout import as_text
from pos.receipt.page import ReceiptVat, Shop, Stub
from pos.receipt.returned import REASONS, TENDERS, BackLine, BackTender, ReturnReceipt, return_receipt
from sync.domain.orders import PaidBy
from sync.domain.returns import Destination, Reason
from tests.devices.test_bytes import on_paper

SHOP = Shop("Dala", ("10 Abay Ave, Almaty",), "123456789012")
BACK = ReturnReceipt(
    stub=Stub("1SNM6X", "12", "Aliya K.", datetime(2026, 11, 24, 14, 26)),
    order="100-48213",
    currency="KZT",
    lines=(
        BackLine("Headphones Tau One", 1000, 64990_00, "not_as_expected"),
        BackLine("Dried apricots", 1250, 5000_00, "faulty", "kg"),
    ),
    tenders=(BackTender("card", 60000_00, "Visa •• 4821"), BackTender("cash", 9990_00)),
    total=69990_00,
    vat=(ReceiptVat(1200, 69990_00, 7498_93),),
    footer=("Thank you",),
)
PROMISE = replace(BACK, promised=True)


def lines(document: Document, columns: int = 42) -> list[str]:
    return as_text(document, columns).splitlines()


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ka"])
@pytest.mark.parametrize("back", [BACK, PROMISE])
def test_no_line_is_wider_than_the_paper(back: ReturnReceipt, lang: str, columns: int) -> None:
    text = lines(return_receipt(back, SHOP, lang), columns)
    assert max(map(len, text)) <= columns
    amounts = [line for line in text if line.rstrip().endswith((".93", ",93"))]
    assert amounts and all(len(line) == columns for line in amounts)


def test_the_slip_says_what_came_back_why_and_by_which_way_the_money_goes() -> None:
    assert as_text(return_receipt(BACK, SHOP, "en"), 42) == (
        "                   Dala\n"
        "           10 Abay Ave, Almaty\n"
        "             BIN 123456789012\n"
        "\n"
        "Return 12                 24.11.2026 14:26\n"
        "1SNM6X                            Aliya K.\n"
        "──────────────────────────────────────────\n"
        "Order 100-48213\n"
        "Headphones Tau One\n"
        "  1 · Not as expected            64 990.00\n"
        "Dried apricots\n"
        "  1.25 kg · Faulty                5 000.00\n"
        "──────────────────────────────────────────\n"
        "Refunded                          69 990 ₸\n"
        "──────────────────────────────────────────\n"
        "Card Visa •• 4821                60 000.00\n"
        "Cash                              9 990.00\n"
        "──────────────────────────────────────────\n"
        "VAT 12% included in 69 990.00     7 498.93\n"
        "\n"
        " What was not paid in cash goes back the\n"
        "               way it came.\n"
        "\n"
        "            [ STF1:1SNM6X-12 ]\n"
        "              STF1:1SNM6X-12\n"
        "\n"
        "                Thank you\n"
        " - - - - - - - - - - - - - - - - - - - - -\n"
    )


def test_a_promise_says_what_is_promised_and_that_the_money_comes_by_itself() -> None:
    text = as_text(return_receipt(PROMISE, SHOP, "en"))
    for fact in ("Promise 12", "Promised", "69 990 ₸", "Card Visa •• 4821", "Money goes back by itself",
                 "You need not come again.", "[ STF1:1SNM6X-12 ]"):  # fmt: skip
        assert fact in text, fact
    assert "Refunded" not in text


def test_what_went_back_in_cash_alone_promises_nothing_more() -> None:
    cash = replace(BACK, tenders=(BackTender("cash", 69990_00),))
    assert "goes back" not in as_text(return_receipt(cash, SHOP, "en"))


def test_rounding_stands_between_the_sum_and_what_is_given() -> None:
    text = lines(return_receipt(replace(BACK, total=69990_25, rounding=-25), SHOP, "en"))
    assert any(line.startswith("Sum") and line.endswith("69 990.25") for line in text)
    assert any(line.startswith("Rounding") and line.endswith("-0.25") for line in text)


def test_f48_a_copy_and_a_possible_duplicate_say_so_first_and_open_no_drawer() -> None:
    copy, doubtful = (return_receipt(BACK, SHOP, "en", **how) for how in ({"copy": True}, {"duplicate": True}))
    assert lines(copy)[0].strip() == "Copy" and lines(doubtful)[0].strip() == "Possible duplicate"
    assert not copy.kicks and not return_receipt(BACK, SHOP, "en").kicks


def test_letters_that_no_code_page_has_are_drawn_and_the_rest_stays_text() -> None:
    kazakh = replace(BACK, lines=(BackLine("Құлаққап", 1000, 64990_00, "faulty"),))
    marks = on_paper(return_receipt(kazakh, SHOP, "kk"), Paper(32))
    assert any(isinstance(mark, PictureMark) for mark in marks) and any(isinstance(mark, TextMark) for mark in marks)


def test_every_reason_and_every_tender_has_a_word() -> None:
    assert set(REASONS) == set(Reason) and set(TENDERS) == {*PaidBy, Destination.COUNTER}


def test_the_code_finds_the_slip_again() -> None:
    codes = [item.content for item in return_receipt(PROMISE, SHOP, "ru").items if isinstance(item, QR)]
    assert codes == ["STF1:1SNM6X-12"]
