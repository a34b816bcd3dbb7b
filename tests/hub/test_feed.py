"""The feed: dense versions in commit order, whole versions in a page, and what of the own journal is included."""

import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from sync.hub import database, feed, tables
from sync.hub.feed import Recorder, SnapshotNeeded, WrongEpoch
from sync.protocol.messages import PULL_ROWS, Page
from sync.protocol.replica import COLUMNS
from tests.hub.crowd import Crowd
from tests.hub.retailer import as_sent


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
        return as_sent(feed.page(conn, scope, epoch, since, 7, terminal, incarnation))


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


def test_F19_F20_readers_skip_reorder_and_split_nothing_while_32_writers_stall_and_fail(engine: Engine) -> None:
    crowd = Crowd(engine, wanted=5000)
    crowd.run()
    assert crowd.faults == []
    assert sum(crowd.made.count.values()) >= 5000
    with engine.connect() as conn:
        query = select(tables.version.c.scope, func.count(), func.max(tables.version.c.version))
        stands = {row[0]: tuple(row[1:]) for row in conn.execute(query.group_by(tables.version.c.scope))}
    assert stands == {scope: (count, count) for scope, count in crowd.made.count.items()}


def test_a_crowd_catches_a_feed_that_draws_its_numbers_before_its_turn(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: Counter[str] = Counter()
    one = threading.Lock()

    def draw(conn: Connection, recorders: list[Recorder]) -> dict[str, int]:
        """As a sequence does: a number is drawn at once, is lost with its transaction, and commits when it will."""
        scopes = [scope for recorder in recorders for scope in recorder.scopes]
        with one:
            before = {scope: drawn[scope] for scope in scopes}
            drawn.update(scopes)
            stands = [{"scope": scope, "epoch": epoch, "version": drawn[scope], "floor": 0} for scope in set(scopes)]
        for row in sorted(stands, key=lambda row: str(row["scope"])):
            higher = database.insert(conn, tables.head).values(row)
            seen = {"version": func.greatest(tables.head.c.version, higher.excluded.version)}
            if conn.dialect.name == "sqlite":
                seen = {"version": func.max(tables.head.c.version, higher.excluded.version)}
            conn.execute(higher.on_conflict_do_update(index_elements=["scope"], set_=seen))
        return before

    with database.read(engine) as conn:
        epoch = database.hub_row(conn).epoch
    monkeypatch.setattr(feed, "_raise", draw)
    crowd = Crowd(engine, wanted=2000, stall=0.05)
    crowd.run()
    assert any("was next" in fault for fault in crowd.faults)
