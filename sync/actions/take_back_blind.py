"""Take goods back with nothing to prove their purchase: decide on what is known here, record in one transaction (I-1).
No money leaves the drawer; the hub puts the credit onto its account when it has the operation."""

from collections.abc import Mapping
from dataclasses import dataclass

from sync.actions.approve import may_approve
from sync.actions.clock import new_id
from sync.actions.day import day_now
from sync.actions.printing import queue
from sync.actions.sell import next_receipt
from sync.domain.blind import (
    Accepted,
    Before,
    BlindItem,
    BlindLine,
    BlindRules,
    Goods,
    Refused,
    Rule,
    decide_blind,
    told,
)
from sync.domain.returns import Disposition
from sync.domain.value import account_of, masked
from sync.local import (
    Local,
    OwnBlind,
    RecordedBlind,
    Staff,
    blind_by_id,
    blind_rules,
    goods_of,
    own_blind,
    product,
    settings,
    tables,
)
from sync.local.journal import Effect, append, head
from sync.local.shifts import count_in
from sync.local.tables import insert
from sync.local.value import credit_code
from sync.protocol import operations, takings
from sync.protocol.blind import VelocityAnswer

__all__ = ["Accepted", "Refused", "Velocity", "before_of", "take_back_blind"]

WHAT = "blind"
"""What the print journal calls its slip."""
_insert = insert(tables.blind_return)


@dataclass(frozen=True, slots=True)
class Velocity:
    """A shopper, and what the hub said of them: None where it gave no answer."""

    shopper: str
    heard: VelocityAnswer | None


@dataclass(frozen=True, slots=True)
class _Asked:
    return_id: str
    velocity: Velocity
    approver: Staff
    actor: Staff
    language: str
    now: int


def before_of(velocity: Velocity, own: OwnBlind) -> Before:
    """What is known of the shopper: the other terminals by the hub's word, this one by whoever knows of more."""
    heard = velocity.heard
    if heard is None:
        return Before(own.count, own.amount, by_hub=False)
    count, amount = max(own.count, heard.own_count), max(own.amount, heard.own_amount)
    return Before(heard.count + count, heard.amount + amount, by_hub=True)


def take_back_blind(
    local: Local,
    return_id: str,
    items: tuple[BlindItem, ...],
    velocity: Velocity,
    *,
    approver: Staff | None,
    actor: Staff,
    language: str,
    now: int,
) -> RecordedBlind | Refused:
    """Record a blind return; when this returns it, it is fsynced. The same `return_id` again gives what is recorded.

    Refused as `sync.domain.blind` says, by what is known in this transaction: an approval counts if its giver may give
    it. ValueError: nothing on the counter. Raises NotRecorded.
    """
    with local.write():
        already = blind_by_id(local, return_id)
        if already is not None:
            return already
        rules, day = blind_rules(local), day_now(local, now, settings(local).timezone)
        own = own_blind(local, velocity.shopper, now, rules.days, day)
        goods = goods_of_items(local, items, now, rules)
        may = approver is not None and may_approve(approver, now)
        decided = decide_blind(list(items), goods, rules, before_of(velocity, own), own.till_today, may)
        if isinstance(decided, Refused):
            return decided
        assert approver is not None  # else it were refused
        return _record(local, decided, goods, day, _Asked(return_id, velocity, approver, actor, language, now))


def goods_of_items(local: Local, items: tuple[BlindItem, ...], now: int, rules: BlindRules) -> dict[str, Goods]:
    """What this store knows of what lies on the counter, by product."""
    return goods_of(local, dict.fromkeys(item.product for item in items), now, rules.weeks)


def _record(local: Local, decided: Accepted, goods: Mapping[str, Goods], day: str, asked: _Asked) -> RecordedBlind:
    body = _body(local, decided, goods, asked)
    back = [line for line in decided.lines if line.disposition is Disposition.RESTOCK]
    done = append(
        local,
        "blind_return",
        body,
        op_id=new_id(asked.now),
        at=asked.now,
        business_day=day,
        actor=asked.actor.id,
        effects=[Effect(body.location, line.item.product, line.item.quantity) for line in back],
    )
    _insert.run(
        local.raw,
        return_id=body.return_id,
        receipt=body.receipt,
        incarnation=head(local.raw).incarnation,
        seq=done.seq,
        at=asked.now,
        business_day=day,
        shopper=body.shopper,
        total=body.total,
    )
    count_in(local, takings.of_blind(body), asked.now)
    queue(local, body.receipt, WHAT, asked.now)
    return RecordedBlind(operations.open_envelope(done.raw), body)


def _body(local: Local, decided: Accepted, goods: Mapping[str, Goods], asked: _Asked) -> operations.BlindReturn:
    retailer, code = settings(local), credit_code(local, asked.return_id)
    return operations.BlindReturn(
        return_id=asked.return_id,
        receipt=next_receipt(local),
        location=local.me.location,
        currency=retailer.currency,
        lines=[_line(local, line, goods[line.item.product], asked) for line in decided.lines],
        total=decided.total,
        vat=decided.vat,
        credit=account_of(code),
        credit_masked=masked(code),
        evidence="hub" if asked.velocity.heard is not None else "till",
        shopper=asked.velocity.shopper,
        approved_by=asked.approver.id,
        approved=[Rule.NO_PROOF.value],
        rules=told(decided.rules),
        language=asked.language,
        vat_included=retailer.policy.vat_included,
    )


def _line(local: Local, line: BlindLine, known: Goods, asked: _Asked) -> operations.BlindLine:
    item, article = line.item, product(local, line.item.product, asked.now)
    assert article is not None  # its goods are known here
    return operations.BlindLine(
        product=item.product,
        sku=article.sku,
        name=article.name(asked.language),
        quantity=item.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        vat_rate=known.vat_rate,
        vat=line.vat,
        reason=item.reason.value,
        condition=item.condition.value,
        disposition=line.disposition.value,
        unit=article.unit,
        until=known.lowest.until if known.lowest else 0,
        today=known.today or 0,
    )
