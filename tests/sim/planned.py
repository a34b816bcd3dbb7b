"""A return that somebody looks at: worked out, and recorded later, whatever happened meanwhile."""

from dataclasses import dataclass, replace
from typing import Any

from sync.actions.take_back import Needs, Ready, make_ready, take_back
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Destination, Item, Refused
from sync.local import Local, Staff
from sync.local.value import credit_code
from tests.sim.cards import give
from tests.sim.retailer import CASHIER
from tests.sim.terminal import SimTerminal
from tests.sim.told import Shop


@dataclass(frozen=True)
class Plan:
    """What is asked for, and what was made ready of it, if it was."""

    return_id: str
    purchase: Purchase
    items: tuple[Item, ...]
    basis: Basis
    claim: str
    approver: Staff
    to: Destination
    by_card: bool
    ready: Ready | None = None

    def made_ready(self, local: Local, now: int) -> "Plan":
        """With all that follows from it, as of now."""
        return replace(self, ready=make_ready(local, *self._what(), **self._how(now)))

    def _what(self) -> tuple[Any, ...]:
        return (self.return_id, self.purchase, self.items, self.basis)

    def _how(self, now: int) -> dict[str, Any]:
        said = {"claim": self.claim, "approver": self.approver, "to": self.to, "by_card": self.by_card}
        return {**said, "actor": CASHIER, "language": "en", "now": now}


def touch(till: SimTerminal, shop: Shop, plan: Plan, now: int) -> None:
    """It is recorded, if it still may be, and paid."""
    done = take_back(till.open(), *plan._what(), **plan._how(now), ready=plan.ready)
    if not isinstance(done, Refused | Needs):
        shop.returns.took(till.name, done.body)
        give(till.open(), shop, done.body.return_id, now)
        if done.body.credit:
            shop.purse.codes.append(credit_code(till.open(), plan.return_id))
