"""Take money by card: the attempt is in the journal before the card terminal is asked (F30), and goes on from there."""

from dataclasses import replace

from sync.actions.attempts import GIVING_BACK, Attempt, attempt, attempts_of, open_attempts, put
from sync.actions.cart import Cart, keep
from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.printing import keep_papers
from sync.domain.card_slips import CardSlip
from sync.domain.payments import AttemptState, BadStep, step
from sync.local import Local, Staff, settings
from sync.local.journal import append
from sync.protocol import operations

__all__ = [
    "AlreadySold",
    "Attempt",
    "PaymentOpen",
    "UnknownAttempt",
    "attempts_of",
    "begin_attempt",
    "begin_back",
    "note_reversed",
    "open_attempts",
    "resolve_attempt",
]


UNSETTLED = (AttemptState.PENDING, AttemptState.UNKNOWN)


class AlreadySold(RuntimeError):
    """The sale of this cart is recorded; nothing more is to be paid."""


class PaymentOpen(RuntimeError):
    """A payment of this cart is under way, or its end is unknown: it is asked about, no other one is begun (F29)."""


class UnknownAttempt(KeyError):
    """This journal has no such attempt."""


def begin_attempt(local: Local, cart: Cart, amount: int, actor: Staff, now: int) -> Attempt:
    """Record that the card terminal is about to be asked for `amount` minor units; the cart is kept with it.

    ValueError if the amount is not positive, AlreadySold if the cart's sale is recorded, PaymentOpen while another
    payment of it is not settled.
    """
    if amount <= 0:
        raise ValueError("a payment must be of more than nothing")
    set_by = settings(local)
    fresh = Attempt(
        new_id(now), cart.sale_id, amount, set_by.currency, AttemptState.PENDING, actor=actor.id, at=now, changed_at=now
    )
    with local.write():
        if not keep(local, cart):
            raise AlreadySold(cart.sale_id)
        if any(a.state in UNSETTLED or a.going_back for a in attempts_of(local, cart.sale_id)):
            raise PaymentOpen(cart.sale_id)
        _record(local, fresh, set_by.timezone)
    return fresh


def begin_back(local: Local, attempt_id: str, now: int) -> tuple[Attempt, ...]:
    """Record that the card terminal is about to be asked to give an approved payment back. Until it says how that ended
    the payment pays for nothing: `resolve_attempt` with APPROVED (it stayed) or REVERSED ends it.

    All attempts of its sale. Raises UnknownAttempt, and BadStep if it is not approved, or a sale took it.
    """
    with local.write():
        old = attempt(local, attempt_id)
        if old is None:
            raise UnknownAttempt(attempt_id)
        if old.state is not AttemptState.APPROVED or old.sold:
            raise BadStep(f"A payment that is {old.state.value} can't be given back from here.")
        _record(local, replace(old, reason=GIVING_BACK, changed_at=now), settings(local).timezone)
        return attempts_of(local, old.sale_id)


def resolve_attempt(
    local: Local,
    attempt_id: str,
    state: AttemptState,
    reference: str,
    masked: str,
    reason: str,
    now: int,
    amount: int | None = None,
    slips: tuple[CardSlip, ...] = (),
) -> Attempt:
    """Record what became of it. The same state again changes nothing. Raises UnknownAttempt, payments.BadStep.

    `amount`: what was approved, in minor units, which may be less than was asked for; None: all of it. ValueError if it
    is more, or nothing. `slips`: what the card terminal wants printed; papers of their own are queued.
    """
    with local.write():
        old = attempt(local, attempt_id)
        if old is None:
            raise UnknownAttempt(attempt_id)
        if step(old.state, state) is old.state and not old.going_back:
            return old
        if amount is not None and not 0 < amount <= old.amount:
            raise ValueError(f"{amount} is no part of {old.amount}")
        kept = reference or old.reference, masked or old.masked
        new = replace(old, state=state, reference=kept[0], masked=kept[1], reason=reason, changed_at=now)
        new = new if amount is None else replace(new, amount=amount)
        _record(local, new, settings(local).timezone)
        if state is not old.state:
            keep_papers(local, attempt_id, state, slips, now)
    return new


def note_reversed(local: Local, attempt_id: str, reason: str, now: int) -> None:
    """Record that an approved payment was taken back, also one that a sale took as its tender: the sale stands, and its
    money is gone. Any other attempt, and one of another journal, is left as it is."""
    with local.write():
        old = attempt(local, attempt_id)
        if old is not None and old.state is AttemptState.APPROVED:
            new = replace(old, state=AttemptState.REVERSED, reason=reason, changed_at=now)
            _record(local, new, settings(local).timezone)


def _record(local: Local, it: Attempt, timezone: str) -> None:
    put.run(
        local.raw,
        id=it.id,
        sale_id=it.sale_id,
        amount=it.amount,
        currency=it.currency,
        state=it.state.value,
        reference=it.reference,
        masked=it.masked,
        reason=it.reason,
        actor=it.actor,
        at=it.at,
        changed_at=it.changed_at,
        sold=int(it.sold),
    )
    body = operations.Payment(
        it.id, it.sale_id, it.state.value, it.amount, it.currency, it.reference, it.masked, it.reason
    )
    at = it.changed_at
    append(local, "payment", body, op_id=new_id(at), at=at, business_day=day_now(local, at, timezone), actor=it.actor)
