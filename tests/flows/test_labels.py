"""Labels that say more than their article, at a till: weight, price, units, dates, cards, damage (F51, F52)."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from pos.devices.base import ScanRead
from pos.devices.decoding import Decoder
from pos.ui.i18n import set_language
from sync.domain.codes import check_digit
from sync.local import files
from sync.local.database import Local
from tests.flows.test_units import numbered
from tests.flows.till import CODES, Counter
from tests.local.bought import allow
from tests.local.fixture import make_terminal

GS = "\x1d"


def ean(body: str) -> str:
    return body + check_digit(body)


def label(product: str, fields: str) -> str:
    """A GS1 DataMatrix of an article with more fields."""
    return f"]d201{CODES[product].zfill(14)}{fields}"


def marked(product: str, serial: str = "5ABcd-e/fGh01") -> str:
    """A marking code with its separators."""
    return label(product, f"21{serial}{GS}91EE06{GS}92{'k7+/' * 11}")


def renamed(home: Path, product: str, sku: str) -> None:
    """The article's number, by which the scale calls it."""
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE product SET sku = ? WHERE id = ?", (sku, product))
    db.close()


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    home = numbered(make_terminal(tmp_path), "p-bread")
    renamed(home, "p-apple", "123")
    renamed(home, "p-pear", "00124")
    renamed(home, "p-soap", "125")
    cards = {"badge_prefixes": "STAFF-", "loyalty_prefixes": ["29"], "gift_card_prefixes": ["GC-"]}
    allow(home, scale_labels=["KZ", "27IIIIIPPPppC"], **cards)
    made = Counter(tmp_path, home=home).sign_in()
    yield made
    set_language("en")
    made.stop()


def scan(counter: Counter, *texts: str) -> str:
    """Scan codes as they are; what was said of the last."""
    for text in texts:
        counter.till.scanned(text)
    return counter.said


def sold(counter: Counter) -> list[dict[str, object]]:
    """Pay in cash; the lines of the recorded sale."""
    counter.till.sale.pay()
    for digit in "99999":
        counter.till.payment.key(digit)
    counter.till.payment.cash_received()
    assert counter.till.place == "done", counter.said
    [body] = [json.loads(text)["body"] for text in counter.operations("sale")]
    lines: list[dict[str, object]] = body["lines"]
    assert body["total"] == sum(int(str(line["amount"])) for line in lines)
    return lines


def test_a_scales_label_sells_its_weight_with_one_scan(counter: Counter) -> None:
    assert scan(counter, ean("220012300640")).startswith("Apples added")
    scan(counter, ean("210012401500"))
    assert counter.lines == {"p-apple": 640, "p-pear": 1500}
    assert counter.till.sale.state.weighing is None
    first, _second = sold(counter)
    assert (first["quantity"], first["amount"], "labelled" in first) == (640, 51136, False)


def test_F16_a_label_with_a_price_costs_that_price_and_says_the_weight_it_buys(counter: Counter) -> None:
    scan(counter, ean("270012341800"))
    assert (counter.lines, counter.till.sale.state.totals.total) == ({"p-apple": 523}, 41800)
    counter.kill()
    counter.start()
    counter.sign_in()
    [line] = sold(counter)
    assert (line["quantity"], line["unit_price"], line["amount"], line["labelled"]) == (523, 79900, 41800, 41800)
    counter.until(lambda: counter.printer.texts)
    assert "Price on its label" in counter.printer.texts[0] and "418" in counter.printer.texts[0]


def test_a_weight_that_is_entered_anew_ends_the_labels_price(counter: Counter) -> None:
    scan(counter, ean("270012341800"))
    sale = counter.till.sale
    sale.set_quantity(sale.state.cart.lines[0].line_id, 1000)
    assert sale.state.totals.total == 79900


def test_a_piece_costs_what_the_stores_own_label_says(counter: Counter) -> None:
    counter.scan("p-soap")
    scan(counter, ean("270012530000"))
    assert [(x.quantity, x.amount) for x in counter.till.sale.state.cart.lines] == [(1000, 35000), (1000, 30000)]


def test_a_label_that_can_not_be_sold_says_why(counter: Counter) -> None:
    assert scan(counter, ean("220012500640")).startswith(
        "Soap is sold by the piece Its label has a weight. Nothing was"
    )
    assert scan(counter, ean("220099900640")).startswith(
        "This is a label of a scale Nothing was added. No article here"
    )
    assert scan(counter, ean("290012300640")).startswith("This is a loyalty card")
    assert scan(counter, ean("260012300640")).startswith("This is the label of some store Nothing was added.")
    assert scan(counter, "2200123006407").startswith("The code was misread")
    assert counter.lines == {}


def test_a_label_without_a_weight_asks_for_it(counter: Counter) -> None:
    scan(counter, ean("220012300000"))
    assert counter.lines == {} and counter.till.sale.state.weighing is not None


def test_a_barcode_of_the_catalogue_is_no_scales_label(counter: Counter) -> None:
    path = files.current(counter.home)
    assert path is not None
    db = sqlite3.connect(path)
    with db:
        db.execute("INSERT INTO barcode VALUES (?, 'p-tea', 7, 1)", ("0" + ean("220012300640"),))
    db.close()
    scan(counter, ean("220012300640"))
    assert counter.lines == {"p-tea": 1000}


def test_a_marked_unit_is_sold_once_with_its_code_as_it_was_read(counter: Counter) -> None:
    counter.scan("p-milk")
    scan(counter, marked("p-milk"), marked("p-milk", "5ABcd-e/fGh02"))
    assert [x.quantity for x in counter.till.sale.state.cart.lines] == [1000] * 3, "each unit has a line of its own"
    again = marked("p-milk").removeprefix("]d2")
    assert scan(counter, again).startswith("This very Milk 1 l is in the sale already Its own code")
    line = counter.till.sale.state.cart.lines[1]
    counter.till.sale.set_quantity(line.line_id, 2000)
    assert counter.said.startswith("Scan the next Milk 1 l") and len(counter.till.sale.state.cart.lines) == 3
    counter.kill()
    counter.start()
    counter.sign_in()
    scan(counter, again)
    counter.till.sale.act()
    assert counter.said.startswith("Milk 1 l taken out")
    scan(counter, again)
    marks = [line.get("mark") for line in sold(counter)]
    assert marks == [None, marked("p-milk", "5ABcd-e/fGh02"), again], "no field where there is no code"


def test_a_marked_unit_that_is_asked_for_its_number_keeps_its_code_too(counter: Counter) -> None:
    counter.scan("p-bread")
    scan(counter, marked("p-bread", "SN-0001"))
    scan(counter, marked("p-bread", "SN-0002"))
    assert scan(counter, marked("p-bread", "SN-0002")).startswith("Number SN-0002 is in the sale already")
    lines = sold(counter)
    assert [(x["serials"], x["mark"]) for x in lines] == [([n], marked("p-bread", n)) for n in ("SN-0001", "SN-0002")]


def test_goods_that_expired_are_not_added_and_those_past_their_best_are_with_a_word(counter: Counter) -> None:
    assert scan(counter, label("p-milk", "17251008")).startswith("Milk 1 l expired on 8 Oct 2025 Nothing was added.")
    assert scan(counter, label("p-milk", "70032510091353")).startswith("Milk 1 l expired on 9 Oct 2025")
    assert counter.lines == {}
    assert scan(counter, label("p-milk", "17251009")).startswith("Milk 1 l added"), "it is good on its last day"
    assert scan(counter, label("p-kefir", "15251008")).startswith("Kefir was best before 8 Oct 2025 It was added.")
    counter.till.sale.act()
    assert counter.lines == {"p-milk": 1000}
    assert scan(counter, label("p-milk", "15251010")).startswith("Milk 1 l: now 2")


def test_cards_and_damage_are_named_on_every_screen(counter: Counter) -> None:
    swallowed = marked("p-milk").replace(GS, "")
    said = {
        "29000000": "This is a loyalty card",
        "STAFF-s-aliya": "This is a staff badge",
        "GC-1": "This is a gift card of another kind",
        swallowed: "The scanner swallows separators",
        "]d210LOT": "This code names no article",
        "]C1555555": "This code has a field that nobody here knows",
        "НЩМУ21АБ": "These are letters of another layout",
    }
    for text, title in said.items():
        assert scan(counter, text).startswith(f"{title} Nothing was added."), text
    for place in ("lookup", "returns", "collect"):
        counter.till.tab(place)
        for text, title in said.items():
            if place == "returns" and text.startswith("Н"):
                continue  # letters and digits may be an order's number there
            assert scan(counter, text).startswith(f"{title} Nothing was changed."), (place, text)
    assert counter.lines == {}


def test_a_badge_names_the_person_and_the_pin_is_asked(counter: Counter) -> None:
    counter.till.sign_out()
    till = counter.till
    till.scanned("STAFF-s-marat")
    assert till.place == "signin" and till.signin.state.chosen is not None and till.signin.state.chosen.id == "s-marat"
    assert till.actor is None
    till.scanned("STAFF-s-nobody")
    assert till.signin.state.notice == "This badge is of nobody who may sign in here."
    for digit in "2222":
        till.signin.key(digit)
    assert till.actor is not None and till.actor.id == "s-marat"


def test_what_is_wrong_in_the_settings_stops_nothing(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    allow(home, scale_labels=["nonsense", "KZ"], badge_prefixes="!")
    local = Local.open(home)
    from sync.doctor import _codes

    assert [(x.grade, x.what) for x in _codes(local)] == [("wrong", "codes")] * 2
    local.close()


def test_a_databar_expanded_label_is_sold_from_its_picture(counter: Counter) -> None:
    apples = CODES["p-apple"].zfill(14)
    text = f"(01){apples}(3103)000640(3922)51100"
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataBarExpanded, options="gs1")
    picture = cv2.cvtColor(np.array(made.to_image(scale=3)), cv2.COLOR_GRAY2BGR)
    [found] = Decoder().read(cv2.copyMakeBorder(picture, *[30] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255)))
    counter.till.scanned(ScanRead(device="camera", text=found.text, aim=found.aim).code)
    [line] = counter.till.sale.state.cart.lines
    assert (line.product.id, line.quantity, line.amount) == ("p-apple", 640, 51100)
