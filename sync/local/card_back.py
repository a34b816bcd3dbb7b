"""Money of returns that this till's card terminal was asked to give back, as the journal's file holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from sync.domain.payments import AttemptState
from sync.local import tables
from sync.local.database import Local
from sync.local.tables import Statement, insert


@dataclass(frozen=True, slots=True)
class CardRefund:
    """One attempt to give money back by card, bound to its return; `amount` in minor units, times UTC in ms.

    `paid`: the tender of the purchase, `original` the reference of its payment, `masked` what people know the card by.
    `reference` and `reason`: what the card terminal said.
    """

    id: str
    return_id: str
    receipt: str
    sale_id: str
    paid: str
    amount: int
    currency: str
    original: str
    masked: str
    state: AttemptState
    reference: str = ""
    reason: str = ""
    actor: str = ""
    at: int = 0
    changed_at: int = 0


_NAMES = [field.name for field in fields(CardRefund)]
_table = tables.card_refund
_columns = [_table.c[name] for name in _NAMES]
_of_return = Statement(
    sa.select(*_columns).where(_table.c.return_id == sa.bindparam("return_id")).order_by(_table.c.at, _table.c.id)
)
_by_id = Statement(sa.select(*_columns).where(_table.c.id == sa.bindparam("id")))
_open = Statement(
    sa.select(*_columns).where(sa.literal_column("state IN ('pending', 'unknown')")).order_by(_table.c.at, _table.c.id)
)
_put = insert(_table, replace=True)


def _read(row: Sequence[Any]) -> CardRefund:
    values = dict(zip(_NAMES, row, strict=True))
    return CardRefund(**{**values, "state": AttemptState(values["state"])})


def put(local: Local, it: CardRefund) -> None:
    """Write an attempt down as it stands now. Inside `local.write()`."""
    _put.run(local.raw, **{name: getattr(it, name) for name in _NAMES} | {"state": it.state.value})


def card_refunds_of(local: Local, return_id: str) -> tuple[CardRefund, ...]:
    """What of a return goes back by card, in the order in which it was recorded."""
    return tuple(_read(row) for row in _of_return.run(local.raw, return_id=return_id))


def card_refund(local: Local, attempt_id: str) -> CardRefund | None:
    """One attempt."""
    row = _by_id.run(local.raw, id=attempt_id).fetchone()
    return _read(row) if row else None


def open_card_refunds(local: Local) -> tuple[CardRefund, ...]:
    """Attempts whose end is not known, oldest first: they are asked about, and never made again."""
    return tuple(_read(row) for row in _open.run(local.raw))
