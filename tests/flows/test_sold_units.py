"""A unit with a code or a number of its own is sold once at a till: in this cart, in another, and long ago."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos.ui.i18n import set_language
from sync.actions.cart import Cart, OnLabel, save_cart
from sync.actions.clock import new_id
from sync.actions.sold_units import _FIND, Elsewhere, elsewhere
from sync.actions.take_back import Wish, take_back
from sync.domain import codes
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Condition, Item, Reason
from sync.local import RecordedReturn, find_code, sale_by_receipt
from sync.local.receipts import sold
from tests.flows.test_labels import label, marked, scan
from tests.flows.test_units import numbered
from tests.flows.till import CODES, Counter
from tests.local.bought import allow, know
from tests.local.fixture import make_terminal
from tests.local.tills import CASHIER

MARKED = marked("p-milk", "5ABcd-e/fGh01")


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    home = numbered(make_terminal(tmp_path), "p-bread")
    allow(home, return_days=14)
    made = Counter(tmp_path, home=home).sign_in()
    yield made
    set_language("en")
    made.stop()


def pay(counter: Counter) -> str:
    """Sell the cart for cash and begin the next; the number of its receipt."""
    counter.till.sale.pay()
    for digit in "99999":
        counter.till.payment.key(digit)
    counter.till.payment.cash_received()
    assert counter.till.place == "done", counter.said
    receipt: str = json.loads(counter.operations("sale")[-1])["body"]["receipt"]
    counter.till.next_customer()
    assert counter.lines == {}
    return receipt


def bought(counter: Counter, receipt: str) -> Purchase:
    sale = sale_by_receipt(counter.local, receipt)
    assert sale is not None
    return sold(counter.local, sale)


def bring_back(counter: Counter, receipt: str, *serials: str) -> None:
    """The first line of that receipt comes back: one, or the units of those numbers."""
    item = Item("1", 1000, Reason.FAULTY, Condition.SEALED, serials)
    said = {"claim": "", "approver": None, "actor": CASHIER, "language": "en", "now": counter.now}
    purchase, id = bought(counter, receipt), new_id(counter.now)
    done = take_back(counter.local, Wish(id, purchase, (item,), Basis.HELD, **said))  # type: ignore[arg-type]
    assert isinstance(done, RecordedReturn)


def test_a_marked_unit_that_was_sold_is_not_sold_again_and_says_when_and_on_what_receipt(counter: Counter) -> None:
    scan(counter, MARKED)
    receipt = pay(counter)
    said = scan(counter, MARKED)
    assert said == (
        "This very Milk 1 l was sold at 13:53 "
        f"Receipt {receipt}. Nothing was added. If it came back, take it back by that receipt first."
    )
    assert counter.lines == {}
    scan(counter, marked("p-milk", "5ABcd-e/fGh02"))
    assert counter.lines == {"p-milk": 1000}, "its neighbour is another"
    counter.till.sale.void()
    counter.now += 24 * 3_600_000
    assert scan(counter, MARKED).startswith("This very Milk 1 l was sold on 9 Oct at 13:53")


def test_it_is_known_after_the_till_was_off(counter: Counter) -> None:
    scan(counter, MARKED)
    pay(counter)
    counter.kill()
    counter.start()
    counter.sign_in()
    assert scan(counter, MARKED).startswith("This very Milk 1 l was sold at")
    assert counter.lines == {}


def test_a_unit_that_came_back_may_be_sold_again_and_then_not_once_more(counter: Counter) -> None:
    scan(counter, MARKED)
    bring_back(counter, pay(counter))
    assert scan(counter, MARKED).startswith("Milk 1 l added")
    second = pay(counter)
    assert f"Receipt {second}." in scan(counter, MARKED)
    assert counter.lines == {}


def test_a_return_that_the_hub_tells_of_counts_as_one_of_this_till(counter: Counter) -> None:
    scan(counter, MARKED)
    purchase = bought(counter, pay(counter))
    line = replace(purchase.lines[0], returned=1000)
    know(counter.home, replace(purchase, lines=(line,)))
    assert scan(counter, MARKED).startswith("Milk 1 l added")


def test_a_number_that_was_sold_is_refused_however_it_comes_and_only_what_came_back_is_free(counter: Counter) -> None:
    scan(counter, label("p-bread", "21SN-0001"), CODES["p-bread"], "SN-0002")
    receipt = pay(counter)
    assert scan(counter, label("p-bread", "21SN-0001")).startswith("This very Rye bread was sold at")
    scan(counter, CODES["p-bread"])
    assert scan(counter, "sn-0002").startswith("This very Rye bread was sold at")
    assert counter.till.sale.state.numbering is not None and counter.lines == {}
    counter.till.sale.number_cancel()
    bring_back(counter, receipt, "SN-0002")
    scan(counter, CODES["p-bread"], "SN-0001")
    assert counter.said.startswith("This very Rye bread was sold at") and counter.lines == {}
    assert scan(counter, "SN-0002").startswith("Rye bread added")


def test_a_unit_in_a_cart_that_was_left_on_this_terminal_is_named(counter: Counter) -> None:
    scan(counter, MARKED)
    cart = counter.till.sale.state.cart
    other = replace(cart, sale_id=new_id(counter.now - 1), started_at=cart.started_at - 600_000)
    counter.till.sale.void()
    save_cart(counter.local, other)
    assert scan(counter, MARKED) == (
        "This very Milk 1 l is in another cart The cart was begun at 13:43 and is not paid yet. Nothing was added."
    )
    assert counter.lines == {}
    counter.till.sale.undo()
    assert counter.lines == {"p-milk": 1000}, "what was voided comes back as it was"


def test_what_was_sold_is_found_by_its_key_and_by_no_search(counter: Counter) -> None:
    said = {"of": "sale:", "product": "p", "unit": "u"}
    plan = counter.local.raw.execute(f"EXPLAIN QUERY PLAN {_FIND}", said).fetchall()
    found = [row[3] for row in plan if row[3].startswith(("SEARCH", "SCAN"))]
    assert len(found) == 4 and all(step.startswith("SEARCH") for step in found), found


def test_a_weighed_pack_with_a_code_of_its_own_is_back_once_all_of_it_is(counter: Counter) -> None:
    found = find_code(counter.local, codes.read(label("p-apple", "310300064021PACK7")), counter.now)
    assert found is not None
    cart = Cart(new_id(counter.now), started_at=counter.now).add(
        found.product, counter.now, 640, found.scanned, labelled=OnLabel(found.scanned, "PACK7")
    )
    save_cart(counter.local, cart)
    assert elsewhere(counter.local, "p-apple", "PACK7", "") == Elsewhere("", counter.now)
    assert elsewhere(counter.local, "p-apple", "PACK7", cart.sale_id) is None


def test_the_words_stand_in_four_languages(counter: Counter) -> None:
    scan(counter, MARKED)
    pay(counter)
    scan(counter, MARKED)
    said = set()
    for spoken in ("en", "ru", "kk", "ka"):
        set_language(spoken)
        counter.till.sale.spoken()
        said.add(counter.said)
    assert len(said) == 4
