"""Whether payments of orders agree with the rows that stand beside them (see `sync.local.proof`)."""

import sqlite3
from collections.abc import Iterator

import msgspec

from sync.protocol import operations
from sync.protocol.order_payments import OrderPaid

_paid = msgspec.json.Decoder(OrderPaid)
_COLUMNS = ("payment", "receipt", "order", "location", "at", "amount")
_ROWS = f"""SELECT o.bytes, {", ".join(f'p."{c}"' for c in _COLUMNS)} FROM op o
    LEFT JOIN order_paid p ON p.incarnation = o.incarnation AND p.seq = o.seq WHERE o.kind = 'order_paid'"""  # noqa: S608 - our own names
_OPEN = "SELECT 1 FROM order_draft WHERE payment = ?"
_HELD = "SELECT 1 FROM held_value WHERE sale_id = ? AND releasing = 0"


def orders_paid(db: sqlite3.Connection) -> Iterator[str]:
    """What is wrong, each in a sentence."""
    for raw, *stands in db.execute(_ROWS).fetchall():
        envelope = operations.open_envelope(raw)
        body = _paid.decode(envelope.body)
        said = [body.payment, body.receipt, body.order, body.location, envelope.at, body.amount]
        for column, ours, here in zip(_COLUMNS, said, stands, strict=True):
            if ours != here:
                kept = "nothing" if here is None else here
                yield f"Payment {body.receipt} has {column} {ours} in the journal and {kept} beside it."
        if db.execute(_OPEN, (body.payment,)).fetchone():
            yield f"Payment {body.receipt} is recorded, and stands open besides."
        if db.execute(_HELD, (body.payment,)).fetchone():
            yield f"Payment {body.receipt} is recorded, and a card is still held for it."
