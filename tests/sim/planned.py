"""A return that somebody looks at: worked out, and recorded later, whatever happened meanwhile."""

import json
from dataclasses import dataclass, replace

from sync.actions.take_back import Needs, Ready, Wish, take_back
from sync.domain.returns import Basis, Refused
from sync.local.value import credit_code
from tests.sim.cards import give
from tests.sim.office import require
from tests.sim.terminal import SimTerminal
from tests.sim.told import Shop

_UNJUDGED = """SELECT coalesce(sum(t.total), 0) FROM taken_back t LEFT JOIN verdict v
    ON v.incarnation = t.incarnation AND v.seq = t.seq WHERE t.basis = 'budget' AND v.outcome IS NULL"""
_BUDGET = "SELECT value FROM replica.setting WHERE key = 'return_budget'"


@dataclass(frozen=True)
class Plan:
    """What is asked for, and what was made ready of it, if it was."""

    wish: Wish
    ready: Ready | None = None


def touch(till: SimTerminal, shop: Shop, plan: Plan, now: int) -> None:
    """It is recorded, if it still may be, and paid."""
    local = till.open()
    owed = local.raw.execute(_UNJUDGED).fetchone()[0]
    done = take_back(local, replace(plan.wish, now=now), plan.ready)
    if not isinstance(done, Refused | Needs):
        row = local.raw.execute(_BUDGET).fetchone()
        allowed = json.loads(row[0]) if row else 0
        within = plan.wish.basis is not Basis.BUDGET or owed + done.body.total <= allowed
        require(within, "budget", f"{till.name} paid {done.body.total} beside {owed}, {allowed} may be")
        shop.returns.took(till.name, done.body)
        give(till.open(), shop, done.body.return_id, now)
        if done.body.credit:
            shop.purse.codes.append(credit_code(till.open(), plan.wish.return_id))
