"""Judging returns: the goods are back and the money may be gone, so nothing is refused (I-3); what exceeds the right is
put before a person with both sides named, and never added to the purchase (I-8, F28, F32-F35)."""

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import tuple_

from sync.domain.orders import PaidBy
from sync.domain.receipts import SALE
from sync.domain.returns import Basis, Condition, Destination, Disposition, Exceptional, Reason
from sync.domain.value import is_account
from sync.domain.verdicts import Code
from sync.hub import card_back, given, movements, sides, takings
from sync.hub.cases import Case, Court, Unfit, check_ids
from sync.hub.feed import Recorder
from sync.hub.judge_sale import LARGEST_QUANTITY
from sync.hub.movements import Move, Post
from sync.hub.return_policy import over_budget
from sync.hub.returned import Book, Fact, recorded
from sync.hub.right import Settled
from sync.hub.tables import refund_claim, taken_back
from sync.protocol.matters import Facts
from sync.protocol.operations import Return, ReturnLine
from sync.protocol.takings import of_return


def check(body: Return) -> None:
    """Raise Unfit (or ValueError, of a word that is none) if no record could hold it."""
    check_ids(body.return_id, body.receipt, body.purchase, body.number, body.location, body.currency)
    check_ids(body.claim, body.approved_by, body.language, *body.approved)
    if not body.return_id or not body.purchase:
        raise Unfit("the return has no id or names no purchase")
    Basis(body.basis)
    for word in body.approved:
        Exceptional(word)
    for line in body.lines:
        _check_line(line)
    for refund in body.refunds:
        check_ids(refund.paid, refund.attempt)
        PaidBy(refund.kind)
        Destination(refund.to)
        if refund.attempt and (refund.kind != PaidBy.CARD or refund.to or body.basis == Basis.PROMISE):
            raise Unfit("a card terminal gives back what was paid by card, and nothing that is only promised")
    _check_destination(body)
    _check_sums(body)


def _check_destination(body: Return) -> None:
    check_ids(body.credit, body.credit_masked, body.exchange)
    ways = {refund.to for refund in body.refunds}
    if Destination.CREDIT in ways and not is_account(body.credit):
        raise Unfit("money goes onto credit, and no account is named")
    if Destination.EXCHANGE in ways and (not body.exchange or body.basis == Basis.PROMISE):
        raise Unfit("money goes into other goods, and no sale is named, or it is only promised")


def _check_line(line: ReturnLine) -> None:
    check_ids(line.line, line.product)
    Reason(line.reason)
    Condition(line.condition)
    Disposition(line.disposition)
    if not 0 < line.quantity <= LARGEST_QUANTITY:
        raise Unfit("a quantity is none, or beyond what can be")
    if line.amount < 0 or not 0 <= line.vat_rate <= 10_000:
        raise Unfit("an amount or a VAT rate is none")


def _check_sums(body: Return) -> None:
    lines, paid = [line.line for line in body.lines], [(refund.paid, refund.to) for refund in body.refunds]
    if not lines or len(set(lines)) < len(lines) or len(set(paid)) < len(paid):
        raise Unfit("it has no lines, or a line or a tender twice")
    if min(body.total, *(refund.amount for refund in body.refunds), 0) < 0:
        raise Unfit("money is negative")


def lock(court: Court, cases: list[Case], more: dict[str, Recorder] | None = None) -> None:
    """Hold the purchases that returns concern, and `more`: all at once, so that locks are taken in one order."""
    court.book = court.book or Book(court.conn, court.notes, court.events, vault=court.vault)
    court.book.hold((more or {}) | {case.body.purchase: case.recorder for case in reversed(cases)})


def catch_up(court: Court, sales: list[Case]) -> None:
    """Sales that are recorded now, of which something came back before the hub heard of them: by their receipts, in a
    store that was faster. What is owed is paid now."""
    ids = [f"{SALE}:{case.body.sale_id}" for case in sales]
    early = given.those_of(court.conn, "taken_back", "purchase", ids)
    if not early:
        return
    court.book = court.book or Book(court.conn, court.notes, court.events, vault=court.vault)
    court.book.hold({id: case.recorder for id, case in zip(ids, sales, strict=True) if id in early})
    court.book.write()


def judge(court: Court, cases: list[Case]) -> None:
    """Record the returns of pushes in their order, each once: purchases, refunds, stock, and what collides."""
    lock(court, cases)  # sales of the same pushes are recorded by now
    fresh = _first_of_each(court, cases)
    places = movements.known_locations(court.conn, {case.body.location for case in cases})
    goods = movements.known_products(court.conn, {line.product for case in fresh for line in case.body.lines})
    for case in cases:
        case.recorder.touch("orders")
        case.recorder.touch(f"location:{case.body.location if case.body.location in places else case.who.location}")
    facts = [_fact(case) for case in fresh]
    spent: Counter[str] = Counter()
    for case, fact in zip(fresh, facts, strict=True):
        _apply(court, case, fact, _over_budget(court, case, spent))
        check_place(court, case, places, goods)
    given.append(court.conn, taken_back, [fact.row for fact in facts])
    card_back.record(court.conn, facts)
    takings.book(court, fresh, of_return)
    assert court.book is not None  # made by lock
    court.book.keys |= {fact.body.return_id: fact.key for fact in facts}
    _use_claims(court, fresh)
    court.book.write()
    move_stock(court, fresh, places, goods)


def _first_of_each(court: Court, cases: list[Case]) -> list[Case]:
    seen = _recorded(court, sorted({case.body.return_id for case in cases}))
    fresh = []
    for case in cases:
        number = case.body.return_id
        if number in seen:
            detail = f"return {number} is recorded already: {seen[number]}"
            case.find(court, Code.DUPLICATE_RETURN, detail, number, case.body.location)
            continue
        seen[number] = f"operation {case.seq} of {case.who.terminal}"
        fresh.append(case)
    return fresh


_FIND = """SELECT taken_back.return_id, taken_back.seq, taken_back.terminal FROM {given}
JOIN taken_back ON taken_back.return_id = given.id"""


def _recorded(court: Court, numbers: list[str]) -> dict[str, str]:
    found = given.run(court.conn, _FIND, (("id", "text"),), [{"id": number} for number in numbers])
    return {row.return_id: f"operation {row.seq} of {row.terminal}" for row in found}


def _fact(case: Case) -> Fact:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    return Fact(
        body=case.body,
        terminal=case.who.terminal,
        incarnation=case.who.incarnation,
        seq=case.seq,
        key=case.op_id,
        at=envelope.at,
        received_at=case.now,
        business_day=envelope.business_day,
        actor=envelope.actor,
    )


def _over_budget(court: Court, case: Case, spent: Counter[str]) -> list[str]:
    """What a terminal paid without the hub and pushes together was not judged when it paid it."""
    assert court.book is not None  # made by lock
    if case.body.basis != Basis.BUDGET:
        return []
    before = spent[case.who.terminal]
    spent[case.who.terminal] += case.body.total
    return over_budget(before, case.body, court.book.rules)


def _apply(court: Court, case: Case, fact: Fact, over: list[str]) -> None:
    assert court.book is not None  # made by lock
    body: Return = case.body
    court.events.append(recorded(fact, case.now))
    settled = court.book.apply(fact, case.recorder)
    if settled is None:
        detail = (
            f"{fact.named}: there is no purchase {body.purchase} ({body.number}) here. What is owed is not paid yet"
        )
        about = Facts(sides=[sides.of_return(fact)], currency=body.currency, amount=body.total, number=body.number)
        case.find(court, Code.PURCHASE_UNKNOWN, detail, body.return_id, body.location, about)
        return
    _find_collisions(court, case, fact, replace(settled, differs=(*settled.differs, *over)))


def _find_collisions(court: Court, case: Case, fact: Fact, settled: Settled) -> None:
    body: Return = case.body
    assert court.book is not None  # made by lock
    if settled.beyond:
        detail = court.book.collision(fact, settled)
        facts = sides.of_collision(court.book.met[body.purchase], fact, settled)
        case.find(court, Code.REFUND_RIGHT, detail, body.return_id, body.location, facts)
    if settled.differs:
        detail = f"{fact.named}: {'; '.join(settled.differs)}"
        facts = sides.of_difference(fact, settled)
        case.find(court, Code.RETURN_DIFFERS, detail, body.return_id, body.location, facts)


def check_place(court: Court, case: Case, places: set[str], goods: set[str]) -> None:
    """Find a return, with proof or without, that was made where its terminal is not, or of goods nobody knows."""
    body: Return = case.body
    if body.location not in places:
        case.find(court, Code.LOCATION_UNKNOWN, f"location {body.location} is not known", body.return_id)
    elif body.location != case.who.location:
        detail = f"taken back at {body.location} by a terminal of {case.who.location}"
        case.find(court, Code.NOT_ALLOWED, detail, body.return_id, body.location)
    for number in dict.fromkeys(x.product for x in body.lines if x.product and x.product not in goods):
        case.find(court, Code.PRODUCT_UNKNOWN, f"product {number} is not known", number, body.location)


def _use_claims(court: Court, cases: list[Case]) -> None:
    """The claimed rights are used. One of another terminal, or of another purchase, stays what it is."""
    mine = [(case.body.claim, case.who.terminal, case.body.purchase) for case in cases if case.body.claim]
    if mine:
        columns = (refund_claim.c.claim, refund_claim.c.terminal, refund_claim.c.purchase)
        used: Any = refund_claim.update().where(tuple_(*columns).in_(mine)).values(state="used")
        court.conn.execute(used)


def move_stock(court: Court, cases: list[Case], places: set[str], goods: set[str]) -> None:
    """What may be sold again is on hand again. What is to be looked at, or goes back, is not."""
    placed = [case for case in cases if case.body.location in places]
    movements.post_all(court.conn, [Post(case.recorder, move, case) for case in placed for move in _moves(case, goods)])


def _moves(case: Case, goods: set[str]) -> list[Move]:
    envelope = case.envelope
    assert envelope is not None  # a case with a body has one
    where, who = case.body.location, case.who.terminal
    return [
        Move(f"op:{case.op_id}:{n}", line.product, where, line.quantity, "return", envelope.at, who)
        for n, line in enumerate(case.body.lines, 1)
        if line.product in goods and line.disposition == Disposition.RESTOCK
    ]
