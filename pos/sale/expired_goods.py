"""Goods past their expiry, while somebody is asked to let them be sold."""

from dataclasses import dataclass
from datetime import datetime

from sync.domain.expired import ExpiredReason
from sync.local import Found


@dataclass(frozen=True, slots=True)
class Expiring:
    """What was scanned and is past its expiry, `over` on the store's wall clock, while somebody is asked to approve."""

    found: Found
    over: datetime
    reason: ExpiredReason = ExpiredReason.MARKED_DOWN
