"""Pay cash that is owed to a shopper, once the hub has kept it for this till: recorded first, then the drawer opens
(I-1). Without a claim of the hub there is nothing to record: nobody else can say that it was not paid elsewhere."""

from dataclasses import dataclass

from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.printing import queue
from sync.actions.sell import next_receipt
from sync.domain.owed import PayOutRefusal, decide_pay_out
from sync.local import Local, Staff, settings, tables
from sync.local.drawer import has_drawer
from sync.local.journal import append
from sync.local.owed import RecordedPayOut, payout_by_id, payout_by_key
from sync.local.shifts import count_in, is_open
from sync.local.tables import insert
from sync.protocol import operations, takings
from sync.protocol.messages import ClaimedOwed

__all__ = ["PAYOUT", "NotPaid", "pay_out"]

PAYOUT = "payout"
"""What is printed of it: its print job's `what`; the `ref` is its receipt number."""
_insert = insert(tables.paid_out)


@dataclass(frozen=True, slots=True)
class NotPaid:
    """Nothing was recorded, and why."""

    reason: PayOutRefusal


def pay_out(
    local: Local, payout_id: str, claimed: ClaimedOwed, *, until: int, actor: Staff, language: str, now: int
) -> RecordedPayOut | NotPaid:
    """Record that what the hub keeps for this till is paid; when this returns it, it is fsynced. The same `payout_id`
    again gives what is recorded.

    `until`: when the claim ends by this terminal's clock, UTC ms. The cash leaves the drawer afterwards. Raises
    NotRecorded; ValueError on a terminal without a drawer.
    """
    if not has_drawer(local):
        raise ValueError("cash is paid where there is a drawer")
    with local.write():
        already = payout_by_id(local, payout_id)
        if already is not None:
            return already
        retailer = settings(local)
        refused = decide_pay_out(
            paid_here=payout_by_key(local, claimed.key) is not None,
            shift_missing=retailer.shift_required and not is_open(local),
            same_currency=claimed.currency == retailer.currency,
            expires=until,
            now=now,
        )
        return NotPaid(refused) if refused else _record(local, payout_id, claimed, actor, language, now)


def _record(
    local: Local, payout_id: str, claimed: ClaimedOwed, actor: Staff, language: str, now: int
) -> RecordedPayOut:
    body = operations.CashPaid(
        payout_id=payout_id,
        receipt=next_receipt(local),
        key=claimed.key,
        claim=claimed.claim,
        amount=claimed.amount,
        currency=claimed.currency,
        location=local.me.location,
        language=language,
        number=claimed.receipt,
    )
    day = day_now(local, now, settings(local).timezone)
    done = append(local, "cash_paid", body, op_id=new_id(now), at=now, business_day=day, actor=actor.id)
    where = {"incarnation": done.incarnation, "seq": done.seq, "at": now}
    told = {"payout_id": payout_id, "receipt": body.receipt, "key": body.key, "number": body.number}
    _insert.run(local.raw, **told, **where, amount=body.amount)
    count_in(local, takings.of_owed(body), now)
    queue(local, body.receipt, PAYOUT, now)
    return RecordedPayOut(operations.open_envelope(done.raw), body)
