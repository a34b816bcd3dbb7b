"""Goods that are sold by serial number: the number is asked for, kept, and answers to everything else that is read."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos.sale.view import primary
from pos.ui.i18n import set_language
from sync.actions.cart import open_cart
from sync.actions.sell import sell
from sync.domain.codes import read
from sync.domain.sales import Refused, SaleRefusal
from sync.local import Staff, files, find_code
from tests.flows.exchanging import into_sale, operations, press, worth
from tests.flows.exchanging import scan as scan_goods
from tests.flows.returning import Desk, Shop
from tests.flows.till import CODES, Counter
from tests.local.fixture import NOW, make_terminal


def numbered(home: Path, *products: str) -> Path:
    """These articles are sold by the number of each unit."""
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path)
    with db:
        db.executemany("UPDATE product SET serial = 1 WHERE id = ?", [(id,) for id in products])
    db.close()
    return home


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, home=numbered(make_terminal(tmp_path), "p-bread", "p-bun")).sign_in()
    yield made
    set_language("en")
    made.stop()


def units(counter: Counter) -> list[tuple[str, tuple[str, ...]]]:
    return [(line.product.id, line.serials) for line in counter.till.sale.state.cart.lines]


def scan(counter: Counter, *texts: str) -> str:
    """Scan codes as they are; what was said of the last."""
    for text in texts:
        counter.till.scanned(text)
    return counter.said


def test_an_article_that_is_sold_by_number_asks_for_it_before_it_is_in_the_cart(counter: Counter) -> None:
    counter.scan("p-bread")
    assert counter.lines == {}
    assert counter.said == "Rye bread: scan its serial number It is sold by its number. Nothing is added yet."
    assert scan(counter, " tau-00417 ") == "Rye bread added number TAU-00417 · line 1 of 1"
    assert units(counter) == [("p-bread", ("TAU-00417",))]
    counter.till.sale.undo()
    assert counter.lines == {}


def test_a_line_has_as_many_pieces_as_numbers(counter: Counter) -> None:
    counter.scan("p-bread")
    scan(counter, "SN-0001")
    counter.scan("p-bread")
    assert scan(counter, "SN-0002") == "Rye bread: now 2 number SN-0002 · line 1 of 1"
    sale, [line] = counter.till.sale, counter.till.sale.state.cart.lines
    assert (line.quantity, line.serials) == (2000, ("SN-0001", "SN-0002"))
    sale.set_quantity(line.line_id, 3000)
    assert sale.state.numbering is not None and counter.lines == {"p-bread": 2000}, "a third comes by its number alone"
    scan(counter, "SN-0003")
    sale.set_quantity(line.line_id, 1000)
    assert units(counter) == [("p-bread", ("SN-0001",))]
    sale.undo()
    assert counter.lines == {"p-bread": 3000}


def test_F52_everything_that_is_no_number_answers_and_the_article_still_waits(counter: Counter) -> None:
    counter.scan("p-bread")
    sale = counter.till.sale
    assert scan(counter, CODES["p-bread"]).startswith("That is the barcode of Rye bread Its own serial number")
    assert scan(counter, "SN7").startswith("The number was only half read")
    assert scan(counter, "SN\x1d00417").startswith("The number was only half read")
    assert scan(counter, "  ").startswith("The scanner read nothing")
    for stranger in ("STF1:K7Q2ZD-12", "STF2:AAAA", "https://dala.kz/p/7", "4930112258130004"):
        assert scan(counter, stranger).startswith("That is no serial number"), stranger
    assert sale.state.numbering is not None and counter.lines == {}
    scan(counter, "4006381333932")
    assert units(counter) == [("p-bread", ("4006381333932",))], "a number of digits has no check digit to be wrong"


def test_F51_other_articles_wait_for_the_number_and_none_of_them_is_lost(counter: Counter) -> None:
    counter.scan("p-bread", "p-milk")
    assert counter.said == "Milk 1 l waits First the number of Rye bread; then it is added by itself."
    counter.scan("p-milk", "p-bun", "p-milk")
    assert counter.lines == {}
    scan(counter, "SN-0001")
    assert counter.lines == {"p-bread": 1000, "p-milk": 2000}, "the bun asks for its own number, and lets the rest wait"
    assert counter.till.sale.state.numbering is not None
    scan(counter, "SN-0002")
    assert counter.lines == {"p-bread": 1000, "p-milk": 3000, "p-bun": 1000}


def test_a_number_that_is_left_adds_nothing_but_what_waited_for_it(counter: Counter) -> None:
    counter.scan("p-bread", "p-milk")
    counter.till.sale.number_cancel()
    assert counter.lines == {"p-milk": 1000} and counter.till.sale.state.numbering is None


def test_the_same_number_is_in_a_cart_once(counter: Counter) -> None:
    counter.scan("p-bread")
    scan(counter, "SN-0001")
    counter.scan("p-bread")
    assert scan(counter, "sn-0001").startswith("Number SN-0001 is in the sale already Each unit has its own.")
    counter.till.sale.number_cancel()
    assert scan(counter, "SN-0001") == "Number SN-0001 is in the sale already Rye bread is not added twice."
    counter.till.sale.act()
    assert counter.lines == {} and counter.said.startswith("Rye bread taken out Number SN-0001 is not sold.")


def test_the_number_of_a_line_that_was_taken_out_says_so_and_may_be_put_back(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    scan(counter, "SN-0001")
    counter.till.sale.remove(counter.till.sale.state.cart.lines[1].line_id)
    assert scan(counter, "SN-0001") == "Number SN-0001 was taken out Rye bread is not in the sale now."
    counter.till.sale.act()
    assert units(counter)[1:] == [("p-bread", ("SN-0001",))]
    counter.till.sale.void()
    assert scan(counter, "SN-0001").startswith("Number SN-0001 was taken out")


def test_a_label_with_article_and_number_needs_one_scan(counter: Counter) -> None:
    label = f"]d201{CODES['p-bread'].zfill(14)}21SN-0009\x1d10LOT"
    assert scan(counter, label).startswith("Rye bread added number SN-0009")
    assert scan(counter, label).startswith("Number SN-0009 is in the sale already")
    counter.scan("p-bread")
    scan(counter, label.replace("0009", "0010"))
    assert units(counter) == [("p-bread", ("SN-0009", "SN-0010"))]


def test_a_number_is_typed_where_no_scanner_reads_it(counter: Counter) -> None:
    counter.scan("p-bread")
    sale = counter.till.sale
    sale.number_typed("sn-")
    assert primary(sale.state).off
    sale.number_done()
    assert counter.lines == {} and counter.said.startswith("The number was only half read")
    sale.number_typed("4930 1122 5813 0004")
    assert primary(sale.state).text == "Add with this number" and not primary(sale.state).off
    sale.number_done()
    assert units(counter) == [("p-bread", ("4930112258130004",))]


def test_nothing_is_paid_and_nothing_else_is_added_while_a_number_is_asked_for(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    counter.till.sale.pay()
    assert counter.till.place == "sale" and counter.said.startswith("First the number of Rye bread")
    counter.till.tab("lookup")
    counter.till.sign_out()
    assert counter.till.place == "sale" and counter.said.startswith("First the number of Rye bread")
    counter.till.sale.number_cancel()
    counter.till.sign_out()
    assert counter.till.place == "signin"


def test_I1_numbers_survive_a_kill_and_stand_in_the_recorded_sale(counter: Counter) -> None:
    counter.scan("p-milk", "p-bread")
    scan(counter, "SN-0001")
    counter.kill()
    counter.start()
    counter.sign_in()
    assert units(counter)[1:] == [("p-bread", ("SN-0001",))]
    counter.till.sale.pay()
    for digit in "1000":
        counter.till.payment.key(digit)
    counter.till.payment.cash_received()
    assert counter.till.place == "done"
    [body] = [json.loads(text)["body"] for text in counter.operations("sale")]
    assert [line.get("serials") for line in body["lines"]] == [None, ["SN-0001"]], "no field where there is no number"
    counter.until(lambda: counter.printer.texts)
    assert "SN-0001" in counter.printer.texts[0]


def test_a_sale_that_lacks_a_number_is_not_recorded(counter: Counter) -> None:
    found = find_code(counter.local, read(CODES["p-bread"]), NOW)
    assert found is not None
    cart = open_cart(counter.local, NOW)
    with pytest.raises(ValueError, match="by the number of each unit"):
        cart.add(found.product, NOW)
    whole = cart.add(found.product, NOW, serial="SN-0001")
    with pytest.raises(ValueError, match="by the number of each unit"):
        whole.add(found.product, NOW, serial="SN-0001")
    short = replace(whole, lines=tuple(replace(line, quantity=2000) for line in whole.lines))
    clerk = Staff("s-1", "Aliya", "cashier", 1 << 50)
    assert sell(counter.local, short, 10**9, clerk, "en", NOW) == Refused(SaleRefusal.BAD_LINE)


def test_I1_numbers_in_an_exchange_survive_a_kill_and_are_recorded_with_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "hub")
    desk = Desk(shop, tmp_path)
    numbered(desk.home, "p2")
    worth(shop, 10_002)
    into_sale(desk)
    scan_goods(desk, 2)
    desk.till.scanned("MUG-0001")
    desk.off()
    desk.start()
    desk.till.tab("sale")
    cart = desk.till.sale.state.cart
    assert cart.back is not None and [line.serials for line in cart.lines] == [("MUG-0001",)]
    press(desk)
    [sale] = [body for kind, body, _causes, _op in operations(desk) if kind == "sale"]
    assert sale["lines"][0]["serials"] == ["MUG-0001"] and sale["tenders"][0]["kind"] == "exchange"
    desk.printed(1)
    assert "MUG-0001" in desk.printer.texts[0]
    desk.stop()
    shop.stop()
