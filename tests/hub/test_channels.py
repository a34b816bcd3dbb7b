"""Channels: goods promised are reserved at their source, each order and move once."""

import threading
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from sync.hub import channels, database, records, tables
from sync.hub.serving import Running
from tests.hub.retailer import ONLINE, PRODUCTS, START, WAREHOUSE
from tests.hub.terminals import HTTP


class Shop:
    """A web shop with an API key."""

    def __init__(self, hub: Running) -> None:
        self.hub = hub
        with database.write(hub.engine) as conn:
            self.key = channels.register(conn, "web", "Web shop", 1)

    def post(self, what: str, body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return HTTP.post(f"{self.hub.url}/v1/channel/{what}", json=body, headers=headers)

    def order(self, **changed: Any) -> httpx.Response:
        line = {"product": "p-1", "quantity": 2000}
        return self.post("orders", {"order": "o-1", "location": ONLINE, "lines": [line], "at": 1} | changed)

    def move(self, **changed: Any) -> httpx.Response:
        move = {"move": "m-1", "location": ONLINE, "product": "p-1", "delta": -2000, "reason": "sale", "at": 1}
        return self.post("moves", move | changed)

    def stands(self, product: str = "p-1") -> tuple[int, int]:
        with self.hub.engine.connect() as conn:
            mine = (tables.stock.c.product == product, tables.stock.c.location == ONLINE)
            row = conn.execute(select(tables.stock).where(*mine)).one()
        return row.on_hand, row.reserved


@pytest.fixture
def shop(hub: Running) -> Shop:
    return Shop(hub)


def test_F44_an_order_reserves_at_its_source_once(shop: Shop) -> None:
    assert shop.order().json() == {"order": "o-1", "new": True}
    assert shop.order().json() == {"order": "o-1", "new": False}
    assert shop.stands() == (START, 2000)
    assert shop.order(lines=[{"product": "p-2", "quantity": 1000}]).json()["code"] == "order_differs"


def test_goods_that_went_out_are_no_longer_reserved_and_no_more_than_was_promised(shop: Shop) -> None:
    shop.order()
    assert shop.move(delta=-1500, order="o-1").json()["new"] is True
    assert shop.stands() == (START - 1500, 500)
    assert shop.move(delta=-1500, order="o-1").json()["new"] is False
    assert shop.move(move="m-2", delta=-1500, order="o-1").json()["new"] is True
    assert shop.stands() == (START - 3000, 0)
    assert shop.move(move="m-3", delta=3000, reason="return").json()["new"] is True
    assert shop.stands() == (START, 0)
    assert shop.move(move="m-3", delta=1).json()["code"] == "move_differs"


def test_F42_the_same_move_from_many_connections_moves_once(shop: Shop) -> None:
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(shop.move())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(a.json()["new"] for a in answers) == [False] * 7 + [True]
    assert shop.stands() == (START - 2000, 0)


def test_what_a_channel_promises_or_sells_beyond_the_stock_is_put_before_a_person(shop: Shop) -> None:
    shop.order(lines=[{"product": "p-1", "quantity": START + 1}])
    shop.move(delta=-START - 5000)
    assert records.report(shop.hub.engine).attention == {"oversold": 1, "stock_below_zero": 1}
    with database.read(shop.hub.engine) as conn:
        assert records.stock_differences(conn) == []


WRONG_ORDERS = [
    ({"location": "nowhere"}, "location_unknown"),
    ({"lines": []}, "bad_order"),
    ({"lines": [{"product": "p-9", "quantity": 1}]}, "product_unknown"),
    ({"lines": [{"product": "p-1", "quantity": 0}]}, "bad_order"),
    ({"lines": [{"product": "p-1", "quantity": 10**30}]}, "bad_order"),
    ({"lines": [{"product": "p-1", "quantity": 1, "unit_price": -1}]}, "bad_order"),
    ({"order": ""}, "bad_id"),
    ({"order": "x" * 200}, "bad_id"),
    ({"order": "\x00"}, "bad_id"),
    ({"lines": "none"}, "bad_body"),
]


def test_a_wrong_order_is_refused_with_its_reason_and_reserves_nothing(shop: Shop) -> None:
    for changed, code in WRONG_ORDERS:
        answer = shop.order(**changed)
        assert (answer.is_client_error, answer.json()["code"]) == (True, code)
    for changed, code in (({"order": "o-9"}, "order_unknown"), ({"delta": 0}, "bad_move"), ({"move": ""}, "bad_id")):
        assert shop.move(**changed).json()["code"] == code
    assert shop.stands() == (START, 0)


def test_a_new_key_ends_the_old_one(shop: Shop) -> None:
    with database.write(shop.hub.engine) as conn:
        new = channels.register(conn, "web", "Web shop", 2)
    assert shop.order().json()["code"] == "key"
    shop.key = new
    assert shop.order().status_code == 200


def test_a_channel_reads_what_it_may_sell_in_pages(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    found, after = {}, ""
    while True:
        query = {"after": after, "limit": "2"}
        page = HTTP.get(f"{shop.hub.url}/v1/channel/products", params=query, headers=headers).json()
        found |= {p["id"]: p["unit_price"] for p in page["products"]}
        after = page["next"]
        if not after:
            break
    assert found == PRODUCTS
    assert {place["id"]: place["kind"] for place in page["locations"]}[WAREHOUSE] == "warehouse"
