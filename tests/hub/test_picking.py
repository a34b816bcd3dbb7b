"""What is to be picked, as the hub tells it: where it is promised, until it is packed; and who picks it."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.domain.collect_code import matches
from sync.hub import database, pick_claims, tables
from sync.hub.api import now_ms
from sync.hub.serving import Running
from sync.protocol.pickups import ChannelCancelled, PickedBy
from tests.hub.collecting import APPLIED, LINES, orders, pack, picked, receive, refuses, shelve
from tests.hub.retailer import STORE, WAREHOUSE
from tests.hub.returning import ORDER, Web, paid, stands
from tests.hub.terminals import Terminal, terminal_at, verdicts


@pytest.fixture
def web(hub: Running) -> Web:
    return Web(hub)


@pytest.fixture
def till(hub: Running) -> Terminal:
    return terminal_at(hub)


def to_pick(hub: Running, place: str = STORE) -> dict[str, int]:
    """What is left there of each line, pieces; the table and the feed say the same."""
    with database.read(hub.engine) as conn:
        mine = tables.pick.c.location == place
        rows = {row.line: row.left // 1000 for row in conn.execute(select(tables.pick).where(mine))}
        query = select(tables.change).where(tables.change.c.scope == f"location:{place}")
        query = query.where(tables.change.c.entity == "pick").order_by(tables.change.c.version, tables.change.c.n)
        told: dict[str, Any] = {row.key: row.row for row in conn.execute(query)}
    lines = [msgspec.json.decode(row) for row in told.values() if row is not None]
    assert {row["line"]: row["left"] // 1000 for row in lines} == rows
    return rows


def changes(hub: Running) -> int:
    """How many rows of this kind the feed has told."""
    with database.read(hub.engine) as conn:
        return len(conn.execute(select(tables.change).where(tables.change.c.entity == "pick")).all())


def claim(till: Terminal, name: str = "c-1", order: str = ORDER, actor: str = "") -> Any:
    """Ask to pick the order."""
    return till.post("/v1/claims/pick", json={"claim": name, "order": order, "actor": actor})


# --- what is to be picked --------------------------------------------------------------------------------------------


def test_f44_an_order_is_to_be_picked_where_it_is_promised_and_told_once(hub: Running, web: Web) -> None:
    orders(web)
    assert to_pick(hub) == {"1": 3, "2": 1}
    told = changes(hub)
    orders(web)
    assert changes(hub) == told, "the same order again changes nothing"


def test_what_is_packed_is_not_to_be_picked_any_more(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    pack(till, "par-1", (_part(LINES[0], 2000),))
    assert verdicts(till.push()) == [APPLIED]
    assert to_pick(hub) == {"1": 1, "2": 1}
    pack(till, "par-2", (_part(LINES[0], 1000), LINES[1]))
    shelve(till, "par-2")
    assert verdicts(till.push()) == [APPLIED] * 3
    assert to_pick(hub) == {}


def _part(line: Any, quantity: int) -> Any:
    return type(line)(line.line, line.product, line.sku, line.name, quantity)


def test_goods_from_elsewhere_are_picked_there_and_arrive_packed(hub: Running, web: Web, till: Terminal) -> None:
    orders(web, source=WAREHOUSE)
    assert (to_pick(hub), to_pick(hub, WAREHOUSE)) == ({}, {"1": 3, "2": 1})
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    pack(there, place=WAREHOUSE)
    assert verdicts(there.push()) == [APPLIED]
    receive(till)
    assert verdicts(till.push()) == [APPLIED]
    assert (to_pick(hub), to_pick(hub, WAREHOUSE)) == ({}, {})


def test_f45_a_line_that_the_store_cant_give_is_asked_of_another(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    refuses(till)
    assert verdicts(till.push()) == [APPLIED]
    assert to_pick(hub) == {"2": 1}
    orders(web, source=WAREHOUSE)
    assert to_pick(hub, WAREHOUSE) == {"2": 1}, "line 1 waits for a store that collects it, line 2 comes from there now"
    assert to_pick(hub) == {}


def test_an_order_told_with_another_source_is_told_apart_from_where_it_was(hub: Running, web: Web) -> None:
    orders(web)
    orders(web, source=WAREHOUSE)
    with database.read(hub.engine) as conn:
        query = select(tables.change).where(tables.change.c.entity == "pick").order_by(tables.change.c.version)
        rows = conn.execute(query).all()
    for first in (STORE, WAREHOUSE):  # who follows both places may hear of either first
        told = {row.key: row.row for row in sorted(rows, key=lambda row: row.scope != f"location:{first}")}
        there = [msgspec.json.decode(row) for row in told.values() if row is not None]
        assert {(row["location"], row["line"]) for row in there} == {(WAREHOUSE, "1"), (WAREHOUSE, "2")}


def test_a_cancelled_order_is_not_picked(hub: Running, web: Web) -> None:
    orders(web)
    assert web.post("cancelled", msgspec.to_builtins(ChannelCancelled("o-1", 1))).status_code == 200
    assert to_pick(hub) == {}


# --- what an order says of it ----------------------------------------------------------------------------------------


def test_an_order_says_until_when_who_collects_it_and_by_what_code(hub: Running, web: Web) -> None:
    said = {"ready_by": 1_800_000_000_000, "collector": "Nino O.", "proxies": ["Marat B."], "collect_code": "482193"}
    assert orders(web, **said).json()["new"] is True
    found = stands(hub)
    assert (found.ready_by, found.collector, found.proxies) == (1_800_000_000_000, "Nino O.", ("Marat B.",))
    assert matches(found.id, found.collect_check, "482193")
    assert orders(web, **said).json()["new"] is False


def test_the_code_itself_is_kept_nowhere(hub: Running, web: Web) -> None:
    orders(web, collect_code="482193")
    with database.read(hub.engine) as conn:
        for table in tables.metadata.sorted_tables:
            for row in conn.execute(select(table)):
                assert not any("482193" in str(value) for value in row), table.name


def test_an_order_that_says_nothing_of_it_has_no_bytes_of_it(hub: Running, web: Web) -> None:
    orders(web)
    with database.read(hub.engine) as conn:
        body = conn.execute(select(tables.purchase.c.body)).scalar_one()
    assert not {"ready_by", "collector", "proxies", "collect_check"} & set(msgspec.json.decode(body))


@pytest.mark.parametrize(
    "wrong",
    [
        {"collect_code": "12"},
        {"collect_code": "12a456"},
        {"collector": "nino@example.com"},
        {"collector": "N" * 61},
        {"proxies": [""]},
        {"proxies": ["A"] * 11},
        {"ready_by": -1},
    ],
    ids=str,
)
def test_what_no_order_can_say_of_it_is_refused_with_a_sentence(hub: Running, web: Web, wrong: dict[str, Any]) -> None:
    answer = orders(web, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_order") and answer.json()["message"].endswith(".")
    assert to_pick(hub) == {}


# --- who picks it ----------------------------------------------------------------------------------------------------


def test_two_never_pick_one_order_and_the_second_hears_who_does(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    with database.write(hub.engine) as conn:
        who = {"id": "s-7", "name": "Damir T.", "role": "lead", "location": STORE, "verifier": "", "expires": 0}
        conn.execute(tables.staff.insert().values(who))
    other = terminal_at(hub, "till-2")
    first = claim(till, actor="s-7")
    assert first.status_code == 200 and first.json()["expires"] - first.json()["now"] == pick_claims.LEASE_MS
    refused = claim(other, "c-2")
    assert (refused.status_code, refused.json()["code"]) == (409, "pick_claimed")
    assert msgspec.json.decode(refused.json()["have"], type=PickedBy) == PickedBy(till.name, "Damir T.")
    assert "Damir T." in refused.json()["message"]
    assert claim(till).status_code == 200, "the same terminal again has it longer"
    assert till.post("/v1/claims/pick/release", json={"claim": "c-1"}).status_code == 200
    assert claim(other, "c-2").status_code == 200
    assert till.post("/v1/claims/pick/release", json={"claim": "c-2"}).json()["code"] == "not_yours"


def test_a_lease_that_nobody_renews_ends(hub: Running, web: Web, till: Terminal) -> None:
    orders(web)
    other = terminal_at(hub, "till-2")
    assert claim(till).status_code == 200
    with database.write(hub.engine) as conn:
        conn.execute(tables.pick_claim.update().values(expires=now_ms() - 1))
    assert claim(other, "c-2").status_code == 200


def test_two_stores_pick_their_own_parts_of_an_order(hub: Running, web: Web, till: Terminal) -> None:
    lines = picked()
    lines[1] |= {"source": WAREHOUSE}
    orders(web, lines=lines, paid=[paid("online", 104_990)])
    there = terminal_at(hub, "wh-till", place=WAREHOUSE)
    assert claim(till).status_code == claim(there, "c-2").status_code == 200


def test_an_order_of_which_nothing_is_to_be_picked_is_nobodys(hub: Running, web: Web, till: Terminal) -> None:
    assert claim(till).json()["code"] == "pick_done"
    orders(web)
    pack(till)
    till.push()
    assert claim(till).json()["code"] == "pick_done"
    kiosk = terminal_at(hub, "kiosk-1", kind="kiosk")
    assert claim(kiosk).json()["code"] == "not_allowed"
