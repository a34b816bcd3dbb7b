"""The shopper's window is a process that may end, hang, or never come up: it is named, stops nobody, and comes back."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.ailing import ailments, short
from pos.devices.base import DeviceState, Inbox
from pos.equipment import equip_till
from pos.shopper import Shopper
from pos.shopper_window import WINDOW_GONE, WINDOW_NONE, WINDOW_SILENT, Patience, ShopperWindow, window_command
from pos.shown import Shown
from pos.terminal import Devices
from sync.settings import load
from tests.flows.till import Counter

SHOWS = """
import sys
print(0, flush=True)
for n, line in enumerate(sys.stdin, 1):
    open(sys.argv[1], "a").write(line)
    print(n, flush=True)
"""
HANGS = """
import sys
print(0, flush=True)
for line in sys.stdin:
    pass
"""
SOON = Patience(again=0.01, longest=0.1)


@pytest.fixture
def opened() -> Iterator[Callable[..., ShopperWindow]]:
    made: list[ShopperWindow] = []

    def open_one(*command: str, patience: Patience = SOON) -> ShopperWindow:
        made.append(ShopperWindow(command, Inbox(), patience))
        made[-1].open()
        return made[-1]

    yield open_one
    for one in made:
        one.close()
        assert (one.pid, one.state) == (0, DeviceState.CLOSED)


def soon(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.005)


def test_it_is_told_the_newest_and_comes_back_with_it_when_it_is_killed(
    opened: Callable[..., ShopperWindow], tmp_path: Path
) -> None:
    told = tmp_path / "told"
    window = opened(sys.executable, "-c", SHOWS, str(told))
    assert window.fault is None
    window.show(Shown("sale", due=100))
    soon(lambda: told.exists() and b'"due":100' in told.read_bytes(), "the state")
    soon(lambda: window.state is DeviceState.READY, "its word")
    first = window.pid
    told.unlink()
    os.kill(first, signal.SIGKILL)
    soon(lambda: window.pid not in (0, first), "its next start")
    soon(lambda: told.exists() and b'"due":100' in told.read_bytes(), "what it showed")
    soon(lambda: window.state is DeviceState.READY, "its word")
    said = [(event.state, event.fault) for event in window.inbox.drain()]
    assert said == [(DeviceState.READY, None), (DeviceState.OFF, WINDOW_GONE), (DeviceState.READY, None)]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (["/nowhere/python"], WINDOW_NONE),
        ([sys.executable, "-c", "raise SystemExit(1)"], WINDOW_NONE),
        ([sys.executable, "-c", "import time; time.sleep(60)"], WINDOW_NONE),
        ([sys.executable, "-c", HANGS], WINDOW_SILENT),
    ],
    ids=["not there", "ends at once", "takes nothing", "shows nothing"],
)
def test_one_that_does_not_come_up_or_stands_still_holds_nobody_up_and_is_named(
    opened: Callable[..., ShopperWindow], command: list[str], fault: object
) -> None:
    window = opened(*command, patience=Patience(0.01, 0.1, start=3.0, answer=0.5))
    begun = time.monotonic()
    for due in range(2000):
        window.show(Shown("sale", due=due))
    assert time.monotonic() - begun < 5, "showing never waits"
    soon(lambda: window.fault == fault, "what ails it")


def test_its_starts_grow_rarer(opened: Callable[..., ShopperWindow], tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    opened("/bin/sh", "-c", f"date +%s%N >> {starts}", patience=Patience(again=0.05, longest=60.0))
    soon(lambda: starts.exists() and len(starts.read_text().splitlines()) == 5, "five starts")
    *_, fourth, fifth = map(int, starts.read_text().split())
    assert fifth - fourth > 0.39e9, "0.05 s, twice that, and so on: 0.4 s by now"


def test_a_till_names_it_sells_on_and_forgets_it_when_it_is_back(tmp_path: Path) -> None:
    counter, told = Counter(tmp_path), tmp_path / "told"
    inbox = counter.terminal.inbox
    window = ShopperWindow([sys.executable, "-c", SHOWS, str(told)], inbox, Patience(again=3.0))
    counter.terminal.devices.window = window
    window.open()
    try:
        Shopper(counter.till, [window.show], "en")
        counter.sign_in()
        counter.until(lambda: window.state is DeviceState.READY, "the window")
        os.kill(window.pid, signal.SIGKILL)
        counter.until(lambda: "window" in [one.role for one in counter.till.ailing.now()], "its name")
        (ailing,) = (one for one in ailments(counter.terminal.devices) if one.role == "window")
        assert short([ailing]) == "Customer screen" and "on this screen and on the receipt" in ailing.line
        counter.scan("p-milk")
        assert counter.lines == {"p-milk": 1000}
        counter.until(lambda: not [one for one in counter.till.ailing.now() if one.role == "window"], "its return")
        counter.until(lambda: b"Milk" in told.read_bytes(), "what was sold meanwhile")
    finally:
        counter.stop()
    assert (window.pid, window.state) == (0, DeviceState.CLOSED)


def test_a_till_has_one_where_the_settings_want_one() -> None:
    made = load(
        None, {}, {"customer_display.window": "true", "customer_display.left": "1920", "terminal.theme": "dark"}
    )
    assert made.customer_display.window and "--dark" in window_command(made)
    assert not any(flag.startswith("--left") for flag in window_command(made)), "half a place is none"
    assert equip_till(made, drawer=True)(Inbox()).window is not None
    assert Devices().window is None and equip_till(load(None, {}, {}), drawer=True)(Inbox()).window is None
