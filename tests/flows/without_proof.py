"""A store that takes goods back with no proof, and a till at that page, without a window."""

import json
from pathlib import Path
from typing import Any

from pos.blind.flow import BlindFlow
from pos.blind.state import Phase
from sync.domain.blind import WEEK_MS
from sync.domain.returns import Condition, Reason
from sync.hub import seed
from sync.protocol.operations import open_envelope
from tests.flows.returning import Desk, Shop, code
from tests.link.store import now

PHONE = "77015550123"
LIMITS = {
    "blind_limit_count": 2,
    "blind_limit_amount": 5_000_000,
    "blind_limit_days": 30,
    "blind_till_amount_day": 10_000_000,
    "blind_offline_amount": 30_000,
    "blind_weeks": 8,
}


def allow(shop: Shop, **changed: Any) -> None:
    """Set the limits, and prices: of mugs, that they were cheaper three weeks ago."""
    seed.set_settings(shop.engine, {**LIMITS, **changed}, now())
    until = now() - 3 * WEEK_MS
    shop.put(
        "pricelist:base",
        "price_past",
        {"id": f"{until}:b2", "price": "b2", "list": "base", "product": "p2", "unit": 7_900, "until": until},
    )


class Bare:
    """Verbs of somebody at the page, over any desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.till = desk, desk.till
        self.flow.start(self.till.actor) if self.till.place == "blind" else self.till.returns.blind()

    @property
    def flow(self) -> BlindFlow:
        return self.till.blind

    @property
    def said(self) -> str:
        """What the screen says just happened."""
        happened = self.flow.state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def goods(self, number: int, condition: Condition = Condition.SEALED) -> None:
        """Scan goods and say why and how they came back."""
        self.till.scanned(code(number))
        line = self.flow.state.line
        self.flow.reason(line, Reason.CHANGED_MIND)
        self.flow.condition(line, condition)

    def phone(self, digits: str = PHONE) -> None:
        """Type the shopper's number and look at the limits."""
        self.flow.ask_phone()
        for _n in range(16):
            self.flow.key("delete")
        for digit in digits:
            self.flow.key(digit)
        self.flow.check()
        self.desk.until(lambda: not self.flow.state.busy)

    def approve(self, who: str = "s-2", pin: str = "2222") -> None:
        """Press the primary action, and somebody approves."""
        self.flow.give()
        self.flow.approver(who)
        for digit in pin:
            self.flow.key(digit)

    @property
    def done(self) -> bool:
        return self.flow.state.phase is Phase.DONE

    def recorded(self) -> list[dict[str, Any]]:
        """The blind returns in the journal, oldest first."""
        rows = self.desk.local.raw.execute("SELECT bytes FROM op WHERE kind = 'blind_return' ORDER BY seq").fetchall()
        return [json.loads(bytes(open_envelope(row[0]).body)) for row in rows]


def desk_at(shop: Shop, folder: Path, **how: Any) -> tuple[Desk, Bare]:
    """A till at the page."""
    made = Desk(shop, folder, **how)
    return made, Bare(made)
