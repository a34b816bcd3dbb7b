"""Take goods back: decide on what is known here, record in one transaction (I-1). The money moves after that, never
before: what this returns is on the disk.

While somebody still looks at a return, it can be made `Ready`: decided and written out but for its number, so that the
touch waits for little more than the disk. Nothing is reserved by that; what changed since is decided anew.
"""

from dataclasses import dataclass, fields, replace
from operator import attrgetter

import msgspec

from sync.actions.approve import may_approve
from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.give_back import begin_within
from sync.actions.printing import queue_first
from sync.actions.sell import next_receipt
from sync.domain.card_back import original_of
from sync.domain.orders import PaidBy, Purchase
from sync.domain.receipts import SALE, is_sale
from sync.domain.returns import (
    Accepted,
    Basis,
    Destination,
    Disposition,
    Exceptional,
    Item,
    Refund,
    Refused,
    ReturnRefusal,
    TakenLine,
    decide_return,
)
from sync.domain.value import account_of, masked
from sync.local import Local, RecordedReturn, Staff, return_by_id, return_rules, settings, tables
from sync.local.database import Moment
from sync.local.drawer import has_drawer, way_of_cash
from sync.local.journal import Effect, Head, append, head
from sync.local.receipts import own_sale_by_id
from sync.local.returns import as_it_stands
from sync.local.shifts import count_in, is_open
from sync.local.tables import insert
from sync.local.value import credit_code
from sync.protocol import operations, takings

__all__ = ["Needs", "Ready", "Refused", "Wish", "make_ready", "take_back", "take_back_within"]

_insert = insert(tables.taken_back)


@dataclass(frozen=True, slots=True)
class Needs:
    """Nothing was recorded: somebody who may must approve this first."""

    what: frozenset[Exceptional]


@dataclass(frozen=True, slots=True)
class Wish:
    """A return that is asked for at `now` (UTC ms), of the purchase as it was told.

    `claim`: the claimed right, for Basis.CLAIM alone. `to` Destination.CREDIT: all of it goes onto store credit, whose
    code is `sync.local.value.credit_code`, and the hub credits it once it has the return. `by_card`: a card terminal is
    at hand; what it can give back is recorded as pending attempts, of which it is asked afterwards. `into_exchange`
    minor units of it pay for the sale `exchange`, which is recorded in the same transaction; the rest goes `to`.
    """

    return_id: str
    purchase: Purchase
    items: tuple[Item, ...]
    basis: Basis
    claim: str
    approver: Staff | None
    actor: Staff
    language: str
    now: int
    to: Destination = Destination.TENDERS
    by_card: bool = False
    into_exchange: int = 0
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class _Worked:
    """A return that may be recorded, and all that follows from it; its number is still to come. `linked`: by attempt
    the card payment that it gives back."""

    body: operations.Return
    effects: list[Effect]
    linked: dict[str, str]
    timezone: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A return worked out for `take_back`, which holds until `until` (UTC ms) and while `moment` and all that is asked
    for stay as they were. `end`: where the journal ended."""

    wish: Wish
    worked: _Worked
    moment: Moment
    end: Head
    until: int


def take_back(local: Local, wish: Wish, ready: Ready | None = None) -> RecordedReturn | Refused | Needs:
    """Record a return; when this returns it, it is fsynced. The same `return_id` again gives what is recorded (F28).
    `ready`: what `make_ready` made of it, if it still holds.

    What is known to be back of the purchase since it was told is taken into account. Cash leaves the drawer afterwards,
    as `refunds` of the body say, and none for a promise. ValueError: a basis that does not hold. Raises NotRecorded.
    """
    with local.write():
        if ready is not None and _holds(local, ready, wish):
            local.end = ready.end
            return _record(local, ready.worked, wish)
        return take_back_within(local, wish)


def make_ready(local: Local, wish: Wish) -> Ready | None:
    """Work out what `take_back` would record if it were asked for this now; None if it would record nothing. Writes
    nothing and reserves nothing. ValueError: a basis that does not hold."""
    with local.read():
        worked = _work_out(local, wish)
        if not isinstance(worked, _Worked):
            return None
        ends = (line.until for line in wish.purchase.lines if line.until is not None and line.until >= wish.now)
        return Ready(wish, worked, local.moment(), head(local.raw), min(ends, default=_NEVER))


_NEVER = 2**63
_what = attrgetter(*(field.name for field in fields(Wish) if field.name != "now"))


def _holds(local: Local, ready: Ready, wish: Wish) -> bool:
    same = _what(ready.wish) == _what(wish)
    in_time = ready.wish.now <= wish.now <= ready.until
    approved = wish.approver is None or may_approve(wish.approver, wish.now)
    return same and in_time and approved and ready.moment == local.moment()


def take_back_within(local: Local, wish: Wish) -> RecordedReturn | Refused | Needs:
    """As `take_back`, inside `local.write()`. ValueError also: more for an exchange than it is worth, or of a
    promise."""
    worked = _work_out(local, wish)
    return _record(local, worked, wish) if isinstance(worked, _Worked) else worked


def _work_out(local: Local, wish: Wish) -> _Worked | RecordedReturn | Refused | Needs:
    _require(local, wish)
    already = return_by_id(local, wish.return_id)
    if already is not None:
        return already
    stands, now, here = as_it_stands(local, wish.purchase), wish.now, local.me.location
    rules = return_rules(local, now, budget=wish.basis is Basis.BUDGET)
    to = way_of_cash(has_drawer(local), wish.to, wish.basis)
    decided = decide_return(stands, list(wish.items), here, now, rules, wish.basis, to, wish.into_exchange)
    if isinstance(decided, Refused):
        return decided
    if _pays_cash(decided) and settings(local).shift_required and not is_open(local):
        return Refused(ReturnRefusal.NO_SHIFT)
    if decided.needs and (wish.approver is None or not may_approve(wish.approver, now)):
        return Needs(decided.needs)
    return _worked(local, stands, decided, wish)


def _pays_cash(decided: Accepted) -> bool:
    from_drawer = any(r.kind is PaidBy.CASH and r.to is Destination.TENDERS for r in decided.refunds)
    return from_drawer and decided.basis is not Basis.PROMISE


def _require(local: Local, wish: Wish) -> None:
    bought = wish.purchase
    if bool(wish.claim) is not (wish.basis is Basis.CLAIM):
        raise ValueError("a claim belongs to the basis 'claim', and the basis to a claim")
    if wish.basis is Basis.HELD and bought.location != local.me.location:
        raise ValueError(f"the right to {bought.id} is held by {bought.location or 'the hub'}")


def _worked(local: Local, purchase: Purchase, decided: Accepted, wish: Wish) -> _Worked:
    originals = _originals(local, purchase, decided) if wish.by_card else {}
    # Their ids say in which order they are asked for.
    attempts = dict(zip(originals, sorted(new_id(wish.now) for _each in originals), strict=True))
    body = _body(local, purchase, decided, wish, attempts)
    back = [x for x in decided.lines if x.disposition is Disposition.RESTOCK and _bought(purchase, x)]
    return _Worked(
        body,
        [Effect(body.location, _bought(purchase, line), line.item.quantity) for line in back],
        {attempts[paid]: original for paid, original in originals.items()},
        settings(local).timezone,
    )


def _record(local: Local, worked: _Worked, wish: Wish) -> RecordedReturn:
    body = msgspec.structs.replace(worked.body, receipt=next_receipt(local))
    done = append(
        local,
        "return",
        body,
        op_id=new_id(wish.now),
        at=wish.now,
        business_day=day_now(local, wish.now, worked.timezone),
        actor=wish.actor.id,
        effects=worked.effects,
    )
    _insert.run(
        local.raw,
        return_id=body.return_id,
        receipt=body.receipt,
        purchase=body.purchase,
        incarnation=done.incarnation,
        seq=done.seq,
        at=wish.now,
        basis=body.basis,
        total=body.total,
        cash=operations.cash_of(body),
    )
    count_in(local, takings.of_return(body), wish.now)
    queue_first(local, body.receipt, "return", wish.now)
    envelope = operations.open_envelope(done.raw)
    begin_within(local, body, worked.linked, envelope.op_id, wish.actor.id, wish.now)
    return RecordedReturn(envelope, body)


def _originals(local: Local, purchase: Purchase, decided: Accepted) -> dict[str, str]:
    """By tender the card payment that the till's own card terminal gives money back to. The pass on a receipt names no
    payment; where the sale is our own, it does."""
    own = own_sale_by_id(local, purchase.id.removeprefix(f"{SALE}:")) if is_sale(purchase) else None
    known = {paid.id: paid.reference for paid in own.paid} if own is not None else {}
    paid = tuple(replace(it, reference=it.reference or known.get(it.id, "")) for it in purchase.paid)
    whole = replace(purchase, paid=paid)
    found = [(it.paid, original_of(whole, it, decided.basis)) for it in decided.refunds]
    return {paid: original for paid, original in found if original}


def _bought(purchase: Purchase, line: TakenLine) -> str:
    """The article that came back: the one that was handed out."""
    return line.item.product or next(x.product for x in purchase.lines if x.id == line.item.line)


def _body(
    local: Local, purchase: Purchase, decided: Accepted, wish: Wish, attempts: dict[str, str]
) -> operations.Return:
    approved_by = wish.approver.id if wish.approver is not None and decided.needs else ""
    code = credit_code(local, wish.return_id) if any(r.to is Destination.CREDIT for r in decided.refunds) else ""
    return operations.Return(
        return_id=wish.return_id,
        receipt="",
        purchase=purchase.id,
        number=purchase.number,
        location=local.me.location,
        currency=purchase.currency,
        lines=[_line(purchase, line) for line in decided.lines],
        refunds=[_refund(purchase, refund, attempts) for refund in decided.refunds],
        total=decided.total,
        vat=sum(line.vat for line in decided.lines),
        rounding=decided.rounding,
        basis=wish.basis.value,
        claim=wish.claim,
        approved_by=approved_by,
        approved=sorted(need.value for need in decided.needs),
        language=wish.language,
        credit=account_of(code) if code else "",
        credit_masked=masked(code) if code else "",
        exchange=wish.exchange,
    )


def _line(purchase: Purchase, taken: TakenLine) -> operations.ReturnLine:
    item = taken.item
    bought = next(x for x in purchase.lines if x.id == item.line)
    goods = bought.given_as(item.product) or bought
    return operations.ReturnLine(
        line=bought.id,
        product=goods.product,
        sku=goods.sku,
        name=goods.name,
        quantity=item.quantity,
        amount=taken.amount,
        vat_rate=bought.vat_rate,
        vat=taken.vat,
        reason=item.reason.value,
        condition=item.condition.value,
        disposition=taken.disposition.value,
        unit=bought.unit,
        serials=list(item.serials),
    )


def _refund(purchase: Purchase, refund: Refund, attempts: dict[str, str]) -> operations.ReturnRefund:
    known_by = next(paid.masked for paid in purchase.paid if paid.id == refund.paid)
    attempt = "" if refund.to is not Destination.TENDERS else attempts.get(refund.paid, "")
    return operations.ReturnRefund(refund.paid, refund.kind.value, refund.amount, known_by, refund.to.value, attempt)
