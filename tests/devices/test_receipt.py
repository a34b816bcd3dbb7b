"""Receipts: the same lines on the screen, in text and on paper; columns; languages; marks."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.receipt.document import QR, Centred, Cut, Document, DrawerKick, Row, Total, as_duplicate
from pos.receipt.layout import Line, as_text, layout
from pos.receipt.page import ReceiptVat, Shop
from pos.receipt.sale import ReceiptLine, ReceiptTender, SaleReceipt, sale_receipt

SHOP = Shop("Dala", ("10 Abay Ave, Almaty",), "123456789012")
SALE = SaleReceipt(
    terminal="T1",
    number="000177",
    cashier="Aigerim S.",
    local_time=datetime(2026, 11, 24, 14, 26),
    currency="KZT",
    lines=(
        ReceiptLine("Headphones Tau One", 1000, 64990_00, 64990_00, 1200, regular_price=79990_00),
        ReceiptLine("Kettle Samal", 2000, 12990_00, 25980_00, 1200),
    ),
    total=90970_00,
    vat=(ReceiptVat(1200, 90970_00, 9746_79),),
    tenders=(
        ReceiptTender("card", 50000_00, masked_pan="•• 4242", auth_code="100001", scheme="Visa"),
        ReceiptTender("cash", 40970_00, given=41000_00),
    ),
    change=30_00,
    saved=15000_00,
    footer=("Thank you",),
    kick=True,
)


def lines(document: Document, columns: int = 42) -> list[str]:
    return as_text(document, columns).splitlines()


def line_with(text: str, document: Document, columns: int = 42) -> str:
    return next(line for line in lines(document, columns) if text in line)


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ka"])
def test_no_line_is_wider_than_the_paper_and_amounts_stand_on_its_edge(lang: str, columns: int) -> None:
    text = lines(sale_receipt(SALE, SHOP, lang), columns)
    assert max(map(len, text)) <= columns
    amounts = [line for line in text if line.rstrip().endswith((".79", ",79"))]
    assert amounts and all(len(line) == columns for line in amounts)


def test_the_receipt_says_all_that_a_return_and_an_auditor_need() -> None:
    text = as_text(sale_receipt(SALE, SHOP, "en"))
    for fact in ("Dala", "BIN 123456789012", "Receipt 000177", "24.11.2026 14:26", "T1", "Aigerim S.", "2 x 12 990.00",
                 "was 79 990.00", "90 970 ₸", "Visa •• 4242", "Approval 100001", "VAT 12% included in 90 970.00",
                 "[ STF1:T1-000177 ]", "Thank you"):  # fmt: skip
        assert fact in text, fact


def test_cash_given_and_change_stand_apart() -> None:
    document = sale_receipt(SALE, SHOP, "en")
    assert line_with("Cash", document).endswith("41 000.00")
    assert line_with("Change", document).endswith(" 30.00")


def test_f39_the_printed_total_is_the_recorded_total_and_rounding_is_shown() -> None:
    document = sale_receipt(replace(SALE, total=90970_25, rounding=-25), SHOP, "en")
    assert line_with("Sum", document).endswith("90 970.25")
    assert line_with("Rounding", document).endswith(" -0.25")
    assert line_with("Total", document).endswith("90 970 ₸")


def test_whole_tenge_show_no_coins_unless_one_amount_has_them() -> None:
    whole = replace(SALE, vat=(ReceiptVat(1200, 90970_00, 9747_00),))
    assert line_with("Kettle", sale_receipt(SALE, SHOP, "en")) == "Kettle Samal"
    assert line_with("2 x", sale_receipt(whole, SHOP, "en")).endswith(" 25 980")
    assert line_with("2 x", sale_receipt(SALE, SHOP, "en")).endswith(" 25 980.00")


def test_weights_and_units_read_as_people_say_them() -> None:
    tomato = ReceiptLine("Tomatoes", 1375, 890_00, 1223_75, 1200, unit="kg")
    assert "1.375 kg x 890.00" in as_text(sale_receipt(replace(SALE, lines=(tomato,)), SHOP, "en"))


@pytest.mark.parametrize(("lang", "total"), [("ru", "Итого"), ("kk", "Барлығы"), ("ka", "სულ")])
def test_the_receipt_speaks_the_language_asked_for_whatever_the_screen_speaks(lang: str, total: str) -> None:
    assert line_with("90 970 ₸", sale_receipt(SALE, SHOP, lang)).startswith(total)


def test_f48_a_copy_and_a_possible_duplicate_say_so_first_and_leave_the_drawer_shut() -> None:
    copy = sale_receipt(SALE, SHOP, "en", copy=True)
    doubtful = sale_receipt(SALE, SHOP, "en", duplicate=True)
    assert lines(copy)[0].strip() == "Copy" and copy.copy
    assert lines(doubtful)[0].strip() == "Possible duplicate" and doubtful.duplicate
    assert sale_receipt(SALE, SHOP, "en").kicks and not copy.kicks and not doubtful.kicks


def test_marking_a_page_keeps_all_of_it_but_the_drawer() -> None:
    page = Document((DrawerKick(), Row("Bread"), Cut()))
    marked = as_duplicate(page, "Possible duplicate")
    assert marked.items == (Centred("Possible duplicate", bold=True), Row("Bread"), Cut())


def test_a_long_name_wraps_and_its_amount_stays_on_the_edge() -> None:
    page = Document((Row("Headphones with a very long name that goes on and on", "1 234,50"),))
    assert lines(page, 32) == ["Headphones with a very long name", "that goes on and on     1 234,50"]


def test_numbers_never_wrap() -> None:
    page = Document((Row("1 × 64\u00a0990,00 (79\u202f990,00)", "64\u00a0990,00", indent=2),))
    assert lines(page, 32) == ["  1 x 64 990,00", "  (79 990,00)          64 990,00"]


def test_a_total_too_long_for_big_letters_gets_a_line_of_its_own() -> None:
    placed = layout(Document((Total("სულ გადასახდელია", "1 234 567 ₾"),)), 32)
    assert [isinstance(line, Line) and line.big for line in placed] == [False, True]


def test_the_qr_carries_the_receipts_own_code() -> None:
    document = sale_receipt(SALE, SHOP, "en")
    assert [item.content for item in document.items if isinstance(item, QR)] == ["STF1:T1-000177"]


@given(st.text(max_size=120), st.text("0123456789 ,.₸", max_size=20), st.sampled_from([32, 42, 48]))
def test_any_text_fits_any_paper(left: str, right: str, columns: int) -> None:
    for line in lines(Document((Row(left, right, indent=2), Centred(left, big=True), Total(left, right))), columns):
        assert len(line) <= columns
