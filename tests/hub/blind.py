"""Blind returns as terminals record them, for tests of the hub."""

import uuid
from typing import Any

from sync.domain.blind import priced, shopper_of
from sync.domain.value import account_of, code_from
from sync.hub import seed
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.protocol.operations import BlindLine, BlindReturn
from tests.hub.retailer import PRODUCTS, STORE

LIMITS = {
    "blind_limit_count": 2,
    "blind_limit_amount": 500_000,
    "blind_limit_days": 30,
    "blind_till_amount_day": 900_000,
}
DAY = 24 * 3_600_000


def limit(hub: Running, **changed: Any) -> None:
    """Set the limits."""
    seed.set_settings(hub.engine, {**LIMITS, **changed}, now_ms())


def shopper(number: int = 1) -> str:
    """Somebody's digest."""
    return shopper_of(f"+7701555{number:04}", "salt")


def code_of(number: int = 1) -> str:
    """A code of store credit."""
    return code_from(number)


def line_of(product: str, pieces: int, disposition: str = "restock", **changed: Any) -> BlindLine:
    """Pieces of a product at its price."""
    unit = PRODUCTS.get(product, 100)
    amount, vat = priced(unit, pieces * 1000, 1200, included=True)
    line: dict[str, Any] = {
        "product": product,
        "sku": f"SKU-{product}",
        "name": f"Product {product}",
        "quantity": pieces * 1000,
        "unit_price": unit,
        "amount": amount,
        "vat_rate": 1200,
        "vat": vat,
        "reason": "changed_mind",
        "condition": "sealed",
        "disposition": disposition,
        "today": unit,
    }
    return BlindLine(**{**line, **changed})


def blind_of(goods: dict[str, int] | None = None, nth: int = 1, **changed: Any) -> BlindReturn:
    """A blind return of pieces of products."""
    lines = [line_of(product, pieces) for product, pieces in (goods or {"p-1": 1}).items()]
    lines = changed.pop("lines", lines)
    body: dict[str, Any] = {
        "return_id": uuid.uuid4().hex,
        "receipt": f"T1-{nth}",
        "location": STORE,
        "currency": "KZT",
        "lines": lines,
        "total": sum(line.amount for line in lines),
        "vat": sum(line.vat for line in lines),
        "credit": account_of(code_of(nth)),
        "credit_masked": code_of(nth)[-4:],
        "evidence": "hub",
        "shopper": shopper(),
        "approved_by": "s-1",
        "approved": ["no_proof"],
        "rules": ["no_proof:holds"],
    }
    return BlindReturn(**{**body, **changed})
