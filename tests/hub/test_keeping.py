"""What a hub does ahead: snapshots before they are asked for, and an end to old feed rows that nobody misses."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import Engine, func, select

from sync.hub import database, feed, keeping, snapshots
from sync.hub.feed import Recorder, SnapshotNeeded
from sync.hub.importing import import_files
from sync.hub.tables import change, version
from sync.protocol.messages import Page
from tests.bench.catalogue import write_csv

NOW = 1_790_000_000_000
DAY = 24 * 3_600_000


@pytest.fixture
def hub(hub_url: str) -> Any:
    engine = database.open(hub_url)
    yield engine
    engine.dispose()


def write(engine: Engine, number: int, rows: int = 10, at: int = NOW, seq: int = 0) -> None:
    """One version of the scope `config`; with `seq`, it is a push of the terminal t."""
    with database.write(engine) as conn:
        recorder = Recorder(at, *(("t", "i", seq) if seq else ()))
        for n in range(rows):
            recorder.put("config", "setting", {"key": f"{n}", "value": str(number)})
        recorder.commit(conn)


def pull(engine: Engine, since: int) -> Any:
    with database.read(engine) as conn:
        return feed.page(conn, "config", database.hub_row(conn).epoch, since, NOW, "t", "i")


def count(engine: Engine, table: Any) -> int:
    with database.read(engine) as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def test_versions_older_than_a_month_end_and_who_stands_below_takes_a_snapshot(hub: Engine) -> None:
    for number in range(1, 7):
        write(hub, number, at=NOW - (37 - number * 5) * DAY)
    assert keeping.needed_trim(hub, NOW)
    assert keeping.trim(hub, NOW) == {"config": 1}
    assert isinstance(pull(hub, 0), SnapshotNeeded)
    page = pull(hub, 1)
    assert isinstance(page, Page)
    assert [v.version for v in page.versions] == [2, 3, 4, 5, 6]
    assert (count(hub, change), count(hub, version)) == (50, 5)
    assert keeping.trim(hub, NOW) == {}


def test_a_scope_keeps_so_many_rows_and_always_its_newest_version(hub: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEEP_ROWS", 45)
    monkeypatch.setattr(keeping, "TRIM_MORE", 10)
    monkeypatch.setattr(keeping, "STEP", 15)
    for number in range(1, 6):
        write(hub, number)
    assert keeping.trim(hub, NOW) == {}  # five too many are put up with
    write(hub, 6)
    assert keeping.trim(hub, NOW) == {"config": 2}
    assert [v.version for v in pull(hub, 2).versions] == [3, 4, 5, 6]
    assert count(hub, change) == 40
    write(hub, 7, rows=80)
    assert keeping.trim(hub, NOW) == {"config": 6}
    assert [v.version for v in pull(hub, 6).versions] == [7]


def test_how_far_a_journal_is_included_is_known_after_trimming(hub: Engine) -> None:
    for number in range(1, 5):
        write(hub, number, at=NOW - 40 * DAY, seq=number * 10)
    for number in range(5, 9):
        write(hub, number, at=NOW, seq=number * 10 if number == 8 else 0)
    told = {since: pull(hub, since).included for since in (4, 5, 8)}
    with database.read(hub) as conn:
        before = {upto: feed.included(conn, "config", upto, "t", "i") for upto in range(4, 9)}
    assert keeping.trim(hub, NOW) == {"config": 4}
    with database.read(hub) as conn:
        assert {upto: feed.included(conn, "config", upto, "t", "i") for upto in range(4, 9)} == before
    assert {since: pull(hub, since).included for since in (4, 5, 8)} == told
    assert count(hub, version) == 5


def test_a_large_scope_has_its_snapshot_before_a_terminal_asks(
    hub: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGE", 200)
    folder = tmp_path / "snapshots"
    import_files(hub, write_csv(tmp_path / "csv", 300), currency="KZT", now=NOW)
    assert keeping.due(hub, folder) == ["catalogue", "pricelist:standard"]
    keeping.work(hub, folder, NOW)
    assert keeping.due(hub, folder) == []
    assert snapshots.is_recent(hub, folder, "catalogue")
    assert not snapshots.is_recent(hub, folder, "config")


def test_the_work_is_done_in_a_process_of_its_own(hub: Engine, tmp_path: Path) -> None:
    for number in range(1, 4):
        write(hub, number, at=1)
    anyio.run(keeping._in_a_process, hub, tmp_path)
    assert isinstance(pull(hub, 0), SnapshotNeeded)
    assert [v.version for v in pull(hub, 2).versions] == [3]
