"""Matters reach the terminals of every location that has a side in them, and are settled once, whoever says so."""

import json
import sqlite3
import uuid
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sync.hub import database, matters, snapshot_build, tables
from sync.hub.attention import open_matters
from sync.hub.serving import Running
from sync.protocol.operations import Settled
from tests.hub.retailer import OTHER, STORE
from tests.hub.returning import Web, allow, back, return_of, stands, takes_back
from tests.hub.terminals import Terminal, sale_of, terminal_at, verdicts


def shown(till: Terminal, place: str = STORE) -> dict[str, dict[str, Any]]:
    """The open matters of a location as its terminals follow them, by id."""
    rows: dict[str, dict[str, Any]] = {}
    page = till.pull(f"attention:{place}").json()
    for change in (c for version in page["versions"] for c in version["changes"]):
        id = change["key"].split("\x1f")[0]
        if change["row"] is None:
            rows.pop(id, None)
        else:
            rows[id] = change["row"] | {"facts": json.loads(change["row"]["body"])}
    return rows


def settles(till: Terminal, matter: dict[str, Any], choice: str) -> list[tuple[str, str]]:
    """Somebody settles a matter; the verdict."""
    till.record(Settled(matter["id"], matter["code"], choice), "settled")
    return verdicts(till.push(len(till.raws)))


def collide(hub: Running, basis: str = "promise") -> tuple[Terminal, Terminal, Web]:
    """The same coat comes back at two stores that knew nothing of each other."""
    web, here, there = Web(hub), terminal_at(hub), terminal_at(hub, "till-2", place=OTHER)
    web.receive({"1": ("p-1", 1, 100_000)})
    bought = stands(hub)
    takes_back(here, bought, {"1": 1000}, basis, receipt="H-1")
    takes_back(there, bought, {"1": 1000}, basis, place=OTHER, receipt="T-1")
    return here, there, web


def test_both_stores_see_both_sides_and_one_word_takes_it_off_both(hub: Running) -> None:
    here, there, _ = collide(hub)
    (mine,), (theirs,) = shown(here).values(), shown(there, OTHER).values()
    assert mine["id"] == theirs["id"] and mine["body"] == theirs["body"]
    sides = [(s["location"], s["name"], s["receipt"], s["amount"]) for s in mine["facts"]["sides"]]
    assert sides == [(STORE, "till-1", "H-1", 100_000), (OTHER, "till-2", "T-1", 100_000)]
    told = {name: mine["facts"][name] for name in ("amount", "number", "line", "choices")}
    assert told == {"amount": 100_000, "number": "100-48213", "line": "1", "choices": ["refuse", "call"]}
    assert "example.com" not in mine["body"]

    assert settles(there, theirs, "call") == [("applied", "")]
    assert shown(here) == {} and shown(there, OTHER) == {}
    with database.read(hub.engine) as conn:
        assert open_matters(conn) == []
        assert matters.settlement_of(conn, mine["id"]).choice == "call"


def test_the_second_word_is_applied_and_names_who_was_first(hub: Running) -> None:
    here, there, _ = collide(hub)
    (matter,) = shown(here).values()
    assert settles(here, matter, "refuse") == [("applied", "")]
    assert settles(there, matter, "refuse") == [("applied_with_exception", "settled_already")]
    assert shown(there, OTHER) == {}, "they agree: nobody needs to do more"
    assert settles(there, matter, "call") == [("applied_with_exception", "settled_already")]
    (again,) = shown(there, OTHER).values()
    assert again["code"] == "settled_already" and "by till-1" not in again["facts"]["detail"]
    assert "refuse" in again["facts"]["detail"] and "till-1" in again["facts"]["detail"]
    assert settles(there, again, "right") == [("applied", "")]
    assert settles(here, again, "call") == [("applied_with_exception", "settled_already")]
    assert shown(here) == {}, "a word on a word is the end of it"


def test_i8_what_was_withheld_of_a_promise_is_paid_once_when_a_person_says_so(hub: Running) -> None:
    web, here, there = Web(hub), terminal_at(hub), terminal_at(hub, "till-2", place=OTHER)
    web.receive({"1": ("p-1", 3, 90_000)})
    bought = stands(hub)
    takes_back(here, bought, {"1": 2000}, "promise")
    takes_back(there, bought, {"1": 2000}, "promise", place=OTHER)
    assert web.refunds() == {"t1": 60_000} and back(hub)["1"] == (3000, 60_000)
    (matter,) = shown(here).values()
    assert (matter["facts"]["back"], matter["facts"]["choices"]) == (30_000, ["pay", "refuse", "call"])

    assert settles(here, matter, "pay") == [("applied", "")]
    assert settles(there, matter, "pay") == [("applied_with_exception", "settled_already")]
    assert back(hub)["1"] == (3000, 90_000)
    asked = [r["amount"] for r in web.get("refunds")["refunds"]]
    assert sorted(asked) == [30_000, 60_000]
    assert here.push().status_code == 200 and len(web.get("refunds")["refunds"]) == 2


def test_money_that_left_the_drawer_twice_is_a_loss_or_comes_back(hub: Running) -> None:
    web, here, there = Web(hub), terminal_at(hub), terminal_at(hub, "till-2", place=OTHER)
    web.receive({"1": ("p-1", 1, 100_000)}, paid=[{"id": "t1", "kind": "cash", "amount": 100_000}])
    allow(hub, return_budget=10**9, return_cap=10**9)
    bought = stands(hub)
    takes_back(here, bought, {"1": 1000}, "budget")
    takes_back(there, bought, {"1": 1000}, "budget", place=OTHER)
    (matter,) = shown(here).values()
    assert matter["facts"]["choices"] == ["loss", "call"] and matter["facts"]["amount"] == 100_000


def test_stock_below_zero_names_what_took_the_last_one_and_what_took_it_again(hub: Running) -> None:
    here = terminal_at(hub)
    for n in (1, 2):
        here.record(sale_of({"p-1": 60_000}, receipt=f"H-{n}"))
        here.push(n)
    (matter,) = shown(here).values()
    assert matter["code"] == "stock_below_zero" and matter["facts"]["left"] == -20_000
    assert [(s["what"], s["quantity"]) for s in matter["facts"]["sides"]] == [("sale", 60_000), ("sale", 60_000)]
    assert matter["facts"]["sides"][1]["receipt"] == "H-2"


def test_what_nobody_may_say_of_a_matter_is_set_aside_and_the_matter_stays(hub: Running) -> None:
    here, _, _ = collide(hub)
    (matter,) = shown(here).values()
    assert settles(here, matter, "clock_set") == [("applied_with_exception", "unreadable")]
    assert settles(here, matter, "anything") == [("applied_with_exception", "unreadable")]
    assert matter["id"] in shown(here)


def test_a_kiosk_neither_follows_nor_settles_matters(hub: Running) -> None:
    here, _, _ = collide(hub)
    (matter,) = shown(here).values()
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    assert kiosk.pull(f"attention:{STORE}").status_code == 403
    assert here.pull(f"attention:{OTHER}").status_code == 403
    assert settles(kiosk, matter, "call") == [("applied_with_exception", "not_allowed")]
    assert matter["id"] in shown(here)


def test_a_word_that_comes_before_its_matter_counts_once_the_hub_finds_it(hub: Running) -> None:
    """As after a restore: the terminals give again what the hub lost, in whatever order."""
    web, here, there = Web(hub), terminal_at(hub), terminal_at(hub, "till-2", place=OTHER)
    web.receive({"1": ("p-1", 1, 100_000)})
    second = return_of(stands(hub), {"1": 1000}, "promise", place=OTHER)
    there.record(second, "return")
    takes_back(here, stands(hub), {"1": 1000}, "promise")
    told = {"code": "refund_right", "location": OTHER, "terminal": "till-2", "incarnation": there.incarnation}
    matter = {"id": matters.id_of({**told, "seq": 1, "about": second.return_id, "at": 0}), "code": "refund_right"}

    assert settles(here, matter, "call") == [("applied_with_exception", "matter_unknown")]
    assert [m["code"] for m in shown(here).values()] == ["matter_unknown"]
    assert verdicts(there.push()) == [("applied_with_exception", "refund_right")]
    assert shown(here) == {} and shown(there, OTHER) == {}
    with database.read(hub.engine) as conn:
        assert open_matters(conn) == []


def test_a_fork_is_shown_to_its_store_and_is_not_shown_again_once_settled(hub: Running) -> None:
    here = terminal_at(hub)
    here.sell()
    here.push()
    twin = Terminal(hub.url, here.name, here.key, here.incarnation, token=here.token, epoch=here.epoch)
    twin.sell()
    assert twin.push().status_code == 409
    (matter,) = shown(here).values()
    assert matter["code"] == "fork" and matter["facts"]["choices"] == ["enrolled", "replaced", "support"]
    assert settles(here, matter, "enrolled") == [("applied", "")]
    assert twin.push(1, 1).status_code == 409 and shown(here) == {}


def test_a_word_on_what_a_terminal_alone_noted_is_heard(hub: Running) -> None:
    here = terminal_at(hub)
    own = {"id": "here:till-1:journal_damaged", "code": "journal_differs"}
    assert settles(here, own, "support") == [("applied", "")]
    assert shown(here) == {}


def test_a_snapshot_holds_the_open_matters_of_its_location(hub: Running, tmp_path: Path) -> None:
    here, _, _ = collide(hub)
    built = snapshot_build.build(hub.engine, f"attention:{OTHER}", tmp_path / "a.db")
    assert built.version == 1
    with sqlite3.connect(tmp_path / "a.db") as file:
        assert file.execute("SELECT id, location FROM matter").fetchall() == [(next(iter(shown(here))), OTHER)]


def test_matters_of_an_older_hub_are_shown_when_this_one_starts(hub: Running) -> None:
    here, _, _ = collide(hub)
    (matter,) = shown(here).values()
    with database.write(hub.engine) as conn:
        conn.execute(tables.matter.delete())
    assert matters.show_all(hub.engine, 7) == 1 and matters.show_all(hub.engine, 8) == 0
    with database.read(hub.engine) as conn:
        assert conn.execute(select(tables.matter.c.id)).scalars().all() == [matter["id"]]


def test_fork_ids_are_stable_and_others_carry_their_time() -> None:
    row = dict.fromkeys(("code", "location", "terminal", "incarnation", "about"), uuid.uuid4().hex)
    assert matters.id_of(row | {"seq": 3, "at": 1}) == matters.id_of(row | {"seq": 3, "at": 2})
    assert matters.id_of(row | {"seq": 0, "at": 1}) != matters.id_of(row | {"seq": 0, "at": 2})
