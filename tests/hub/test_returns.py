"""What the hub says of returns: never refused, never paid beyond the right, both sides of a collision named."""

import threading
from typing import Any

import pytest
from sqlalchemy import select

from sync.hub import database, ledger, records, tables
from sync.hub.serving import Running
from tests.hub.retailer import START, on_hand
from tests.hub.returning import Web, allow, asks, back, paid, return_of, stands, takes_back
from tests.hub.terminals import Terminal, count, matters, sale_of, terminal_at, verdicts

PLAIN = [("applied", "")]


@pytest.fixture
def web(hub: Running) -> Web:
    web = Web(hub)
    web.receive()
    return web


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


@pytest.fixture
def other(hub: Running) -> Terminal:
    return terminal_at(hub, "till-2", place="store-2")


def details(hub: Running) -> list[str]:
    with hub.engine.connect() as conn:
        return list(conn.execute(select(tables.attention.c.detail).order_by(tables.attention.c.id)).scalars())


def test_a_return_is_recorded_and_its_money_asked_for_by_the_payment_that_it_came_by(
    hub: Running, web: Web, till: Terminal
) -> None:
    answer = takes_back(till, stands(hub), {"1": 1000}, receipt="A-1")
    assert verdicts(answer) == PLAIN
    assert back(hub) == {"1": (1000, 33_333), "2": (0, 0)}
    assert stands(hub).paid[0].refunded == 33_333
    (asked,) = web.get("refunds")["refunds"]
    assert (asked["amount"], asked["reference"], asked["order"], asked["kind"]) == (
        33_333,
        "pay-t1",
        "100-48213",
        "online",
    )
    assert till.push().json() == answer.json()
    assert web.refunds() == {"t1": 33_333}
    report = records.report(hub.engine).returns
    assert [(r.location, r.returns, r.total) for r in report] == [("store-1", 1, 33_333)]
    with database.read(hub.engine) as conn:
        assert list(ledger.faults(conn)) == []


def test_three_visits_to_three_tills_give_back_what_was_paid_to_the_last_unit(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    ways = [paid("card", 50_000), paid("points", 33_333, "t2"), paid("coupon", 16_667, "t3")]
    web.receive({"1": ("p-1", 3, 100_000)}, paid=ways)
    for who in (till, other, till):
        assert verdicts(takes_back(who, stands(hub), {"1": 1000}, place=f"store-{1 + (who is other)}")) == PLAIN
    assert back(hub) == {"1": (3000, 100_000)}
    assert [p.left for p in stands(hub).paid] == [0, 0, 0]
    asked = web.get("refunds")["refunds"]
    sums = {id: sum(r["amount"] for r in asked if r["paid"] == id) for id in ("t1", "t2", "t3")}
    assert sums == {"t1": 50_000, "t2": 33_333, "t3": 16_667}, "points as points, coupons as coupons"


def test_F28_two_returns_alike_are_two_facts_and_one_that_comes_twice_is_one(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    bought = stands(hub)
    till.record(return_of(bought, {"1": 1000}), "return")
    again = return_of(bought, {"1": 1000})
    till.record(again, "return")
    till.record(again, "return")
    assert verdicts(till.push()) == [*PLAIN, *PLAIN, ("applied_with_exception", "duplicate_return")]
    other.record(again, "return")
    assert verdicts(other.push()) == [("applied_with_exception", "duplicate_return")]
    assert count(hub, tables.taken_back) == 2
    assert back(hub)["1"] == (2000, 66_666)
    assert on_hand(hub.engine, "p-1") == START + 2000


@pytest.mark.parametrize("together", [True, False], ids=["one push", "two pushes"])
def test_I8_F32_the_same_line_at_two_stores_is_named_with_both_sides_and_paid_once(
    hub: Running, web: Web, till: Terminal, other: Terminal, together: bool
) -> None:
    allow(hub, return_budget=10**9, return_cap=10**9)
    bought = stands(hub)
    first = return_of(bought, {"2": 1000}, "budget", receipt="A-17")
    second = return_of(bought, {"2": 1000}, "budget", "store-2", receipt="B-9")
    if together:
        till.record(first, "return")
        till.record(second, "return")
        assert verdicts(till.push())[:1] == PLAIN
    else:
        till.record(first, "return")
        other.record(second, "return")
        assert verdicts(till.push()) == PLAIN
        assert verdicts(other.push()) == [("applied_with_exception", "refund_right")]
    where = "till-1" if together else "till-2"
    assert details(hub)[0] == (
        f"B-9 at {where} (store-2), 49.90 KZT, order 100-48213: 49.90 KZT beyond the right. "
        "Before it: A-17 at till-1 (store-1), 49.90 KZT. Found: line 2 (SKU-p-2): 1 came back, 0 of 1 were left."
    )
    assert matters(hub)[0] == "refund_right"
    assert web.refunds() == {"t1": 4_990}
    assert back(hub)["2"] == (1000, 4_990)
    assert count(hub, tables.taken_back) == 2
    assert on_hand(hub.engine, "p-2") + on_hand(hub.engine, "p-2", "store-2") == 2 * START + 2000


def test_I8_a_promise_is_paid_when_it_arrives_and_one_that_collides_is_not(
    hub: Running, web: Web, till: Terminal, other: Terminal
) -> None:
    bought = stands(hub)
    assert verdicts(takes_back(till, bought, {"1": 2000}, "promise")) == PLAIN
    assert web.refunds() == {"t1": 66_667}
    answer = takes_back(other, bought, {"1": 2000, "2": 1000}, "promise", place="store-2")
    assert verdicts(answer) == [("applied_with_exception", "refund_right")]
    assert sum(r["amount"] for r in web.get("refunds")["refunds"]) == 66_667 + 4_990
    assert back(hub) == {"1": (3000, 66_667), "2": (1000, 4_990)}
    told = web.get("events")["events"]
    assert [e["kind"] for e in told] == ["return_recorded", "refund_promised"] * 2 + ["refund_refused"]
    assert told[-1]["body"]["amount"] == 66_667


def test_cash_of_a_promise_is_asked_of_the_payment_side_if_that_pays_it_and_cash_from_the_drawer_is_not(
    hub: Running, web: Web, till: Terminal
) -> None:
    allow(hub, promised_cash="channel")
    web.receive(paid=[paid("cash", 104_990)])
    takes_back(till, stands(hub), {"1": 1000}, "held")
    assert web.refunds() == {}
    takes_back(till, stands(hub), {"1": 1000}, "promise")
    (asked,) = web.get("refunds")["refunds"]
    assert (asked["kind"], asked["amount"]) == ("cash", 33_334)
    assert stands(hub).paid[0].refunded == 66_667


def test_F35_more_cash_than_was_paid_is_named_and_no_tender_goes_below_zero(
    hub: Running, web: Web, till: Terminal
) -> None:
    web.receive(paid=[paid("cash", 4_990), paid("card", 100_000, "t2")])
    right = return_of(stands(hub), {"2": 1000})
    cash = [{"paid": "t1", "kind": "cash", "amount": 6_000}]
    answer = takes_back(till, stands(hub), {"2": 1000}, refunds=cash, total=right.total, rounding=1_010)
    assert verdicts(answer) == [("applied_with_exception", "refund_right")]
    assert matters(hub) == ["refund_right", "return_differs"]
    assert stands(hub).paid[0].refunded == 4_990
    assert web.refunds() == {}


def test_F35_of_an_order_that_was_not_paid_nothing_goes_back(hub: Running, web: Web, till: Terminal) -> None:
    bought = stands(hub)
    web.receive(paid=[])
    assert verdicts(takes_back(till, bought, {"2": 1000}, "promise")) == [("applied_with_exception", "refund_right")]
    assert web.refunds() == {}
    assert "49.90 KZT more than was left of the other tenders" in details(hub)[0]


def test_F33_a_return_is_no_purchase_and_can_not_be_returned(hub: Running, web: Web, till: Terminal) -> None:
    first = return_of(stands(hub), {"2": 1000})
    till.record(first, "return")
    till.push()
    for name in (first.return_id, f"sale:{first.return_id}"):
        answer = takes_back(till, stands(hub), {"1": 1000}, "promise", purchase=name)
        assert verdicts(answer) == [("applied_with_exception", "purchase_unknown")]
        body = {"claim": "c-1", "purchase": name, "lines": [["1", 1]]}
        assert till.post("/v1/claims/refund", json=body).status_code == 404
    assert web.refunds() == {"t1": 4_990}
    assert till.post("/v1/ask/orders", json={"number": first.receipt}).json()["purchases"] == []


def test_money_that_does_not_add_up_is_recorded_and_flagged(hub: Running, web: Web, till: Terminal) -> None:
    answer = takes_back(till, stands(hub), {"2": 1000}, total=5_000)
    assert verdicts(answer) == [("applied_with_exception", "return_differs")]
    assert "total: recorded 5000, should be 4990" in answer.json()["verdicts"][0]["detail"]
    assert web.refunds() == {"t1": 4_990}


@pytest.mark.parametrize(("condition", "moved"), [("sealed", 1000), ("opened", 0), ("damaged", 0)])
def test_only_what_may_be_sold_again_is_on_hand_again(
    hub: Running, web: Web, till: Terminal, condition: str, moved: int
) -> None:
    takes_back(till, stands(hub), {"1": 1000}, condition=condition)
    assert on_hand(hub.engine, "p-1") == START + moved
    with database.read(hub.engine) as conn:
        assert records.stock_differences(conn) == []


def test_a_return_at_an_unknown_place_or_of_another_store_is_recorded_and_flagged(
    hub: Running, web: Web, till: Terminal
) -> None:
    for place, code in (("store-9", "location_unknown"), ("store-2", "not_allowed")):
        assert verdicts(takes_back(till, stands(hub), {"1": 1000}, place=place))[0][1] == code
    assert back(hub)["1"] == (2000, 66_667)
    assert on_hand(hub.engine, "p-1", "store-2") == START + 1000


def test_a_sale_and_its_return_in_one_push_are_both_applied(hub: Running, till: Terminal) -> None:
    sale = sale_of({"p-1": 2000}, receipt="K7QX3M-1")
    till.record(sale)
    till.push()
    (bought,) = asks(till, number="K7QX3M-1")
    again = sale_of({"p-1": 2000}, receipt="K7QX3M-2")
    till.record(again)
    body = return_of(bought, {"1": 1000}, purchase=f"sale:{again.sale_id}", number="K7QX3M-2")
    till.record(body, "return")
    assert verdicts(till.push(2)) == PLAIN * 2
    assert back(hub, f"sale:{again.sale_id}") == {"1": (1000, 29_900)}
    assert on_hand(hub.engine, "p-1") == START - 3000


def test_F19_the_terminal_is_told_that_its_return_is_included(hub: Running, web: Web, till: Terminal) -> None:
    takes_back(till, stands(hub), {"1": 1000})
    page = till.pull("orders").json()
    assert page["included"] == 1
    takes_back(till, stands(hub), {"1": 1000}, purchase="web:o-9")
    assert till.pull("orders", page["upto"]).json()["included"] == 2
    kept = till.raws[-1]
    till.record(return_of(stands(hub), {"1": 1000}), "return")
    till.raws[-1] = till.raws[-1].replace(b'"basis":"claim"', b'"basis":"luck"')
    assert till.raws[-1] != kept
    assert verdicts(till.push(3))[0][1] == "unreadable"
    assert till.pull("orders", page["upto"]).json()["included"] == 3


WRONG: dict[str, tuple[bytes, bytes]] = {
    "an unknown basis": (b'"basis":"claim"', b'"basis":"luck"'),
    "an unknown condition": (b'"sealed"', b'"licked"'),
    "an unknown disposition": (b'"restock"', b'"moon"'),
    "an unknown reason": (b'"changed_mind"', b'"no"'),
    "an unknown tender": (b'"online"', b'"shells"'),
    "a quantity of nothing": (b'"quantity":1000', b'"quantity":0'),
    "a negative amount": (b'"amount":33333,"vat', b'"amount":-1,"vat'),
    "a negative refund": (b'"amount":33333,"masked', b'"amount":-1,"masked'),
    "no lines": (b'"lines":[{', b'"lines":[],"x":[{'),
    "no id": (b'"receipt":"R', b'"return_id":"","receipt":"R'),
    "an id that no index holds": (b'"purchase":"web', b'"purchase":"' + b"x" * 9000),
}


def test_I5_a_return_that_no_record_can_hold_is_set_aside_and_those_behind_go_on(
    hub: Running, web: Web, till: Terminal
) -> None:
    for old, new in WRONG.values():
        raw = till.record(return_of(stands(hub), {"1": 1000}), "return")
        assert old in raw, old
        till.raws[-1] = raw.replace(old, new)
        till.sell()
    assert [code for _, code in verdicts(till.push())] == ["unreadable", ""] * len(WRONG)
    assert back(hub)["1"] == (0, 0)


def test_a_kiosk_takes_nothing_back(hub: Running, web: Web) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    assert verdicts(takes_back(kiosk, stands(hub), {"1": 1000})) == [("applied_with_exception", "not_allowed")]
    assert web.refunds() == {}
    assert back(hub)["1"] == (0, 0)


def test_I8_F32_a_crowd_that_returns_and_sells_the_same_goods_at_once_is_paid_what_there_was(
    hub: Running, web: Web
) -> None:
    web.receive({str(n): ("p-1", 2, 1_000) for n in range(4)}, paid=[paid("card", 3_000), paid("points", 1_000, "t2")])
    crowd = [terminal_at(hub, f"till-{n}", place=f"store-{n % 2 + 1}") for n in range(6)]
    bought = stands(hub)
    for n, one in enumerate(crowd):
        for line in range(4):
            place = f"store-{n % 2 + 1}"
            one.sell({"p-1": 1000}, place=place)
            basis = ("promise", "held", "budget")[n % 3]
            one.record(return_of(bought, {str((line + n) % 4): 1000}, basis, place), "return")
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda one=one: answers.append(one.push())) for one in crowd]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [code for answer in answers for _, code in verdicts(answer)]
    assert codes.count("refund_right") == 24 - 8
    now = stands(hub)
    assert all((x.returned, x.refunded) == (2000, 1_000) for x in now.lines)
    asked = web.get("refunds")["refunds"]
    for tender in now.paid:
        assert sum(r["amount"] for r in asked if r["paid"] == tender.id) == tender.refunded == tender.amount
    with database.read(hub.engine) as conn:
        assert records.stock_differences(conn) == []
        assert list(ledger.faults(conn)) == []
