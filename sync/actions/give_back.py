"""Give money back by card: the attempt is in the journal with its return, before the card terminal is asked (F29, F30).

How it ended is recorded as it is heard. Unknown is asked about again; nothing is ever given back again for it.
"""

from dataclasses import replace

from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.printing import keep_papers
from sync.domain.card_slips import CardSlip
from sync.domain.payments import AttemptState, settled, step
from sync.domain.receipts import SALE
from sync.local import Local, settings
from sync.local.card_back import CardRefund, card_refund, card_refunds_of, open_card_refunds, put
from sync.local.journal import append
from sync.protocol import operations

__all__ = ["CardRefund", "UnknownRefund", "begin_within", "card_refunds_of", "open_card_refunds", "resolve_refund"]


class UnknownRefund(KeyError):
    """This journal has no such attempt to give money back."""


def begin_within(
    local: Local, body: operations.Return, originals: dict[str, str], op_id: str, actor: str, now: int
) -> None:
    """Inside the transaction that records the return `body` as `op_id`: write its attempts down, each pending.

    `originals`: by attempt the reference of the payment that is given back.
    """
    for refund in body.refunds:
        if refund.attempt:
            it = CardRefund(
                id=refund.attempt,
                return_id=body.return_id,
                receipt=body.receipt,
                sale_id=body.purchase.removeprefix(f"{SALE}:"),
                paid=refund.paid,
                amount=refund.amount,
                currency=body.currency,
                original=originals[refund.attempt],
                masked=refund.masked,
                state=AttemptState.PENDING,
                actor=actor,
                at=now,
                changed_at=now,
            )
            _record(local, it, [op_id])


def resolve_refund(
    local: Local,
    attempt_id: str,
    state: AttemptState,
    reference: str,
    reason: str,
    now: int,
    slips: tuple[CardSlip, ...] = (),
) -> CardRefund:
    """Record what became of it, and what the card terminal wants printed. The same state again changes nothing. Raises
    UnknownRefund, payments.BadStep, NotRecorded."""
    with local.write():
        old = card_refund(local, attempt_id)
        if old is None:
            raise UnknownRefund(attempt_id)
        if step(old.state, state) is old.state:
            return old
        kept = reference or old.reference
        new = replace(old, state=state, reference=kept, reason=reason, changed_at=max(now, old.at))
        _record(local, new, [])
        keep_papers(local, attempt_id, state, slips, now)
    return new


def still_open(refund: CardRefund) -> bool:
    """Whether its end is not known."""
    return not settled(refund.state)


def _record(local: Local, it: CardRefund, causes: list[str]) -> None:
    put(local, it)
    body = operations.Payment(
        attempt=it.id,
        sale_id=it.sale_id,
        state=it.state.value,
        amount=it.amount,
        currency=it.currency,
        reference=it.reference,
        masked=it.masked,
        reason=it.reason,
        refund=it.return_id,
        original=it.original,
    )
    at = it.changed_at
    day = day_now(local, at, settings(local).timezone)
    append(local, "payment", body, op_id=new_id(at), at=at, business_day=day, actor=it.actor, causes=causes)
