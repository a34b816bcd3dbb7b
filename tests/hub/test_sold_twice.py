"""The same unit in two sales: two tills meet at the hub, and a person is shown both sides. What came back is free."""

import threading

import msgspec
import pytest
from sqlalchemy import select

from sync.domain.codes import check_digit
from sync.domain.orders import Purchase
from sync.domain.receipts import SoldAs, purchase_of_sale
from sync.hub import database, purchases, tables
from sync.hub.serving import Running
from sync.protocol.operations import Sale
from tests.hub.retailer import OTHER, PRODUCTS, STORE
from tests.hub.returning import return_of
from tests.hub.terminals import Terminal, matters, sale_of, terminal_at

GOODS = next(iter(PRODUCTS))
GTIN = "0487000000001" + check_digit("0487000000001")
GS = "\x1d"
TWICE = "unit_sold_twice"


def marked(serial: str = "5ABcd-e/fGh01") -> str:
    """A marking code as a till read it."""
    return f"]d201{GTIN}21{serial}{GS}91EE06{GS}92{'k7+/' * 11}"


def with_mark(receipt: str, mark: str = "", place: str = STORE, serials: tuple[str, ...] = ()) -> Sale:
    """The sale of one unit by its own code."""
    sale = sale_of({GOODS: 1000}, place=place, receipt=receipt)
    own = {"mark": mark or marked()} if not serials else {"units": list(serials)}
    return msgspec.structs.replace(sale, lines=[msgspec.structs.replace(sale.lines[0], **own)])


def comes_back(hub: Running, till: Terminal, sale: Sale) -> None:
    """The one line of a sale that the hub knows."""
    with database.read(hub.engine) as conn:
        [bought] = purchases.of_sales(conn, [sale.sale_id])
    till.record(return_of(bought, {"1": 1000}, "held", sale.location), "return")


def codes_of(till: Terminal) -> list[str]:
    return [verdict["code"] for verdict in till.push().json()["verdicts"]]


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


@pytest.fixture
def other(hub: Running) -> Terminal:
    return terminal_at(hub, "till-2", place=OTHER)


def test_two_tills_that_sold_one_unit_are_named_with_both_sides_in_both_stores(
    hub: Running, till: Terminal, other: Terminal
) -> None:
    till.record(with_mark("A-1"))
    assert codes_of(till) == [""]
    other.record(with_mark("B-1", place=OTHER))
    assert codes_of(other) == [TWICE]
    assert codes_of(other) == [TWICE], "the same verdict for ever (I-2)"
    with hub.engine.connect() as conn:
        rows = conn.execute(select(tables.matter).where(tables.matter.c.code == TWICE)).all()
    assert {row.location for row in rows} == {STORE, OTHER}
    body = msgspec.json.decode(rows[0].body)
    sides = [(s["what"], s["terminal"], s["location"], s["receipt"], s["amount"]) for s in body["sides"]]
    assert sides == [
        ("sale", "till-1", STORE, "A-1", PRODUCTS[GOODS]),
        ("sale", "till-2", OTHER, "B-1", PRODUCTS[GOODS]),
    ]
    assert body["product"] == GOODS and "5ABcd-e/fGh01: sold on A-1 at till-1" in body["detail"]


def test_another_unit_and_the_same_serial_of_another_article_are_plain(hub: Running, till: Terminal) -> None:
    till.record(with_mark("A-1"))
    till.record(with_mark("A-2", marked("5ABcd-e/fGh02")))
    elsewhere = sale_of({list(PRODUCTS)[1]: 1000}, receipt="A-3")
    till.record(msgspec.structs.replace(elsewhere, lines=[msgspec.structs.replace(elsewhere.lines[0], mark=marked())]))
    assert codes_of(till) == ["", "", ""] and matters(hub) == []


def test_a_number_is_a_unit_as_well_and_three_sales_are_two_matters(
    hub: Running, till: Terminal, other: Terminal
) -> None:
    till.record(with_mark("A-1", serials=("SN-0001",)))
    till.record(with_mark("A-2", serials=("SN-0001",)))
    assert codes_of(till) == ["", TWICE]
    other.record(with_mark("B-1", place=OTHER, serials=("SN-0001",)))
    assert codes_of(other) == [TWICE] and matters(hub) == [TWICE, TWICE]


def test_what_came_back_is_sold_again_whoever_sells_it(hub: Running, till: Terminal, other: Terminal) -> None:
    first = with_mark("A-1")
    till.record(first)
    till.push()
    comes_back(hub, till, first)
    assert codes_of(till)[-1] == ""
    other.record(with_mark("B-1", place=OTHER))
    assert codes_of(other) == [""]
    till.record(with_mark("A-2"))
    assert codes_of(till)[-1] == TWICE, "the second one did not come back"


def test_a_return_in_the_same_push_counts_also_where_the_other_store_was_faster(
    hub: Running, till: Terminal, other: Terminal
) -> None:
    first = with_mark("A-1")
    other.record(with_mark("B-1", place=OTHER))
    assert codes_of(other) == [""]
    till.record(first)
    till.record(return_of(as_purchase(first), {"1": 1000}, "held"), "return")
    assert codes_of(till)[0] == "" and TWICE not in matters(hub)


def as_purchase(sale: Sale) -> Purchase:
    """What the till itself makes of a sale that the hub has not heard of."""
    said = {name: getattr(sale, name) for name in ("sale_id", "receipt", "location", "currency", "change")}
    return purchase_of_sale(SoldAs(**said, at=1, vat_included=True, language="en", days=0), sale.lines, sale.tenders)


def test_i5_a_mark_that_no_database_holds_spoils_no_sale(hub: Running, till: Terminal) -> None:
    for n, mark in enumerate((marked("7" * 500), marked("a\x02b"), "?", "1" * 5000)):
        till.record(with_mark(f"A-{n}", mark))
        till.record(with_mark(f"B-{n}", mark))
    assert codes_of(till) == [""] * 8 and matters(hub) == []


def test_of_two_that_come_at_the_same_moment_one_is_the_second(hub: Running) -> None:
    tills = [terminal_at(hub, f"crowd-{n}", place=(STORE, OTHER)[n % 2]) for n in range(6)]
    for n, each in enumerate(tills):
        each.record(with_mark(f"C{n}-1", place=(STORE, OTHER)[n % 2]))
    found: list[str] = []
    threads = [threading.Thread(target=lambda t=t: found.extend(codes_of(t))) for t in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["", *[TWICE] * 5]
