"""Take goods back and sell others for them: two operations in one transaction, so that neither stands alone (I-1)."""

from dataclasses import dataclass

from sync.actions.attempts import attempts_of
from sync.actions.cart import Cart
from sync.actions.printing import unqueue
from sync.actions.sell import sell_within
from sync.actions.take_back import Needs, Wish, take_back_within
from sync.domain import returns, sales
from sync.domain.exchange import GoodsBack, paid_by_goods
from sync.domain.payments import AttemptState
from sync.domain.sales import Tender, TenderKind
from sync.local import Local, RecordedReturn, RecordedSale, Staff, return_by_id, return_rules, settings, staff, value
from sync.local.queries import sale_by_id
from sync.local.returns import as_it_stands

__all__ = ["Exchanged", "Needs", "NotSold", "NotTakenBack", "exchange"]


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Both operations of an exchange as they stand in the journal."""

    back: RecordedReturn
    sale: RecordedSale


@dataclass(frozen=True, slots=True)
class NotTakenBack:
    """Nothing was recorded: the goods can't come back like this."""

    why: returns.Refused | Needs


@dataclass(frozen=True, slots=True)
class NotSold:
    """Nothing was recorded: the goods can't go out like this."""

    why: sales.Refused


class _Undone(Exception):
    """The sale can't be closed, so the return that was written before it is rolled back."""

    def __init__(self, why: sales.Refused) -> None:
        super().__init__(why.reason)
        self.why = why


def exchange(
    local: Local, cart: Cart, cash_given: int, actor: Staff, language: str, now: int, *, by_card: bool = False
) -> Exchanged | NotTakenBack | NotSold:
    """Record what comes back for the cart, then the cart as sold; when this returns both, they are fsynced.

    What comes back pays what no card and no hold did; `cash_given` minor units pay the rest. What it is worth beyond
    that goes back by the purchase's tenders, cash last, `by_card` as in `take_back`. Called again for the same cart it
    gives what is recorded.
    ValueError: nothing comes back for this cart, or cash below nothing. Raises NotRecorded.
    """
    back = cart.back
    if back is None:
        raise ValueError("nothing comes back for this cart")
    try:
        with local.write():
            return _both(local, cart, back, cash_given, actor, language, now, by_card)
    except _Undone as undone:
        return NotSold(undone.why)


def _both(
    local: Local, cart: Cart, back: GoodsBack, cash_given: int, actor: Staff, language: str, now: int, by_card: bool
) -> Exchanged | NotTakenBack:
    sold, taken = sale_by_id(local, cart.sale_id), return_by_id(local, back.return_id)
    if sold is not None and taken is not None:
        return Exchanged(taken, sold)
    decided = _decide(local, back, now)
    if isinstance(decided, returns.Refused):
        return NotTakenBack(decided)
    into = paid_by_goods(decided.total, _due(local, cart))
    done = _take_back(local, cart, back, into, actor, language, now, by_card)
    if not isinstance(done, RecordedReturn):
        return NotTakenBack(done)
    pays = Tender(TenderKind.EXCHANGE, into, reference=back.return_id) if into else None
    sale = sell_within(local, cart, cash_given, actor, language, now, exchange=pays, causes=[done.envelope.op_id])
    if isinstance(sale, sales.Refused):
        raise _Undone(sale)
    if into:
        unqueue(local, done.body.receipt, "return")  # it stands on the paper of the sale
    return Exchanged(done, sale)


def _decide(local: Local, back: GoodsBack, now: int) -> returns.Accepted | returns.Refused:
    """What it is worth as the purchase stands now."""
    stands = as_it_stands(local, back.purchase)
    rules = return_rules(local, now)
    return returns.decide_return(stands, list(back.items), local.me.location, now, rules, back.basis)


def _take_back(
    local: Local, cart: Cart, back: GoodsBack, into: int, actor: Staff, language: str, now: int, by_card: bool
) -> RecordedReturn | returns.Refused | Needs:
    wish = Wish(
        back.return_id,
        back.purchase,
        back.items,
        back.basis,
        claim=back.claim,
        approver=next((person for person in staff(local) if person.id == back.approver), None),
        actor=actor,
        language=language,
        now=now,
        exchange=cart.sale_id if into else "",
        into_exchange=into,
        by_card=by_card,
    )
    return take_back_within(local, wish)


def _due(local: Local, cart: Cart) -> int:
    """What neither a card nor a hold has paid."""
    cards = sum(a.amount for a in attempts_of(local, cart.sale_id) if a.state is AttemptState.APPROVED)
    held = sum(it.amount for it in value.held_for(local, cart.sale_id))
    return cart.totals(settings(local).policy).total - cards - held
