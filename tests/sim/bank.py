"""Card terminal and bank of the simulated stores: the truth of what was taken from whom, whatever was answered."""

import random
from dataclasses import dataclass

from sync.domain.payments import AttemptState


@dataclass
class Charge:
    """What the bank holds of one attempt."""

    sale_id: str
    amount: int
    approved: bool
    times: int = 1


class Bank:
    """Charges by attempt. A second request to charge the same attempt takes the money again, and is counted."""

    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}

    def charge(self, attempt: str, sale_id: str, amount: int, chance: random.Random) -> AttemptState:
        """Ask for money. The answer can be lost: then nobody knows, but the bank does."""
        known = self.charges.get(attempt)
        if known is not None:
            known.times += 1
            return AttemptState.APPROVED if known.approved else AttemptState.DECLINED
        luck = chance.random()
        if luck < 0.1:
            return AttemptState.UNKNOWN  # it never reached the bank
        approved = luck < 0.85
        self.charges[attempt] = Charge(sale_id, amount, approved)
        if chance.random() < 0.2:
            return AttemptState.UNKNOWN
        return AttemptState.APPROVED if approved else AttemptState.DECLINED

    def ask(self, attempt: str) -> AttemptState:
        """What became of an attempt. One that the bank never heard of took nothing."""
        known = self.charges.get(attempt)
        return AttemptState.APPROVED if known is not None and known.approved else AttemptState.DECLINED

    def taken(self, sale_id: str) -> int:
        """Minor units taken for a sale."""
        return sum(c.amount * c.times for c in self.charges.values() if c.sale_id == sale_id and c.approved)
