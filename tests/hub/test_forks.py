"""Journals that part: forks, twins, restored and lost disks. All is kept, nothing is overwritten, a person is told."""

import copy
from typing import Any

import httpx
from sqlalchemy import select

from sync.hub import records, tables
from sync.hub.serving import Running
from sync.protocol.operations import Gap
from tests.hub.retailer import START, on_hand
from tests.hub.terminals import Terminal, count, matters, new_code, sale_of, terminal_at, verdicts


def test_F4_F27_the_same_number_with_other_bytes_is_kept_aside_and_shown_and_overwrites_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    twin = copy.copy(till)
    twin.raws = list(till.raws)
    till.sell({"p-2": 1000})
    twin.sell({"p-3": 1000})
    twin.sell({"p-3": 1000})
    before = till.push().json()
    for _ in range(2):
        answer = twin.push()
        assert (answer.status_code, answer.json()["code"], answer.json()["want"]) == (409, "fork", 2)
    with hub.engine.connect() as conn:
        forks = conn.execute(select(tables.fork).order_by(tables.fork.c.seq)).all()
    assert [(row.seq, bytes(row.raw)) for row in forks] == [(2, twin.raws[1]), (3, twin.raws[2])]
    assert matters(hub) == ["fork"]
    assert on_hand(hub.engine, "p-3") == START
    assert till.push().json() == before
    assert records.report(hub.engine).journals[0].forked == 2


def test_F27_a_journal_that_parted_before_the_pushed_numbers_is_told_where_and_a_person_is_told(hub: Running) -> None:
    till = terminal_at(hub)
    twin = copy.copy(till)
    twin.raws = []
    till.sell()
    till.push()
    twin.sell({"p-2": 1000})
    twin.sell({"p-2": 1000})
    answer = twin.push(2, 2)
    assert (answer.status_code, answer.json()["code"]) == (409, "chain")
    assert answer.json()["have"] == till.hash_at(1).hex() != twin.hash_at(1).hex()
    assert matters(hub) == ["chain"]
    assert count(hub, tables.operation) == 1


def test_F27_what_follows_operations_that_were_kept_aside_is_kept_aside_too(hub: Running) -> None:
    till = terminal_at(hub)
    twin = copy.copy(till)
    twin.raws = []
    till.sell()
    till.push()
    for _ in range(4):
        twin.sell({"p-2": 1000})
    answers = [twin.push(n, n) for n in (1, 2, 3)]  # the third begins beyond where the hub stands
    answers.append(twin.push(4))
    assert [(a.status_code, a.json()["code"], a.json()["want"]) for a in answers] == [
        (409, "fork", seq) for seq in (1, 2, 3, 4)
    ]
    assert matters(hub) == ["fork"]
    assert records.report(hub.engine).journals[0].forked == 4
    stranger = Terminal(hub.url, incarnation=till.incarnation)
    stranger.raws = twin.raws
    assert twin.push(3, signature=stranger.push_body()["signature"]).json()["code"] == "gap"
    assert records.report(hub.engine).journals[0].forked == 4


def test_a_push_with_a_signature_of_another_key_changes_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    stranger = Terminal(hub.url, incarnation=till.incarnation)
    till.sell()
    stranger.raws = till.raws
    answer = till.push(signature=stranger.push_body()["signature"])
    assert (answer.status_code, answer.json()["code"]) == (409, "chain")
    assert count(hub, tables.operation) == 0


def test_F24_a_restored_terminal_begins_a_new_journal_and_nothing_of_either_is_dropped(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.sell()
    till.push()
    restored = Terminal(hub.url, key=till.key)
    welcome = restored.hello().json()
    assert (welcome["last_seq"], welcome["older"]) == (0, [[till.incarnation, 2]])
    restored.sell()
    assert verdicts(restored.push()) == [("applied", "")]
    assert on_hand(hub.engine, "p-1") == START - 3000
    assert [(j.last_seq, j.current) for j in records.report(hub.engine).journals] == [(2, False), (1, True)]


def test_F27_a_twin_that_speaks_under_the_earlier_journal_is_heard_and_shown(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    Terminal(hub.url, key=till.key).hello()
    assert till.hello().status_code == 200
    assert verdicts(till.push()) == [("applied", "")]
    assert matters(hub) == ["twin"]


def test_a_lost_disk_is_a_new_machine_under_the_old_name_and_the_lost_numbers_are_declared(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.push()
    new = Terminal(hub.url)
    assert new.enrol(new_code(hub)).status_code == 200
    new.hello()
    new.record(Gap(till.incarnation, 2, 5), "gap")
    assert verdicts(new.push()) == [("applied", "")]
    assert matters(hub) == ["journal_lost"]
    assert till.hello().status_code == 401  # the old machine's key is no longer the terminal's


def test_F15_one_operation_id_is_applied_once_wherever_it_stands(hub: Running) -> None:
    till = terminal_at(hub)
    raw = till.record(sale_of({"p-1": 1000}))
    till.push()
    restored = Terminal(hub.url, key=till.key, raws=[raw])
    restored.hello()
    answer = restored.push()
    assert verdicts(answer) == [("applied_with_exception", "duplicate_operation")]
    assert "the same bytes" in answer.json()["verdicts"][0]["detail"]
    assert on_hand(hub.engine, "p-1") == START - 1000


def earlier(till: Terminal, old: Terminal, first: int, **changed: Any) -> httpx.Response:
    """Operations of a journal that ended, told by the terminal with its present one."""
    body = old.push_body(first) | {"aside": True, "before": old.hash_at(first - 1).hex()} | changed
    return till.post("/v1/ended", json=body)


def ended_one(hub: Running) -> tuple[Terminal, Terminal]:
    """A terminal with a new journal, and its earlier one: an operation that the hub has, two that it lost."""
    old = terminal_at(hub)
    old.sell()
    old.push()
    old.sell({"p-2": 1000})
    old.sell({"p-3": 1000})
    till = copy.copy(old)
    till.raws, till.incarnation = [], "b" * 32
    till.hello()
    return till, old


def test_I2_F4_what_no_hub_took_of_a_journal_that_ended_is_kept_aside_once_and_named_once(hub: Running) -> None:
    till, old = ended_one(hub)
    for _ in range(2):
        answer = earlier(till, old, 2)
        assert (answer.status_code, answer.json()["verdicts"], answer.json()["last_seq"]) == (200, [], 1)
    assert (count(hub, tables.fork), matters(hub)) == (2, ["fork"])
    assert earlier(till, old, 1).status_code == 200, "and what the hub has is not kept twice"
    assert (count(hub, tables.fork), count(hub, tables.operation)) == (2, 1)


def test_I4_F24_what_a_hub_took_of_a_journal_that_ended_is_judged_by_one_that_lost_it(hub: Running) -> None:
    till, old = ended_one(hub)
    for _ in range(2):
        answer = earlier(till, old, 2, aside=False)
        assert [seq["outcome"] for seq in answer.json()["verdicts"]] == ["applied", "applied"]
    assert on_hand(hub.engine, "p-3") == START - 1000
    assert earlier(till, old, 9, aside=False, ops=["{}"]).json()["code"] == "gap"


def test_of_a_journal_that_ended_only_its_own_terminal_speaks_and_only_under_its_seal(hub: Running) -> None:
    till, old = ended_one(hub)
    other = terminal_at(hub, "till-2")
    assert earlier(other, old, 2).json()["code"] == "not_yours"
    assert earlier(old, old, 2).json()["code"] == "not_yours", "the present journal is pushed"
    assert earlier(till, old, 2, before="00" * 32).json()["code"] == "chain"
    assert earlier(till, old, 2, before="no hash").json()["code"] == "bad_push"
    assert earlier(till, old, 2, epoch="another").json()["code"] == "epoch"
    assert earlier(till, old, 2, ops=[]).json()["code"] == "bad_push"
    assert count(hub, tables.fork) == 0
