"""Orders that were paid at this terminal, as its journal has them. A purchase of the replica, of a pass or a screen has
them laid over it by their names, so that it makes no difference which of them the hub has included already."""

from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from sync.domain.order_payments import paid_also
from sync.domain.orders import Paid, Purchase
from sync.local import collect_tables as tables
from sync.local.database import Local
from sync.local.journal import Recorded
from sync.local.tables import Statement, insert
from sync.protocol import operations
from sync.protocol.order_payments import OrderPaid


@dataclass(frozen=True, slots=True)
class RecordedOrderPaid:
    """The payment of an order as it stands in the journal."""

    envelope: operations.Envelope
    body: OrderPaid


_body = msgspec.json.Decoder(OrderPaid)
_paid, _draft = tables.order_paid, tables.order_draft
_insert = insert(_paid)
_save = insert(_draft, replace=True)
_delete = Statement(sa.delete(_draft).where(_draft.c.payment == sa.bindparam("name")))
_drafts = Statement(sa.select(_draft.c.payment, _draft.c.order, _draft.c.bytes).order_by(_draft.c.at, _draft.c.payment))
_FOUND = "SELECT o.bytes FROM order_paid p JOIN op o ON o.incarnation = p.incarnation AND o.seq = p.seq"
_OF_ORDER = f"""{_FOUND} LEFT JOIN verdict v ON v.incarnation = p.incarnation AND v.seq = p.seq
    WHERE p."order" = ? AND coalesce(v.outcome, '') <> 'refused' ORDER BY p.at, p.seq"""


def order_paid_by_id(local: Local, payment: str) -> RecordedOrderPaid | None:
    """The payment of that id."""
    return _recorded(local, f"{_FOUND} WHERE p.payment = ?", payment)


def order_paid_by_receipt(local: Local, receipt: str) -> RecordedOrderPaid | None:
    """The payment with that receipt number, exactly as printed."""
    return _recorded(local, f"{_FOUND} WHERE p.receipt = ?", receipt)


def _recorded(local: Local, query: str, value: str) -> RecordedOrderPaid | None:
    row = local.raw.execute(query, (value,)).fetchone()
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedOrderPaid(envelope, _body.decode(envelope.body))


def paid_here(local: Local, purchase: Purchase) -> Purchase:
    """Inside `local.read()` or `write()`: the purchase with what was paid of it at this terminal, each once."""
    return paid_also(purchase, payments_here(local, purchase.id))


def payments_here(local: Local, order: str) -> list[Paid]:
    """Inside `local.read()` or `write()`: what was paid of an order at this terminal."""
    rows = local.raw.execute(_OF_ORDER, (order,)).fetchall()
    bodies = [_body.decode(operations.open_envelope(row[0]).body) for row in rows]
    return [it for body in bodies for it in body.paid]


# --- recording -------------------------------------------------------------------------------------------------------


def keep_payment(local: Local, done: Recorded, body: OrderPaid, at: int) -> None:
    """Inside `local.write()`: a payment is found by its id, its receipt and its order."""
    told = {name: getattr(body, name) for name in ("payment", "receipt", "order", "location", "amount")}
    _insert.run(local.raw, **told, incarnation=done.incarnation, seq=done.seq, at=at)


def keep_draft(local: Local, payment: str, order: str, at: int, draft: bytes) -> bool:
    """Inside `local.write()`: a payment that is under way; False if it is recorded already."""
    if local.raw.execute("SELECT 1 FROM order_paid WHERE payment = ?", (payment,)).fetchone() is not None:
        return False
    _save.run(local.raw, payment=payment, order=order, at=at, bytes=draft)
    return True


def drafts(local: Local) -> list[tuple[str, str, bytes]]:
    """Payments that are under way, the oldest first: id, order, bytes."""
    return [(row[0], row[1], bytes(row[2])) for row in _drafts.run(local.raw).fetchall()]


def delete_draft(local: Local, payment: str) -> None:
    """Inside `local.write()`: that payment is recorded, or nothing came of it."""
    _delete.run(local.raw, name=payment)
