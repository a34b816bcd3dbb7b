"""Gift cards at the hub of a store, and a till that takes them: what the tests of stored value share."""

from typing import Any

from sqlalchemy import text

from pos.payment.state import Phase
from sync.domain.value import account_of, code_from
from sync.hub import database, value_claims
from sync.protocol.messages import ChannelValue
from tests.flows.returning import Desk, Shop, code
from tests.link.store import now


def gift_card(shop: Shop, amount: int, number: int = 4930, currency: str = "KZT") -> str:
    """A channel sold a gift card of so many minor units. Its code."""
    made = code_from(number)
    value_claims.issue(shop.engine, "web", ChannelValue(f"sold-{number}", made, amount, currency, now()), now())
    return made


def balance(shop: Shop, made: str) -> int:
    """What the hub's ledger says is on it, in minor units."""
    with database.read(shop.engine) as conn:
        query = text("SELECT coalesce(sum(amount), 0) FROM value_entry WHERE account = :account")
        return int(conn.execute(query, {"account": account_of(made)}).scalar_one())


class Paying:
    """A desk at its sale: scan goods, go to payment, show a gift card."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.till = desk, desk.till

    @property
    def flow(self) -> Any:
        return self.till.payment

    @property
    def said(self) -> str:
        happened = self.flow.state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def goods(self, *numbers: int) -> None:
        """Scan goods into the sale and go to payment."""
        self.till.tab("sale")
        for number in numbers:
            self.till.scanned(code(number))
        self.till.sale.pay()
        assert self.till.place == "payment"

    def settled(self) -> None:
        """Pump until nobody is asked any more."""
        self.desk.until(lambda: not self.flow.state.stored.waits and self.flow.state.phase is not Phase.HOLDING)

    def show(self, made: str) -> None:
        """Scan a gift card and hear what is on it."""
        self.till.scanned(made)
        self.settled()

    def take(self) -> None:
        """Take of it what is due."""
        self.flow.take()
        self.settled()
