"""The journal: appended, chained, durable, never pruned too early."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from sync.local import Local, files, link_status
from sync.local.database import JournalTooNew, NotEnrolled
from sync.local.journal import KEPT_MS, Ruling, head, integrity, prune, read_from, rule, verify_chain
from sync.protocol.operations import GENESIS, chain, open_envelope
from tests.local.fixture import INCARNATION, NOW
from tests.local.tills import sold


def applied(*numbers: int) -> list[Ruling]:
    return [Ruling(n, "applied") for n in numbers]


def test_operations_are_numbered_without_holes_and_chained(local: Local) -> None:
    for _ in range(3):
        sold(local, "p-milk")
    before = GENESIS
    for number, it in enumerate(read_from(local.raw, INCARNATION, 1, 10), 1):
        before = chain(before, it.raw)
        assert (it.seq, it.hash, open_envelope(it.raw).seq) == (number, before, number)
    assert head(local.raw).hash == before


def test_what_is_recorded_is_synced_to_the_disk_before_the_answer(local: Local) -> None:
    assert local.raw.execute("PRAGMA main.synchronous").fetchone() == (2,)
    assert local.raw.execute("PRAGMA main.journal_mode").fetchone() == ("wal",)


def test_f14_an_operation_can_not_be_rewritten(local: Local) -> None:
    sold(local, "p-milk")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        local.raw.execute("UPDATE op SET bytes = x'00'")


def test_i2_a_verdict_is_for_ever(local: Local) -> None:
    sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, applied(1), NOW)
        rule(db, INCARNATION, [Ruling(1, "refused", "not_allowed")], NOW)
    assert local.raw.execute("SELECT outcome FROM verdict").fetchall() == [("applied",)]
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        local.raw.execute("UPDATE verdict SET outcome = 'refused'")


def test_i6_only_a_verdict_ends_waiting(local: Local) -> None:
    sold(local, "p-milk")
    sold(local, "p-milk")
    with local.write() as db:
        assert rule(db, INCARNATION, applied(1, 99), NOW) == 1
    assert link_status(local, NOW).waiting == 1


def test_what_waits_is_counted_with_its_age(local: Local) -> None:
    assert (link_status(local, NOW).waiting, link_status(local, NOW).oldest) == (0, None)
    sold(local, "p-milk")
    assert (link_status(local, NOW).waiting, link_status(local, NOW).oldest) == (1, NOW)


def test_i5_f12_a_refused_operation_is_set_before_a_person_and_the_next_goes_on(local: Local) -> None:
    sold(local, "p-milk")
    sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(1, "refused", "unreadable", "not JSON"), *applied(2)], NOW)
    status = link_status(local, NOW)
    assert (status.waiting, status.needs_you) == (0, 1)


def test_a_changed_operation_is_found_by_its_hash(local: Local) -> None:
    for _ in range(3):
        sold(local, "p-milk")
    local.raw.execute("DROP TRIGGER op_is_never_changed")
    local.raw.execute("UPDATE op SET bytes = replace(bytes, 'p-milk', 'p-coat') WHERE seq = 2")
    assert verify_chain(local) == [f"Operation 2 of journal {INCARNATION} is not what was sealed."]


def test_a_missing_operation_is_found(local: Local) -> None:
    for _ in range(3):
        sold(local, "p-milk")
    local.raw.execute("DROP TRIGGER op_waits")
    local.raw.execute("DELETE FROM op WHERE seq = 2")
    assert verify_chain(local) == [f"Operations 2 to 2 of journal {INCARNATION} are missing."]


def test_f17_nothing_without_a_verdict_is_pruned_however_old(local: Local) -> None:
    sold(local, "p-milk")
    assert prune(local, NOW + 10 * KEPT_MS) == 0
    with pytest.raises(sqlite3.IntegrityError, match="without a verdict"):
        local.raw.execute("DELETE FROM op")


def test_nothing_is_pruned_before_its_time_even_with_a_verdict(local: Local) -> None:
    sold(local, "p-milk")
    sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, applied(1, 2), NOW)
    assert prune(local, NOW + KEPT_MS) == 0


def test_f24_what_was_judged_after_months_offline_is_kept_for_a_hub_that_is_restored(local: Local) -> None:
    sold(local, "p-milk")
    sold(local, "p-milk")
    heard = NOW + KEPT_MS + 5
    with local.write() as db:
        rule(db, INCARNATION, applied(1, 2), heard)
    assert prune(local, heard) == 0
    assert prune(local, heard + KEPT_MS) == 0
    assert prune(local, heard + KEPT_MS + 1) == 1


def test_a_pruned_journal_can_still_be_verified_and_goes_on(local: Local) -> None:
    for _ in range(4):
        sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, applied(1, 2, 4), NOW)
    assert prune(local, NOW + KEPT_MS + 1) == 2
    assert integrity(local) == []
    assert [it.seq for it in read_from(local.raw, INCARNATION, 1, 10)] == [3, 4]
    sold(local, "p-milk")
    assert head(local.raw).seq == 5
    assert integrity(local) == []


def test_a_broken_journal_says_so_in_a_sentence(home: Path) -> None:
    with Local.open(home).write() as db:
        db.execute("CREATE TABLE filler AS SELECT randomblob(90000) AS x")
    local = Local.open(home)
    local.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(home / "journal.db", "r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xff" * 4096)
    assert integrity(Local.open(home)) != []


def test_a_terminal_that_is_not_enrolled_records_nothing(tmp_path: Path) -> None:
    local = Local.open(tmp_path / "new")
    assert local.identity is None
    with pytest.raises(NotEnrolled):
        head(local.raw)
    with pytest.raises(NotEnrolled):
        assert local.me


def test_f26_a_journal_of_a_newer_software_is_left_alone(home: Path) -> None:
    local = Local.open(home)
    local.raw.execute("PRAGMA user_version = 99")
    local.close()
    with pytest.raises(JournalTooNew, match="99"):
        Local.open(home)


def test_the_files_are_for_their_owner_alone(local: Local, home: Path) -> None:
    sold(local, "p-milk")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in os.listdir(home) if name.startswith("journal")} == {
        0o600
    }
    replica = files.current(home)
    assert replica is not None and stat.S_IMODE(replica.stat().st_mode) == 0o600


def test_a_sale_never_waits_for_the_agent_that_fills_the_replica(local: Local, home: Path) -> None:
    filling = sqlite3.connect(str(files.current(home)), isolation_level=None)
    filling.execute("BEGIN IMMEDIATE")
    filling.execute("DELETE FROM stock")
    assert sold(local, "p-milk").envelope.seq == 1
    filling.execute("ROLLBACK")
    filling.close()
