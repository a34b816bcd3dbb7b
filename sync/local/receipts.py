"""A sale of this terminal as a purchase, and the signed pass on its receipt.

The pass is made when the receipt is printed, and not while the sale is recorded: a sale waits for no signature.
"""

from dataclasses import replace

import msgspec
import sqlalchemy as sa

from sync.domain.orders import Purchase, number_key
from sync.domain.receipts import SoldAs, purchase_of_sale
from sync.local.database import Local
from sync.local.queries import RecordedSale, sale_by_id, sale_by_receipt
from sync.local.tables import Statement, identity

SERIES = 6
"""Letters and digits that begin a receipt's number (`sync.actions.sell.series`)."""
_key = Statement(sa.select(identity.c.key))
_SETTING = "SELECT value FROM replica.setting WHERE key = ?"


def _setting(local: Local, key: str) -> object:
    row = local.raw.execute(_SETTING, (key,)).fetchone()
    try:
        return msgspec.json.decode(row[0]) if row else None
    except msgspec.DecodeError:  # a setting may be plain text, too
        return row[0]


def sold(local: Local, sale: RecordedSale) -> Purchase:
    """A recorded sale as a purchase of which nothing came back yet: what the hub makes of it."""
    body, days = sale.body, _setting(local, "return_days")
    said = SoldAs(
        sale_id=body.sale_id,
        receipt=body.receipt,
        location=body.location,
        currency=body.currency,
        at=sale.envelope.at,
        change=body.change,
        vat_included=body.vat_included,
        language=body.language,
        days=days if isinstance(days, int) and not isinstance(days, bool) and days > 0 else 0,
    )
    return purchase_of_sale(said, body.lines, body.tenders)


def own_sale(local: Local, number: str) -> Purchase | None:
    """The sale that this terminal gave the receipt of that number for, however it is typed."""
    key = number_key(number)
    found = sale_by_receipt(local, f"{key[:SERIES]}-{key[SERIES:]}")
    return None if found is None else sold(local, found)


def own_sale_by_id(local: Local, sale_id: str) -> Purchase | None:
    """The sale of that id, if it was recorded here."""
    found = sale_by_id(local, sale_id)
    return None if found is None else sold(local, found)


def own_key(local: Local) -> bytes:
    """The seed of this terminal's key; b"" if it has none."""
    row = _key.run(local.raw).fetchone()
    return bytes(row[0]) if row else b""


def receipt_pass(local: Local, sale: RecordedSale, *, gift: bool = False) -> str | None:
    """The signed text for the code on a sale's receipt, the same each time. None where it does not fit into one; ""
    where the hub has not said yet whose receipts they are. `gift`: on the paper for whoever gets the goods."""
    from sync.protocol.passes import TooLarge  # its library costs the start of the till, and a sale comes later
    from sync.protocol.receipts import write

    retailer, seed = _setting(local, "pass_retailer"), own_key(local)
    if not isinstance(retailer, str) or not retailer or not seed:
        return ""
    try:
        return write(replace(sold(local, sale), gift=gift), seed, retailer)
    except TooLarge:
        return None
