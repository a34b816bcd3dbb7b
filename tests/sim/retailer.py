"""The simulated retailer: its stores, assortment and staff, written as the hub's own transactions."""

import json
from collections.abc import Iterable
from typing import Any

import argon2
from sqlalchemy import Connection, Engine, func, select

from sync.domain import codes
from sync.domain.search import terms
from sync.hub import channels, database, feed, pass_keys, salt, signers
from sync.hub.movements import Move, post
from sync.hub.tables import ENTITIES
from sync.local import Staff

START = 1_760_000_000_000
"""9 October 2025, UTC ms: when every simulated world begins."""
PRODUCTS = tuple(f"p{n}" for n in range(1, 9))
FIRST_STOCK = 20_000
CASHIER = Staff("s-1", "Aliya", "cashier", 1 << 50)
CHANNEL = "web"
RULES = {
    "return_budget": (25_000, 0, 60_000),
    "return_cap": (40_000, 10_000, 90_000),
    "blind_limit_count": (2, 1, 4),
    "blind_limit_amount": (90_000, 30_000),
    "blind_till_amount_day": (150_000, 60_000),
    "blind_offline_amount": (60_000, 20_000),
}
"""The retailer's limits: what each is at first, and what it may become."""


def lead_of(place: str) -> Staff:
    """Who may approve at a store."""
    return Staff(f"l-{place}", "Marat", "lead", CASHIER.expires)


def words(text: str) -> str:
    """Words in English as the replica stores them."""
    return json.dumps({"en": text})


def gtin(product: str) -> str:
    """The GTIN-13 of a product."""
    body = f"4870000{int(product[1:]):05d}"
    return body + codes.check_digit(body)


def product_row(product: str, name: str) -> dict[str, Any]:
    """A product as changes carry it; `p8` is weighed."""
    return {
        "id": product,
        "sku": f"{1000 + int(product[1:])}",
        "department": "all",
        "unit": "kg" if product == "p8" else "pcs",
        "vat_rate": 1200,
        "picture": "",
        "tint": "sand",
        "names": words(name),
        "details": "{}",
        "descriptions": "{}",
        "popularity": 0,
        "terms": terms(name, f"{1000 + int(product[1:])}"),
        "serial": 0,
    }


def price_row(product: str, unit: int) -> dict[str, Any]:
    """A price as changes carry it."""
    row = {"list": "base", "regular": None, "start": None, "end": None, "label": ""}
    return {"id": f"b-{product}", "product": product, "unit": unit, **row}


def places(stores: int) -> dict[str, str]:
    """Locations and their kinds."""
    return {**{f"store-{n}": "store" for n in range(1, stores + 1)}, "wh-1": "warehouse", "online": "online"}


def put(engine: Engine, now: int, scope: str, entity: str, rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Write rows as one transaction of the hub: terminals hear of one version."""
    with database.write(engine) as conn:
        recorder = feed.Recorder(now)
        for row in rows:
            put_row(conn, entity, row)
            recorder.put(scope, entity, row)
        return recorder.commit(conn)


def put_row(conn: Connection, entity: str, row: dict[str, Any]) -> None:
    """Write a row into the hub's own table, over the one of the same key; a product keeps its rank."""
    table = ENTITIES[entity]
    values = dict(row)
    if entity == "product":
        known = conn.execute(select(table.c.rank).where(table.c.id == row["id"])).scalar()
        last = conn.execute(select(func.coalesce(func.max(table.c.rank), 0))).scalar_one()
        values["rank"] = known or last + 1
        conn.execute(table.delete().where(table.c.id == row["id"]))
    statement = database.insert(conn, table).values(**values)
    keys = [c.name for c in table.primary_key]
    rest = {k: v for k, v in values.items() if k not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def fill(engine: Engine, stores: int) -> str:
    """Make the retailer; the web channel's key."""
    where = {"address": "", "latitude": None, "longitude": None, "opens": "", "closes": ""}
    known = places(stores)
    rows = [
        {"id": i, "kind": k, "names": words(i), "pricelist": "base", "sort": n, **where}
        for n, (i, k) in enumerate(known.items())
    ]
    put(engine, START, "config", "location", rows)
    limits = [{"key": key, "value": str(values[0])} for key, values in RULES.items()]
    put(engine, START, "config", "setting", [{"key": "currency", "value": '"KZT"'}, *limits])
    verifier = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("1111")
    for store in (i for i, kind in known.items() if kind == "store"):
        people = [Staff(f"s-{store}", CASHIER.name, CASHIER.role, CASHIER.expires), lead_of(store)]
        rows = [{"id": it.id, "name": it.name, "role": it.role, "expires": it.expires} for it in people]
        put(
            engine, START, f"staff:{store}", "staff", [{**row, "location": store, "verifier": verifier} for row in rows]
        )
    put(engine, START, "catalogue", "department", [{"id": "all", "names": words("All"), "icon": "tag", "sort": 1}])
    put(engine, START, "catalogue", "product", [product_row(p, f"Article {p}") for p in PRODUCTS])
    put(engine, START, "catalogue", "barcode", [{"gtin": "0" + gtin(p), "product": p} for p in PRODUCTS])
    put(engine, START, "pricelist:base", "price", [price_row(p, 10_001 + 100 * n) for n, p in enumerate(PRODUCTS)])
    _first_stock(engine, known)
    signers.ensure(engine, START)
    pass_keys.ensure(engine, START)
    salt.ensure(engine, START)
    with database.write(engine) as conn:
        return channels.register(conn, CHANNEL, "Web", START)


def _first_stock(engine: Engine, known: dict[str, str]) -> None:
    with feed.recording(engine, START) as (conn, recorder):
        moves = [
            Move(f"first:{place}:{p}", p, place, FIRST_STOCK, "count", START, "first")
            for place in known
            for p in PRODUCTS
        ]
        post(conn, recorder, moves)
