"""The slip of goods with no proof: what the credit is and why, its code, in every language and on every paper."""

from dataclasses import replace
from datetime import datetime

import pytest

from pos.receipt.blind import BlindReceipt, GivenLine, blind_receipt
from pos.receipt.credit import Credit
from pos.receipt.document import QR
from pos.receipt.layout import as_text
from pos.receipt.page import ReceiptVat, Shop, Stub
from sync.domain.value import code_from, grouped

SHOP = Shop("Dala", ("10 Abay Ave, Almaty",), "123456789012")
CODE = code_from(123456789012345)
BACK = BlindReceipt(
    stub=Stub("1SNM6X", "12", "Aliya K.", datetime(2026, 11, 24, 14, 26)),
    currency="KZT",
    lines=(
        GivenLine("Mug Shai", 2000, 3290_00, 6580_00, "changed_mind"),
        GivenLine("Kettle Samal", 1000, 24990_00, 24990_00, "faulty"),
    ),
    total=31570_00,
    vat=(ReceiptVat(1200, 31570_00, 3382_50),),
    credit=Credit(CODE, CODE[-4:], 31570_00),
    weeks=8,
    footer=("Thank you",),
)


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ka"])
def test_no_line_is_wider_than_the_paper(lang: str, columns: int) -> None:
    text = as_text(blind_receipt(BACK, SHOP, lang), columns).splitlines()
    assert max(map(len, text)) <= columns
    vat = next(line for line in text if line.rstrip().endswith((".50", ",50")))
    assert len(vat) == columns


def test_the_slip_says_what_came_back_at_which_price_and_what_the_credit_is() -> None:
    text = as_text(blind_receipt(BACK, SHOP, "en"), 42)
    assert "Without a receipt" in text and "2 x 3 290.00 · Changed mind     6 580.00" in text
    assert "Priced at the lowest price of the last" in text and "weeks: 8." in text
    assert "31 570 ₸" in text and grouped(CODE) in text
    assert "cash" not in text.lower().replace("keep it like cash", "")


def test_the_code_is_scanned_and_the_number_of_the_slip_too() -> None:
    codes = [item.content for item in blind_receipt(BACK, SHOP, "ru").items if isinstance(item, QR)]
    assert codes == [CODE, "STF1:1SNM6X-12"]


def test_a_copy_and_a_doubtful_one_say_so_and_one_whose_code_is_lost_says_where_it_is_found() -> None:
    assert "Copy" in as_text(blind_receipt(BACK, SHOP, "en", copy=True), 42)
    assert "Possible duplicate" in as_text(blind_receipt(BACK, SHOP, "en", duplicate=True), 42)
    lost = replace(BACK, credit=Credit("", CODE[-4:], 31570_00), weeks=0)
    text = as_text(blind_receipt(lost, SHOP, "en"), 42)
    assert f"last digits: {CODE[-4:]}" in " ".join(text.split()) and "Priced at the lowest price." in text
