"""The sale at the till, from the first scan to the point where money is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.ui.i18n import set_language
from sync.local import stock_here
from tests.flows.till import CODES, Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path).sign_in()
    yield made
    set_language("en")
    made.stop()


def test_a_scan_adds_the_item_and_says_so(counter: Counter) -> None:
    counter.scan("p-milk")
    state = counter.till.sale.state
    assert counter.lines == {"p-milk": 1000} and state.totals.total == 62000
    assert counter.said == "Milk 1 l added Scanned 13:53 · line 1 of 1"
    assert state.hero_line is not None and state.hero_line.product.id == "p-milk"


def test_a_second_scan_of_the_same_item_adds_one(counter: Counter) -> None:
    counter.scan("p-milk", "p-milk")
    assert counter.lines == {"p-milk": 2000}
    assert counter.said.startswith("Milk 1 l: now 2")


def test_ten_quick_scans_are_ten_f51(counter: Counter) -> None:
    counter.scan(*["p-milk", "p-bread"] * 5)
    assert counter.lines == {"p-milk": 5000, "p-bread": 5000}


def test_an_unknown_code_answers_and_adds_nothing_f52(counter: Counter) -> None:
    counter.till.scanned("4006381333931")
    assert counter.lines == {}
    assert counter.said.startswith("This code is not ours. Nothing was added.")
    assert "Code 4006381333931." in counter.till.sale.state.happened.line, "as on the label, not as its key"
    counter.till.sale.act()
    assert counter.till.place == "lookup", "the action beside it looks for the item by name"


def test_a_misread_code_answers_and_adds_nothing_f52(counter: Counter) -> None:
    wrong = CODES["p-milk"][:-1] + str((int(CODES["p-milk"][-1]) + 1) % 10)
    counter.till.scanned(wrong)
    assert counter.lines == {}
    assert counter.said.startswith("The code was misread. Nothing was added.")


def test_a_scan_of_nothing_answers_f52(counter: Counter) -> None:
    counter.till.scanned("  ")
    assert counter.said.startswith("The scanner read nothing.")


def test_an_article_without_a_price_is_not_sold(counter: Counter) -> None:
    counter.scan("p-unpriced")
    assert counter.lines == {}
    assert counter.said.startswith("New lamp has no price here")


def test_the_article_number_sells_like_the_barcode(counter: Counter) -> None:
    counter.till.scanned("100001")
    assert counter.lines == {"p-milk": 1000}


def test_undo_takes_back_the_last_change_and_only_it(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    counter.till.sale.act()
    assert counter.lines == {"p-milk": 1000}
    counter.till.sale.undo()
    assert counter.lines == {"p-milk": 1000}


def test_a_changed_quantity_changes_the_total(counter: Counter) -> None:
    counter.scan("p-milk")
    line = counter.till.sale.state.cart.lines[0]
    counter.till.sale.set_quantity(line.line_id, 3000)
    assert counter.till.sale.state.totals.total == 3 * 62000
    counter.till.sale.undo()
    assert counter.lines == {"p-milk": 1000}


def test_a_line_can_be_taken_out_and_put_back(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    counter.till.sale.remove(counter.till.sale.state.hero)
    assert counter.lines == {"p-milk": 1000} and counter.said.startswith("Rye bread taken out")
    counter.till.sale.undo()
    assert counter.lines == {"p-milk": 1000, "p-bread": 1000}


def test_a_voided_sale_is_gone_from_the_disk_and_undo_brings_it_back(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    counter.till.sale.void()
    assert counter.lines == {}
    assert counter.local.raw.execute("SELECT count(*) FROM draft").fetchone() == (0,)
    counter.till.sale.undo()
    assert counter.lines == {"p-milk": 1000, "p-bread": 1000}


def test_a_killed_till_comes_back_with_its_cart(counter: Counter) -> None:
    counter.scan("p-milk", "p-milk", "p-tea")
    counter.kill()
    counter.start()
    counter.sign_in()
    assert counter.lines == {"p-milk": 2000, "p-tea": 1000}
    assert counter.said.startswith("The open sale is back 2 lines were kept.")


def test_a_weighed_item_waits_for_its_weight(counter: Counter) -> None:
    counter.scan("p-apple")
    assert counter.lines == {} and counter.till.sale.state.weighing is not None
    for key in ("1", "2", "5", "0"):
        counter.till.sale.weigh_key(key)
    assert counter.till.sale.state.weighing.amount == 99875
    counter.till.sale.weigh_done()
    assert counter.lines == {"p-apple": 1250} and counter.till.sale.state.totals.total == 99875


def test_a_scan_while_a_weight_is_asked_for_is_answered_f52(counter: Counter) -> None:
    counter.scan("p-apple", "p-milk")
    assert counter.lines == {} and counter.said == "Enter the weight first The last scan was not added."


def test_a_weight_without_digits_adds_nothing(counter: Counter) -> None:
    counter.scan("p-apple")
    counter.till.sale.weigh_done()
    assert counter.lines == {} and counter.till.sale.state.weighing is not None
    counter.till.sale.weigh_cancel()
    assert counter.till.sale.state.weighing is None and counter.said.startswith("Apples was not added")


def test_weighed_lines_never_merge(counter: Counter) -> None:
    for grams in ("500", "300"):
        counter.scan("p-apple")
        counter.till.sale.weigh_key(grams)
        counter.till.sale.weigh_done()
    assert [x.quantity for x in counter.till.sale.state.cart.lines] == [500, 300]


def test_the_window_says_how_many_are_left_here(counter: Counter) -> None:
    counter.scan("p-milk")
    level = counter.till.sale.state.level
    assert level is not None and level.shelf == "A-1"
    assert level == stock_here(counter.local, ["p-milk"])["p-milk"]


def test_no_sale_of_nothing(counter: Counter) -> None:
    counter.till.sale.pay()
    assert counter.till.place == "sale"


def test_last_receipt_prints_a_copy_and_pays_nothing_twice(counter: Counter) -> None:
    counter.scan("p-milk")
    counter.till.sale.pay()
    counter.till.payment.quick(62000)
    counter.till.payment.cash_received()
    assert counter.printer.wait(receipts=1)
    counter.till.next_customer()
    counter.till.sale.reprint()
    counter.until(lambda: counter.said.endswith("is printed Marked as a copy."), "the copy")
    assert len(counter.operations("sale")) == 1
    assert "Copy" in counter.printer.texts[-1] and counter.printer.kicks == 1


def test_a_receipt_that_is_scanned_says_what_it_is(counter: Counter) -> None:
    counter.scan("p-milk")
    counter.till.sale.pay()
    counter.till.payment.quick(62000)
    counter.till.payment.cash_received()
    number = counter.till.done.state.sale.body.receipt
    counter.till.scanned(f"STF1:{number}")
    assert counter.said.startswith(f"This is receipt {number}") and counter.lines == {}


def test_a_pass_that_is_scanned_among_goods_says_where_it_belongs(counter: Counter) -> None:
    counter.scan("p-milk")
    counter.till.scanned("STF2:TWGSLK/-4F5936W")
    assert counter.said.startswith("This pass is for an order")
    assert list(counter.lines) == ["p-milk"]


@pytest.mark.parametrize("label", ["STP1:0190f8e2-7c3a-7b11-9c1d-3f6a5e2d1c0b", "STS1:B-12"])
def test_f52_a_parcels_or_a_shelfs_label_among_goods_says_where_it_belongs(counter: Counter, label: str) -> None:
    counter.scan("p-milk")
    counter.till.scanned(label)
    assert counter.said.startswith("This label is for parcels")
    assert list(counter.lines) == ["p-milk"]


def test_what_happened_is_remembered_newest_first(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    assert [p.said.title for p in counter.till.history][:2] == ["Rye bread added", "Milk 1 l added"]
    counter.scan(*["p-milk"] * 20)
    assert len(counter.till.history) == 10


def test_what_happened_changes_its_language_with_the_screen(counter: Counter) -> None:
    counter.scan("p-milk")
    set_language("ru")
    counter.till.spoken()
    assert counter.said == "Добавлено: Молоко 1 л Отсканировано в 13:53 · строка 1 из 1"
