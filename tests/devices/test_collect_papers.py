"""Papers of orders that are collected: label, hand-out slip, ticket, pick list; in every language, on every paper."""

from dataclasses import replace
from datetime import datetime

import pytest
import zxingcpp

from pos.devices.encode import Paper, encode
from pos.devices.virtual.draw import as_picture
from pos.devices.virtual.escpos_wire import Cutter
from pos.devices.virtual.paper import Head, TextMark
from pos.devices.zpl import LabelPaper, encode_label
from pos.receipt.document import Document, Huge
from pos.receipt.layout import Line, as_text, layout
from pos.receipt.page import Shop, Stub
from pos.receipt.parcel import (
    VERIFIED,
    HandedLine,
    HandOutSlip,
    ParcelLabel,
    ending,
    hand_out_paper,
    label_paper,
)
from pos.receipt.picking import PickedLine, PickedOrder, PickList, pick_paper
from pos.receipt.ticket import Ticket, ticket_paper
from sync.domain.codes import Kind, parcel_label, read
from sync.domain.pickups import Verified
from sync.domain.stock import by_walk

SHOP = Shop("Dala", ("10 Abay Ave, Almaty",), "123456789012")
STUB = Stub("1SNM6X", "12", "Aliya K.", datetime(2026, 11, 22, 18, 4))
PARCEL = "0190f8e2-7c3a-7b11-9c1d-3f6a5e2d1c0b"
LABEL = ParcelLabel(
    parcel_label(PARCEL), "100-48213", "Dala Mega", "B-12", "Nino O.", datetime(2026, 11, 29, 20), (1, 2)
)
SLIP = HandOutSlip(STUB, "100-48213", (HandedLine("Wool coat", 2000), HandedLine("Tea", 1250, "kg")), 2, "code", False)
TICKET = Ticket("K42", "100-48213", "Dala Mega", datetime(2026, 11, 22, 18, 4))
COAT = PickedLine("Wool coat", "WC-48", 2000, "Clothes", "B-12", "", 2)
SCARF = PickedLine("Scarf", "SC-1", 1000, "Clothes", "B-2", "", 2)
TEA = PickedLine("Tea", "T-1", 1250, "Food", "A-1", "kg", 1)
BOX = PickedLine("Box", "X-1", 1000)
PICK = PickList(
    STUB,
    (
        PickedOrder("100-48213", (COAT, BOX), datetime(2026, 11, 22, 19)),
        PickedOrder("100-77", (SCARF, TEA), None, "Dala Aport"),
    ),
)


def papers(lang: str) -> list[Document]:
    return [
        label_paper(LABEL, lang),
        label_paper(
            replace(LABEL, number="W" * 64, shelf="R1/S2.4 LEFT 12", store="A very long name of a store, 2"), lang
        ),
        hand_out_paper(SLIP, SHOP, lang, copy=True),
        hand_out_paper(replace(SLIP, signed=True, proxy="Nino O.", verified="proxy"), SHOP, lang, duplicate=True),
        hand_out_paper(replace(SLIP, proxy="A very long name of a proxy", verified="proxy_pass"), SHOP, lang),
        ticket_paper(TICKET, lang),
        pick_paper(PICK, lang),
    ]


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("lang", ["en", "ru", "kk", "ka"])
def test_no_line_is_wider_than_the_paper(lang: str, columns: int) -> None:
    for page in papers(lang):
        placed = [it for it in layout(page, columns) if isinstance(it, Line)]
        assert all(line.size * line.columns <= columns and len(line.text) <= line.columns for line in placed)


@pytest.mark.parametrize(
    ("number", "looked_for"),
    [("100-48213", "8213"), ("#1001", "1001"), ("A-7", "A7"), ("web/7/b", "EB7B"), ("Ж-12345", "2345"), ("—", "")],
)
def test_the_end_of_a_number_is_its_last_letters_and_digits(number: str, looked_for: str) -> None:
    assert ending(number) == looked_for


def test_a_label_says_first_what_is_looked_for_and_then_where_and_for_whom() -> None:
    text = as_text(label_paper(LABEL, "en"), 32).split()
    assert text[:2] == ["8213", "100-48213"]
    whole = " ".join(text)
    for fact in ("Nino O.", "Shelf B-12", "1 of 2", "Kept until 29.11.2026", "Dala Mega"):
        assert fact in whole


def test_a_label_without_shelf_collector_or_end_says_nothing_of_them() -> None:
    bare = as_text(label_paper(ParcelLabel(parcel_label("p-1"), "100-48213", ""), "en"), 32)
    assert bare.split() == ["8213", "100-48213", "[", "STP1:p-1", "]", *["-"] * 16]


def test_a_number_without_letters_or_digits_is_still_on_its_label() -> None:
    assert as_text(label_paper(replace(LABEL, number="—"), "en"), 32).split()[:2] == ["-", "-"]


@pytest.mark.parametrize("columns", [32, 48])
@pytest.mark.parametrize("lang", ["en", "kk", "ka"])
def test_what_a_scanner_reads_from_the_paper_is_the_parcel(lang: str, columns: int) -> None:
    head = Head(columns)
    for command in Cutter().feed(encode(label_paper(LABEL, lang), Paper(columns))):
        head.obey(command)
    assert head.unknown == []
    picture = as_picture(head.receipts[0], columns).convert("L")
    (found,) = zxingcpp.read_barcodes(picture)
    code = read(found.text)
    assert (code.kind, code.key) == (Kind.PARCEL_LABEL, PARCEL)


@pytest.mark.parametrize("columns", [32, 48])
def test_the_number_of_a_ticket_is_as_large_as_the_paper_takes_it(columns: int) -> None:
    head = Head(columns)
    for command in Cutter().feed(encode(ticket_paper(TICKET, "en"), Paper(columns))):
        head.obey(command)
    number = next(mark for mark in head.receipts[0] if isinstance(mark, TextMark) and mark.text.strip() == "K42")
    assert {style.across for _char, style in number.cells} == {8}
    assert number.align == 1
    after = next(mark for mark in head.receipts[0] if isinstance(mark, TextMark) and "We call" in mark.text)
    assert {style.across for _char, style in after.cells} == {1}, "what follows is as large as ever"


def test_what_is_too_long_to_be_huge_is_big_and_wraps() -> None:
    lines = layout(Document((Huge("W" * 40),)), 32)
    assert [isinstance(line, Line) and line.size for line in lines] == [2, 2, 2]
    assert "".join(line.left for line in lines if isinstance(line, Line)) == "W" * 40


def test_a_slip_says_what_was_given_when_by_whom_and_has_room_for_a_pen() -> None:
    text = as_text(hand_out_paper(SLIP, SHOP, "en"), 42)
    for fact in (
        "Hand-out 12               22.11.2026 18:04",
        "1SNM6X                            Aliya K.",
        "Order 100-48213",
        "Wool coat                              x 2",
        "Tea                                1.25 kg",
        "Parcels                                  2",
        "Checked by                    Code or pass",
        "Received by\n",
    ):
        assert fact in text


def test_a_slip_that_was_signed_on_the_glass_says_so_and_asks_for_no_pen() -> None:
    signed = as_text(hand_out_paper(replace(SLIP, signed=True), SHOP, "en"), 42)
    assert "Received by            Signed on the glass" in signed
    assert signed.count("─" * 42) == as_text(hand_out_paper(SLIP, SHOP, "en"), 42).count("─" * 42) - 1


def test_a_slips_code_finds_the_order_again_and_carries_its_pass_if_there_is_one() -> None:
    code = read(SLIP.code)
    assert (code.kind, code.key) == (Kind.RECEIPT, "100-48213")
    text = as_text(hand_out_paper(replace(SLIP, sealed="STF2:6BF+70"), SHOP, "en"), 42)
    assert "[ STF2:6BF+70 ]" in text and "STF1:100-48213" in text


def test_every_way_to_be_sure_of_a_person_has_words() -> None:
    assert set(VERIFIED) == {*(it.value for it in Verified), "proxy_pass"}


@pytest.mark.parametrize(("copy", "duplicate", "mark"), [(True, False, "Copy"), (False, True, "Possible duplicate")])
def test_a_copy_and_what_may_be_one_say_so_first(copy: bool, duplicate: bool, mark: str) -> None:
    made = [
        label_paper(LABEL, "en", copy, duplicate),
        hand_out_paper(SLIP, SHOP, "en", copy, duplicate),
        ticket_paper(TICKET, "en", copy, duplicate),
        pick_paper(PICK, "en", copy, duplicate),
    ]
    for page in made:
        assert as_text(page, 42).splitlines()[0].strip() == mark
        assert (page.copy, page.duplicate) == (copy, duplicate)


def test_a_pick_list_goes_through_the_store_once_with_a_box_at_each_line() -> None:
    text = as_text(pick_paper(PICK, "en"), 42).splitlines()
    walk = [line for line in text if line.startswith("[ ]") or line in ("Food", "Clothes", "Without a department")]
    assert walk == [
        "Food",
        "[ ] 1.25 kg Tea                        A-1",
        "Clothes",
        "[ ] 1 x Scarf                          B-2",
        "[ ] 2 x Wool coat                     B-12",
        "Without a department",
        "[ ] 1 x Box",
    ]
    assert "    WC-48                         ... 8213" in text
    assert "Order 100-48213               22.11. 19:00" in text
    assert "  For Dala Aport" in text


def test_shelves_are_counted_as_people_count() -> None:
    assert sorted(["B-12", "", "B-2", "A-10", "10", "9", "a-9"], key=by_walk) == [
        "9", "10", "a-9", "A-10", "B-2", "B-12", "",
    ]  # fmt: skip


def test_what_may_stand_in_and_what_did_is_on_every_paper() -> None:
    scarf = replace(SCARF, instead=("Shawl (B-3)",))
    order = replace(PICK.orders[0], lines=(scarf, replace(BOX, similar=True)))
    walk = as_text(pick_paper(replace(PICK, orders=(order,)), "en"), 42).splitlines()
    assert "    or Shawl (B-3)" in walk and "    or another of the same kind" in walk
    assert "Instead: Shawl +1" in as_text(label_paper(replace(LABEL, instead=("Shawl", "Tea")), "en"), 42)
    assert b"Instead: Shawl" in encode_label(label_paper(replace(LABEL, instead=("Shawl",)), "en"), LabelPaper())
    given = (HandedLine("Shawl", 1000, instead="Scarf"), HandedLine("Phone", 1000, serials=("SN-00417",)))
    slip = as_text(hand_out_paper(replace(SLIP, lines=given), SHOP, "en"), 42).splitlines()
    assert "  instead of Scarf" in slip and "  Serial no. SN-00417" in slip
