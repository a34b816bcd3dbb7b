"""Who is here to collect an order, at the hub: rows that everybody in the store follows, and what is asked and told."""

import json
import time
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from sync.domain.arrivals import DAY_MS, Arrival, ArrivalState
from sync.hub import ask_pickup, database, keeping, tables
from sync.hub.api import now_ms
from sync.hub.faults import Refusal
from sync.hub.serving import Running
from sync.protocol.arrivals import ArrivalMoved, Arrived, read
from tests.hub.collecting import APPLIED, NUMBER, gives, orders, pack, ready, shelve
from tests.hub.retailer import STORE, WAREHOUSE
from tests.hub.returning import ORDER, Web, paid
from tests.hub.terminals import Terminal, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


@pytest.fixture
def kiosk(hub: Running) -> Terminal:
    return terminal_at(hub, "kiosk-1", kind="kiosk")


def comes(kiosk: Terminal, id: str = "a-1", at: int = 0, ticket: str = "K01", place: str = STORE) -> None:
    """A shopper says that she is here."""
    moment = at or now_ms()
    kiosk.record(Arrived(id, ORDER, NUMBER, place, ticket, moment, "kk"), "arrived", actor="", at=moment)


def moves(till: Terminal, state: str, id: str = "a-1", at: int = 0, counter: str = "", place: str = STORE) -> None:
    """Staff tell how far it is."""
    moment = at or now_ms()
    till.record(ArrivalMoved(id, ORDER, NUMBER, place, "K01", moment, state, counter, "kk"), "arrival_moved", at=moment)


def arrival(hub: Running, id: str = "a-1") -> Arrival | None:
    """An arrival as the hub has it."""
    with hub.engine.connect() as conn:
        body = conn.execute(select(tables.arrival.c.body).where(tables.arrival.c.id == id)).scalar()
    return None if body is None else read(body)


def stands(hub: Running, id: str = "a-1") -> ArrivalState:
    found = arrival(hub, id)
    assert found is not None
    return found.state


def rows(terminal: Terminal) -> list[dict[str, Any]]:
    """What a terminal of the store hears of arrivals, in order."""
    versions = terminal.pull(f"location:{STORE}").json()["versions"]
    return [x["row"] for v in versions for x in v["changes"] if x["entity"] == "arrival"]


def test_an_arrival_is_a_row_of_the_stores_scope_that_names_no_person(
    hub: Running, web: Web, till: Terminal, kiosk: Terminal
) -> None:
    orders(web)
    comes(kiosk)
    assert verdicts(kiosk.push()) == [APPLIED]
    [row] = rows(till)
    assert (row["ticket"], row["state"], row["order"], row["location"]) == ("K01", "waiting", ORDER, STORE)
    said = json.loads(row["body"])
    assert (said["number"], said["language"], said["by"]) == (NUMBER, "kk", "")
    assert "Daniyar" not in json.dumps(row)


def test_staff_move_it_on_and_the_hand_out_ends_it(hub: Running, web: Web, till: Terminal, kiosk: Terminal) -> None:
    orders(web)
    ready(till, hub)
    comes(kiosk)
    kiosk.push()
    moves(till, "bringing")
    moves(till, "at_counter", counter="3")
    assert verdicts(till.push())[2:] == [APPLIED, APPLIED]
    found = arrival(hub)
    assert found is not None and (found.state, found.counter, found.by) == (ArrivalState.AT_COUNTER, "3", "s-1")
    gives(till)
    assert verdicts(till.push())[-1] == APPLIED
    assert stands(hub) is ArrivalState.DONE
    assert [row["state"] for row in rows(kiosk)] == ["waiting", "at_counter", "done"]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 1, 0)])
def test_i2_in_whatever_order_the_hub_hears_of_them_it_comes_to_the_same(
    hub: Running, web: Web, till: Terminal, kiosk: Terminal, order: tuple[int, ...]
) -> None:
    """As after a restore, when terminals tell again what they have."""
    orders(web)
    ready(till, hub)
    other, start = terminal_at(hub, "till-9"), now_ms()
    comes(kiosk, at=start)
    moves(other, "bringing", at=start)
    gives(till)
    for which in order:
        assert {x[0] for x in verdicts((kiosk, other, till)[which].push())} == {"applied"}
    assert stands(hub) is ArrivalState.DONE


def test_pushes_of_one_transaction_end_with_the_row_as_it_stands_f20(
    hub: Running, web: Web, till: Terminal, kiosk: Terminal
) -> None:
    orders(web)
    comes(kiosk)
    kiosk.push()
    other = terminal_at(hub, "till-9")
    moves(till, "at_counter", counter="2")
    moves(other, "bringing")
    other.push()
    till.push()
    assert [row["state"] for row in rows(kiosk)] == ["waiting", "bringing", "at_counter"]


def test_who_comes_again_for_the_rest_is_not_ended_by_the_first_hand_out(
    hub: Running, web: Web, till: Terminal, kiosk: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    gives(till)
    till.push()
    comes(kiosk, at=now_ms() + 1000)
    kiosk.push()
    assert stands(hub) is ArrivalState.WAITING


def test_i5_what_no_record_can_hold_is_set_aside_alone(hub: Running, kiosk: Terminal) -> None:
    comes(kiosk, id="")
    comes(kiosk, id="a-2", ticket="K02")
    assert [x[1] for x in verdicts(kiosk.push())] == ["unreadable", ""]
    assert stands(hub, "a-2") is ArrivalState.WAITING


def test_a_word_that_is_no_state_and_another_stores_arrival_change_nothing(
    hub: Running, web: Web, till: Terminal, kiosk: Terminal
) -> None:
    orders(web)
    moves(till, "lost")
    comes(till, id="a-7", place=WAREHOUSE)
    assert [x[1] for x in verdicts(till.push())] == ["unreadable", "not_allowed"]
    assert arrival(hub) is None and arrival(hub, "a-7") is None


def test_a_kiosk_says_who_came_and_moves_nobody_on(hub: Running, kiosk: Terminal) -> None:
    comes(kiosk)
    moves(kiosk, "left")
    assert [x[1] for x in verdicts(kiosk.push())] == ["", "not_allowed"]
    assert stands(hub) is ArrivalState.WAITING


def test_a_day_after_its_last_step_its_row_is_gone_and_does_not_come_back(
    hub: Running, till: Terminal, kiosk: Terminal
) -> None:
    comes(kiosk)
    kiosk.push()
    assert keeping.forget_arrivals(hub.engine, now_ms()) == 0
    assert keeping.forget_arrivals(hub.engine, now_ms() + DAY_MS + 60_000) == 1
    assert rows(till)[-1] is None and arrival(hub) is None
    comes(kiosk, "a-old", at=now_ms() - 2 * DAY_MS)
    assert verdicts(kiosk.push()) == [APPLIED, APPLIED] and arrival(hub, "a-old") is None


# --- what a kiosk asks -----------------------------------------------------------------------------------------------


def asks(kiosk: Terminal, number: str = NUMBER) -> dict[str, Any]:
    answer = kiosk.post("/v1/ask/pickup", json={"number": number})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_typed_number_is_answered_without_a_name_however_it_is_typed(
    hub: Running, web: Web, till: Terminal, kiosk: Terminal
) -> None:
    orders(web)
    assert asks(kiosk)["state"] == "not_ready" and asks(kiosk)["order"] == ""
    ready(till, hub)
    found = asks(kiosk, NUMBER.replace("-", " ").lower())
    assert (found["state"], found["order"], found["number"], found["parcels"]) == ("ready", ORDER, NUMBER, 1)
    assert set(found) == {"state", "order", "number", "parcels", "location", "due", "currency"}
    gives(till)
    till.push()
    found = asks(kiosk)
    assert (found["state"], found["order"], found["number"], found["parcels"]) == ("already_taken", "", "", 0)


def test_another_store_is_named_and_what_is_not_paid_is_said(hub: Running, web: Web, till: Terminal) -> None:
    there = terminal_at(hub, "kiosk-2", kind="kiosk", place=WAREHOUSE)
    orders(web)
    found = asks(there)
    assert (found["state"], found["location"], found["due"]) == ("wrong_store", STORE, 0)
    ready(till, hub)
    orders(web, paid=[paid("online", 4_990)])
    found = asks(terminal_at(hub, "kiosk-3", kind="kiosk"))
    assert (found["state"], found["due"], found["currency"], found["order"]) == ("unpaid", 100_000, "KZT", "")


def test_a_sale_and_an_order_that_is_sent_are_no_orders_to_collect(hub: Running, web: Web, kiosk: Terminal) -> None:
    web.receive()
    assert asks(kiosk)["state"] == "unknown"
    assert asks(kiosk, "T1-1")["state"] == "unknown"


def test_what_is_no_number_is_said_to_be_none(hub: Running, kiosk: Terminal) -> None:
    for text in ("", "  - ", "x" * 200):
        answer = kiosk.post("/v1/ask/pickup", json={"number": text})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_question")


def test_who_types_numbers_on_end_soon_learns_nothing_and_others_are_not_kept_waiting(
    hub: Running, kiosk: Terminal
) -> None:
    for n in range(ask_pickup.MISSES):
        assert asks(kiosk, f"100-{n}")["state"] == "unknown"
    answer = kiosk.post("/v1/ask/pickup", json={"number": "100-77"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many")
    assert asks(terminal_at(hub, "kiosk-2", kind="kiosk"))["state"] == "unknown"


def test_patience_comes_back_and_a_number_that_is_known_counts_less() -> None:
    clock = [0.0]
    patience = ask_pickup.Patience(lambda: clock[0])
    for _ in range(ask_pickup.MISSES + 1):
        patience.check("kiosk-1")
        patience.count("kiosk-1", missed=False)
    for _ in range(ask_pickup.MISSES):
        patience.check("kiosk-1")
        patience.count("kiosk-1", missed=True)
    with pytest.raises(Refusal):
        patience.check("kiosk-1")
    clock[0] += ask_pickup.WINDOW_SECONDS + 1
    patience.check("kiosk-1")


# --- what a channel tells --------------------------------------------------------------------------------------------


def tells(web: Web, order: str = "o-1", place: str = STORE, at: int = 0) -> tuple[int, dict[str, Any]]:
    """A shopper opened the link in her message before the store."""
    answer = web.post("arrived", {"order": order, "location": place, "at": at or now_ms(), "language": "ka"})
    return answer.status_code, answer.json()


def test_a_shopper_before_the_door_gets_a_ticket_of_the_hub_once(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    ready(till, hub)
    assert tells(web) == (200, {"order": "o-1", "ticket": "W01", "state": "waiting", "new": True})
    assert tells(web) == (200, {"order": "o-1", "ticket": "W01", "state": "waiting", "new": False})
    [row] = rows(till)
    assert (row["ticket"], json.loads(row["body"])["language"]) == ("W01", "ka")
    gives(till)
    till.push()
    assert rows(till)[-1]["state"] == "done"


def test_what_a_channel_says_again_after_the_hand_out_calls_nobody_a_second_time(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web)
    ready(till, hub)
    opened = now_ms()
    assert tells(web, at=opened)[1]["new"]
    gives(till)
    till.push()
    assert tells(web, at=opened) == (200, {"order": "o-1", "ticket": "W01", "state": "done", "new": False})


def both_ready(hub: Running, web: Web, till: Terminal) -> None:
    """An order of two parcels, both on their shelf."""
    orders(web)
    ready(till, hub)
    pack(till, "par-2")
    shelve(till, "par-2")


def test_a_link_that_was_opened_before_the_hand_out_and_is_heard_of_later_calls_nobody(
    hub: Running, web: Web, till: Terminal
) -> None:
    both_ready(hub, web, till)
    opened = now_ms()
    time.sleep(0.01)
    gives(till)
    till.push()
    status, said = tells(web, at=opened)
    assert (status, said["code"]) == (409, "not_now") and "already_taken" in said["message"]
    assert rows(till) == []
    assert tells(web, at=now_ms() + 1)[1]["ticket"] == "W01", "she comes for the rest"


def test_f41_a_hand_out_by_a_clock_that_runs_ahead_keeps_nobody_from_coming_for_the_rest(
    hub: Running, web: Web, till: Terminal
) -> None:
    both_ready(hub, web, till)
    gives(till, recorded_at=now_ms() + 2 * 3_600_000)
    till.push()
    time.sleep(0.01)
    assert tells(web)[1]["ticket"] == "W01"


def test_a_link_that_is_opened_too_early_or_elsewhere_is_refused_with_the_reason(
    hub: Running, web: Web, till: Terminal
) -> None:
    assert tells(web)[1]["code"] == "order_unknown"
    orders(web)
    status, said = tells(web)
    assert (status, said["code"]) == (409, "not_now") and "not_ready" in said["message"]
    ready(till, hub)
    assert "wrong_store" in tells(web, place=WAREHOUSE)[1]["message"]
    assert tells(web, place="nowhere")[1]["code"] == "location_unknown"
    assert arrival(hub) is None


def test_every_ticket_of_the_hub_in_a_store_is_another(hub: Running, web: Web) -> None:
    with database.write(hub.engine) as conn:
        for n in (1, 3):
            row = {"id": uuid.uuid4().hex, "order": f"o-{n}", "location": STORE, "ticket": f"W{n:02d}"}
            conn.execute(tables.arrival.insert().values(**row, state="done", at=1, body="{}", changed_at=now_ms()))
    orders(web)
    till = terminal_at(hub)
    ready(till, hub)
    assert tells(web)[1]["ticket"] == "W02"
