"""Who has a parcel, at the hub: handed out once, claimed, cancelled, changed hands (I-9)."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from sync.domain.pickups import ParcelLine, ParcelState
from sync.hub import keeping, tables
from sync.hub.api import now_ms
from sync.hub.parcel_claims import LEASE_MS
from sync.hub.serving import Running
from sync.protocol.pickups import ParcelPacked, ParcelSentBack
from tests.hub.collecting import (
    APPLIED,
    LINES,
    NUMBER,
    beyond,
    gives,
    orders,
    pack,
    parcel,
    ready,
    receive,
    sends_back,
    shelve,
    state,
    stock,
)
from tests.hub.retailer import STORE, WAREHOUSE
from tests.hub.returning import ORDER, Web, stands
from tests.hub.terminals import Terminal, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


# --- custody ---------------------------------------------------------------------------------------------------------


def test_I9_a_parcel_handed_out_at_two_terminals_is_caught_and_both_sides_are_named(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    other = terminal_at(hub, "till-9")
    first, second = gives(till), gives(other)
    assert verdicts(till.push())[-1] == APPLIED
    assert verdicts(other.push()) == [beyond("handed_out_twice")]
    assert (stock(hub), stands(hub).lines[0].handed) == ((-3, 0), 3000), "the goods went once"
    [matter] = [x for x in till.pull("attention:store-1").json()["versions"][-1]["changes"] if x["row"]]
    facts = json.loads(matter["row"]["body"])
    sides = [(s["what"], s["terminal"], s["location"], s["receipt"]) for s in facts["sides"]]
    assert sides == [
        ("handed_out", "till-1", "store-1", first.receipt),
        ("handed_out", "till-9", "store-1", second.receipt),
    ]
    assert all(side["at"] > 0 and side["actor"] for side in facts["sides"])
    assert facts["choices"] == ["call", "found", "loss"]


def test_I9_a_third_time_names_the_first(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    for _ in range(3):
        gives(till)
    assert verdicts(till.push())[2:] == [APPLIED, beyond("handed_out_twice"), beyond("handed_out_twice")]
    assert parcel(hub).fence == 4


def test_I9_a_second_hand_out_is_caught_when_the_parcel_is_long_forgotten(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    gives(till)
    till.push()
    assert keeping.forget_parcels(hub.engine, now_ms()) == 0
    assert keeping.forget_parcels(hub.engine, now_ms() + keeping.KEEP_MS + 60_000) == 1
    last = till.pull("location:store-1").json()["versions"][-1]["changes"]
    assert last == [{"entity": "parcel", "key": "par-1", "row": None}]
    gives(till)
    assert verdicts(till.push())[-1] == beyond("handed_out_twice")
    assert stock(hub) == (-3, 0)


def test_goods_that_were_sent_on_and_given_all_the_same_are_gone_once(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    sends_back(till, to=WAREHOUSE)
    gives(till)
    assert verdicts(till.push())[2:] == [APPLIED, beyond("parcel_differs")]
    assert (stock(hub), stands(hub).lines[0].cancelled, stands(hub).complete) == ((-3, 0), 0, True)


def test_what_is_left_of_an_order_is_waited_for_though_a_part_was_said_to_be_sent_back(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    one = (ParcelLine("1", "p-1", "SKU-p-1", "Product p-1", 1000),)
    pack(till, lines=one)
    till.record(ParcelSentBack("par-1", ORDER, NUMBER, STORE, 1, "expired", list(one)), "parcel_sent_back")
    gives(till, lines=one)
    till.push()
    line = stands(hub).lines[0]
    assert (line.handed, line.cancelled, line.awaited, stock(hub)) == (1000, 0, 2000, (-1, 2))


def test_a_parcel_that_is_heard_of_by_its_receipt_comes_in_once(hub: Running, web: Web, till: Terminal) -> None:
    orders(web, source=WAREHOUSE)
    receive(till)
    assert verdicts(till.push()) == [APPLIED]
    assert (stock(hub), stock(hub, place=WAREHOUSE)) == ((3, 3), (-3, 0))
    shelve(till, fence=2)
    assert (verdicts(till.push())[-1], state(hub), stock(hub)) == (APPLIED, ParcelState.READY, (3, 3))


def test_a_parcel_put_on_sale_before_the_hub_hears_that_it_came_is_counted_there(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web, source=WAREHOUSE)
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE)
    there.push()
    sends_back(till, fence=2)
    receive(till)
    till.push()
    assert (stock(hub), stock(hub, place=WAREHOUSE), state(hub)) == ((3, 0), (-3, 0), ParcelState.SENT_BACK)


def test_a_parcel_packed_by_who_did_not_hear_of_the_payment_says_what_is_due(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web, paid=[])
    lines = list(LINES)
    till.record(ParcelPacked("par-1", ORDER, NUMBER, STORE, STORE, lines, 104_990, "KZT"), "parcel_packed")
    orders(web)
    till.push()
    assert parcel(hub).due == stands(hub).due == 0


def test_a_hand_out_after_a_cancellation_is_a_fact_and_both_sides_are_named(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    assert web.post("cancelled", {"order": "o-1", "at": 5}).json()["new"] is True
    assert (state(hub), stock(hub)) == (ParcelState.CANCELLED, (0, 3)), "it is promised until somebody puts it back"
    gives(till)
    assert verdicts(till.push())[-1] == beyond("parcel_differs")
    assert (stock(hub), stands(hub).lines[0].handed) == ((-3, 0), 3000)


def test_a_line_called_off_in_a_packed_parcel_is_named_and_the_last_one_ends_the_parcel(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    web.post("cancelled", {"order": "o-1", "at": 5, "lines": ["1"]})
    assert state(hub) == ParcelState.READY, "the other line is waited for"
    [matter] = [x for x in till.pull("attention:store-1").json()["versions"][-1]["changes"] if x["row"]]
    facts = json.loads(matter["row"]["body"])
    assert matter["row"]["code"] == "parcel_differs"
    assert "par-1: called off, to be taken out of it: SKU-p-1 3" in facts["detail"]
    assert [side["what"] for side in facts["sides"]] == ["received", "cancelled"]
    web.post("cancelled", {"order": "o-1", "at": 6, "lines": ["2"]})
    assert state(hub) == ParcelState.CANCELLED, "nobody waits for anything in it"


def test_a_cancelled_parcel_that_is_put_back_is_on_sale_again(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    web.post("cancelled", {"order": "o-1", "at": 5})
    assert web.post("cancelled", {"order": "o-1", "at": 5}).json()["new"] is False
    sends_back(till, reason="cancelled", fence=2)
    assert verdicts(till.push())[-1] == APPLIED
    assert (stock(hub), state(hub), stands(hub).awaited) == ((0, 0), ParcelState.SENT_BACK, False)


def test_what_the_shopper_has_cant_be_cancelled(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    slip = gives(till).receipt
    till.push()
    answer = web.post("cancelled", {"order": "o-1", "at": 5})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_collected")
    assert f"{slip} at till-1 (store-1)" in answer.json()["message"]
    assert web.post("cancelled", {"order": "o-9", "at": 5}).json()["code"] == "order_unknown"


def test_a_line_that_is_cancelled_before_it_is_packed_is_free_at_once(hub: Running, web: Web) -> None:
    orders(web)
    web.post("cancelled", {"order": "o-1", "at": 5, "lines": ["1"]})
    assert (stock(hub, "p-1"), stock(hub, "p-2")) == ((0, 0), (0, 1))
    assert [line.awaited for line in stands(hub).lines] == [0, 1000]


def test_an_older_fence_says_that_it_changed_hands(hub: Running, web: Web, till: Terminal) -> None:
    orders(web, source=WAREHOUSE)
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE)
    there.push()
    receive(till)
    gives(till, fence=1)
    assert verdicts(till.push()) == [APPLIED, beyond("parcel_differs")]


def test_a_parcel_that_nobody_waits_for_is_named(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    pack(till, "par-1")
    pack(till, "par-2")
    assert verdicts(till.push()) == [APPLIED, beyond("parcel_differs")]
    assert stock(hub) == (0, 6), "both are off the floor"
    sends_back(till, "par-2")
    till.push()
    assert stock(hub) == (0, 3)


def test_a_parcel_too_many_is_named_once_though_its_hand_out_is_heard_of_before_its_packing(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    other = terminal_at(hub, "till-9")
    pack(other, "par-2", LINES[1:])
    gives(till, "par-2", lines=LINES[1:])
    assert verdicts(till.push())[-1] == beyond("parcel_differs")
    assert verdicts(other.push()) == [APPLIED]
    assert state(hub, "par-2") is ParcelState.HANDED_OUT


def test_I5_what_no_record_can_hold_is_set_aside_alone(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    pack(till, lines=(replace(LINES[0], quantity=0),))
    shelve(till, "")
    gives(till, "par-1", "par-1")
    pack(till)
    assert verdicts(till.push()) == [beyond("unreadable")] * 3 + [APPLIED]


# --- claimed online --------------------------------------------------------------------------------------------------


def claim(till: Terminal, name: str = "c-1", *ids: str) -> httpx.Response:
    return till.post("/v1/claims/parcel", json={"claim": name, "parcels": list(ids or ("par-1",))})


def test_I9_who_claims_a_parcel_has_it_for_a_lease_and_the_other_is_told_where(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    other = terminal_at(hub, "till-9")
    body = claim(till).json()
    assert (body["expires"] - body["now"], body["parcels"][0]["state"]) == (LEASE_MS, "ready")
    assert claim(till).status_code == 200, "the same again is a longer lease"
    answer = claim(other, "c-2")
    assert (answer.status_code, answer.json()["code"]) == (409, "parcel_claimed")
    assert answer.json()["message"] == "This parcel is being handed out now at till-1 (store-1)."
    assert other.post("/v1/claims/parcel/release", json={"claim": "c-1"}).json()["code"] == "not_yours"
    assert till.post("/v1/claims/parcel/release", json={"claim": "c-1"}).json() == {"claim": "c-1"}
    assert claim(other, "c-2").status_code == 200
    with hub.engine.begin() as conn:
        conn.execute(tables.parcel_claim.update().values(expires=1))
    assert claim(till, "c-3").status_code == 200, "its lease is over"


def test_what_is_gone_cant_be_claimed_and_it_is_said_why(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    assert claim(till).json()["code"] == "parcel_unknown"
    ready(till, hub)
    slip = gives(till, claim="c-1").receipt
    till.push()
    answer = claim(till)
    assert (answer.status_code, answer.json()["code"]) == (409, "parcel_gone")
    assert f"{slip} at till-1 (store-1)" in answer.json()["message"]
    orders(web, order="o-1")
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    assert claim(kiosk).json()["code"] == "not_allowed"
    assert claim(till, "c-1", "par-1", "par-1").json()["code"] == "bad_claim"


def test_I9_of_many_that_claim_one_parcel_at_once_one_has_it(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    tills = [terminal_at(hub, f"till-c{n}") for n in range(4)]
    with ThreadPoolExecutor(len(tills)) as pool:
        answers = list(pool.map(lambda each: claim(each, f"c-{each.name}").status_code, tills))
    assert sorted(answers) == [200] + [409] * 3
