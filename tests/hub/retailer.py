"""A small retailer for tests: two stores, a warehouse, an online channel, five products."""

import json
from typing import Any

import msgspec
from sqlalchemy import Engine, select

from sync.domain.search import terms
from sync.hub import feed, movements
from sync.hub.movements import Move
from sync.hub.tables import ENTITIES, stock
from sync.protocol.messages import Page

STORE, OTHER, WAREHOUSE, ONLINE = "store-1", "store-2", "wh-1", "web-1"
PRODUCTS = {"p-1": 29900, "p-2": 4990, "p-3": 100, "p-4": 33, "p-5": 120050}
"""Products with their prices in minor units."""
START = 100_000
"""On hand of each product at each location, in thousandths."""


def words(text: str) -> str:
    """Words in English."""
    return json.dumps({"en": text})


def product_row(number: str) -> dict[str, Any]:
    """A product's row."""
    return {
        "id": number,
        "sku": f"SKU-{number}",
        "department": "all",
        "unit": "pcs",
        "vat_rate": 1200,
        "picture": "",
        "tint": "sand",
        "names": words(f"Product {number}"),
        "details": "{}",
        "descriptions": "{}",
        "popularity": 0,
        "terms": terms(f"Product {number}"),
        "serial": 0,
    }


def location_row(number: str, kind: str, latitude: int | None = None, longitude: int | None = None) -> dict[str, Any]:
    """A location's row."""
    return {
        "id": number,
        "kind": kind,
        "names": words(number),
        "address": "",
        "latitude": latitude,
        "longitude": longitude,
        "opens": "09:00",
        "closes": "21:00",
        "pricelist": "base",
        "sort": 0,
    }


def staff_row(number: str, location: str) -> dict[str, Any]:
    """A cashier's row; the verifier is none that a PIN fits."""
    return {"id": number, "name": "Aigerim", "role": "cashier", "location": location, "verifier": "-", "expires": 9**14}


def price_row(number: str, unit: int) -> dict[str, Any]:
    """A price in the base list."""
    empty = {"regular": None, "start": None, "end": None, "label": "{}"}
    return {"id": f"base:{number}", "list": "base", "product": number, "unit": unit} | empty


def open_retailer(engine: Engine) -> None:
    """Fill an empty hub, through the feed."""
    places = [
        location_row(STORE, "store", 43_238_000, 76_945_000),
        location_row(OTHER, "store", 43_250_000, 76_900_000),
        location_row(WAREHOUSE, "warehouse"),
        location_row(ONLINE, "online"),
    ]
    rows = [("config", "location", row) for row in places]
    rows += [("catalogue", "product", product_row(number)) for number in PRODUCTS]
    rows += [("pricelist:base", "price", price_row(number, unit)) for number, unit in PRODUCTS.items()]
    rows += [(f"staff:{STORE}", "staff", staff_row("s-1", STORE))]
    with feed.recording(engine, 1) as (conn, recorder):
        for rank, (scope, entity, row) in enumerate(rows):
            recorder.put(scope, entity, row)
            conn.execute(ENTITIES[entity].insert().values(row | ({"rank": rank} if entity == "product" else {})))
        moves = [
            Move(f"start:{number}:{place['id']}", number, place["id"], START, "start", 1, "test")
            for number in PRODUCTS
            for place in places
        ]
        movements.post(conn, recorder, moves)


def on_hand(engine: Engine, product: str, place: str = STORE) -> int:
    """Thousandths on hand."""
    with engine.connect() as conn:
        mine = (stock.c.product == product, stock.c.location == place)
        return int(conn.execute(select(stock.c.on_hand).where(*mine)).scalar_one())


def as_sent(page: Any) -> Any:
    """A page of the feed as a terminal reads it: its rows are JSON until then. What is no page, as it is."""
    return msgspec.json.decode(msgspec.json.encode(page), type=Page) if isinstance(page, Page) else page
