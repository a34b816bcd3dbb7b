"""The one right to a refund: claimed by one till at a time, for a lease (F32)."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from sync.hub import tables
from sync.hub.claims import LEASE_MS
from sync.hub.serving import Running
from tests.hub.returning import ORDER, Web, asks, claims, return_of, stands, takes_back
from tests.hub.terminals import Terminal, sale_of, terminal_at, verdicts

ROUNDS = 15


@pytest.fixture
def web(hub: Running) -> Web:
    web = Web(hub)
    web.receive()
    return web


@pytest.fixture
def tills(hub: Running) -> tuple[Terminal, Terminal]:
    return terminal_at(hub), terminal_at(hub, "till-2", place="store-2")


def state(hub: Running, claim: str = "c-1") -> str:
    with hub.engine.connect() as conn:
        query = select(tables.refund_claim.c.state).where(tables.refund_claim.c.claim == claim)
        return str(conn.execute(query).scalar_one())


def ends(hub: Running) -> None:
    """Five minutes pass for every claim."""
    with hub.engine.begin() as conn:
        conn.execute(tables.refund_claim.update().values(expires=1))


def test_F32_who_claims_a_right_has_it_and_is_told_for_how_long_and_of_what(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    answer = claims(tills[0], "c-1", {"1": 2000})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["claim"], body["expires"] - body["now"]) == ("c-1", LEASE_MS)
    assert [(line["id"], line["returned"]) for line in body["purchase"]["lines"]] == [("1", 0), ("2", 0)]


def test_F32_what_another_till_has_claimed_is_gone_and_it_is_said_where(
    web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    claims(tills[0], "c-1", {"1": 2000})
    answer = claims(tills[1], "c-2", {"1": 2000})
    assert (answer.status_code, answer.json()["code"]) == (409, "right_gone")
    assert answer.json()["message"] == (
        "Order 100-48213, line 1 (SKU-p-1 Product p-1): bought 3, 2 is being refunded now at till-1 (store-1)."
    )
    assert claims(tills[1], "c-2", {"1": 1000, "2": 1000}).status_code == 200


def test_F32_what_came_back_is_gone_and_it_is_said_where(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    takes_back(tills[0], stands(hub), {"1": 3000}, receipt="A-17")
    answer = claims(tills[1], "c-2", {"1": 1000})
    assert (answer.status_code, answer.json()["code"]) == (409, "right_gone")
    assert "3 came back already (A-17 at till-1 (store-1), 1 000.00 KZT)" in answer.json()["message"]


def test_F1_the_same_claim_again_gives_the_same_answer_and_a_longer_lease(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    first = claims(tills[0], "c-1", {"1": 2000}).json()
    again = claims(tills[0], "c-1", {"1": 2000}).json()
    assert again["expires"] >= first["expires"]
    assert again["purchase"] == first["purchase"]
    assert claims(tills[0], "c-1", {"1": 1000}).json()["code"] == "claim_differs"
    answer = claims(tills[1], "c-1", {"1": 2000})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    ends(hub)
    assert claims(tills[0], "c-1", {"1": 2000}).status_code == 200


def test_a_released_right_or_one_whose_lease_is_over_is_free_again(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    one, other = tills
    claims(one, "c-1", {"1": 3000})
    assert other.post("/v1/claims/release", json={"claim": "c-1"}).json()["code"] == "not_yours"
    for _ in range(2):
        assert one.post("/v1/claims/release", json={"claim": "c-1"}).json() == {"claim": "c-1"}
    assert one.post("/v1/claims/release", json={"claim": "never"}).status_code == 200
    assert claims(other, "c-2", {"1": 3000}).status_code == 200
    ends(hub)
    assert claims(one, "c-3", {"1": 3000}).status_code == 200
    assert state(hub, "c-2") == "released"
    assert claims(one, "c-1", {"2": 1000}).status_code == 200


def test_F32_a_recorded_return_uses_its_claim_and_ends_it_for_good(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    claims(tills[0], "c-1", {"1": 1000})
    assert verdicts(takes_back(tills[0], stands(hub), {"1": 1000}, "claim", claim="c-1")) == [("applied", "")]
    assert state(hub) == "used"
    assert claims(tills[0], "c-1", {"1": 1000}).json()["code"] == "claim_used"
    assert claims(tills[1], "c-2", {"1": 2000}).status_code == 200


def test_I3_a_lease_that_ended_while_the_till_was_offline_is_no_exception_if_nothing_collides(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    claims(tills[0], "c-1", {"1": 1000})
    ends(hub)
    tills[0].record(return_of(stands(hub), {"1": 1000}, "claim", claim="c-1"), "return")
    claims(tills[1], "c-2", {"1": 2000})
    assert state(hub) == "released"
    assert verdicts(tills[0].push()) == [("applied", "")]
    claims(tills[1], "c-9", {"2": 1000})
    foreign = takes_back(tills[0], stands(hub), {"2": 1000}, "claim", claim="c-9")
    assert verdicts(foreign) == [("applied", "")]
    assert state(hub, "c-9") == "open"


def test_a_wrong_claim_is_refused_with_its_reason(web: Web, tills: tuple[Terminal, Terminal]) -> None:
    till = tills[0]
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"claim": ""}, 422, "bad_id"),
        ({"claim": "\x00"}, 422, "bad_id"),
        ({"purchase": "web:o-9"}, 404, "purchase_unknown"),
        ({"purchase": "sale:none"}, 404, "purchase_unknown"),
        ({"lines": []}, 422, "bad_claim"),
        ({"lines": [["1", 0]]}, 422, "bad_claim"),
        ({"lines": [["1", -1000]]}, 422, "bad_claim"),
        ({"lines": [["1", 10**15]]}, 422, "bad_claim"),
        ({"lines": [["1", 1], ["1", 1]]}, 422, "bad_claim"),
        ({"lines": [["9", 1000]]}, 422, "bad_claim"),
        ({"lines": [["1", 3001]]}, 409, "right_gone"),
        ({"lines": "1"}, 400, "bad_body"),
    ]
    for changed, status, code in wrong:
        answer = till.post("/v1/claims/refund", json={"claim": "c", "purchase": ORDER, "lines": [["1", 1]]} | changed)
        assert (answer.status_code, answer.json()["code"]) == (status, code), changed


def test_a_kiosk_claims_nothing(hub: Running, web: Web) -> None:
    assert claims(terminal_at(hub, "kiosk-1", "kiosk"), "c-1", {"1": 1000}).status_code == 403


def at_once(*jobs: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Do all of it in the same moment, each in a thread of its own."""
    gate, found = threading.Barrier(len(jobs)), {}

    def run(number: int, job: Callable[[], httpx.Response]) -> None:
        gate.wait()
        found[number] = job()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(len(jobs))]


def test_F32_two_tills_at_the_same_moment_never_both_get_one_line(
    hub: Running, web: Web, tills: tuple[Terminal, Terminal]
) -> None:
    web.receive({str(n): ("p-1", 1, 100) for n in range(ROUNDS)})
    for n in range(ROUNDS):
        answers = at_once(
            lambda n=n: claims(tills[0], f"a-{n}", {str(n): 1000}),  # type: ignore[misc]
            lambda n=n: claims(tills[1], f"b-{n}", {str(n): 1000}),  # type: ignore[misc]
        )
        assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]


def test_F32_neither_do_two_that_are_the_first_to_ask_for_a_sale(
    hub: Running, tills: tuple[Terminal, Terminal]
) -> None:
    sales = [sale_of({"p-1": 1000}, receipt=f"S-{n}") for n in range(ROUNDS)]
    for sale in sales:
        tills[0].record(sale)
    tills[0].push()
    for sale in sales:
        id = f"sale:{sale.sale_id}"
        answers = at_once(
            lambda id=id: claims(tills[0], f"a-{id}", {"1": 1000}, id),  # type: ignore[misc]
            lambda id=id: claims(tills[1], f"b-{id}", {"1": 1000}, id),  # type: ignore[misc]
        )
        assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]
    assert asks(tills[0], number="S-0")[0].lines[0].returned == 0


def test_F32_neither_do_a_till_and_the_channel_itself(hub: Running, web: Web, tills: tuple[Terminal, Terminal]) -> None:
    web.receive({str(n): ("p-1", 1, 100) for n in range(ROUNDS)})
    for n in range(ROUNDS):
        body = {"ret": f"w-{n}", "order": "o-1", "lines": [[str(n), 1000]], "at": 1}
        answers = at_once(
            lambda n=n: claims(tills[0], f"a-{n}", {str(n): 1000}),  # type: ignore[misc]
            lambda body=body: web.post("returns", body),  # type: ignore[misc]
        )
        assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]
