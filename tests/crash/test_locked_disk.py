"""A disk that an error locks under a running till and its agent: nothing is told as done, and both say why; after the
repair all that was told is there, and goes on (I-1, I-4)."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pos.payment.state import Phase
from pos.ui.i18n import set_language
from sync.doctor import terminal as examine_terminal
from sync.local import Local, NotRecorded, Reason, Space, link_status
from sync.local.proof import prove
from tests.crash.small_disk import RealDisk
from tests.crash.test_full_till import Filled, cash
from tests.link.store import Store, now, sell_one, until
from tests.local.fixture import make_terminal
from tests.local.tills import sold


def test_i1_a_till_whose_disk_is_locked_under_it_keeps_the_cart_and_says_so_and_sells_on_after_the_repair(
    real_disk: RealDisk,
) -> None:
    set_language("en")
    home = make_terminal(real_disk.path)
    till = Filled(real_disk.path, home=home)
    till.at_payment("p-milk")
    cash(till)
    till.until(lambda: till.phase is Phase.DONE or till.place_is("done"), "the sale")
    till.stop()
    till = Filled(real_disk.path, home=home)
    till.at_payment("p-bread")
    real_disk.fail()
    cash(till)
    till.until(lambda: till.phase is Phase.HELD, "the refusal")
    assert "not recorded" in till.said and "The disk can't be written" in till.said
    assert till.printer.kicks == 0 and till.troubles == []
    assert {f.what: f.grade for f in examine_terminal(home, now())}["disk"] == "wrong"
    till.stop()
    real_disk.repair()
    assert till.sales() == 1
    till = Filled(real_disk.path, home=home)
    till.at_payment("p-bread")
    cash(till)
    till.until(lambda: till.phase is Phase.DONE or till.place_is("done"), "the sale")
    till.stop()
    assert till.sales() == 2


def test_a_locked_disk_is_told_as_such_although_the_system_calls_it_writable(real_disk: RealDisk) -> None:
    local = Local.open(make_terminal(real_disk.path))
    assert link_status(local, now()).space is Space.GOOD
    real_disk.fail()
    with pytest.raises(NotRecorded) as no:
        sold(local, "p-milk")
    assert no.value.reason is Reason.READ_ONLY
    assert link_status(local, now()).space is Space.READ_ONLY
    local.close()


def test_i4_an_agent_whose_disk_is_locked_under_it_goes_on_asking_ends_when_told_and_gives_all_after_the_repair(
    real_disk: RealDisk, tmp_path: Path
) -> None:
    store = Store(tmp_path / "hub")
    home = store.terminal(real_disk.path)
    local = Local.open(home)
    sell_one(local)
    words = [sys.executable, "-m", "sync", "agent", "--home", str(home)]
    agent = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    until(lambda: len(store.operations()) == 1 and link_status(local, now()).waiting == 0, 30)
    sell_one(local)
    until(lambda: len(store.operations()) == 2, 30)
    local.close()
    real_disk.fail()
    store.move(1, "store-1", 5)
    assert agent.stderr is not None
    said = ""
    while "the disk keeps us from working" not in said:
        said = agent.stderr.readline()
        assert said, "the agent ended"
    agent.send_signal(signal.SIGTERM)
    agent.wait(5)
    agent.stderr.close()
    real_disk.repair()
    local = Local.open(home)
    assert prove(local) == []
    sell_one(local)
    again = subprocess.Popen(words)
    until(lambda: link_status(local, now()).waiting == 0 and len(store.operations()) == 3, 30)
    again.terminate()
    again.wait(10)
    assert store.on_hand(1) == 102_000
    local.close()
    store.stop()
