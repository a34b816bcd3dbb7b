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


@dataclass
class Back:
    """What the bank holds of one attempt to give money back to a card; `original`: of which charge."""

    original: str
    amount: int
    approved: bool


class Bank:
    """Charges by attempt. A second request to charge the same attempt takes the money again, and is counted."""

    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}
        self.backs: dict[str, Back] = {}

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

    def give_back(self, attempt: str, original: str, amount: int, chance: random.Random) -> AttemptState:
        """Give money of a charge back, never more than it was; the same attempt again only answers."""
        luck, charge = chance.random(), self.charges.get(original)
        if luck < 0.1:
            return AttemptState.UNKNOWN  # it never reached the bank
        if attempt not in self.backs:
            fits = charge is not None and charge.approved and self.given(original) + amount <= charge.amount
            self.backs[attempt] = Back(original, amount, fits and luck < 0.8)
        answer = self.ask_back(attempt)
        return AttemptState.UNKNOWN if chance.random() < 0.2 else answer

    def ask_back(self, attempt: str) -> AttemptState:
        """What became of it. What the bank never heard of gave nothing."""
        known = self.backs.get(attempt)
        return AttemptState.APPROVED if known is not None and known.approved else AttemptState.DECLINED

    def given(self, original: str) -> int:
        """Minor units given back of a charge."""
        return sum(it.amount for it in self.backs.values() if it.original == original and it.approved)

    def ask(self, attempt: str) -> AttemptState:
        """What became of an attempt. One that the bank never heard of took nothing."""
        known = self.charges.get(attempt)
        return AttemptState.APPROVED if known is not None and known.approved else AttemptState.DECLINED

    def taken(self, sale_id: str) -> int:
        """Minor units taken for a sale."""
        return sum(c.amount * c.times for c in self.charges.values() if c.sale_id == sale_id and c.approved)
