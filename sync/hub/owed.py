"""What was withheld of a promise, and is paid after all because a person said so: never beyond line or tender (I-8)."""

from dataclasses import replace

import msgspec
from sqlalchemy import select

from sync.domain.money import allocate
from sync.domain.orders import Paid, PaidBy, Purchase
from sync.domain.owed import in_coins
from sync.domain.returns import Destination, Refund, ReturnRules
from sync.hub.cases import Case, Court
from sync.hub.returned import Fact
from sync.hub.right import way_of
from sync.hub.tables import taken_back
from sync.hub.withheld import withheld
from sync.protocol.matters import Facts
from sync.protocol.operations import Return, ReturnRefund


def pay(court: Court, case: Case, facts: Facts) -> None:
    """Give what a promise still lacks, as far as it is free; the purchase is held."""
    assert court.book is not None  # made by lock
    bought, row = court.book.held.get(facts.purchase), _recorded(court, facts.about)
    if bought is None or row is None:
        return
    free, total = withheld(bought, row)
    if total <= 0:
        return
    lefts = [paid.left for paid in bought.paid]
    parts = allocate(total, lefts)
    pairs = zip(bought.paid, parts, strict=True)
    asked = [_refund(paid, part, row, court.book.rules, court.book.step) for paid, part in pairs if part]
    at = case.envelope.at if case.envelope else case.now
    court.book.ask(Fact(row, case.who.terminal, "", 0, case.op_id, at, case.now), tuple(asked), case.recorder)
    court.book.put(_after(bought, free, total, asked), case.recorder)
    court.book.write()


def _refund(paid: Paid, part: int, row: Return, rules: ReturnRules, step: int) -> Refund:
    """A promise has one destination: all of it goes onto store credit, or all of it by its tenders, cash at a till."""
    kind = PaidBy(paid.kind)
    if any(r.to == Destination.CREDIT for r in row.refunds):
        return Refund(paid.id, kind, part, Destination.CREDIT)
    told = next((r for r in row.refunds if r.paid == paid.id), ReturnRefund(paid.id, paid.kind, part))
    way = way_of(told, row.basis, rules.promised_cash)
    return Refund(paid.id, kind, in_coins(part, paid.left, step) if way is Destination.COUNTER else part, way)


def _recorded(court: Court, return_id: str) -> Return | None:
    body = court.conn.execute(select(taken_back.c.body).where(taken_back.c.return_id == return_id)).scalar()
    return None if body is None else msgspec.json.decode(body, type=Return)


def _after(bought: Purchase, free: dict[str, int], total: int, asked: list[Refund]) -> Purchase:
    parts = dict(zip(free, allocate(total, list(free.values())), strict=True))
    given = {refund.paid: refund.amount for refund in asked}
    return replace(
        bought,
        lines=tuple(replace(x, refunded=x.refunded + parts.get(x.id, 0)) for x in bought.lines),
        paid=tuple(replace(x, refunded=x.refunded + given.get(x.id, 0)) for x in bought.paid),
    )
