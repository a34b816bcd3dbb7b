"""What the sale asks of the local files when a code was read: one job for the database thread."""

from pos.sale.units import unit_in
from sync.actions.sold_units import Elsewhere, elsewhere
from sync.domain import codes
from sync.domain.stock import Level
from sync.local import Found, Local, find_code, stock_here


def look_up(
    local: Local, code: codes.Code, at: int, asked: str, cart: str
) -> tuple[Found | None, Level | None, Elsewhere | None]:
    """What a code is, how many are left of it here, and where its unit is, if it was sold or lies in another cart.
    `asked`: the article whose number is asked for, "" if none is."""
    found = None if code.kind is codes.Kind.BAD_CHECK else find_code(local, code, at)
    level = stock_here(local, [found.product.id]).get(found.product.id) if found else None
    product, unit = unit_in(code, found, asked)
    return found, level, elsewhere(local, product, unit, cart) if unit else None
