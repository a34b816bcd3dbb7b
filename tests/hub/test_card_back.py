"""Money that a till's card terminal gives back: the hub asks nobody else for it while it may have gone, and once after
that. In whatever order operations come, however often, and whatever a restored hub forgot (I-8)."""

import itertools
import random
import uuid
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.domain.orders import Purchase
from sync.domain.receipts import SoldAs, purchase_of_sale
from sync.hub import database, records, tables
from sync.hub.serving import Running
from sync.protocol.operations import Payment, Return, Sale, SaleTender
from tests.hub.backup import Backup
from tests.hub.retailer import OTHER, STORE
from tests.hub.returning import Web, allow, return_of, stands
from tests.hub.terminals import Terminal, count, matters, sale_of, terminal_at, verdicts
from tests.hub.test_settled import settles, shown

PLAIN = ("applied", "")


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def card_sale(goods: dict[str, int] | None = None, **changed: Any) -> Sale:
    """A sale that one card paid for."""
    sale = sale_of(goods or {"p-1": 2000}, receipt=f"K7QX3M-{uuid.uuid4().hex[:4]}")
    total = sale.total
    tenders = [SaleTender("card", total, "paid-1", "100001", "•• 4242")]
    return msgspec.structs.replace(sale, tenders=tenders, change=0, due=total, rounding=0, **changed)


def bought(sale: Sale) -> Purchase:
    """The sale as the till that sold it knows it."""
    said = SoldAs(sale.sale_id, sale.receipt, sale.location, sale.currency, 1_000, 0, True, "en", 0)
    return purchase_of_sale(said, sale.lines, sale.tenders)


def by_card(of: Purchase, pieces: int = 1000, place: str = STORE) -> Return:
    """A return whose money the card terminal is asked for."""
    body = return_of(of, {"1": pieces}, "held" if place == STORE else "claim", place)
    refunds = [msgspec.structs.replace(refund, attempt=uuid.uuid4().hex) for refund in body.refunds]
    return msgspec.structs.replace(body, refunds=refunds)


def said(body: Return, state: str) -> Payment:
    """What became of its attempt."""
    (refund,) = body.refunds
    sale = body.purchase.removeprefix("sale:")
    return Payment(
        refund.attempt, sale, state, refund.amount, "KZT", "200001", "", "", refund=body.return_id, original="100001"
    )


def tell(till: Terminal, body: Return, *states: str) -> None:
    """Record the return, and what became of its attempt."""
    till.record(body, "return")
    for state in states:
        till.record(said(body, state), "payment")


def asked(hub: Running) -> list[tuple[str, int, str]]:
    """What the payment side was asked for: tender, minor units, reference."""
    with database.read(hub.engine) as conn:
        return [(row.paid, row.amount, row.reference) for row in conn.execute(select(tables.refund_request))]


def events(hub: Running) -> list[str]:
    with database.read(hub.engine) as conn:
        kinds = conn.execute(select(tables.event.c.kind).order_by(tables.event.c.number)).scalars()
        return [kind for kind in kinds if kind.startswith("refund")]


def test_I_8_nobody_is_asked_while_it_is_open_nor_once_it_is_approved(hub: Running, till: Terminal) -> None:
    sale = card_sale()
    till.record(sale)
    body = by_card(bought(sale))
    tell(till, body, "pending")
    assert verdicts(till.push()) == [PLAIN] * 3
    assert asked(hub) == [] and events(hub) == []
    assert stands(hub, body.purchase).paid[0].refunded == body.total, "the right is used from now on"
    till.record(said(body, "approved"), "payment")
    assert verdicts(till.push(4)) == [PLAIN]
    assert asked(hub) == [] and events(hub) == ["refund_given"] and matters(hub) == []
    with database.read(hub.engine) as conn:
        assert records.paid_without_sale(conn) == []


@pytest.mark.parametrize("states", [("declined",), ("unknown", "declined"), ("approved", "reversed")])
def test_I_8_what_did_not_go_back_the_payment_side_is_asked_for_once(
    hub: Running, till: Terminal, states: tuple[str, ...]
) -> None:
    sale = card_sale()
    till.record(sale)
    body = by_card(bought(sale))
    tell(till, body, "pending", *states)
    answer = till.push()
    assert asked(hub) == [("1", body.total, "100001")]
    assert till.push().json() == answer.json()
    assert count(hub, tables.refund_request) == 1 and events(hub)[-1] == "refund_promised"
    with database.read(hub.engine) as conn:
        (key,) = conn.execute(select(tables.refund_request.c.key)).scalars()
        op_id = conn.execute(select(tables.operation.c.op_id).where(tables.operation.c.kind == "return")).scalar()
    assert key == f"{op_id}:1", "as if it had been asked for at once"


def test_I_8_however_the_journal_is_cut_into_pushes(hub: Running, till: Terminal) -> None:
    due = 0
    for ended, *cuts in itertools.product(["approved", "declined"], [False, True], [False, True], [False, True]):
        first, sale = len(till.raws) + 1, card_sale()
        till.record(sale)
        body = by_card(bought(sale))
        tell(till, body, "pending", str(ended))
        for last in [*(first + n for n, cut in enumerate(cuts) if cut), first + 3]:
            till.push(first, last)
            till.push(first, last)
            first = last + 1
        due += ended == "declined"
        assert len(asked(hub)) == due, (ended, cuts)


def test_a_purchase_that_comes_after_its_return_was_given_back_elsewhere(hub: Running, till: Terminal) -> None:
    other = terminal_at(hub, "till-2", place=OTHER)
    for ended in ("approved", "declined", "unknown"):
        sale, first = card_sale(), len(other.raws) + 1
        body = by_card(bought(sale), place=OTHER)
        tell(other, body, "pending", ended)
        other.push(first)
        before = asked(hub)
        till.record(sale)
        till.push(len(till.raws))
        assert asked(hub)[len(before) :] == ([("1", body.total, "100001")] if ended == "declined" else [])
        assert stands(hub, body.purchase).paid[0].refunded == body.total
    assert matters(hub).count("purchase_unknown") == 3


def test_an_unknown_one_is_a_matter_that_an_answer_settles(hub: Running, till: Terminal) -> None:
    sale = card_sale()
    till.record(sale)
    body = by_card(bought(sale))
    tell(till, body, "pending", "unknown")
    till.push()
    (matter,) = shown(till).values()
    assert matter["code"] == "card_back_unknown" and matter["facts"]["back"] == body.total
    assert matter["facts"]["choices"] == ["given", "not_given", "call"]
    till.record(said(body, "approved"), "payment")
    till.push(5)
    assert shown(till) == {} and asked(hub) == []


def test_a_person_says_that_it_did_not_go_back_and_the_payment_side_is_asked_once(hub: Running, till: Terminal) -> None:
    sale = card_sale()
    till.record(sale)
    body = by_card(bought(sale))
    tell(till, body, "pending", "unknown")
    till.push()
    (matter,) = shown(till).values()
    assert settles(till, matter, "not_given") == [PLAIN]
    assert asked(hub) == [("1", body.total, "100001")]
    settles(till, matter, "not_given")
    till.record(said(body, "declined"), "payment")
    assert verdicts(till.push(len(till.raws))) == [PLAIN]
    assert count(hub, tables.refund_request) == 1


def test_a_card_terminal_that_gave_it_after_all_is_named(hub: Running, till: Terminal) -> None:
    sale = card_sale()
    till.record(sale)
    body = by_card(bought(sale))
    tell(till, body, "pending", "unknown")
    till.push()
    (matter,) = shown(till).values()
    settles(till, matter, "not_given")
    till.record(said(body, "approved"), "payment")
    assert verdicts(till.push(len(till.raws))) == [("applied_with_exception", "payment_step")]
    assert [it["code"] for it in shown(till).values()] == ["payment_step"]


def test_I_8_a_line_that_came_back_twice_is_asked_for_as_far_as_there_is_a_right(hub: Running, till: Terminal) -> None:
    sale, other = card_sale({"p-1": 1000}), terminal_at(hub, "till-2", place=OTHER)
    till.record(sale)
    here, there = by_card(bought(sale)), by_card(bought(sale), place=OTHER)
    tell(till, here, "pending", "approved")
    tell(other, there, "pending", "declined")
    till.push()
    assert verdicts(other.push())[0] == ("applied_with_exception", "refund_right")
    assert asked(hub) == []
    (matter,) = shown(till).values()
    assert matter["facts"]["choices"] == ["loss", "call"], "a card terminal may have given it"


def test_I_8_a_restored_hub_hears_it_all_again_and_asks_with_the_same_key(hub: Running, till: Terminal) -> None:
    sale = card_sale()
    till.record(sale)
    till.push()
    body = by_card(bought(sale))
    tell(till, body, "pending")
    till.push(2)
    backup = Backup(hub.engine)
    till.record(said(body, "declined"), "payment")
    till.push(4)
    with database.read(hub.engine) as conn:
        before = [dict(row._mapping) for row in conn.execute(select(tables.refund_request))]
    for _time in range(2):
        backup.put_back()
        till.hello()
        till.push(4)
        with database.read(hub.engine) as conn:
            after = [dict(row._mapping) for row in conn.execute(select(tables.refund_request))]
        assert [row["key"] for row in after] == [row["key"] for row in before]
        assert stands(hub, body.purchase).paid[0].refunded == body.total


def test_I_5_a_return_that_no_card_terminal_could_give_is_set_aside(hub: Running, till: Terminal) -> None:
    sale = card_sale()
    till.record(sale)
    for changed in ({"to": "credit"}, {"kind": "cash"}):
        body = by_card(bought(sale))
        refunds = [msgspec.structs.replace(refund, **changed) for refund in body.refunds]
        till.record(msgspec.structs.replace(body, refunds=refunds, credit="0" * 32), "return")
    till.record(msgspec.structs.replace(by_card(bought(sale)), basis="promise"), "return")
    assert verdicts(till.push()) == [PLAIN, *[("applied_with_exception", "unreadable")] * 3]


@pytest.mark.parametrize("seed", range(2))
def test_I_8_any_tills_in_any_order_never_give_more_than_was_paid(hub: Running, seed: int) -> None:
    """Each till hands over its journal in pieces, some of them twice; what fits is given once, by one side alone."""
    chance = random.Random(seed)
    tills = [terminal_at(hub, f"till-{n}", place=STORE if n % 2 else OTHER) for n in range(3)]
    sale = card_sale({"p-1": 3000})
    tills[0].record(sale)
    told: dict[str, list[str]] = {}
    for till in tills:
        body = by_card(bought(sale), chance.choice([1000, 2000]), place=STORE if till.name[-1] == "1" else OTHER)
        ended = chance.choice([["approved"], ["declined"], ["unknown", "approved"], ["unknown", "declined"], []])
        told[body.refunds[0].attempt] = ended
        tell(till, body, "pending", *ended)
    stand = {till.name: 0 for till in tills}
    while open_ones := [till for till in tills if stand[till.name] < len(till.raws)]:
        till = chance.choice(open_ones)
        last = chance.randint(stand[till.name] + 1, len(till.raws))
        till.push(stand[till.name] + 1, last)
        if chance.random() < 0.3:
            till.push(1, last)
        stand[till.name] = last
    (paid,) = stands(hub, f"sale:{sale.sale_id}").paid
    with database.read(hub.engine) as conn:
        rows = conn.execute(select(tables.card_back)).all()
    assert all((row.asked_at is not None) == (told[row.attempt][-1:] == ["declined"] and row.fits > 0) for row in rows)
    assert sum(row.fits for row in rows) <= paid.refunded <= paid.amount
    assert sum(amount for _, amount, _ in asked(hub)) == sum(row.fits for row in rows if row.asked_at is not None)


def test_a_channel_that_pays_for_stores_hears_of_what_the_card_terminal_did_not_give(
    hub: Running, till: Terminal
) -> None:
    web = Web(hub)
    allow(hub, store_refunds="web")
    sale = card_sale()
    till.record(sale)
    body = by_card(bought(sale))
    tell(till, body, "pending")
    till.push()
    assert web.refunds() == {}
    till.record(said(body, "declined"), "payment")
    till.push(4)
    assert web.refunds() == {"1": body.total}
