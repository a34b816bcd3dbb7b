"""The code that a shopper says is tried: five that are wrong lock it for that order on this terminal, and a document is
asked for. What is said of a try is on the disk before."""

from dataclasses import dataclass

from sync.domain.collect_code import matches
from sync.domain.orders import Purchase
from sync.local import Local
from sync.local.code_tries import count_wrong, wrong_tries

MOST_WRONG = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """Whether the code is the order's, and how many were wrong so far."""

    right: bool
    wrong: int

    @property
    def locked(self) -> bool:
        """Whether no code of this order is tried here any more."""
        return self.wrong >= MOST_WRONG

    @property
    def left(self) -> int:
        """Tries that are left."""
        return max(0, MOST_WRONG - self.wrong)


def tried_before(local: Local, order: str) -> Tried:
    """How an order's (a purchase's id) code stands here."""
    return Tried(False, wrong_tries(local, order))


def check_code(local: Local, purchase: Purchase, code: str, now: int) -> Tried:
    """Try a code; takes tens of milliseconds. A locked one is never right. Raises NotRecorded."""
    before = tried_before(local, purchase.id)
    if before.locked:
        return before
    if matches(purchase.id, purchase.collect_check, code):
        return Tried(True, before.wrong)
    with local.write():
        return Tried(False, count_wrong(local, purchase.id, now))
