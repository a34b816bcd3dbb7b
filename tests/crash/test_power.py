"""I-1, F6, F21, F25: power loss, with every write lost, torn or out of order that was not synced."""

import random
import subprocess
import sys

import pytest

from tests.crash.disk import Disk
from tests.crash.shim import Event, NoShim, library

STATES = 180


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """In a process of its own: the shim lies below every SQLite file of a process."""
    try:
        library()
    except NoShim as why:
        pytest.skip(str(why))
    return subprocess.run([sys.executable, "-m", "tests.crash", "power", *words], capture_output=True, text=True)


def test_i1_f6_f21_f25_after_a_power_cut_all_that_was_told_is_there_or_the_damage_is_said() -> None:
    done = run("--states", str(STATES), "--seed", "3")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "honest disks: 120, all of them whole" in done.stdout
    assert "lying disks: 60" in done.stdout and "no journal wrong in silence" in done.stdout


def test_a_till_that_does_not_wait_for_its_disk_is_found_out_and_the_state_can_be_seen_again() -> None:
    done = run("--states", "60", "--seed", "4", "--careless")
    assert done.returncode == 1
    found = done.stderr.strip().rpartition("see it again: ")[2].split()
    assert found[:4] == ["python", "-m", "tests.crash", "power"], done.stderr[-2000:]
    again = run(*found[4:], "--careless")
    assert again.returncode == 1 and "an honest disk" in again.stderr


def after(events: list[Event], seed: int) -> dict[str, bytes]:
    disk = Disk()
    for event in events:
        disk.take(event)
    return disk.after_power_loss(random.Random(seed))


def test_the_disk_keeps_what_was_synced_and_may_lose_or_tear_all_else() -> None:
    kept = [Event("create", "a"), Event("write", "a", 0, b"x" * 1024), Event("sync", "a"), Event("sync", ".")]
    loose = [Event("write", "a", 512, b"y" * 512), Event("write", "a", 1024, b"z" * 512)]
    seen = {after([*kept, *loose], seed)["a"] for seed in range(200)}
    assert all(content[:512] == b"x" * 512 for content in seen)
    x, y = b"x" * 1024, b"x" * 512 + b"y" * 512
    zeros, z = bytes(512), b"z" * 512
    assert {x, y, x + z, y + z} <= seen
    assert seen <= {head + tail for head in (x, y) for tail in (b"", zeros, z)}


def test_a_name_that_was_not_synced_may_be_missing_and_names_go_in_order() -> None:
    events = [Event("create", "a"), Event("sync", "."), Event("create", "b"), Event("rename", "b", 0, "c")]
    assert {frozenset(after(events, seed)) for seed in range(60)} == {
        frozenset("a"), frozenset("ab"), frozenset("ac"),
    }  # fmt: skip
