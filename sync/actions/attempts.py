"""Payment attempts as the journal's file holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sync.domain.payments import AttemptState
from sync.local import Local, tables
from sync.local.tables import Statement, insert

GIVING_BACK = "giving_back"
"""Reason of an approved attempt whose money the card terminal was asked to give back: it pays for nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to take money by card, bound to its sale; `amount` in minor units, times UTC in ms."""

    id: str
    sale_id: str
    amount: int
    currency: str
    state: AttemptState
    reference: str = ""
    masked: str = ""
    reason: str = ""
    actor: str = ""
    at: int = 0
    changed_at: int = 0
    sold: bool = False

    @property
    def holds_money(self) -> bool:
        """Whether the shopper's money is, or may be, with the retailer because of it."""
        return not self.sold and self.state in (AttemptState.PENDING, AttemptState.UNKNOWN, AttemptState.APPROVED)

    @property
    def going_back(self) -> bool:
        """Whether the card terminal was asked to give it back, and has not said how that ended."""
        return self.state is AttemptState.APPROVED and self.reason == GIVING_BACK and not self.sold


_attempt = tables.attempt
_of_sale = Statement(
    sa.select(_attempt).where(_attempt.c.sale_id == sa.bindparam("sale_id")).order_by(_attempt.c.at, _attempt.c.id)
)
_by_id = Statement(sa.select(_attempt).where(_attempt.c.id == sa.bindparam("id")))
_open = Statement(
    sa.select(_attempt)
    .where(_attempt.c.sold == sa.literal_column("0"), sa.literal_column("state IN ('pending', 'unknown', 'approved')"))
    .order_by(_attempt.c.at, _attempt.c.id)
)
put = insert(_attempt, replace=True)
mark_sold = Statement(
    sa.update(_attempt).where(_attempt.c.id == sa.bindparam("attempt_id")).values(sold=sa.literal_column("1"))
)


def _attempt_of(row: Sequence[Any]) -> Attempt:
    names = (
        "id",
        "sale_id",
        "amount",
        "currency",
        "state",
        "reference",
        "masked",
        "reason",
        "actor",
        "at",
        "changed_at",
    )
    values = dict(zip(names, row, strict=False))
    return Attempt(**{**values, "state": AttemptState(row[4])}, sold=bool(row[11]))


def attempts_of(local: Local, sale_id: str) -> tuple[Attempt, ...]:
    """All attempts of a sale, oldest first."""
    return tuple(_attempt_of(row) for row in _of_sale.run(local.raw, sale_id=sale_id))


def attempt(local: Local, attempt_id: str) -> Attempt | None:
    """One attempt."""
    row = _by_id.run(local.raw, id=attempt_id).fetchone()
    return _attempt_of(row) if row else None


def open_attempts(local: Local, sale_id: str | None = None) -> list[Attempt]:
    """Attempts that somebody must settle: pending, unknown, or approved without a recorded sale (F31)."""
    found = [_attempt_of(row) for row in _open.run(local.raw)]
    return [a for a in found if sale_id is None or a.sale_id == sale_id]
