"""Sold with its serial number, and brought back: another unit in the same box is refused, its own is taken."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.domain.returns import Basis, Condition, Reason
from sync.protocol.operations import open_envelope
from tests.flows.returning import GOODS, OTHER, Shop, code, in_four
from tests.stories.at_the_desk import Counter, cases, desk
from tests.stories.test_return_by_receipt import knows, settled
from tests.stories.test_return_offline import cut_off

HEADPHONES, MUG = 1, 2
OWN_UNIT, OTHER_UNIT = "TAU-00417", "TAU-00418"


class NumberedShop(Shop):
    """Its headphones are sold by serial number."""

    def fill(self) -> None:
        super().fill()
        number, names, details, picture, tint, unit, _shelf = GOODS[0]
        row = {
            "id": f"p{number}", "sku": f"{1000 + number}", "department": "all", "unit": unit, "vat_rate": 1200,
            "picture": picture, "tint": tint, "names": in_four(names), "details": in_four(details),
            "descriptions": "{}", "popularity": 0, "terms": names[0].lower(), "serial": 1,
        }  # fmt: skip
        self.put("catalogue", "product", row)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = NumberedShop(tmp_path / "hub")
    yield made
    made.stop()


def sell(till: Counter) -> dict[str, object]:
    """Sell a mug, and headphones by their number, for cash. The recorded sale."""
    till.till.tab("sale")
    for text in (code(MUG), code(HEADPHONES), OWN_UNIT):
        till.till.scanned(text)
    till.till.sale.pay()
    payment = till.till.payment
    payment.choose("cash")
    for digit in "99999":
        payment.key(digit)
    payment.cash_received()
    till.until(lambda: till.till.place == "done")
    till.printed(1)
    [raw] = till.local.raw.execute("SELECT bytes FROM op WHERE kind = 'sale'").fetchone()
    body: dict[str, object] = json.loads(bytes(open_envelope(raw).body))
    return body


def bring_back(till: Counter, receipt: str) -> None:
    """Scan the receipt; another unit of the same article is refused, its own is taken back."""
    till.till.tab("returns")
    till.scan(receipt)
    assert till.flow.state.purchase is not None, till.said
    till.scan(code(HEADPHONES))
    assert till.said.startswith("Scan the number of Headphones Tau One")
    till.scan(OTHER_UNIT)
    assert till.said.startswith(f"This number is not in this order {OTHER_UNIT} was not sold with it.")
    assert not till.flow.state.taken
    till.scan(OWN_UNIT.lower())
    [(line, quantity)] = till.flow.state.taken.items()
    assert (quantity, till.flow.state.serials) == (1000, {line: (OWN_UNIT,)})
    till.flow.reason(line, Reason.FAULTY)
    till.flow.condition(line, Condition.OPENED)
    till.refund()
    assert till.done, till.said


def code_of(paper: str) -> str:
    """What the code on a paper says."""
    found = re.search(r"\[ (STF\d:.+?) \]", paper)
    assert found is not None, paper
    return found[1]


def test_a_unit_is_sold_by_its_number_and_no_other_comes_back_for_it(shop: Shop, tmp_path: Path) -> None:
    till = desk(shop, tmp_path)
    sale = sell(till)
    assert f"Serial no. {OWN_UNIT}" in till.printer.texts[0]
    till.online()
    other = desk(shop, tmp_path, "till-9", OTHER)
    bring_back(other, str(sale["receipt"]))
    [back] = other.returns()
    assert (back["basis"], back["lines"][0]["serials"]) == (Basis.CLAIM, [OWN_UNIT])
    other.printed(1)
    assert OWN_UNIT in other.printer.texts[0]
    other.until(lambda: settled(shop))
    assert cases(shop) == []
    till.till.tab("returns")
    till.scan(str(sale["receipt"]))
    till.scan(OWN_UNIT)
    assert till.said.startswith(f"Number {OWN_UNIT} came back before")
    for each in (till, other):
        each.stop()


def test_the_receipt_alone_proves_the_number_where_nobody_has_the_network(shop: Shop, tmp_path: Path) -> None:
    till, other = desk(shop, tmp_path), desk(shop, tmp_path, "till-9", OTHER)
    knows(other, "till-1")
    cut_off(shop, till, other)
    sell(till)
    bring_back(other, code_of(till.printer.texts[0]))
    [back] = other.returns()
    assert (back["basis"] != Basis.CLAIM, back["lines"][0]["serials"]) == (True, [OWN_UNIT])
    shop.start()
    for each in (other, till):
        each.online()
    till.until(lambda: settled(shop))
    assert set(cases(shop)) <= {"purchase_unknown"}, "the till that sold was slower, perhaps; nothing is left to settle"
    for each in (till, other):
        each.stop()


def test_a_gift_receipt_brings_store_credit_with_the_network_and_without(shop: Shop, tmp_path: Path) -> None:
    till = desk(shop, tmp_path)
    sell(till)
    till.till.done.print_gift()
    till.printed(2)
    till.online()
    gift = code_of(till.printer.texts[1])
    bring_back(till, gift)
    [back] = till.returns()
    assert [refund["to"] for refund in back["refunds"]] == ["credit"], "whoever got it never sees the giver's money"
    assert till.printer.kicks == 1, "of the sale; what came back took nothing out of the drawer"
    till.stop()
