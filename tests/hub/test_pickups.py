"""Click and collect at the hub: promised at once, packed, handed out once, sent back (F44, F45, I-9)."""

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.domain.pickups import ParcelState
from sync.hub import lanes, tables
from sync.hub.api import now_ms
from sync.hub.push import Taken
from sync.hub.serving import Running
from sync.protocol.messages import Push
from tests.hub.collecting import (
    APPLIED,
    LINES,
    NUMBER,
    beyond,
    events,
    gives,
    orders,
    pack,
    parcel,
    picked,
    ready,
    receive,
    refuses,
    sends_back,
    shelve,
    state,
    stock,
)
from tests.hub.retailer import OTHER, WAREHOUSE
from tests.hub.returning import Web, claims, paid, return_of, stands, takes_back
from tests.hub.terminals import Terminal, matters, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


# --- an order arrives ------------------------------------------------------------------------------------------------


def test_F44_an_order_is_promised_at_its_store_at_once_and_the_same_again_changes_nothing(
    hub: Running, web: Web
) -> None:
    assert orders(web).json()["new"] is True
    assert (stock(hub, "p-1"), stock(hub, "p-2")) == ((0, 3), (0, 1))
    assert orders(web).json()["new"] is False
    assert stock(hub, "p-1") == (0, 3)
    assert stands(hub).received_at is None


def test_F44_another_order_finds_it_promised_and_more_than_is_there_is_put_before_a_person(
    hub: Running, web: Web
) -> None:
    orders(web)
    goods = [{"product": "p-1", "quantity": 98_000}]
    answer = web.post("orders", {"order": "o-2", "location": "store-1", "lines": goods, "at": 1})
    assert answer.status_code == 200 and matters(hub) == ["oversold"]


def test_F44_goods_from_elsewhere_are_promised_there(hub: Running, web: Web, till: Terminal) -> None:
    orders(web, source=WAREHOUSE)
    assert (stock(hub), stock(hub, place=WAREHOUSE)) == ((0, 0), (0, 3))
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE)
    assert verdicts(there.push()) == [APPLIED]
    assert (stock(hub), stock(hub, place=WAREHOUSE)) == ((0, 0), (-3, 0)), "it is on its way"
    assert state(hub) is ParcelState.EXPECTED
    receive(till)
    assert verdicts(till.push()) == [APPLIED]
    assert (stock(hub), parcel(hub).fence) == ((3, 3), 2)
    gives(till, fence=2)
    till.push()
    assert (stock(hub), stock(hub, place=WAREHOUSE)) == ((0, 0), (-3, 0))


def test_F44_goods_that_are_packed_elsewhere_than_promised_leave_no_promise_behind(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web, source=WAREHOUSE)
    pack(till)
    gives(till)
    assert verdicts(till.push()) == [APPLIED, APPLIED]
    assert (stock(hub), stock(hub, place=WAREHOUSE)) == ((-3, 0), (0, 0))


def test_an_order_that_changes_promises_what_it_says_now(hub: Running, web: Web) -> None:
    orders(web)
    fewer = [line | {"quantity": 1000} for line in picked()[:1]]
    assert orders(web, lines=fewer).status_code == 200
    assert (stock(hub, "p-1"), stock(hub, "p-2")) == ((0, 1), (0, 0))
    assert orders(web, lines=picked(OTHER)).status_code == 200
    assert (stock(hub, "p-1"), stock(hub, "p-1", OTHER)) == ((0, 0), (0, 3))
    sent = [{k: v for k, v in line.items() if k not in ("fulfilment", "pickup_at")} for line in picked()]
    assert orders(web, lines=sent, received_at=7).status_code == 200
    assert (stock(hub, "p-1", OTHER), stands(hub).received_at) == ((0, 0), 7)


NO_PICK_UPS = (
    ({"fulfilment": "drone"}, "bad_order"),
    ({"pickup_at": ""}, "bad_order"),
    ({"fulfilment": "ship"}, "bad_order"),
    ({"pickup_at": "nowhere"}, "location_unknown"),
    ({"source": "nowhere"}, "location_unknown"),
)


def test_what_no_pick_up_can_be_is_refused_with_a_sentence(web: Web) -> None:
    for line, code in NO_PICK_UPS:
        answer = orders(web, lines=picked(**line))
        assert (answer.status_code, answer.json()["code"]) == (422, code), line
        assert answer.json()["message"].endswith(".")


# --- its way to the shopper ------------------------------------------------------------------------------------------


def test_F45_nothing_but_a_hand_out_completes_an_order(hub: Running, web: Web, till: Terminal) -> None:
    orders(web, received_at=2_000)
    for step in (lambda: pack(till), lambda: shelve(till)):
        step()
        till.push()
        assert stands(hub).received_at is None and not stands(hub).complete
    assert stock(hub) == (0, 3), "packed, it is promised as before"
    gives(till)
    assert verdicts(till.push())[-1] == APPLIED
    bought = stands(hub)
    assert bought.received_at is not None and bought.complete
    assert [line.handed for line in bought.lines] == [3000, 1000]
    assert (stock(hub, "p-1"), stock(hub, "p-2"), state(hub)) == ((-3, 0), (-1, 0), ParcelState.HANDED_OUT)
    assert orders(web, received_at=2_000).json()["new"] is False, "what the channel says again undoes nothing"
    assert stands(hub) == bought


def test_F45_a_part_that_is_handed_out_completes_nothing(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    pack(till, "par-1", LINES[:1])
    pack(till, "par-2", LINES[1:])
    shelve(till, "par-1")
    gives(till, "par-1", lines=LINES[:1])
    assert verdicts(till.push()) == [APPLIED] * 4
    bought = stands(hub)
    assert (bought.complete, bought.awaited, [x.left for x in bought.lines]) == (False, True, [3000, 0])
    assert events(web)[-1][1]["complete"] is False
    gives(till, "par-2", lines=LINES[1:])
    till.push()
    assert stands(hub).complete and events(web)[-1][1]["complete"] is True


def test_what_was_not_handed_out_cant_be_claimed_back_and_what_was_can(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    pack(till, "par-1", LINES[:1])
    gives(till, "par-1", lines=LINES[:1])
    till.push()
    assert claims(till, "c-1", {"1": 3000}).status_code == 200
    assert claims(till, "c-2", {"2": 1000}).json()["code"] == "right_gone"
    assert verdicts(takes_back(till, stands(hub), {"1": 1000}, claim="c-1"))[-1] == APPLIED


def test_the_retailer_hears_of_what_is_ready_handed_out_and_expired(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    pack(till, "par-1", LINES[:1])
    pack(till, "par-2", LINES[1:])
    for id in ("par-1", "par-2"):
        shelve(till, id)
        shelve(till, id, "C-9")
    gives(till, "par-1", lines=LINES[:1])
    sends_back(till, "par-2")
    till.push()
    told = events(web)
    kinds = ["parcel_ready", "parcel_ready", "parcel_handed_out", "parcel_expired"]
    assert [kind for kind, _ in told] == kinds, "another shelf is no news"
    assert all(body["number"] == NUMBER for _, body in told)
    assert told[2][1]["parcels"] == ["par-1"]


def test_an_expired_parcel_is_on_sale_again_and_its_order_waits_for_it_no_more(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    sends_back(till)
    assert verdicts(till.push())[-1] == APPLIED
    assert (stock(hub), state(hub)) == ((0, 0), ParcelState.SENT_BACK)
    assert not stands(hub).awaited and not stands(hub).complete
    assert orders(web).json()["new"] is False
    assert stock(hub) == (0, 0), "told again, it is not promised again"


def test_a_parcel_that_goes_to_the_warehouse_leaves_the_store(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    sends_back(till, to=WAREHOUSE)
    till.push()
    assert stock(hub) == (-3, 0)


# --- a store that can't ----------------------------------------------------------------------------------------------


def test_F45_a_refused_line_goes_back_once_and_is_not_brokered_to_that_store_again(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    refuses(till)
    refuses(till)
    assert verdicts(till.push()) == [APPLIED, APPLIED]
    assert (stock(hub, "p-1"), stock(hub, "p-2")) == ((0, 0), (0, 1))
    told = [body for kind, body in events(web) if kind == "line_refused"]
    assert [(x["line"], x["location"], x["quantity"]) for x in told] == [("1", "store-1", 3000)]
    for _ in range(2):
        answer = orders(web).json()
        assert answer["refused"] == ["1"]
        assert (stock(hub, "p-1"), stands(hub).lines[0].pickup_at) == ((0, 0), "")
    assert orders(web, lines=picked(OTHER)).json()["refused"] == []
    assert (stock(hub, "p-1", OTHER), stands(hub).lines[0].pickup_at) == ((0, 3), OTHER)
    assert orders(web).json()["refused"] == ["1"], "back at the store that refused it, it waits for another source"


def test_F45_two_terminals_that_refuse_one_line_are_one_refusal(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    other = terminal_at(hub, "till-9")
    refuses(till)
    refuses(other)
    assert [*verdicts(till.push()), *verdicts(other.push())] == [APPLIED, APPLIED]
    assert [kind for kind, _ in events(web)] == ["line_refused"]


# --- in whatever order the hub hears of it ---------------------------------------------------------------------------


def test_three_terminals_tell_of_one_parcel_in_any_order_and_it_comes_to_the_same(hub: Running, web: Web) -> None:
    """Packed by one, shelved by another, handed out by a third, whoever is heard first."""
    tills = [terminal_at(hub, f"t-{who}") for who in range(3)]
    for n, order in enumerate(permutations(range(3))):
        web.receive(order="o-1", lines=picked(), paid=[paid("online", 104_990)], received_at=None)
        id = f"par-{n}"
        pack(tills[0], id)
        shelve(tills[1], id)
        gives(tills[2], id)
        before = stock(hub)
        for who in order:
            assert verdicts(tills[who].push())[-1] == APPLIED, (order, who)
        after = stock(hub)
        assert (after[0] - before[0], after[1]) == (-3, 0), order
        assert state(hub, id) is ParcelState.HANDED_OUT
        assert stands(hub).complete
        _forget(hub)


def _forget(hub: Running) -> None:
    """The order is another one, next time."""
    with hub.engine.begin() as conn:
        for table in (tables.purchase, tables.parcel, tables.pickup_line, tables.hand_out):
            conn.execute(table.delete())


def test_a_hub_that_hears_of_the_order_last_comes_to_the_same(hub: Running, web: Web, till: Terminal) -> None:
    """It was restored, and the channel tells again what it told."""
    pack(till)
    gives(till)
    refuses(till, "9")
    assert verdicts(till.push())[:2] == [beyond("purchase_unknown")] * 2
    assert orders(web).status_code == 200
    bought = stands(hub)
    assert bought.complete and bought.received_at is not None
    assert (stock(hub), stock(hub, "p-2")) == ((-3, 0), (-1, 0))
    with hub.engine.connect() as conn:
        left = conn.execute(select(tables.attention.c.code).where(tables.attention.c.settled_at.is_(None))).all()
    assert left == []


# --- several at once -------------------------------------------------------------------------------------------------


def take_together(hub: Running, *tills: Terminal) -> None:
    """Their pushes in one transaction, as a hub takes those that wait together."""
    pushes = [(msgspec.convert(till.push_body(), Push), now_ms()) for till in tills]
    outcomes = lanes.take_together(hub.engine, pushes)
    assert all(isinstance(outcome, Taken) for outcome in outcomes), outcomes


def told_last(till: Terminal, scope: str, entity: str, key: str) -> dict[str, Any]:
    """A row as a terminal has it that read all of the scope."""
    found = {}
    for version in till.pull(scope).json()["versions"]:
        for change in version["changes"]:
            if (change["entity"], change["key"]) == (entity, key):
                found = change["row"]
    return found


def test_pushes_of_one_transaction_end_with_the_row_as_it_stands_F20(hub: Running, web: Web, till: Terminal) -> None:
    """One sells and the other hands out: whichever was judged first, the last thing that is told is the truth."""
    orders(web)
    ready(till, hub)
    for n, first in enumerate((True, False)):
        seller = terminal_at(hub, f"till-s{n}")
        giver = terminal_at(hub, f"till-g{n}")
        pack(giver, f"par-x{n}")
        gives(giver, f"par-x{n}")
        seller.sell({"p-1": 1000})
        take_together(hub, *((seller, giver) if first else (giver, seller)))
        row = told_last(till, "location:store-1", "stock", "p-1\x1fstore-1")
        assert ((row["on_hand"] - 100_000) // 1000, row["reserved"] // 1000) == stock(hub)


def test_sales_and_a_return_of_one_transaction_end_with_the_row_as_it_stands_F20(hub: Running, web: Web) -> None:
    """The return is judged behind both sales, and told before the second."""
    web.receive()
    one, other, third = terminal_at(hub), terminal_at(hub, "till-2"), terminal_at(hub, "till-3")
    one.sell({"p-1": 1000})
    other.record(return_of(stands(hub), {"1": 1000}), "return")
    third.sell({"p-1": 1000})
    take_together(hub, one, other, third)
    row = told_last(one, "location:store-1", "stock", "p-1\x1fstore-1")
    assert (row["on_hand"] - 100_000) // 1000 == stock(hub)[0] == -1


def test_I9_of_many_that_hand_one_parcel_out_at_once_one_is_plain_and_each_other_is_named(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    tills = [terminal_at(hub, f"till-c{n}") for n in range(4)]
    for each in tills:
        gives(each)
    with ThreadPoolExecutor(len(tills)) as pool:
        answers = [verdicts(answer)[0] for answer in pool.map(lambda each: each.push(), tills)]
    assert sorted(answers) == sorted([APPLIED, *[beyond("handed_out_twice")] * 3])
    assert (stock(hub), parcel(hub).fence) == ((-3, 0), 5)


def test_F44_of_many_orders_that_come_at_once_each_is_promised(hub: Running, web: Web) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: orders(web, order=f"o-{n}", number=f"N-{n}"), range(12)))
    assert [answer.status_code for answer in answers] == [200] * 12
    assert stock(hub) == (0, 36)
