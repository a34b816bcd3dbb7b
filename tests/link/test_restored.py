"""A hub that came back from a backup: terminals give it what it lacks, and everybody stands where it stands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sync.link.enrol import AlreadyEnrolled, enrol
from sync.link.wire import Refused
from sync.local import Local, link_status
from tests.link.rounds import Round
from tests.link.store import Store, now, product_row, sell_one


def restore(store: Store, backup: Path) -> str:
    """The backup takes the place of the hub's database, as the manual says; what the verb printed."""
    for name in ("hub.db", "hub.db-wal", "hub.db-shm"):
        (store.folder / name).unlink(missing_ok=True)
    shutil.copy(backup, store.folder / "hub.db")
    url = f"sqlite:///{store.folder}/hub.db"
    command = [sys.executable, "-m", "sync", "hub", "restored", "--database", url, "--folder", str(store.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def one_round(home: Path) -> None:
    round_ = Round(home)
    round_.run()
    round_.close()


def test_i4_a_hub_restored_from_a_backup_gets_again_what_it_lost_and_terminals_follow_it(
    store: Store, home: Path, local: Local, tmp_path: Path
) -> None:
    sell_one(local)
    one_round(home)
    store.stop()
    shutil.copy(store.folder / "hub.db", tmp_path / "backup.db")
    store.start()
    sell_one(local)
    store.put("catalogue", "product", product_row(3, "Lost with the disk"))
    one_round(home)
    assert store.on_hand(1) == 98_000
    store.stop()
    assert "Epoch" in restore(store, tmp_path / "backup.db")
    store.start()
    store.put("catalogue", "product", product_row(3, "Named anew"))  # the same version number as the lost one
    assert store.on_hand(1) == 99_000
    one_round(home)
    assert [op.seq for op in store.operations()] == [1, 2]
    assert store.on_hand(1) == 98_000
    assert link_status(local, now()).waiting == 0
    local.refresh()
    assert "Named anew" in local.raw.execute("SELECT names FROM replica.product WHERE id = 'p3'").fetchone()[0]


def test_f24_a_terminal_that_the_backup_does_not_know_is_enrolled_again_and_keeps_its_sales(
    store: Store, tmp_path: Path
) -> None:
    store.stop()
    shutil.copy(store.folder / "hub.db", tmp_path / "backup.db")
    store.start()
    home = store.terminal(tmp_path)
    local = Local.open(home)
    sell_one(local)
    one_round(home)
    sell_one(local)
    store.stop()
    restore(store, tmp_path / "backup.db")
    store.start()
    with pytest.raises(Refused):
        one_round(home)
    with pytest.raises(AlreadyEnrolled):
        enrol(home, store.url, store.code(), now())
    enrol(home, store.url, store.code(), now(), again=True)
    one_round(home)
    assert [op.seq for op in store.operations()] == [1, 2]
    assert link_status(local, now()).waiting == 0
    local.close()


def test_a_code_of_another_terminal_changes_nothing_here(store: Store, home: Path, local: Local) -> None:
    before = local.me
    with pytest.raises(AlreadyEnrolled, match="till-9"):
        enrol(home, store.url, store.code("till-9"), now(), again=True)
    local.forget_identity()
    assert local.me == before
