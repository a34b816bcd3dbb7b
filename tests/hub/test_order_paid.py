"""Orders that are paid at a till: once, nothing is due then; paid twice by tills that knew nothing of each other, or by
the channel too, is put before a person with both sides, and no money is lost."""

import uuid
from typing import Any

import msgspec
import pytest

from sync.hub import database, judge_order_paid, ledger, report, value_report
from sync.hub.cases import Unfit
from sync.hub.order_tables import order_payment
from sync.hub.serving import Running
from sync.hub.tables import matter
from sync.protocol.operations import CashPaid, SaleTender, Settled, ShiftClosed, ShiftOpened
from sync.protocol.order_payments import OrderPaid
from sync.protocol.shifts import TenderTotal
from tests.hub.collecting import APPLIED, NUMBER, beyond, events, gives, orders, parcel, ready
from tests.hub.retailer import OTHER, STORE
from tests.hub.returning import ORDER, Web, allow, asks, paid, stands
from tests.hub.terminals import Terminal, count, terminal_at, verdicts
from tests.hub.valued import ACCOUNT, balance, holds, issued

WORTH = 104_990


@pytest.fixture
def web(hub: Running) -> Web:
    made = Web(hub)
    orders(made, paid=[])
    return made


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


@pytest.fixture
def other(hub: Running) -> Terminal:
    return terminal_at(hub, "till-2", place=OTHER)


def pays(till: Terminal, *tenders: SaleTender, place: str = STORE, **changed: Any) -> OrderPaid:
    """Record that the order was paid at that till; in cash with change unless said otherwise."""
    given = list(tenders) or [SaleTender("cash", 110_000)]
    change = sum(t.amount for t in given) - WORTH
    slip = f"{till.name.replace('-', '').upper()}-{len(till.raws) + 1}"
    body = OrderPaid(uuid.uuid4().hex, slip, ORDER, NUMBER, place, "KZT", WORTH, 0, WORTH, given, change)
    body = msgspec.structs.replace(body, **changed)
    till.record(body, "order_paid")
    return body


def tenders(hub: Running) -> list[tuple[str, str, int, int]]:
    return [(p.id, p.kind.value, p.amount, p.refunded) for p in stands(hub).paid]


def settles(till: Terminal, matter: dict[str, Any], choice: str = "pay") -> None:
    till.record(Settled(matter["id"], matter["code"], choice), "settled")


def shown(hub: Running, place: str = STORE) -> list[dict[str, Any]]:
    """Open matters of a place, as terminals see them."""
    with hub.engine.connect() as conn:
        rows = conn.execute(matter.select().where(matter.c.location == place)).mappings()
        return [dict(row) | {"body": msgspec.json.decode(row["body"])} for row in rows]


def test_it_is_paid_once_and_nothing_is_due_of_order_and_parcels(hub: Running, web: Web, till: Terminal) -> None:
    ready(till, hub)
    assert parcel(hub).due == WORTH
    body = pays(till)
    gives(till)
    assert verdicts(till.push()) == [APPLIED] * 4
    assert tenders(hub) == [(f"till:{body.receipt}:1", "cash", WORTH, 0)]
    assert (stands(hub).due, parcel(hub).due) == (0, 0)
    kind, told = next(e for e in events(web) if e[0] == "order_paid")
    assert (kind, told["amount"], told["due"], told["receipt"]) == ("order_paid", WORTH, 0, body.receipt)
    assert [found.id for found in asks(till, number=body.receipt)] == [ORDER], "its receipt finds the order"
    orders(web, paid=[])
    assert tenders(hub)[0][2] == WORTH, "what a channel says of the order later takes nothing of it away"


def test_a_payment_is_recorded_once_and_one_that_does_not_add_up_is_shown(
    hub: Running, web: Web, till: Terminal
) -> None:
    body = pays(till, change=0)
    till.record(body, "order_paid")
    assert verdicts(till.push()) == [beyond("total_differs"), beyond("duplicate_operation")]
    assert count(hub, order_payment) == 1 and stands(hub).due == 0
    assert orders(web, paid=[paid("cash", WORTH, "till:K7-1:1")]).status_code == 422, "only tills give such names"


def test_one_that_is_heard_of_before_its_order_counts_when_the_order_comes(hub: Running, till: Terminal) -> None:
    body = pays(till)
    assert verdicts(till.push()) == [beyond("purchase_unknown")]
    web = Web(hub)
    orders(web, paid=[])
    assert tenders(hub) == [(f"till:{body.receipt}:1", "cash", WORTH, 0)]
    assert (stands(hub).due, shown(hub)) == (0, [])


def test_two_offline_tills_that_take_it_both_are_named_and_the_last_goes_back_as_it_came(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    allow(hub, store_refunds="bank")
    bank = Web(hub, "bank")
    first, second = pays(till), pays(other, SaleTender("card", WORTH, "a-1", "ref-1", "**** 1111"), place=OTHER)
    assert (verdicts(till.push()), verdicts(other.push())) == ([APPLIED], [beyond("order_overpaid")])
    assert [row[2] for row in tenders(hub)] == [WORTH, WORTH], "no money is lost"
    for place in (STORE, OTHER):
        [it] = shown(hub, place)
        facts = it["body"]
        assert (it["code"], facts["amount"], facts["back"], facts["purchase"]) == (
            "order_overpaid",
            WORTH,
            WORTH,
            ORDER,
        )
        sides = [(x["terminal"], x["receipt"], x["amount"], x["tenders"]) for x in facts["sides"]]
        assert sides == [("till-1", first.receipt, WORTH, ["cash"]), ("till-2", second.receipt, WORTH, ["card"])]
        assert facts["choices"] == ["pay", "put_right", "call"]
    settles(till, shown(hub)[0])
    assert verdicts(till.push())[-1] == APPLIED
    assert bank.refunds() == {f"till:{second.receipt}:1": WORTH} and web.refunds() == {}
    assert [row[3] for row in tenders(hub)] == [0, WORTH]
    assert shown(hub) == []


def test_cash_beyond_an_order_is_owed_at_any_till_by_its_receipt(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    pays(till, SaleTender("card", WORTH, "a-1", "ref-1", "**** 1111"))
    body = pays(other, place=OTHER)
    till.push(), other.push()
    settles(other, shown(hub, OTHER)[0])
    assert verdicts(other.push())[-1] == APPLIED
    assert asks(till, number=body.receipt) == [], "its cash is fetched first"
    [owed] = till.post("/v1/ask/owed", json={"number": body.receipt}).json()["owed"]
    assert (owed["state"], owed["amount"], owed["receipt"], owed["number"]) == ("open", WORTH, body.receipt, NUMBER)
    assert till.post("/v1/claims/owed", json={"key": owed["key"], "claim": "c-1"}).status_code == 200
    till.record(CashPaid("p-1", "TILL1-9", owed["key"], "c-1", WORTH, "KZT", STORE, number=body.receipt), "cash_paid")
    assert verdicts(till.push())[-1] == APPLIED and tenders(hub)[1][3] == WORTH
    [paid_out] = other.post("/v1/ask/owed", json={"number": body.receipt}).json()["owed"]
    assert (paid_out["state"], paid_out["till"]) == ("paid", "till-1")
    assert [found.id for found in asks(other, number=body.receipt)] == [ORDER]


def test_paid_on_the_web_too_is_put_before_the_store_that_took_it(hub: Running, web: Web, till: Terminal) -> None:
    body = pays(till)
    assert verdicts(till.push()) == [APPLIED]
    orders(web)
    assert {(id, amount) for id, _kind, amount, _back in tenders(hub)} == {
        ("t1", WORTH),
        (f"till:{body.receipt}:1", WORTH),
    }
    [matter] = shown(hub)
    sides = [(x["what"], x["name"], x["amount"]) for x in matter["body"]["sides"]]
    assert sides == [("paid", "web", WORTH), ("order_paid", "till-1", WORTH)]
    orders(web)
    assert len(shown(hub)) == 1, "and the same word again is no other matter"


def test_what_is_cancelled_after_it_was_paid_here_goes_back_from_here(hub: Running, web: Web, till: Terminal) -> None:
    pays(till)
    till.push()
    assert web.post("cancelled", {"order": "o-1", "at": 5_000, "lines": ["2"]}).status_code == 200
    [matter] = shown(hub)
    assert (matter["code"], matter["body"]["amount"]) == ("order_overpaid", 4_990)
    settles(till, matter)
    assert verdicts(till.push())[-1] == APPLIED
    assert tenders(hub)[0][3] == 4_990


def test_stored_value_is_captured_once_as_for_a_sale(hub: Running, web: Web, till: Terminal) -> None:
    issued(web, 200_000)
    name = uuid.uuid4().hex
    hold = holds(till, name, WORTH).json()["hold"]
    pays(till, SaleTender("gift_card", WORTH, hold, ACCOUNT, "0007"), payment=name)
    assert verdicts(till.push()) == [APPLIED]
    assert balance(hub) == 200_000 - WORTH
    assert holds(till, name, 1_000).json()["code"] == "value_used"
    with database.read(hub.engine) as conn:
        assert list(value_report.faults(conn)) == []


def test_F36_shift_report_and_daily_proof_have_it(hub: Running, web: Web, till: Terminal) -> None:
    till.record(ShiftOpened("sh-1", "Z-1", STORE, "KZT", 10_000), "shift_opened")
    pays(till)
    told = {"orders": 1, "ordered": WORTH, "tenders": [TenderTotal("cash", WORTH, 0)]}
    closed = ShiftClosed(
        "sh-1", "Z-1", STORE, "KZT", 1, "s-1", 10_000, 10_000 + WORTH, 10_000 + WORTH, 0, "", "",
        [(10, (10_000 + WORTH) // 10)], [], [], 0, 0, 0, 0, 0, 0, 0, 0, "", "", 1, 0, 0,
    )  # fmt: skip
    till.record(msgspec.structs.replace(closed, **told), "shift_closed")
    assert verdicts(till.push()) == [APPLIED] * 3
    with database.read(hub.engine) as conn:
        assert list(ledger.faults(conn)) == []
        assert any(line.startswith("orders paid 2026-03-14") and f"1, {WORTH}" in line for line in report.lines(conn))


@pytest.mark.parametrize(
    "wrong",
    [{"payment": ""}, {"tenders": []}, {"amount": 0}, {"tenders": [SaleTender("exchange", WORTH)]}, {"receipt": "a:b"}],
)
def test_what_no_record_can_hold_is_no_payment(wrong: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        judge_order_paid.check(pays(Terminal("http://nowhere"), **wrong))
