"""An agent on a full disk: what waits goes up, the reason is said, and it carries on when there is room (I-4, F22)."""

import subprocess
import sys
import threading
from pathlib import Path

from sync.doctor import terminal as examine_terminal
from sync.link.agent import Agent
from sync.local import Local, link_status, stock_here
from sync.local.journal import note
from sync.local.proof import prove
from tests.crash.small_disk import SmallDisk
from tests.link.store import Store, now, sell_one, until


def test_i4_f22_sales_go_up_from_a_full_disk_and_their_verdicts_come_when_there_is_room(
    large: SmallDisk, tmp_path: Path
) -> None:
    store = Store(tmp_path / "hub")
    home = store.terminal(large.path)
    local = Local.open(home)
    for _ in range(3):
        sell_one(local)
    local.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
    agent = Agent(home)
    working = threading.Thread(target=agent.run, daemon=True)
    large.fill()
    working.start()
    until(lambda: len(store.operations()) == 3)
    assert link_status(local, now()).waiting == 3 and working.is_alive()
    store.move(1, "store-1", 5)
    large.empty()
    until(lambda: link_status(local, now()).waiting == 0 and link_status(local, now()).online, 30)
    until(lambda: stock_here(local, ["p1"])["p1"].on_hand == 102_000)
    assert [op.seq for op in store.operations()] == [1, 2, 3] and prove(local) == []
    agent.stop()
    working.join(15)
    local.close()
    store.stop()


def test_an_agent_that_finds_no_room_to_begin_says_so_in_a_sentence(large: SmallDisk, tmp_path: Path) -> None:
    store = Store(tmp_path / "hub")
    home = store.terminal(large.path)
    store.stop()
    large.fill()
    words = [sys.executable, "-m", "sync", "agent", "--home", str(home)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("storefloor agent: the disk has no room"), done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_names_a_full_and_a_locked_disk_and_what_to_do(large: SmallDisk, tmp_path: Path) -> None:
    store = Store(tmp_path / "hub")
    home = store.terminal(large.path)
    store.stop()
    large.fill(leave=300_000)
    found = {f.what: f for f in examine_terminal(home, now())}
    assert found["disk"].grade == "wrong" and found["journal"].grade == "ok"
    large.empty()
    large.lock()
    found = {f.what: f for f in examine_terminal(home, now())}
    assert "read-only" in found["disk"].seen and "can't be opened" in found["terminal"].seen


def test_a_journal_that_contradicts_itself_is_put_before_a_person(large: SmallDisk, tmp_path: Path) -> None:
    store = Store(tmp_path / "hub")
    home = store.terminal(large.path)
    local = Local.open(home, agent=True)
    sell_one(local)
    local.raw.execute("DROP TRIGGER op_is_never_changed")
    local.raw.execute("UPDATE op SET receipts = 0")
    assert "lies above the last number" in prove(local)[0]
    Agent(home)._prove_files(local)
    Agent(home)._prove_files(local)
    assert link_status(local, now()).needs_you == 1
    assert [f.grade for f in examine_terminal(home, now()) if f.what == "hash chain"] == ["wrong"]
    with local.write() as db:
        note(db, "journal_damaged", "again", now())
    assert link_status(local, now()).needs_you == 1
    local.close()
    store.stop()
