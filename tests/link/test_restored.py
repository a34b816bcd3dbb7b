"""A hub that came back from a backup: terminals give it what it lacks, and everybody stands where it stands."""

import contextlib
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sync.link.agent import Agent
from sync.link.enrol import AlreadyEnrolled, enrol
from sync.link.wire import Refused
from sync.local import Local, link_status, stock_here
from tests.link.rounds import Round
from tests.link.store import OWN, Store, now, product_row, sell_one, until


def put_back(store: Store, backup: Path) -> None:
    """The backup takes the place of the hub's database. The snapshots that it made since then lie there still."""
    for name in ("hub.db", "hub.db-wal", "hub.db-shm"):
        (store.folder / name).unlink(missing_ok=True)
    shutil.copy(backup, store.folder / "hub.db")


def restore(store: Store, backup: Path) -> str:
    """As the manual says; what the verb printed."""
    put_back(store, backup)
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


def backed_up(store: Store, to: Path) -> Path:
    """A copy of the hub's database, as it is now."""
    store.stop()
    shutil.copy(store.folder / "hub.db", to)
    store.start()
    return to


def put_back_quietly(store: Store, backup: Path) -> None:
    """A restore that forgot `hub restored`."""
    store.stop()
    put_back(store, backup)
    store.start()


def names_in(local: Local, number: int) -> str:
    """What the replica calls a product."""
    local.refresh()
    row = local.raw.execute("SELECT names FROM replica.product WHERE id = ?", (f"p{number}",)).fetchone()
    return str(row[0])


def until_still(home: Path) -> None:
    """Rounds, as an agent does them, until a hello says that nothing is left to do."""
    for _ in range(3):
        one_round(home)


@pytest.mark.parametrize("later", [0, 1, 2])
def test_i4_a_restore_that_nobody_told_the_hub_of_loses_nothing_and_does_nothing_twice(
    store: Store, home: Path, local: Local, tmp_path: Path, later: int
) -> None:
    """`later`: what the restored hub makes before the terminal comes, which stands beyond it, beside it, or behind."""
    sell_one(local)
    one_round(home)
    backup = backed_up(store, tmp_path / "backup.db")
    sell_one(local)
    store.put("catalogue", "product", product_row(3, "Lost with the disk"))
    one_round(home)
    assert "Lost" in names_in(local, 3) and store.on_hand(1) == 98_000
    put_back_quietly(store, backup)
    for number in range(later):
        store.put("catalogue", "product", product_row(4 + number, "Named after the restore"))
    until_still(home)
    assert [op.seq for op in store.operations()] == [1, 2]
    assert store.on_hand(1) == 98_000 and link_status(local, now()).waiting == 0
    assert names_in(local, 3) == product_row(3)["names"]
    assert all("Named after" in names_in(local, 4 + number) for number in range(later))
    assert stock_here(local, ["p1"])["p1"].on_hand == 98_000


def test_a_terminal_that_knew_nothing_of_what_was_lost_hears_that_the_hub_began_anew(
    store: Store, home: Path, local: Local, tmp_path: Path
) -> None:
    other = store.terminal(tmp_path, "till-2")
    one_round(home)
    one_round(other)
    backup = backed_up(store, tmp_path / "backup.db")
    store.move(1, OWN, 7)
    one_round(home)
    put_back_quietly(store, backup)
    store.move(2, OWN, 1)
    agent = Agent(other)
    working = threading.Thread(target=agent.run, daemon=True)
    working.start()
    with contextlib.closing(Local.open(other)) as its:
        until(lambda: stock_here(its, ["p2"])["p2"].on_hand == 101_000)
        until_still(home)
        store.move(2, OWN, 1)
        until(lambda: its.refresh() or stock_here(its, ["p2"])["p2"].on_hand == 102_000)
        assert stock_here(its, ["p1"])["p1"].on_hand == 100_000
    agent.stop()
    working.join(10)
    local.refresh()
    assert stock_here(local, ["p1"])["p1"].on_hand == 100_000


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
