"""A hub that was restored from a backup, and nobody told it: it finds out by its own seals, and by nothing else."""

import itertools
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from sync.hub import database, feed, seals, snapshots, tables
from sync.hub.movements import Move, post
from sync.hub.serving import Running
from tests.hub.backup import Backup
from tests.hub.retailer import START, STORE, on_hand
from tests.hub.terminals import Terminal, count, matters, terminal_at

SHELF = f"location:{STORE}"
_later = itertools.count()
"""No two things happen within a millisecond here, however quick the machine."""


def epoch_of(hub: Running) -> str:
    with database.read(hub.engine) as conn:
        return str(database.hub_row(conn).epoch)


def moved(hub: Running, key: str, product: str = "p-1") -> None:
    """Goods come: the shelf's next version."""
    now = time.time_ns() // 1_000_000 + next(_later)
    with feed.recording(hub.engine, now) as (conn, recorder):
        post(conn, recorder, [Move(key, product, STORE, 1000, "count", now, "test")])


def standing(till: Terminal, scope: str = SHELF) -> tuple[int, str]:
    """The version that a terminal stands at after it took all of a scope, with the seal that it keeps."""
    page = till.get("/v1/pull", scope=scope, epoch=till.epoch, since=0).json()
    return page["upto"], page["seal"]


def come_again(till: Terminal, since: int, seal: str, scope: str = SHELF) -> httpx.Response:
    return till.get("/v1/pull", scope=scope, epoch=till.epoch, since=since, seal=seal)


def test_a_terminal_that_stands_beyond_a_restored_hub_makes_it_begin_anew_and_gives_it_all_again(hub: Running) -> None:
    till = terminal_at(hub)
    backup, before = Backup(hub.engine), epoch_of(hub)
    till.sell()
    told = till.push().json()["verdicts"]
    stands = standing(till)
    backup.put_back()
    answer = come_again(till, *stands)
    assert (answer.status_code, answer.json()["code"]) == (409, "epoch")
    assert answer.json()["have"] == epoch_of(hub) != before
    assert till.hello().json()["last_seq"] == 0
    assert till.push().json()["verdicts"] == told
    assert (on_hand(hub.engine, "p-1"), count(hub, tables.sale)) == (START - 1000, 1)
    assert matters(hub).count("hub_restored") == 1


def test_a_number_that_was_given_out_twice_is_told_by_what_it_holds(hub: Running) -> None:
    till = terminal_at(hub)
    backup, before = Backup(hub.engine), epoch_of(hub)
    moved(hub, "lost")
    since, seal = standing(till)
    backup.put_back()
    for key in ("other", "and more", "and more again"):
        moved(hub, key, "p-2")
    head = till.hello().json()
    assert next(s for s in head["scopes"] if s["name"] == SHELF)["version"] > since
    assert come_again(till, since, seal).status_code == 409
    assert epoch_of(hub) != before


def test_the_same_number_with_other_contents_is_no_standing_still(hub: Running) -> None:
    till = terminal_at(hub)
    backup = Backup(hub.engine)
    moved(hub, "lost")
    since, seal = standing(till)
    here = {s["name"]: s for s in till.hello().json()["scopes"]}[SHELF]
    assert (here["version"], here["seal"]) == (since, seal)
    backup.put_back()
    moved(hub, "other", "p-2")
    here = {s["name"]: s for s in till.hello().json()["scopes"]}[SHELF]
    assert here["version"] == since and here["seal"] != seal


def test_a_hub_that_lacks_what_it_gave_verdicts_on_begins_anew_at_the_hello(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.push()
    backup, before = Backup(hub.engine), epoch_of(hub)
    till.sell()
    answer = till.push().json()
    kept = {"told": answer["last_seq"], "seal": answer["seal"]}
    assert till.hello(**kept).json()["epoch"] == before
    backup.put_back()
    welcome = till.hello(**kept).json()
    assert welcome["last_seq"] == 1 and welcome["epoch"] == epoch_of(hub) != before
    assert till.push(first=2).json()["last_seq"] == 2
    again = till.hello(**kept).json()
    assert again["epoch"] == welcome["epoch"] and matters(hub).count("hub_restored") == 1


def test_of_a_whole_chain_that_comes_at_once_one_begins_the_epoch(hub: Running) -> None:
    tills = [terminal_at(hub, f"till-{n}") for n in range(8)]
    backup, before = Backup(hub.engine), epoch_of(hub)
    moved(hub, "lost")
    stands = [standing(till) for till in tills]
    backup.put_back()
    found: list[Any] = []

    def ask(till: Terminal, since: int, seal: str) -> None:
        found.append(come_again(till, since, seal).json()["have"])
        found.append(till.hello().json()["epoch"])

    crowd = [threading.Thread(target=ask, args=(t, *s)) for t, s in zip(tills, stands, strict=True)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert set(found) == {epoch_of(hub)} and before not in found and len(found) == 16
    assert matters(hub).count("hub_restored") == 1
    with database.read(hub.engine) as conn:
        assert {head.epoch for head in feed.heads(conn).values()} == {epoch_of(hub)}


def test_what_nobody_was_given_moves_no_epoch(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    pushed = till.push().json()
    before, (since, seal) = epoch_of(hub), standing(till)
    false = [
        (since + 1000, seal),
        (since + 1000, "0" * 24),
        (since + 1000, ""),
        (since + 1000, "ä\x00" * 12),
        (since, seal[: seals.MARK] + "0" * 16),
        (since, "0" * seals.MARK + seal[seals.MARK :]),
        (since, standing(till, "config")[1]),
        (since - 1, seal),
    ]
    assert [come_again(till, *claim).status_code for claim in false] == [409] * 4 + [200] * 4
    assert come_again(till, since, seal).status_code == 200
    for told, word in ((10**6, pushed["seal"]), (2, pushed["seal"]), (2, "0" * 24), (0, "")):
        assert till.hello(told=told, seal=word).json()["epoch"] == before
    assert epoch_of(hub) == before and "hub_restored" not in matters(hub)


def test_a_seal_proves_something_once(hub: Running) -> None:
    till = terminal_at(hub)
    backup = Backup(hub.engine)
    till.sell()
    pushed, (since, seal) = till.push().json(), standing(till)
    backup.put_back()
    assert come_again(till, since, seal).status_code == 409
    second = epoch_of(hub)
    assert till.hello(told=pushed["last_seq"], seal=pushed["seal"]).json()["epoch"] == second
    assert come_again(till, since, seal).status_code == 409
    assert epoch_of(hub) == second


def test_where_the_version_is_trimmed_nobody_can_tell_and_the_snapshot_is_right_in_any_case(hub: Running) -> None:
    till = terminal_at(hub)
    since, seal = standing(till)
    moved(hub, "one more")
    with database.write(hub.engine) as conn:
        conn.execute(tables.head.update().where(tables.head.c.scope == SHELF).values(floor=since))
        conn.execute(tables.version.delete().where(tables.version.c.scope == SHELF, tables.version.c.version <= since))
    answer = come_again(till, since, seal)
    assert (answer.status_code, answer.json()["want"]) == (410, since)


def test_a_snapshot_of_what_a_backup_took_back_is_made_again(hub: Running, tmp_path: Path) -> None:
    backup = Backup(hub.engine)
    moved(hub, "lost")
    lost = snapshots.snapshot_info(hub.engine, tmp_path, SHELF, "identity")
    assert snapshots.is_recent(hub.engine, tmp_path, SHELF)
    backup.put_back()
    moved(hub, "other", "p-2")
    made = snapshots.snapshot_info(hub.engine, tmp_path, SHELF, "identity")
    assert made.version == lost.version and made.digest != lost.digest
    path = snapshots.blob_path(tmp_path, made.digest)
    with sqlite3.connect(path or "") as db:
        assert db.execute("SELECT on_hand FROM stock WHERE product = 'p-1'").fetchone() == (START,)
