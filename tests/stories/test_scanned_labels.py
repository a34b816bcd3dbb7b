"""What labels say besides their article, from the counter to the hub: a scale's, a marking code, goods that expired."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.domain.codes import check_digit
from sync.hub import database
from sync.hub.tables import operation, sale_line
from sync.local import settings
from sync.protocol.operations import open_envelope
from tests.flows.returning import Shop, code
from tests.stories.at_the_desk import Counter, cases, desk

APRICOTS, MUG = 4, 2
BY_WEIGHT = "220100400640"
BY_PRICE = "270100412340"
GS = "\x1d"
MARK = f"]d201{code(MUG).zfill(14)}215ABcd-e/fGh01{GS}91EE06{GS}92{'k7+/' * 11}"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def label(body: str) -> str:
    return body + check_digit(body)


def hears(shop: Shop, till: Counter) -> None:
    """The retailer says how its scales print, and the till follows."""
    shop.put("config", "setting", {"key": "scale_labels", "value": json.dumps(["KZ", "27IIIIIPPPppC"])})
    till.until(lambda: till.local.refresh() or settings(till.local).codes.templates)
    till.till.changed(frozenset({"config"}))
    till.until(lambda: till.till.sale.state.settings.codes.templates)


def at_hub(shop: Shop) -> tuple[list[tuple[int, int]], list[object]]:
    """Quantities and amounts of the hub's own rows, and the marking codes in what the till sent."""
    with database.read(shop.engine) as conn:
        rows = [(row.quantity, row.amount) for row in conn.execute(select(sale_line).order_by(sale_line.c.n))]
        sent = conn.execute(select(operation.c.raw).where(operation.c.kind == "sale")).scalars()
        bodies = [json.loads(bytes(open_envelope(bytes(raw)).body)) for raw in sent]
    return rows, [line.get("mark") for body in bodies for line in body["lines"]]


def test_a_deli_label_and_a_marked_mug_are_sold_as_they_say_and_what_expired_is_not(shop: Shop, tmp_path: Path) -> None:
    till = desk(shop, tmp_path)
    counter = till.till
    counter.tab("sale")
    counter.scanned(label(BY_WEIGHT))
    assert "This is the label of some store" in str(counter.sale.state.happened), "nobody said how the scales print"
    hears(shop, till)
    for text in (label(BY_WEIGHT), label(BY_PRICE), MARK, MARK, f"]d201{code(3).zfill(14)}17200131"):
        counter.scanned(text)
    assert "Kettle Samal expired on 31 Jan 2020" in str(counter.sale.state.happened)
    lines = counter.sale.state.cart.lines
    assert [(x.product.id, x.labelled.mark) for x in lines] == [("p4", ""), ("p4", ""), ("p2", MARK)]
    unit = lines[0].product.price.unit if lines[0].product.price else 0
    assert (lines[0].quantity, lines[1].amount) == (640, 12340)
    counter.sale.pay()
    counter.payment.choose("cash")
    for digit in "99999":
        counter.payment.key(digit)
    counter.payment.cash_received()
    till.until(lambda: counter.place == "done")
    till.printed(1)
    [raw] = till.local.raw.execute("SELECT bytes FROM op WHERE kind = 'sale'").fetchone()
    receipt = json.loads(bytes(open_envelope(raw).body))["receipt"]
    assert "Price on its label" in till.printer.texts[0]
    till.online()
    rows, marks = at_hub(shop)
    assert rows == [(x.quantity, x.amount) for x in lines] and rows[0][1] == (640 * unit + 500) // 1000
    assert marks == [None, None, MARK], "its separators too"
    assert "total_differs" not in cases(shop)
    counter.tab("returns")
    till.scan(receipt)
    for text in (label(BY_WEIGHT), MARK):
        till.scan(text)
    assert till.flow.state.taken == {"1": 640, "3": 1000}, "what is on the label comes back as it was sold"
    till.stop()
