"""Bytes on the wire of an idle terminal: a real agent, a hub, a counting line; two minutes, counted up to an hour."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sync.link.pace import Beat
from sync.link.wire import Wire
from sync.link.work import Work
from sync.local import Local, link_status
from sync.local.wake import Sender
from tests.bench.figures import Figure, load
from tests.link.lines import Line, line_to
from tests.link.store import Store, now, until

SECONDS = 120
"""Of the live line alone: eight heartbeats."""
HEADERS = 66
"""Bytes of Ethernet, IPv4 and TCP headers with timestamps around each piece; each is acknowledged with as many."""


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: seconds that are watched (default 120)."""
    seconds = size or SECONDS
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "hub")
        home = store.terminal(Path(folder))
        with line_to(store.port) as line:
            hello = _of_a_hello(home, line)
            yield from _live(home, line, hello, seconds)
            poll = _of_a_poll(home, line)
        per_hour = 3600 / Beat().poll * poll[0] + 3600 / Beat().calm_hello * hello[0]
        note = f"a poll {poll[0]} bytes, every {Beat().poll} s, where a proxy holds events back; load {load()}"
        yield Figure("an idle hour on long polls", per_hour / 1024, "KiB", "", None, "<= 512", note)
        store.stop()


def _live(home: Path, line: Line, hello: tuple[int, int], seconds: int) -> Iterator[Figure]:
    command = [sys.executable, "-m", "sync", "agent", "--home", str(home), "--hub", line.url]
    agent = subprocess.Popen(command)
    try:
        local = Local.open(home)
        until(lambda: local.refresh() or link_status(local, now()).online, 30)
        local.close()
        time.sleep(5)  # the first hello and the first events are over
        bytes_before, pieces_before = line.up + line.down, line.pieces
        time.sleep(seconds)
        size, pieces = line.up + line.down - bytes_before, line.pieces - pieces_before
    finally:
        agent.terminate()
        agent.wait(10)
    hellos = 3600 / Beat().calm_hello
    hour = 3600 / seconds * size + hellos * hello[0]
    framed = hour + 2 * HEADERS * (3600 / seconds * pieces + hellos * hello[1])
    seen = f"{size} bytes in {pieces} pieces in {seconds} s, and {hellos:.0f} hellos of {hello[0]} bytes; load {load()}"
    yield Figure("an idle hour on the live line", hour / 1024, "KiB", "", None, "<= 64", seen)
    yield Figure(
        "the same with TCP/IP and acknowledgements", framed / 1024, "KiB", "", None, "<= 128", "66 bytes a packet"
    )


def _of_a_hello(home: Path, line: Line) -> tuple[int, int]:
    """Bytes and pieces of one hello on a line that is open already."""
    local, wire, app = Local.open(home), Wire(line.url), Sender(home, "app")
    work = Work(local, wire, app, now, lambda: False, "bench")
    work.say_hello()
    before, pieces = line.up + line.down, line.pieces
    work.say_hello()
    took = line.up + line.down - before, line.pieces - pieces
    for it in (work, wire, app, local):
        it.close()  # type: ignore[attr-defined]
    return took


def _of_a_poll(home: Path, line: Line) -> tuple[int, int]:
    """Bytes and pieces of one long poll in which nothing happens."""
    local, wire, app = Local.open(home), Wire(line.url), Sender(home, "app")
    work = Work(local, wire, app, now, lambda: False, "bench")
    work.say_hello()
    since = [f"{event['scope']}@{event['version']}" for event in wire.get("live", list, wait=1)]
    before, pieces = line.up + line.down, line.pieces
    assert wire.get("live", list, wait=1, since=since) == []
    took = line.up + line.down - before, line.pieces - pieces
    for it in (work, wire, app, local):
        it.close()  # type: ignore[attr-defined]
    return took
