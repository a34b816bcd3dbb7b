"""A replica that the disk made something else of is found out, and is not the journal's fault (F26)."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from sync.domain.codes import read
from sync.local import Local, NotRecorded, Reason, files, find_code
from sync.local.disk import reason_of, unreadable
from sync.local.returns import purchases_by_number
from sync.local.wake import SUSPECT, Listener
from tests.local.fixture import NOW, gtin
from tests.local.rotting import lose_an_order


def test_a_whole_replica_is_not_damaged(local: Local, home: Path) -> None:
    path = files.current(home)
    assert path is not None and not files.damaged(path)


def test_a_sector_that_came_back_empty_is_found_where_sqlite_finds_nothing(local: Local, home: Path) -> None:
    assert files.damaged(lose_an_order(home))


def test_what_cant_be_read_is_the_replicas_fault_and_the_agent_is_told_once_more_each_time(
    local: Local, home: Path
) -> None:
    lose_an_order(home)
    agent = Listener(home, "agent")
    try:
        for _ in range(2):
            with pytest.raises(msgspec.DecodeError) as lost:
                purchases_by_number(local, "100-50001")
            said = local.blame(lost.value)
            assert reason_of(said, home) is Reason.REPLICA and said.__cause__ is lost.value
            assert agent.wait(1) == SUSPECT
    finally:
        agent.close()
    assert purchases_by_number(local, "100-48213")[0].number == "100-48213", "the others are there"
    assert find_code(local, read(gtin("487000000001")), NOW) is not None


@pytest.mark.parametrize(
    "error",
    [
        msgspec.DecodeError("a body that never was one"),
        sqlite3.OperationalError("no such function"),
        NotRecorded(Reason.DAMAGED),
        NotRecorded(Reason.FULL),
        OSError("no space left on device"),
        ValueError("a fault of ours"),
    ],
)
def test_a_whole_replica_is_blamed_for_nothing(local: Local, home: Path, error: Exception) -> None:
    agent = Listener(home, "agent")
    assert local.blame(error) is error
    assert agent.wait(0.05) is None
    agent.close()


def of_disk(code: int) -> sqlite3.OperationalError:
    """An error as SQLite raises it with that result code."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    return error


def test_a_sector_that_the_disk_cant_read_is_the_files_fault_and_a_disk_without_room_is_not() -> None:
    assert unreadable(of_disk(sqlite3.SQLITE_IOERR_READ)) and unreadable(of_disk(sqlite3.SQLITE_CORRUPT_VTAB))
    for code in ("FULL", "BUSY", "READONLY", "CANTOPEN", "IOERR_WRITE", "IOERR_SHMSIZE", "IOERR_FSYNC"):
        assert not unreadable(of_disk(getattr(sqlite3, f"SQLITE_{code}"))), code
    recorded = NotRecorded(Reason.BROKEN)
    assert not unreadable(recorded)
    recorded.__cause__ = of_disk(sqlite3.SQLITE_IOERR_READ)
    assert unreadable(recorded)


def test_a_full_disk_is_not_taken_for_a_damaged_replica(local: Local, home: Path) -> None:
    lose_an_order(home)
    full = NotRecorded(Reason.FULL)
    assert local.blame(full) is full
