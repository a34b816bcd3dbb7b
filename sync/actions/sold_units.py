"""Units with a number or a marking code of their own: each is sold once, until it came back.

Kept when a sale is recorded, and found by the key of its table: a scan waits for no search through the journal. What
another terminal sold is not here; the hub finds when two sold the same (`sync.hub.judge_units`).
"""

from dataclasses import dataclass

from sync.actions.cart import Cart, CartLine, cart_of
from sync.domain.receipts import SALE
from sync.local import Local, tables
from sync.local.receipts import own_sale_by_id
from sync.local.returns import as_it_stands, purchase_by_id
from sync.local.tables import insert

_keep = insert(tables.sold_unit, replace=True)
_FIND = """SELECT u.sale_id, u.line, s.receipt, s.at,
        EXISTS (SELECT 1 FROM taken_back t WHERE t.purchase = :of || u.sale_id)
        OR EXISTS (SELECT 1 FROM replica.purchase p WHERE p.id = :of || u.sale_id)
    FROM sold_unit u JOIN sale s ON s.sale_id = u.sale_id WHERE u.product = :product AND u.unit = :unit"""
"""All of it by keys. The last column: something may be back of that sale; of most nothing ever is."""
_OTHERS = "SELECT sale_id, bytes FROM draft WHERE sale_id <> ?"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a unit is: sold `at` (UTC ms) on `receipt`, or, where that is "", in a cart that was begun then."""

    receipt: str
    at: int


def units_of(line: CartLine) -> tuple[str, ...]:
    """The units of a line, by what is theirs alone; none of most goods."""
    marked = (line.labelled.unit,) if line.labelled.mark and line.labelled.unit else ()
    return tuple(dict.fromkeys((*line.serials, *marked)))


def keep_within(local: Local, cart: Cart) -> None:
    """Inside `local.write()`: the units of a cart that is sold."""
    for n, line in enumerate(cart.lines, 1):
        for unit in units_of(line):
            _keep.run(local.raw, product=line.product.id, unit=unit, sale_id=cart.sale_id, line=n)


def elsewhere(local: Local, product: str, unit: str, cart: str) -> Elsewhere | None:
    """Where that unit is besides in the cart of that id, as far as this terminal knows; None if it may be sold."""
    with local.read():
        return _sold(local, product, unit) or _in_a_cart(local, product, unit, cart)


def _sold(local: Local, product: str, unit: str) -> Elsewhere | None:
    row = local.raw.execute(_FIND, {"of": f"{SALE}:", "product": product, "unit": unit}).fetchone()
    if row is None:
        return None
    sale_id, line, receipt, at, touched = row
    return None if touched and _is_back(local, sale_id, str(line), unit) else Elsewhere(receipt, at)


def _is_back(local: Local, sale_id: str, line_id: str, unit: str) -> bool:
    """Whether it came back, here or as the hub tells it. Of what the journal keeps no more the hub alone knows."""
    own, id = own_sale_by_id(local, sale_id), f"{SALE}:{sale_id}"
    stands = as_it_stands(local, own) if own is not None else purchase_by_id(local, id)
    line = stands.line(line_id) if stands is not None else None
    if line is None:
        return False
    return unit in line.serials_back if line.serials else line.returned >= line.quantity


def _in_a_cart(local: Local, product: str, unit: str, cart: str) -> Elsewhere | None:
    for id, draft in local.raw.execute(_OTHERS, (cart,)).fetchall():
        other = cart_of(local, id, draft)
        if any(line.product.id == product and unit in units_of(line) for line in other.lines):
            return Elsewhere("", other.started_at)
    return None
