"""Orders that arrived: told by their channel, followed by every till, found by whoever serves the shopper."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync.domain.orders import PaidBy
from sync.hub import snapshot_build, tables
from sync.hub.feed import recording
from sync.hub.serving import Running
from sync.hub.settings import put
from tests.hub.retailer import STORE
from tests.hub.returning import ORDER, Web, asks, back, paid, return_of, stands, takes_back
from tests.hub.terminals import count, sale_of, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


def test_an_order_that_arrived_is_a_purchase_with_what_the_catalogue_knows(hub: Running, web: Web) -> None:
    answer = web.receive().json()
    assert (answer["order"], answer["new"]) == ("o-1", True)
    bought = stands(hub)
    assert (bought.id, bought.number, bought.channel, bought.customer) == (ORDER, "100-48213", "web", "Daniyar M.")
    assert (bought.currency, bought.at, bought.received_at, bought.language) == ("KZT", 1_000, 2_000, "ru")
    line = bought.lines[0]
    assert (line.sku, line.name, line.unit, line.vat_rate, line.vat) == ("SKU-p-1", "Product p-1", "pcs", 1200, 10_714)
    assert (bought.paid[0].kind, bought.paid[0].masked, bought.paid[0].reference) == ("online", "**** 4242", "pay-t1")


def test_the_feed_carries_orders_and_nothing_that_finds_a_person(hub: Running, web: Web) -> None:
    web.receive()
    till = terminal_at(hub)
    page = till.pull("orders").json()
    rows = [c["row"] for v in page["versions"] for c in v["changes"]]
    assert [(row["id"], row["number"], row["at"]) for row in rows] == [(ORDER, "10048213", 1_000)]
    text = till.pull("orders").text.lower()
    assert "example.com" not in text and "5550123" not in text and "701555" not in text
    assert count(hub, tables.purchase_key) == 4, "e-mail, phone, payment, card slip"


def test_a_snapshot_of_orders_holds_them_as_the_feed_does(hub: Running, web: Web, tmp_path: Path) -> None:
    web.receive()
    web.receive(order="o-2", number="100-7")
    till = terminal_at(hub)
    built = snapshot_build.build(hub.engine, "orders", tmp_path / "orders.db")
    with closing(sqlite3.connect(tmp_path / "orders.db")) as db:
        rows = db.execute("SELECT id, number, at, body FROM purchase ORDER BY id").fetchall()
    sent = [c["row"] for v in till.pull("orders").json()["versions"] for c in v["changes"]]
    assert rows == [(row["id"], row["number"], row["at"], row["body"]) for row in sent]
    assert built.version == 2
    assert till.get("/v1/snapshot/orders").status_code == 200


def test_F3_the_same_order_again_changes_nothing_and_another_one_replaces_it(hub: Running, web: Web) -> None:
    web.receive()
    assert web.receive().json()["new"] is False
    assert web.receive({"1": ("p-1", 1, 29_900)}).json()["new"] is True
    assert back(hub) == {"1": (0, 0)}
    assert [p.amount for p in stands(hub).paid] == [29_900]
    web.receive({"1": ("p-1", 1, 29_900)}, email="other@example.com", phone="")
    with hub.engine.connect() as conn:
        keys = sorted(conn.execute(select(tables.purchase_key.c.key)).scalars())
    assert keys == ["card:4242:29900:1970-01-01", "email:other@example.com", "payment:PAYT1"]


def test_I8_what_came_back_is_not_changed_any_more_and_the_rest_is(hub: Running, web: Web) -> None:
    web.receive()
    assert verdicts(takes_back(terminal_at(hub), stands(hub), {"1": 1000})) == [("applied", "")]
    before = stands(hub)
    for lines in ({"2": ("p-2", 1, 4_990)}, {"1": ("p-1", 4, 100_000)}, {"1": ("p-3", 3, 100_000)}):
        answer = web.receive(lines)
        assert (answer.status_code, answer.json()["code"]) == (409, "order_differs")
    answer = web.receive(paid=[paid("card", 104_990)])
    assert answer.json()["code"] == "order_differs"
    assert stands(hub) == before
    more = [{"id": "1", "product": "p-1", "quantity": 3000, "amount": 100_000, "until": 9_000}]
    assert web.receive(lines=more, paid=[paid("online", 104_990)]).json()["new"] is True
    assert back(hub) == {"1": (1000, 33_333)}
    assert stands(hub).lines[0].until == 9_000


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"order": ""}, "bad_id"),
    ({"order": "x" * 200}, "bad_id"),
    ({"number": "-"}, "bad_order"),
    ({"number": "\x00"}, "bad_id"),
    ({"location": "nowhere"}, "location_unknown"),
    ({"lines": []}, "bad_order"),
    ({"lines": [{"id": "1", "product": "p-9", "quantity": 1, "amount": 1}]}, "product_unknown"),
    ({"lines": [{"id": "1", "product": "p-1", "quantity": 0, "amount": 1}]}, "bad_order"),
    ({"lines": [{"id": "1", "product": "p-1", "quantity": 1, "amount": -1}]}, "bad_order"),
    ({"lines": [{"id": "1", "product": "p-1", "quantity": 10**30, "amount": 1}]}, "bad_order"),
    ({"lines": [{"id": "1", "product": "p-1", "quantity": 1, "amount": 1}] * 2}, "bad_order"),
    ({"paid": [paid("online", -1)]}, "bad_order"),
    ({"paid": [paid("shells", 1)]}, "bad_order"),
    ({"paid": [paid("online", 1), paid("card", 1)]}, "bad_order"),
    ({"placed_at": -1}, "bad_order"),
    ({"received_at": 10**30}, "bad_order"),
    ({"customer": "daniyar@example.com"}, "bad_order"),
    ({"email": "\x00"}, "bad_order"),
    ({"lines": "none"}, "bad_body"),
]


def test_a_wrong_order_is_refused_with_its_reason_and_leaves_nothing(hub: Running, web: Web) -> None:
    for changed, code in WRONG:
        answer = web.receive(**changed)
        assert (answer.is_client_error, answer.json()["code"]) == (True, code), changed
    assert count(hub, tables.purchase) == 0
    for name in ("sale", "a:b"):
        assert Web(hub, name).receive().json()["code"] == "bad_channel"


def test_an_order_is_found_by_number_e_mail_or_phone_however_they_are_typed(hub: Running, web: Web) -> None:
    web.receive()
    web.receive(order="o-2", number="100-7", placed_at=5_000, phone="")
    till = terminal_at(hub)
    for number in ("100-48213", " 10048213 ", "100 48213"):
        assert [p.id for p in asks(till, number=number)] == [ORDER]
    assert [p.id for p in asks(till, email="DANIYAR@example.com ")] == ["web:o-2", ORDER]
    assert [p.id for p in asks(till, phone="7 (701) 555-01-23")] == [ORDER]
    for nobody in ({"number": "100"}, {"email": "x@example.com"}, {"phone": "701"}, {"number": "\x00"}):
        assert asks(till, **nobody) == []
    for wrong in ({}, {"number": "1", "email": "x"}, {"phone": " "}):
        answer = till.post("/v1/ask/orders", json=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_question")


def test_at_most_twenty_are_found_the_newest_first(hub: Running, web: Web) -> None:
    for n in range(23):
        web.receive({"1": ("p-1", 1, 1)}, order=f"o-{n}", placed_at=n)
    found = asks(terminal_at(hub), phone="77015550123")
    assert [p.at for p in found] == list(range(22, 2, -1))


def test_a_kiosk_may_not_ask_for_orders(hub: Running) -> None:
    answer = terminal_at(hub, "kiosk-1", "kiosk").post("/v1/ask/orders", json={"number": "1"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_F34_a_sale_of_any_store_is_found_by_its_receipt_and_change_was_never_paid(hub: Running) -> None:
    till, other = terminal_at(hub), terminal_at(hub, "till-2", place="store-2")
    sale = sale_of({"p-1": 2000, "p-4": 333}, receipt="K7QX3M-12")
    till.record(sale)
    till.push()
    for text in ("K7QX3M-12", "k7qx3m12", "k7qx3m-12"):
        (bought,) = asks(other, number=text)
        assert (bought.id, bought.number, bought.channel) == (f"sale:{sale.sale_id}", "K7QX3M-12", "")
    assert (bought.location, bought.received_at) == (STORE, bought.at)
    assert [(x.id, x.product, x.quantity, x.amount) for x in bought.lines] == [
        (str(n), x.product, x.quantity, x.amount) for n, x in enumerate(sale.lines, 1)
    ]
    assert [(x.kind, x.amount) for x in bought.paid] == [(PaidBy.CASH, sale.due)]
    assert count(hub, tables.purchase) == 0


def test_a_sale_has_the_deadline_that_the_retailer_set(hub: Running) -> None:
    with recording(hub.engine, 1) as (conn, recorder):
        put(conn, recorder, "return_days", 14)
    till = terminal_at(hub)
    till.record(sale_of({"p-1": 1000}, receipt="K7QX3M-1"))
    till.push()
    (bought,) = asks(till, number="K7QX3M-1")
    assert bought.lines[0].until == bought.at + 14 * 24 * 3_600_000


def test_F32_once_something_of_a_sale_came_back_it_is_one_purchase_for_every_door(hub: Running) -> None:
    till, other = terminal_at(hub), terminal_at(hub, "till-2", place="store-2")
    till.record(sale_of({"p-1": 2000}, receipt="K7QX3M-1"))
    till.push()
    (bought,) = asks(other, number="K7QX3M-1")
    assert verdicts(takes_back(other, bought, {"1": 1000}, place="store-2")) == [("applied", "")]
    (now,) = asks(till, number="K7QX3M-1")
    assert (now.lines[0].returned, now.lines[0].refunded) == (1000, 29_900)
    assert now.paid[0].refunded == 29_900
    rows = [c["row"]["id"] for v in till.pull("orders").json()["versions"] for c in v["changes"]]
    assert rows == [bought.id]


def test_I3_a_return_that_comes_before_its_order_is_counted_and_paid_once_the_order_comes(
    hub: Running, web: Web
) -> None:
    web.receive()
    bought = stands(hub)
    with hub.engine.begin() as conn:
        conn.execute(tables.purchase.delete())
    till = terminal_at(hub)
    till.record(return_of(bought, {"1": 2000}, "promise"), "return")
    assert verdicts(till.push()) == [("applied_with_exception", "purchase_unknown")]
    assert web.refunds() == {}
    assert web.receive().json()["new"] is True
    assert back(hub) == {"1": (2000, 66_667), "2": (0, 0)}
    assert web.refunds() == {"t1": 66_667}
    with hub.engine.connect() as conn:
        assert conn.execute(select(tables.attention.c.settled_by)).scalars().all() == ["hub"]
    web.receive()
    assert web.refunds() == {"t1": 66_667}


def test_a_telephone_number_finds_its_order_however_shop_and_cashier_write_it(hub: Running, web: Web) -> None:
    till = terminal_at(hub)
    for told in ("+7 701 555 01 23", "8 (701) 555 01 23", "7015550123"):
        web.receive(phone=told)
        for typed in ("+7 701 555 01 23", "8 701 555-01-23", "701 555 01 23", "77015550123"):
            assert [bought.number for bought in asks(till, phone=typed)] == ["100-48213"], (told, typed)
        assert asks(till, phone="+995 599 12 34 56") == []
    with hub.engine.begin() as conn:
        phone = tables.purchase_key.c.key == "phone:77015550123"
        conn.execute(tables.purchase_key.update().where(phone).values(key="phone:87015550123"))
    assert len(asks(till, phone="8 701 555 01 23")) == 1, "as an earlier version kept it"
