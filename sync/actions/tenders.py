"""What pays for a sale or an order: approved cards, and what the hub holds, as the journal's file has them."""

from dataclasses import dataclass

from sync.actions.attempts import Attempt, attempts_of, mark_sold
from sync.domain.payments import AttemptState
from sync.domain.sales import Refused, SaleRefusal, Tender, TenderKind
from sync.domain.value import HeldTender
from sync.local import Local, value
from sync.protocol import operations


@dataclass(frozen=True, slots=True)
class Gathered:
    """What pays besides cash."""

    cards: tuple[Attempt, ...]
    stored: tuple[HeldTender, ...]

    @property
    def tenders(self) -> list[Tender]:
        """As tenders: stored value, then cards."""
        held = [
            Tender(TenderKind(it.kind.value), it.amount, it.hold, it.account, it.masked, it.left) for it in self.stored
        ]
        return held + [Tender(TenderKind.CARD, a.amount, a.id, a.reference, a.masked) for a in self.cards]


def gather(local: Local, sale_id: str, wanted: tuple[HeldTender, ...] | None, now: int) -> Gathered | Refused:
    """What pays for that sale, or the order's payment of that id: what the file says counts, not what a screen
    remembers. `wanted`: which of the holds; None: all of them. One that ended is refused (VALUE_ENDED)."""
    kept = value.held_for(local, sale_id)
    names = {it.hold for it in (kept if wanted is None else wanted)}
    chosen = tuple(it for it in kept if it.hold in names)
    over = value.ended(local, sale_id, now) & names if chosen else frozenset()
    gone = names - {it.hold for it in chosen}
    if over or gone:
        return Refused(SaleRefusal.VALUE_ENDED, sum(it.amount for it in wanted or kept if it.hold in over | gone))
    cards = tuple(a for a in attempts_of(local, sale_id) if a.state is AttemptState.APPROVED and not a.going_back)
    return Gathered(cards, chosen)


def use(local: Local, sale_id: str, gathered: Gathered) -> None:
    """Inside `local.write()`: what paid is used up, what did not is given back."""
    for attempt in gathered.cards:
        mark_sold.run(local.raw, attempt_id=attempt.id)
    value.used(local, [it.hold for it in gathered.stored])
    value.give_back(local, sale_id)


def told(tenders: tuple[Tender, ...]) -> list[operations.SaleTender]:
    """As they are recorded."""
    return [
        operations.SaleTender(it.kind.value, it.amount, it.attempt, it.reference, it.masked, it.left) for it in tenders
    ]
