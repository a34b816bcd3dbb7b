"""Live: what moved is told at once, own commits and others'; streams end when the hub stops."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from sync.hub import feed, live
from sync.hub.serving import Running
from sync.protocol.messages import Live
from tests.hub.retailer import STORE
from tests.hub.terminals import HTTP, Terminal, terminal_at
from tests.timing import at_best

SCOPE = f"location:{STORE}"


@contextmanager
def stream(terminal: Terminal) -> Iterator["queue.Queue[Live | None]"]:
    """The events of a live stream as they come; None when it ends."""
    events: queue.Queue[Live | None] = queue.Queue()

    def read() -> None:
        with HTTP.stream("GET", terminal.url + "/v1/live", headers=terminal.headers) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    events.put(msgspec.json.decode(line[6:], type=Live))
        events.put(None)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    yield events


def stands(events: "queue.Queue[Live | None]", count: int) -> dict[str, int]:
    first = [events.get(timeout=10) for _ in range(count)]
    return {e.scope: e.version for e in first if e}


def test_a_stream_begins_with_where_the_followed_scopes_stand(hub: Running) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    with stream(kiosk) as events:
        found = stands(events, 7)
    assert found[SCOPE] == 1
    assert not [scope for scope in found if scope.startswith("staff")]


def test_a_push_is_told_to_others_without_waiting_for_the_next_look(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 60)
    till, kiosk = terminal_at(hub), terminal_at(hub, "kiosk-1", "kiosk")
    till.sell()
    heard: list[object] = []
    with stream(kiosk) as events:
        stands(events, 7)
        time.sleep(0.3)  # the last look before the long sleep is over
        till.push()
        took = [at_best(lambda: heard.append(events.get(timeout=10)), 1)]
        for number in (2, 3, 4):
            till.sell()
            till.push(number)
            took.append(at_best(lambda: heard.append(events.get(timeout=10)), 1))
    assert heard == [Live(SCOPE, till.epoch, version) for version in (2, 3, 4, 5)]
    assert min(took) < 0.1, took


def test_a_commit_of_another_process_is_told_too(hub: Running) -> None:
    kiosk = terminal_at(hub, "kiosk-1", "kiosk")
    with stream(kiosk) as events:
        found = stands(events, 7)
        with feed.recording(hub.engine, 1) as (_, recorder):
            recorder.touch("config")
        assert events.get(timeout=5) == Live("config", kiosk.epoch, found["config"] + 1)


def test_a_long_poll_answers_at_once_what_moved_since_and_else_waits(hub: Running) -> None:
    till = terminal_at(hub)
    at_once = till.get("/v1/live", wait=20, scope=SCOPE, since=f"{SCOPE}@0").json()
    assert at_once == [{"scope": SCOPE, "epoch": till.epoch, "version": 1}]
    assert till.get("/v1/live", wait=1, scope=SCOPE, since=f"{SCOPE}@1").json() == []
    answers: list[object] = []
    waiting = threading.Thread(
        target=lambda: answers.append(till.get("/v1/live", wait=20, scope=SCOPE, since=f"{SCOPE}@1").json())
    )
    waiting.start()
    till.sell()
    till.push()
    waiting.join(timeout=10)
    assert answers == [[{"scope": SCOPE, "epoch": till.epoch, "version": 2}]]


def test_a_hub_that_stops_ends_its_streams_and_does_not_wait_for_them(hub: Running) -> None:
    till = terminal_at(hub)
    with stream(till) as events:
        stands(events, 8)
        began = time.monotonic()
        hub.stop()
        assert time.monotonic() - began < 5
        assert events.get(timeout=5) is None


def test_a_quiet_stream_says_that_it_is_there_and_one_that_hung_up_is_forgotten(
    hub: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.3)
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.05)
    till = terminal_at(hub)
    watcher = hub._server._api.watcher
    with HTTP.stream("GET", till.url + "/v1/live", headers=till.headers) as answer:
        lines = (line for line in answer.iter_lines() if line)
        for line in lines:
            if line == ": still here":
                break
        assert len(watcher._beats) == 1
    until = time.monotonic() + 10
    while watcher._beats and time.monotonic() < until:
        time.sleep(0.05)
    assert not watcher._beats
    assert not any(watcher._listeners.values())
