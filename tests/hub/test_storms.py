"""Storms: many connections at once, the same push twice at the same moment, forks and poison among them."""

import copy
import threading
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from sync.domain.verdicts import Code
from sync.hub import agree, database, feed, judge, lanes, movements, push, records, tables
from sync.hub.api import now_ms
from sync.hub.cases import Case, Court
from sync.hub.faults import Refusal
from sync.hub.movements import Move
from sync.hub.serving import Running
from sync.protocol.messages import Push
from sync.protocol.operations import Gap
from tests.hub.retailer import OTHER, START, STORE, on_hand
from tests.hub.terminals import Terminal, count, matters, terminal_at, verdicts

SCOPE = f"location:{STORE}"


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """What the jobs answer, in their order, started together in threads of their own."""
    answers: list[Any] = [None] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(n: int) -> None:
        barrier.wait()
        answers[n] = jobs[n]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def push_of(till: Terminal, first: int = 1) -> tuple[Push, int]:
    """A push as the hub's core takes it, with its time."""
    return msgspec.convert(till.push_body(first), Push), now_ms()


def dense(hub: Running) -> bool:
    """Whether no scope's versions have a hole."""
    with hub.engine.connect() as conn:
        found = conn.execute(select(tables.version.c.scope, tables.version.c.version)).all()
        stands = {row.scope: row.version for row in conn.execute(select(tables.head))}
    return sorted(map(tuple, found)) == [(s, v) for s, n in sorted(stands.items()) for v in range(1, n + 1)]


def test_F5_ten_connections_that_push_the_same_at_once_have_one_effect_and_one_answer(hub: Running) -> None:
    till = terminal_at(hub)
    for _ in range(20):
        till.sell()
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(till.push())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.status_code for a in answers] == [200] * 10
    assert len({a.text for a in answers}) == 1
    assert on_hand(hub.engine, "p-1") == START - 20_000
    assert count(hub, tables.operation) == 20


def test_tills_that_sell_the_same_goods_at_once_lose_no_movement(hub: Running) -> None:
    tills = [terminal_at(hub, f"till-{n}") for n in range(6)]
    for n, till in enumerate(tills):
        for _ in range(10):
            goods = ["p-1", "p-2", "p-3"] if n % 2 else ["p-3", "p-2", "p-1"]
            till.sell(dict.fromkeys(goods, 1000))
    answers: list[list[int]] = []

    def push_in_pieces(till: Terminal) -> None:
        answers.append([till.push(n, n + 1).status_code for n in range(1, 11, 2)])

    threads = [threading.Thread(target=push_in_pieces, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[200] * 5] * 6
    assert [on_hand(hub.engine, p) for p in ("p-1", "p-2", "p-3")] == [START - 60_000] * 3
    with database.read(hub.engine) as conn:
        assert records.stock_differences(conn) == []


def test_I2_I5_F1_F4_F5_a_storm_with_every_push_sent_twice_at_once_forks_and_poison_among_them(hub: Running) -> None:
    tills = [terminal_at(hub, f"till-{n}", place=(STORE, OTHER)[n % 2]) for n in range(16)]
    for n, till in enumerate(tills):
        for number in range(6):
            till.sell({"p-1": 1000, "p-2": 1000}, place=(STORE, OTHER)[n % 2])
            if number == n % 6:
                till.raws.append(b"{poison")
    twin = copy.copy(tills[0])
    twin.raws = list(tills[0].raws[:3])
    assert tills[0].push(1, 4).status_code == 200
    twin.sell({"p-3": 1000})
    answers = at_once([push for till in tills for push in (till.push, till.push)] + [twin.push, twin.push])
    assert [a.status_code for a in answers] == [200] * 32 + [409] * 2
    for one, again in zip(answers[:32:2], answers[1:32:2], strict=True):
        assert one.json() == again.json()
        assert sorted(verdicts(one)) == [("applied", "")] * 6 + [("applied_with_exception", "unreadable")]
    assert [on_hand(hub.engine, "p-1", place) for place in (STORE, OTHER)] == [START - 48_000] * 2
    assert (count(hub, tables.operation), count(hub, tables.sale), count(hub, tables.fork)) == (16 * 7, 16 * 6, 1)
    assert sorted(matters(hub)) == ["fork"] + ["unreadable"] * 16
    assert dense(hub)
    with database.read(hub.engine) as conn:
        assert records.stock_differences(conn) == []


def test_pushes_that_share_a_transaction_have_versions_and_levels_of_their_own(hub: Running) -> None:
    tills = [terminal_at(hub, f"till-{n}") for n in range(3)]
    for till in tills:
        till.sell({"p-1": 1000})
        till.sell({"p-1": 1000, "p-2": 1000})
    with database.write(hub.engine) as conn:
        answers = push.take(conn, [push_of(till) for till in tills])
    assert [a.versions for a in answers if isinstance(a, push.Taken)] == [{SCOPE: 2}, {SCOPE: 3}, {SCOPE: 4}]
    versions = tills[0].pull(SCOPE, 1).json()["versions"]
    levels = [{c["row"]["product"]: c["row"]["on_hand"] for c in v["changes"]} for v in versions]
    assert levels == [{"p-1": START - 2000 * n, "p-2": START - 1000 * n} for n in (1, 2, 3)]
    with database.read(hub.engine) as conn:
        mine = [feed.included(conn, SCOPE, upto, "till-1", tills[1].incarnation) for upto in (1, 2, 3, 4)]
    assert mine == [0, 0, 2, 2]


def test_I5_what_is_refused_to_one_push_is_no_matter_to_those_it_shares_a_transaction_with(hub: Running) -> None:
    good, gapped, strange, twin = (terminal_at(hub, f"till-{n}") for n in range(4))
    for till in (good, gapped, strange, twin):
        till.sell()
        till.sell()
    assert twin.push().status_code == 200
    twin.raws = []
    twin.sell({"p-2": 1000})
    strange.key = good.key
    pushes = [push_of(gapped, 2), push_of(good), push_of(strange), push_of(twin)]
    with database.write(hub.engine) as conn:
        answers = push.take(conn, pushes)
    codes = [a.fault.code if isinstance(a, Refusal) else a.answer.last_seq for a in answers]
    assert codes == ["gap", 2, "chain", "fork"]
    assert on_hand(hub.engine, "p-1") == START - 4000
    assert sorted(matters(hub)) == ["chain", "fork"]
    assert dense(hub)


def test_F15_F28_what_two_tills_recorded_under_one_id_is_applied_once_even_in_one_transaction(hub: Running) -> None:
    first, second = terminal_at(hub), terminal_at(hub, "till-2")
    sale = first.sell({"p-1": 1000})
    second.record(sale)
    with database.write(hub.engine) as conn:
        answers = push.take(conn, [push_of(first), push_of(second)])
    assert [a.answer.verdicts[0].code for a in answers if isinstance(a, push.Taken)] == ["", Code.DUPLICATE_SALE]
    assert on_hand(hub.engine, "p-1") == START - 1000


def test_I5_a_push_that_the_hub_stumbles_over_fails_alone(hub: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_court: Court, _cases: list[Case]) -> None:
        raise RuntimeError("stumbled")

    tills = [terminal_at(hub, f"till-{n}") for n in range(4)]
    for till in tills[1:]:
        till.sell()
    tills[0].record(Gap("x", 1, 2), "gap")
    monkeypatch.setitem(judge.JUDGES, "gap", judge.Judge(lambda _: None, stumble))
    answers = lanes.take_together(hub.engine, [push_of(till) for till in tills])
    assert [isinstance(a, push.Taken) for a in answers] == [False, True, True, True]
    assert str(answers[0]) == "stumbled"
    assert on_hand(hub.engine, "p-1") == START - 3000
    assert dense(hub)


@pytest.mark.parametrize("later", [0, 1])
def test_F20_pushes_of_one_transaction_end_with_the_stock_as_it_stands(hub: Running, later: int) -> None:
    """Whichever of two pushes told of the shelf last, when it was judged: the last version of the two has the sum."""
    with database.write(hub.engine) as conn:
        pushes = [feed.Recorder(1), feed.Recorder(1)]
        for n, recorder in enumerate([pushes[1 - later], pushes[later]]):
            movements.post(conn, recorder, [Move(f"m-{n}", "p-tea", STORE, -1000 - n, "sale", 1, "till")])
        agree.agree(conn, pushes)
        versions = [versions[SCOPE] for versions in feed.commit_all(conn, pushes)]
        stands = conn.execute(select(tables.stock).where(tables.stock.c.product == "p-tea")).mappings().all()
    with hub.engine.connect() as reading:
        told = select(tables.change.c.row).where(tables.change.c.scope == SCOPE, tables.change.c.version == versions[1])
        row = msgspec.json.decode(reading.execute(told).scalar_one())
    assert row["on_hand"] == next(it["on_hand"] for it in stands if it["location"] == STORE)
