"""What a touch on the primary action asks to be recorded, as jobs for the database thread."""

from dataclasses import dataclass
from typing import Any

from sync.actions.take_back import Needs, Ready, make_ready, take_back
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Destination, Item, Refused
from sync.local import Local, RecordedReturn, Staff


@dataclass(frozen=True, slots=True)
class Wish:
    """A return as it is asked for at `now`, with the names of `sync.actions.take_back.take_back`."""

    return_id: str
    purchase: Purchase
    items: tuple[Item, ...]
    basis: Basis
    claim: str
    approver: Staff | None
    actor: Staff
    language: str
    now: int
    to: Destination
    by_card: bool

    def made_ready(self, local: Local) -> Ready | None:
        """All of it but its number, worked out while the plan is looked at."""
        return make_ready(local, self.return_id, self.purchase, self.items, self.basis, **self._said())

    def record(self, local: Local, ready: Ready | None) -> RecordedReturn | Refused | Needs:
        """Record it. `ready` may be of another wish or of an earlier moment."""
        return take_back(local, self.return_id, self.purchase, self.items, self.basis, **self._said(), ready=ready)

    def _said(self) -> dict[str, Any]:
        names = ("claim", "approver", "actor", "language", "now", "to", "by_card")
        return {name: getattr(self, name) for name in names}
