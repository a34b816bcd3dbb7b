"""A terminal asks the hub while a person waits: never the frame, never a sale, and never for longer than patience."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.terminal import Terminal
from sync.link.questions import Answered, Said, Unanswered
from sync.link.wire import Wire
from sync.protocol.messages import ClaimedRight, ClaimRight, FindOrders, FoundOrders
from tests.link.asking import Straight, claims, received
from tests.link.store import Store
from tests.local.fixture import make_terminal

FIND = FindOrders(number="100-1")
Heard = list[object]


def wait(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.01)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def nobody() -> Iterator[str]:
    """The address of a hub that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


class Deaf(Straight):
    """Asks a hub that says nothing."""

    def __init__(self, url: str) -> None:
        self.wire = Wire(url)
        self.wire.token = "none"


def test_an_answer_comes_with_the_pump_in_the_thread_that_pumps(store: Store, tmp_path: Path) -> None:
    purchase, home = received(store), store.terminal(tmp_path)
    straight = Straight(home)
    terminal = Terminal(home, asking=straight)
    heard: Heard = []
    where: list[threading.Thread] = []
    terminal.ask(
        "ask/orders", FIND, FoundOrders, lambda it: (heard.append(it), where.append(threading.current_thread()))
    )
    terminal.ask("claims/refund", ClaimRight("c-1", purchase, [("1", 1000)]), ClaimedRight, heard.append)
    terminal.ask("claims/refund", ClaimRight("c-2", purchase, [("9", 1000)]), ClaimedRight, heard.append)
    time.sleep(0.3)
    assert heard == [], "nothing answers before the pump"
    wait(lambda: terminal.pump() or len(heard) == 3)
    found, claimed, refused = heard
    assert isinstance(found, Answered) and found.value.purchases[0].id == purchase
    assert isinstance(claimed, Answered) and claimed.value.claim == "c-1"
    assert isinstance(refused, Said) and refused.fault.code == "bad_claim"
    assert where == [threading.current_thread()]
    terminal.stop()
    straight.close()


def test_while_the_hub_says_nothing_the_till_works_on_and_patience_ends(tmp_path: Path, nobody: str) -> None:
    terminal = Terminal(make_terminal(tmp_path), asking=Deaf(nobody))
    heard: Heard = []
    names: list[str] = []
    began = time.monotonic()
    terminal.ask("ask/orders", FIND, FoundOrders, heard.append, patience_s=1.5)
    terminal.ask("ask/orders", FIND, FoundOrders, heard.append, patience_s=1.5)
    assert time.monotonic() - began < 1
    terminal.run(lambda local: local.me.name, names.append)
    wait(lambda: terminal.pump() or names)
    assert heard == []
    wait(lambda: terminal.pump() or len(heard) == 2)
    assert heard == [Unanswered("timeout")] * 2
    assert 1.4 < time.monotonic() - began < 2.9, "patience of both counts from when they were asked"
    terminal.stop()


def test_what_goes_wrong_in_asking_is_told(tmp_path: Path) -> None:
    terminal = Terminal(make_terminal(tmp_path))
    troubles: list[Exception] = []
    heard: Heard = []
    terminal.on_trouble = troubles.append
    terminal.ask("push", FIND, FoundOrders, heard.append)
    terminal.ask("ask/orders", FIND, FoundOrders, heard.append)
    wait(lambda: terminal.pump() or (troubles and heard))
    assert "nothing to ask for" in str(troubles[0]) and heard == [Unanswered("agent_ended")]
    terminal.stop()


def test_a_terminal_stops_although_a_question_hangs(tmp_path: Path, nobody: str) -> None:
    terminal = Terminal(make_terminal(tmp_path), asking=Deaf(nobody))
    terminal.ask("ask/orders", FIND, FoundOrders, lambda it: None, patience_s=20)
    time.sleep(0.1)
    began = time.monotonic()
    terminal.stop()
    assert time.monotonic() - began < 2


def test_a_till_asks_through_its_own_agent(store: Store, tmp_path: Path) -> None:
    purchase = received(store)
    terminal = Terminal(store.terminal(tmp_path))
    terminal.start()
    heard: Heard = []

    def answered() -> bool:
        terminal.ask("ask/orders", FIND, FoundOrders, heard.append)
        wait(lambda: terminal.pump() or heard)
        return isinstance(heard.pop(), Answered)

    wait(answered, 20)
    terminal.ask("claims/refund", ClaimRight("c-1", purchase, [("1", 1000)]), ClaimedRight, heard.append)
    wait(lambda: terminal.pump() or heard)
    assert isinstance(heard.pop(), Answered) and claims(store) == {"c-1": "open"}
    terminal.stop()
