"""A return that somebody looks at: worked out, and recorded later, whatever happened meanwhile."""

import json
from dataclasses import dataclass, replace
from typing import Any

from sync.actions.take_back import Needs, Ready, make_ready, take_back
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Destination, Item, Refused
from sync.local import Local, Staff
from sync.local.value import credit_code
from tests.sim.cards import give
from tests.sim.office import require
from tests.sim.retailer import CASHIER
from tests.sim.terminal import SimTerminal
from tests.sim.told import Shop

_UNJUDGED = """SELECT coalesce(sum(t.total), 0) FROM taken_back t LEFT JOIN verdict v
    ON v.incarnation = t.incarnation AND v.seq = t.seq WHERE t.basis = 'budget' AND v.outcome IS NULL"""
_BUDGET = "SELECT value FROM replica.setting WHERE key = 'return_budget'"


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
    local = till.open()
    owed = local.raw.execute(_UNJUDGED).fetchone()[0]
    done = take_back(local, *plan._what(), **plan._how(now), ready=plan.ready)
    if not isinstance(done, Refused | Needs):
        row = local.raw.execute(_BUDGET).fetchone()
        allowed = json.loads(row[0]) if row else 0
        within = plan.basis is not Basis.BUDGET or owed + done.body.total <= allowed
        require(within, "budget", f"{till.name} paid {done.body.total} beside {owed}, {allowed} may be")
        shop.returns.took(till.name, done.body)
        give(till.open(), shop, done.body.return_id, now)
        if done.body.credit:
            shop.purse.codes.append(credit_code(till.open(), plan.return_id))
