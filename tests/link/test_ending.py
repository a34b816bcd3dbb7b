"""An agent that ends says so, soon, and one that was killed is noticed: nobody reads "online" of the dead."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos import network
from pos.terminal import Terminal
from sync.link.ending import write_ended
from sync.link.reasons import ADVICE, advice
from sync.local import Local, link_status
from tests.link.lines import line_to
from tests.link.store import Store, now, sell_one, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def agent(home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "sync", "agent", "--home", str(home)])
    yield process
    process.kill()
    process.wait()


def is_online(local: Local) -> bool:
    local.refresh()
    return link_status(local, now()).online


def test_an_agent_that_is_told_to_end_says_offline_on_its_way_out(
    store: Store, local: Local, agent: "subprocess.Popen[bytes]"
) -> None:
    until(lambda: is_online(local), 20)
    agent.send_signal(signal.SIGTERM)
    assert agent.wait(5) == 0
    status = link_status(local, now())
    assert (status.online, status.reason) == (False, "stopped")
    assert now() - status.since < 5_000


def test_an_agent_ends_within_two_seconds_although_its_read_hangs(store: Store, home: Path, local: Local) -> None:
    with line_to(store.port) as line:
        command = [sys.executable, "-m", "sync", "agent", "--home", str(home), "--hub", line.url]
        agent = subprocess.Popen(command)
        until(lambda: is_online(local), 20)
        line.dead = True
        carried = line.up
        sell_one(local)
        until(lambda: line.up > carried)  # the push is under way, and its answer will never come
        told = time.monotonic()
        agent.send_signal(signal.SIGTERM)
        assert agent.wait(5) == 0
        assert time.monotonic() - told < 2
        status = link_status(local, now())
        assert (status.online, status.reason, status.waiting) == (False, "stopped", 1)


def test_an_agent_whose_app_died_says_offline_before_it_ends(store: Store, home: Path, local: Local) -> None:
    app = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    agent = subprocess.Popen(
        [sys.executable, "-m", "sync", "agent", "--home", str(home), "--with-parent", str(app.pid)]
    )
    until(lambda: is_online(local), 20)
    app.kill()
    app.wait()
    assert agent.wait(5) == 0
    assert link_status(local, now()).reason == "stopped"


def test_an_agent_that_was_killed_is_shown_as_offline_at_once_and_started_again(
    store: Store, home: Path, local: Local
) -> None:
    heard: list[frozenset[str]] = []
    app = Terminal(home)
    app.on_changed(heard.append)
    app.start()
    try:
        until(lambda: is_online(local), 20)
        assert app.agent is not None
        killed = app.agent.pid
        assert killed is not None
        until(lambda: app.pump() or any("link" in topics for topics in heard), 5)
        heard.clear()
        os.kill(killed, signal.SIGKILL)
        until(lambda: not is_online(local), 1)
        assert link_status(local, now()).reason in ("agent_ended", "starting")
        until(lambda: app.pump() or any("link" in topics for topics in heard), 1)
        until(lambda: is_online(local) and app.agent is not None and app.agent.pid not in (None, killed), 20)
    finally:
        app.stop()
    assert link_status(local, now()).reason == "stopped"


def test_the_last_word_is_not_written_over_an_agent_that_works(
    store: Store, home: Path, local: Local, agent: "subprocess.Popen[bytes]"
) -> None:
    until(lambda: is_online(local), 20)
    assert not write_ended(home)
    assert is_online(local)


def reasons_in_the_code() -> set[str]:
    """Every word that the link's row may hold, but for the hub's own codes."""
    found = {"starting", "stopped", "agent_ended", "agent_silent"}
    for path in (ROOT / "sync" / "link").glob("*.py"):
        text = path.read_text()
        found |= set(re.findall(r'NoAnswer\(\s*"(\w+)"', text)) | set(re.findall(r'status, "(\w+)"', text))
        found |= set(re.findall(r'(?:\d+: |return |, )"((?:certificate|no)_\w+)"', text))
    return found


def test_each_reason_has_a_sentence_for_people_and_advice_from_the_doctor() -> None:
    reasons = reasons_in_the_code()
    assert {"no_connection", "timeout", "not_the_hub", "certificate_name", "damaged", "journal_pruned"} <= reasons
    assert reasons <= set(ADVICE)
    assert set(network._REASONS) == set(ADVICE)
    assert "made_up" in advice("made_up").said
    for reason in (*ADVICE, "made_up"):
        assert network.why(reason).endswith(".")
        assert advice(reason).do
