"""Parcels that come from elsewhere, at the hub: announced with their transport unit, surplus, missing, found again."""

from typing import Any

import pytest
from sqlalchemy import select

from sync.domain.codes import check_digit
from sync.domain.pickups import ParcelState
from sync.hub import tables
from sync.hub.serving import Running
from sync.protocol.pickups import HandedParcel, ParcelsMissing, ParcelSurplus
from tests.hub.collecting import (
    APPLIED,
    LINES,
    NUMBER,
    beyond,
    events,
    orders,
    pack,
    parcel,
    receive,
    shelve,
    state,
    stock,
)
from tests.hub.retailer import OTHER, STORE, WAREHOUSE
from tests.hub.returning import ORDER, Web
from tests.hub.terminals import Terminal, terminal_at, verdicts
from tests.hub.test_picking import to_pick

SSCC = "34870000000000001" + check_digit("34870000000000001")


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def matters(hub: Running) -> list[str]:
    """What is open for a person of the store, by code."""
    with hub.engine.connect() as conn:
        query = select(tables.matter.c.code).where(tables.matter.c.location == STORE)
        return sorted(conn.execute(query).scalars())


def announces(web: Web, *parcels: str, **more: Any) -> Any:
    """The warehouse's system says what is on its way."""
    lines = [{"line": "1", "quantity": 2000}]
    said = [{"parcel": id, "order": "o-1", "lines": lines} for id in parcels]
    return web.post("parcels", {"source": WAREHOUSE, "to": STORE, "at": 5, "sscc": SSCC, "parcels": said} | more)


def surplus(till: Terminal, label: str = "STP1:par-9", parcel: str = "par-9", place: str = STORE) -> None:
    till.record(ParcelSurplus(f"s-{len(till.raws)}", label, place, parcel), "parcel_surplus")


def missing(till: Terminal, id: str = "par-1") -> None:
    body = ParcelsMissing(ORDER, NUMBER, STORE, [HandedParcel(id, 1, list(LINES))])
    till.record(body, "parcels_missing")


def test_parcels_are_announced_with_their_transport_unit_once(hub: Running, web: Web, till: Terminal) -> None:
    orders(web, source=WAREHOUSE)
    assert announces(web, "par-1").json() == {"parcels": 1, "new": True}
    made = parcel(hub)
    assert (made.state, made.sscc, made.location, made.source) == (ParcelState.EXPECTED, SSCC, STORE, WAREHOUSE)
    assert to_pick(hub, WAREHOUSE) == {"1": 1, "2": 1}
    assert stock(hub, "p-1", WAREHOUSE) == (-2, 1), "they left, and what is promised of the rest stays"
    assert announces(web, "par-1").json()["new"] is False
    receive(till)
    assert verdicts(till.push()) == [APPLIED]
    assert state(hub) is ParcelState.RECEIVED and stock(hub) == (2, 2)


def test_a_parcel_that_a_terminal_packed_gets_its_unit_later(hub: Running, web: Web) -> None:
    orders(web, source=WAREHOUSE)
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE)
    assert verdicts(there.push()) == [APPLIED]
    assert announces(web, "par-1").status_code == 200
    assert (parcel(hub).sscc, parcel(hub).lines) == (SSCC, LINES)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"sscc": SSCC[:-1] + str((int(SSCC[-1]) + 1) % 10)}, "bad_parcel"),
    ({"parcels": []}, "bad_parcel"),
    ({"parcels": [{"parcel": "no label", "order": "o-1"}]}, "bad_parcel"),
    ({"parcels": [{"parcel": "par-1", "order": "o-1"}]}, "bad_parcel"),
    ({"parcels": [{"parcel": "par-1", "order": "o-1", "lines": [{"line": "1", "quantity": 4000}]}]}, "bad_parcel"),
    ({"parcels": [{"parcel": "par-1", "order": "o-9"}]}, "order_unknown"),
    ({"source": "nowhere"}, "location_unknown"),
    ({"to": OTHER}, "bad_parcel"),
]


def test_what_no_parcel_can_be_is_refused_with_a_sentence(web: Web) -> None:
    orders(web, source=WAREHOUSE)
    for wrong, code in WRONG:
        answer = announces(web, "par-1", **wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code), wrong
        assert answer.json()["message"].endswith(".")


def test_i3_a_parcel_that_nobody_expects_is_put_before_a_person_with_where_it_belongs(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web, OTHER, source=WAREHOUSE)
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE, to=OTHER)
    assert verdicts(there.push()) == [APPLIED]
    surplus(till, "STP1:par-1", "par-1")
    surplus(till, SSCC, "")
    assert verdicts(till.push()) == [beyond("parcel_surplus")] * 2
    [first, second] = [v["detail"] for v in till.push().json()["verdicts"]]
    assert f"of order {NUMBER}, which goes to {OTHER}" in first and SSCC in second and "nobody expects it" in second
    assert [kind for kind, _body in events(web)] == ["parcel_surplus"]


def test_what_was_surplus_and_is_expected_by_now_settles_itself_when_it_is_received(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web, source=WAREHOUSE)
    surplus(till, "STP1:par-1", "par-1")
    surplus(till, SSCC, "")
    till.push()
    assert matters(hub) == ["parcel_surplus"] * 2
    announces(web, "par-1")
    surplus(till, "STP1:par-1", "par-1")
    receive(till)
    assert verdicts(till.push()) == [beyond("parcel_surplus")] * 2 + [APPLIED] * 2, "told too late is no surplus"
    assert matters(hub) == []


def test_what_did_not_come_stays_expected_is_looked_for_and_settles_itself_when_it_comes(
    hub: Running, web: Web, till: Terminal
) -> None:
    orders(web, source=WAREHOUSE)
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE)
    there.push()
    missing(till)
    missing(till)
    assert verdicts(till.push()) == [beyond("parcel_missing"), APPLIED], "told once"
    assert state(hub) is ParcelState.EXPECTED and parcel(hub).missing is not None
    told = dict(events(web))["parcel_missing"]
    assert (told["parcel"], told["source"], told["location"]) == ("par-1", WAREHOUSE, STORE)
    receive(till)
    shelve(till, fence=2)
    assert verdicts(till.push())[2:] == [APPLIED] * 2
    assert parcel(hub).missing is None and matters(hub) == []
    missing(till)
    assert verdicts(till.push())[-1] == APPLIED and matters(hub) == [], "what lies on a shelf is not missing"
