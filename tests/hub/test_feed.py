"""The feed: dense versions in commit order, whole versions in a page, and what of the own journal is included."""

import random
import threading
import time
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from sync.hub import database, feed, tables
from sync.hub.feed import Recorder, SnapshotNeeded, WrongEpoch
from sync.protocol.messages import PULL_ROWS, Page
from sync.protocol.replica import COLUMNS


@pytest.fixture
def engine(hub_url: str) -> Any:
    """An empty hub: these tests fill scopes of their own."""
    opened = database.open(hub_url)
    yield opened
    opened.dispose()


def put(engine: Engine, scope: str, keys: list[str], value: str = "x") -> None:
    with feed.recording(engine, 1) as (_, recorder):
        recorder.touch(scope)
        for key in keys:
            recorder.put(scope, "setting", {"key": key, "value": value})


def pull(engine: Engine, scope: str, since: int = 0, terminal: str = "", incarnation: str = "") -> Any:
    with database.read(engine) as conn:
        epoch = database.hub_row(conn).epoch
        return feed.page(conn, scope, epoch, since, 7, terminal, incarnation)


def pull_all(engine: Engine, scope: str, since: int = 0) -> list[Page]:
    pages = [pull(engine, scope, since)]
    while pages[-1].upto < pages[-1].head:
        pages.append(pull(engine, scope, pages[-1].upto))
    return pages


def test_a_transaction_makes_one_version_of_each_scope_it_touched(engine: Engine) -> None:
    with feed.recording(engine, 5) as (_, recorder):
        recorder.put("config", "setting", {"key": "a", "value": "1"})
        recorder.put("config", "setting", {"key": "a", "value": "2"})
        recorder.delete("config", "setting", "b")
        recorder.touch("catalogue")
    page = pull(engine, "config")
    assert (page.upto, page.head, page.now) == (1, 1, 7)
    assert [(c.key, c.row) for c in page.versions[0].changes] == [("a", {"key": "a", "value": "2"}), ("b", None)]
    assert pull(engine, "catalogue").versions[0].changes == []


def test_a_transaction_that_fails_leaves_no_version_and_no_hole(engine: Engine) -> None:
    put(engine, "config", ["a"])
    with pytest.raises(RuntimeError, match="stumbled"), feed.recording(engine, 1) as (conn, recorder):
        recorder.put("config", "setting", {"key": "b", "value": "x"})
        recorder.commit(conn)
        raise RuntimeError("stumbled")
    put(engine, "config", ["c"])
    assert [v.version for v in pull(engine, "config").versions] == [1, 2]


def test_F20_a_page_never_splits_a_version(engine: Engine) -> None:
    sizes = [PULL_ROWS - 1, 3, 1, PULL_ROWS * 2, 1]
    for n, size in enumerate(sizes):
        put(engine, "config", [f"{n}-{i}" for i in range(size)])
    pages = pull_all(engine, "config")
    assert [[len(v.changes) for v in page.versions] for page in pages] == [[PULL_ROWS - 1, 3], [1, PULL_ROWS * 2], [1]]
    assert [v.version for page in pages for v in page.versions] == [1, 2, 3, 4, 5]


def test_a_page_of_empty_versions_ends_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PULL_ROWS", 50)
    with database.write(engine) as conn:
        for _ in range(60):
            recorder = Recorder(1)
            recorder.touch("config")
            recorder.commit(conn)
    assert [len(page.versions) for page in pull_all(engine, "config")] == [50, 10]


def test_a_follower_below_the_floor_is_sent_to_the_snapshot(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "BULK", 10)
    put(engine, "config", ["a"])
    put(engine, "config", [str(n) for n in range(11)])
    put(engine, "config", ["b"])
    assert pull(engine, "config", 0) == SnapshotNeeded(2)
    assert pull(engine, "config", 1) == SnapshotNeeded(2)
    assert [v.version for v in pull(engine, "config", 2).versions] == [3]
    with engine.connect() as conn:
        assert conn.execute(select(func.count()).select_from(tables.change)).scalar_one() == 2


def test_another_epoch_or_a_version_from_the_future_is_told_apart(engine: Engine) -> None:
    put(engine, "config", ["a"])
    with database.write(engine) as conn:
        old = database.hub_row(conn).epoch
        new = database.new_epoch(conn)
    with database.read(engine) as conn:
        assert feed.page(conn, "config", old, 0, 0) == WrongEpoch(new)
        assert feed.page(conn, "config", new, 2, 0) == WrongEpoch(new)
        assert isinstance(feed.page(conn, "config", new, 1, 0), Page)
        assert feed.page(conn, "location:new", new, 0, 0) == Page("location:new", new, 0, 0, 0, 0, 0, [])


def test_included_is_the_last_own_number_at_or_below_the_page(engine: Engine) -> None:
    for terminal, journal, seq in (("t", "j", 4), ("u", "j", 9), ("t", "j", 6), ("t", "old", 50)):
        with database.write(engine) as conn:
            recorder = Recorder(1, terminal, journal, seq)
            recorder.touch("location:a")
            recorder.commit(conn)
    with database.read(engine) as conn:
        assert [feed.included(conn, "location:a", upto, "t", "j") for upto in range(5)] == [0, 4, 4, 6, 6]
        assert feed.included(conn, "location:b", 9, "t", "j") == 0
    assert pull(engine, "location:a", 0, "t", "j").included == 6


def test_a_row_holds_the_columns_of_a_replica_and_nothing_else(engine: Engine) -> None:
    level = {"product": "p", "location": "a", "on_hand": 1, "reserved": 2, "shelf": "", "at": 3, "secret": "no"}
    with feed.recording(engine, 1) as (_, recorder):
        recorder.put("location:a", "stock", level)
    change = pull(engine, "location:a").versions[0].changes[0]
    assert change.row is not None
    assert tuple(change.row) == COLUMNS["stock"]
    assert change.key == "p\x1fa"


def test_F19_a_reader_passes_over_no_version_while_32_writers_stall_before_they_commit(engine: Engine) -> None:
    scopes = [f"location:{n}" for n in range(3)]
    finished = threading.Event()
    failed: list[BaseException] = []

    def write_some(number: int) -> None:
        chance = random.Random(number)
        try:
            for round_ in range(3):
                with database.write(engine) as conn:
                    recorder = Recorder(1)
                    for scope in chance.sample(scopes, chance.randint(1, 3)):
                        recorder.put(scope, "setting", {"key": f"{number}-{round_}", "value": scope})
                    recorder.commit(conn)
                    time.sleep(chance.random() * 0.01)  # has its versions, has not committed
        except BaseException as fault:  # noqa: BLE001 - told below
            failed.append(fault)

    seen: dict[str, list[int]] = {scope: [] for scope in scopes}

    def look() -> None:
        for scope in scopes:
            page = pull(engine, scope, len(seen[scope]))
            seen[scope] += [v.version for v in page.versions]

    def read() -> None:
        while not finished.is_set():
            look()

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write_some, args=(n,)) for n in range(32)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    finished.set()
    reader.join()
    look()
    assert failed == []
    with engine.connect() as conn:
        count = select(func.count()).select_from(tables.change)
        for scope in scopes:
            assert seen[scope] == list(range(1, len(seen[scope]) + 1))
            assert conn.execute(count.where(tables.change.c.scope == scope)).scalar_one() == len(seen[scope])
