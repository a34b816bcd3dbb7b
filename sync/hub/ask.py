"""What a person waits for, online only: the stock of one product everywhere, as of now."""

from sqlalchemy import Connection, select

from sync.hub.cases import LONGEST_ID
from sync.hub.faults import Refusal
from sync.hub.movements import known_products
from sync.hub.tables import stock
from sync.protocol.messages import StockAnswer, StockAt


def stock_of(conn: Connection, product: str, now: int) -> StockAnswer:
    """The product's levels by location. Raises Refusal (404) if there is no such product."""
    fit = len(product) <= LONGEST_ID and product.isprintable()
    if not fit or not known_products(conn, [product]):
        raise Refusal(404, "product_unknown", f"There is no product {product[:64]!r}.")
    query = select(stock).where(stock.c.product == product).order_by(stock.c.location)
    levels = [StockAt(row.location, row.on_hand, row.reserved, row.shelf, row.at) for row in conn.execute(query)]
    return StockAnswer(product, now, levels)
