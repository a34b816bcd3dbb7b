"""The wiring of a terminal: database thread, wake-ups, agent, keys."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pos.agent import AgentWatch
from pos.keys import Keys
from pos.terminal import AlreadyOpen, Terminal
from pos.trouble import cause, remedy
from sync.local import Local, reason_of
from sync.local.returns import purchases_by_number
from sync.local.wake import Sender
from tests.local.fixture import gtin, make_terminal
from tests.local.rotting import lose_an_order

CODE = gtin("487000000001")


def wait(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.01)


def test_jobs_run_on_one_thread_in_order_and_answer_when_pumped(tmp_path: Path) -> None:
    terminal = Terminal(make_terminal(tmp_path))
    seen: list[tuple[int, str]] = []
    for n in range(50):
        terminal.run(lambda local, n=n: (n, threading.current_thread().name), seen.append)
    time.sleep(0.05)
    assert seen == [], "nothing answers before the pump"
    wait(lambda: terminal.pump() or len(seen) == 50)
    assert [n for n, _name in seen] == list(range(50)) and {name for _n, name in seen} == {"database"}
    terminal.stop()


def test_a_job_that_fails_tells_who_asked_and_the_next_one_runs(tmp_path: Path) -> None:
    terminal = Terminal(make_terminal(tmp_path))
    failures: list[Exception] = []
    names: list[str] = []

    def broken(local: Local) -> None:
        raise OSError("no space left on device")

    terminal.run(broken, None, failures.append)
    terminal.run(lambda local: local.me.name, names.append)
    wait(lambda: terminal.pump() or (failures and names))
    assert str(failures[0]) == "no space left on device" and names == ["Till 1"]
    terminal.stop()


def test_stopping_finishes_the_jobs_that_were_given(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    terminal = Terminal(home)
    done: list[int] = []
    for n in range(20):
        terminal.run(lambda local, n=n: done.append(n))
    terminal.stop()
    assert done == list(range(20))


def test_a_wake_up_of_the_agent_reaches_the_followers(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    terminal = Terminal(home)
    heard: list[frozenset[str]] = []
    terminal.on_changed(heard.append)
    terminal.start(agent=False)
    Sender(home, "app").topics("stock", "nonsense")
    wait(lambda: terminal.pump() or heard)
    assert heard == [frozenset({"stock"})]
    terminal.stop()


def test_a_second_window_on_the_same_files_is_refused_f2(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    first, second = Terminal(home), Terminal(home)
    first.start(agent=False)
    with pytest.raises(AlreadyOpen):
        second.start(agent=False)
    second.stop()
    first.stop()


def test_an_agent_that_dies_is_started_again() -> None:
    watch = AgentWatch([sys.executable, "-c", "raise SystemExit(1)"], shortest_pause_s=0.02)
    watch.start()
    wait(lambda: watch.starts >= 3)
    watch.stop()
    assert watch.starts >= 3 and watch.pid is None


def test_a_paused_agent_stays_away_until_it_is_let_run() -> None:
    watch = AgentWatch([sys.executable, "-c", "import time; time.sleep(60)"], shortest_pause_s=0.02)
    watch.start()
    wait(lambda: watch.pid)
    watch.pause()
    assert watch.pid is None
    time.sleep(0.2)
    assert watch.pid is None and watch.starts == 1
    watch.resume()
    wait(lambda: watch.pid)
    watch.stop()
    assert watch.pid is None


class Screen:
    """A hearer that writes down what it hears."""

    def __init__(self, at_once: bool) -> None:
        self.at_once = at_once
        self.heard: list[str] = []
        self.field = ""

    def scanned(self, text: str) -> None:
        self.heard.append(f"scan {text}")

    def typed(self, text: str) -> None:
        self.field += text
        self.heard.append(f"typed {text}")

    def erase(self, count: int) -> None:
        self.field = self.field[:-count]

    def enter(self) -> None:
        self.heard.append("enter")


class Board:
    """A keyboard, a clock and a timer under the test's hand."""

    def __init__(self, at_once: bool = False) -> None:
        self.screen = Screen(at_once)
        self.now = self.left_out = 0
        self._due: tuple[int, Callable[[], None]] | None = None
        self.keys = Keys(self.screen, self._later, lambda: self.now - self.left_out)

    def _later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        self._due = (self.now + round(seconds * 1000), call)
        return self._cancel

    def _cancel(self) -> None:
        self._due = None

    def pass_ms(self, ms: int) -> None:
        self.now += ms
        while self._frame():
            pass

    def stall(self, ms: int) -> None:
        """The screen is busy; then one frame runs what is due before it reads the keys that came meanwhile."""
        self.now += ms
        self._frame()

    def _frame(self) -> bool:
        if self._due is None or self.now < self._due[0]:
            return False
        call = self._due[1]
        self._due = None
        call()
        return True

    def press(self, text: str, gap_ms: int) -> None:
        for letter in text:
            if gap_ms:  # none: it stood in the queue, no frame comes between
                self.pass_ms(gap_ms)
            self.keys.down(ord(letter), (39 if letter == "0" else 29 + int(letter)) if letter.isdigit() else 0, letter)
            self.keys.text(letter)

    def enter(self, gap_ms: int) -> None:
        self.pass_ms(gap_ms)
        self.keys.down(13, 40, None)


def test_a_barcode_at_the_pin_pad_is_a_scan_and_no_digit_of_a_pin() -> None:
    board = Board()
    board.press(CODE, 5)
    board.enter(5)
    board.pass_ms(500)
    assert board.screen.heard == [f"scan {CODE}"]


def test_a_slow_scanner_is_a_scan_too() -> None:
    board = Board()
    board.press(CODE, 90)
    board.enter(90)
    board.pass_ms(500)
    assert board.screen.heard == [f"scan {CODE}"]


def test_a_scan_that_a_busy_screen_reads_in_two_heaps_is_one_scan() -> None:
    board = Board()
    board.press(CODE[:5], 5)
    board.stall(700)
    board.press(CODE[5:], 0)
    board.enter(1)
    board.pass_ms(500)
    assert board.screen.heard == [f"scan {CODE}"]


def test_typed_digits_reach_the_pad_after_a_moment() -> None:
    board = Board()
    board.press("25", 200)
    board.pass_ms(200)
    assert board.screen.heard == ["typed 2", "typed 5"]


@pytest.mark.parametrize("code", [CODE, "STP1:par-52", "7-11/x"])
def test_digits_that_reached_the_pad_are_no_part_of_a_scan_that_stalls_bring_close(code: str) -> None:
    board = Board()
    board.press("05", 10)
    board.pass_ms(400)
    board.left_out = 390
    board.press(code, 5)
    board.enter(5)
    board.pass_ms(500)
    assert board.screen.heard == ["typed 05", *([f"scan {code}"] if code != "7-11/x" else ["typed 7-11/x", "enter"])]


def test_digits_right_before_our_own_label_stay_typed() -> None:
    board = Board()
    board.press("05", 100)
    board.press("STP1:par-52", 5)
    board.enter(5)
    board.pass_ms(500)
    assert board.screen.heard == ["typed 05", "scan STP1:par-52"]


def test_the_search_takes_letters_at_once_and_gives_a_scan_back() -> None:
    board = Board(at_once=True)
    board.press("7", 300)
    board.pass_ms(2000)
    board.press(CODE, 5)
    assert board.screen.field == "7" + CODE
    board.enter(5)
    assert board.screen.field == "7" and board.screen.heard[-1] == f"scan {CODE}"


def test_enter_after_typing_is_enter() -> None:
    board = Board(at_once=True)
    board.press("12", 300)
    board.enter(300)
    assert board.screen.heard[-1] == "enter"


def test_f26_a_job_that_met_a_damaged_replica_says_so_in_words_and_the_next_one_runs(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    lose_an_order(home)
    terminal = Terminal(home)
    failures: list[Exception] = []
    found: list[object] = []
    terminal.run(lambda local: purchases_by_number(local, "100-50001"), None, failures.append)
    terminal.run(lambda local: purchases_by_number(local, "100-48213"), found.append)
    wait(lambda: terminal.pump() or (failures and found))
    reason = reason_of(failures[0], home)
    assert cause(reason) == "Some goods, prices or orders here can't be read"
    assert remedy(reason) == "Goods, prices and orders are fetched anew from the hub. If it lasts, call support."
    terminal.stop()
