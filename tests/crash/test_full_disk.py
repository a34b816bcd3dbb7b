"""A disk that is full or locked: nothing half-written, said in words, and it goes on when there is room again (I-1)."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.actions.cart import discard_cart, open_cart, save_cart
from sync.actions.pay import begin_attempt, open_attempts, resolve_attempt
from sync.actions.printing import printed, queue_print
from sync.actions.sell import sell
from sync.actions.sign_in import SignedIn, sign_in
from sync.domain.payments import AttemptState
from sync.local import Local, NotRecorded, Reason, Space, link_status, reason_of
from sync.local.disk import RESERVE, RESERVE_BYTES
from sync.local.proof import prove
from tests.crash.small_disk import MIB, SmallDisk
from tests.local.fixture import NOW, make_terminal
from tests.local.tills import CASHIER, cart_of, sold


def contents(local: Local) -> list[list[tuple[object, ...]]]:
    """Every row of the journal."""
    names = [r[0] for r in local.raw.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name")]
    return [local.raw.execute(f"SELECT * FROM main.{name}").fetchall() for name in names]


VERBS: dict[str, Callable[[Local], object]] = {
    "keep a cart": lambda local: save_cart(local, cart_of(local, "p-milk", "p-tea")),
    "void a cart": lambda local: discard_cart(local, open_cart(local, NOW)),
    "begin a card payment": lambda local: begin_attempt(local, open_cart(local, NOW), 100, CASHIER, NOW),
    "end a card payment": lambda local: resolve_attempt(
        local, open_attempts(local)[0].id, AttemptState.UNKNOWN, "", "", "lost", NOW
    ),
    "sell": lambda local: sell(local, open_cart(local, NOW), 900_000, CASHIER, "en", NOW),
    "queue a print": lambda local: queue_print(local, "R-1", "copy", NOW),
    "end a print": lambda local: printed(local, 1, "printed", "", NOW),
    "count a wrong PIN": lambda local: sign_in(local, "s-aliya", "0000", NOW),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_is_named_and_nothing_of_the_verb_is_there_until_there_is_room(verb: str, disk: SmallDisk) -> None:
    local = Local.open(make_terminal(disk.path))
    sold(local, "p-bread")
    cart = cart_of(local, "p-milk")
    save_cart(local, cart)
    if verb == "end a card payment":
        begin_attempt(local, cart, 100, CASHIER, NOW)
    local.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")  # so that the log must grow
    before = contents(local)
    disk.fill()
    with pytest.raises(NotRecorded) as no:
        VERBS[verb](local)
    assert no.value.reason is Reason.FULL
    assert contents(local) == before and prove(local) == []
    assert link_status(local, NOW).space is Space.FULL
    disk.empty()
    VERBS[verb](local)
    assert contents(local) != before and prove(local) == []
    local.close()


def test_whatever_room_is_left_a_sale_is_recorded_whole_or_not_at_all(disk: SmallDisk) -> None:
    home, done = make_terminal(disk.path), 0
    for room in range(0, 160 * 1024, 4096):
        disk.fill(leave=room)
        local = None
        try:
            local = Local.open(home)
            sold(local, "p-milk", "p-bread", "p-tea")
            done += 1
        except NotRecorded as no:
            assert no.reason is Reason.FULL
        except (OSError, sqlite3.OperationalError):
            assert local is None  # there was not even room to open the files
        disk.empty()
        if local is not None:
            local.close()
        again = Local.open(home)
        assert prove(again) == []
        assert again.raw.execute("SELECT count(*) FROM sale").fetchone()[0] == done
        again.close()
    assert 3 < done < 39


def test_a_right_pin_signs_in_on_a_full_disk_whatever_mistakes_were_made_before(disk: SmallDisk) -> None:
    local = Local.open(make_terminal(disk.path))
    sign_in(local, "s-aliya", "0000", NOW)
    local.raw.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
    disk.fill()
    assert isinstance(sign_in(local, "s-aliya", "1111", NOW), SignedIn)
    local.close()


def test_room_in_reserve_lets_the_till_sell_on_when_somebody_fills_the_disk(tmp_path: Path, disk: SmallDisk) -> None:
    with SmallDisk(tmp_path / "large", 6 * RESERVE_BYTES) as large:
        local = Local.open(make_terminal(large.path), reserve=True)
        assert (local.home / RESERVE).stat().st_size == RESERVE_BYTES
        large.fill()
        assert link_status(local, NOW).space is Space.FULL
        for _ in range(100):
            sold(local, "p-milk", "p-bread")
        assert link_status(local, NOW).space is Space.LOW
        assert not (local.home / RESERVE).exists()
        large.empty()
        local.close()
        again = Local.open(local.home, reserve=True)
        assert (again.home / RESERVE).exists() and link_status(again, NOW).space is Space.GOOD
        again.close()


def test_a_small_disk_goes_without_a_reserve(disk: SmallDisk) -> None:
    local = Local.open(make_terminal(disk.path), reserve=True)
    assert not (local.home / RESERVE).exists() and disk.free() > MIB
    local.close()


def test_a_disk_that_is_locked_is_named_and_works_when_it_is_unlocked(disk: SmallDisk) -> None:
    home = make_terminal(disk.path)
    disk.lock()
    with pytest.raises((OSError, sqlite3.Error)) as no:
        Local.open(home)
    assert reason_of(no.value, home) is Reason.READ_ONLY
    disk.unlock()
    local = Local.open(home)
    sold(local, "p-milk")
    local.close()


LIMITED = """
import resource, sys
from pathlib import Path
from sync.local import Local, NotRecorded
from sync.local.proof import prove
from tests.local.tills import sold
local = Local.open(Path(sys.argv[1]))
sold(local, "p-milk")
size = (local.home / "journal.db-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, resource.RLIM_INFINITY))
try:
    sold(local, "p-bread")
except NotRecorded as no:
    print(no.reason.value, prove(local), local.raw.execute("SELECT count(*) FROM sale").fetchone()[0])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sold(local, "p-bread")
print(prove(local), local.raw.execute("SELECT count(*) FROM sale").fetchone()[0])
"""


def test_a_write_that_is_cut_short_needs_no_right_to_mount_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(make_terminal(tmp_path))], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["disk_broken [] 1", "[] 2"], done.stderr
