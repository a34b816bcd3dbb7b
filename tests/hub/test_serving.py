"""The hub as a process: ready, ended gently, killed at any moment."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from sync.hub import database, records
from sync.hub.serving import GRACE_SECONDS, CantServe, Running, Serving, serve
from tests.hub.retailer import START, on_hand
from tests.hub.terminals import Terminal, new_code

PROGRAM = """
import sys
from pathlib import Path
from sync.hub.serving import Serving, serve
sys.exit(serve(Serving(sys.argv[1], Path(sys.argv[2]), port=int(sys.argv[3]))))
"""


def start(url: str, folder: Path, port: int = 0) -> tuple["subprocess.Popen[str]", str]:
    """A hub as a process of its own, and its URL once it is ready."""
    command = [sys.executable, "-c", PROGRAM, url, str(folder), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    word, _, address = process.stdout.readline().strip().partition(" ")
    assert word == "ready"
    return process, address


def test_a_hub_says_where_it_is_ready_and_ends_gently_when_told(retail_url: str, tmp_path: Path) -> None:
    process, address = start(retail_url, tmp_path)
    assert httpx.get(address + "/v1/health", trust_env=False).json()["ok"] is True
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with Running(Serving(f"sqlite:///{tmp_path}/a.db", tmp_path, port=0)) as hub:
        port = int(hub.url.rsplit(":", 1)[1])
        with pytest.raises(CantServe, match=str(port)):
            serve(Serving(f"sqlite:///{tmp_path}/b.db", tmp_path, port=port))


def knock_until(port: int, ended: threading.Event, opened: list[socket.socket]) -> None:
    """Terminals that connect as fast as they can and keep what they get, as agents do whose line was just lost."""
    while not ended.is_set():
        try:
            opened.append(socket.create_connection(("127.0.0.1", port), timeout=2))
        except OSError:
            return  # nobody listens any more


def test_F22_a_hub_that_ends_leaves_nobody_hanging_on_a_connection_that_came_late(tmp_path: Path) -> None:
    ended, opened = threading.Event(), list[socket.socket]()
    hub = Running(Serving(f"sqlite:///{tmp_path}/a.db", tmp_path, port=0)).__enter__()
    port = int(hub.url.rpartition(":")[2])
    knocking = [threading.Thread(target=knock_until, args=(port, ended, opened)) for _ in range(4)]
    for thread in knocking:
        thread.start()
    time.sleep(0.2)
    told = time.monotonic()
    hub.stop()
    took = time.monotonic() - told
    ended.set()
    for thread in knocking:
        thread.join(5)
    assert took < GRACE_SECONDS / 2
    assert len(opened) > 20
    for connection in opened:
        connection.settimeout(2)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(b"G")
            assert connection.recv(1) == b""  # TimeoutError: it hangs open
        connection.close()


def push_until_killed(till: Terminal, pid: int, deadly: int, chance: random.Random) -> None:
    """Push seven at a time; from number `deadly` on the hub is killed within 20 ms, whatever is under way.

    A hub faster than that hears its last operations again until it is dead."""
    stands, doomed = till.hello().json()["last_seq"], False
    while doomed or stands < len(till.raws):
        if stands >= deadly and not doomed:
            threading.Timer(chance.random() * 0.02, os.kill, (pid, signal.SIGKILL)).start()
            doomed = True
        first = min(stands + 1, len(till.raws) - 6)
        stands = till.push(first, min(len(till.raws), first + 6)).json()["last_seq"]


def test_I2_I4_F1_a_hub_killed_again_and_again_in_the_middle_of_pushes_ends_with_each_sale_once(
    retail_url: str, tmp_path: Path
) -> None:
    with Running(Serving(retail_url, tmp_path, port=0)) as hub:
        till = Terminal(hub.url)
        till.enrol(new_code(hub))
    for _ in range(300):
        till.sell({"p-1": 100, "p-2": 100})
    chance = random.Random(5)
    kills = 0
    while True:
        process, till.url = start(retail_url, tmp_path)
        try:
            push_until_killed(till, process.pid, 90 * (kills + 1) if kills < 3 else 1000, chance)
            break
        except httpx.TransportError:
            kills += 1
        finally:
            process.kill()
            process.wait()
    engine = database.open(retail_url)
    report = records.report(engine)
    with database.read(engine) as conn:
        assert records.stock_differences(conn) == []
    assert kills == 3
    assert (report.sales[0].sales, report.journals[0].last_seq) == (300, 300)
    assert report.journals[0].last_hash == till.hash_at(300).hex()
    assert on_hand(engine, "p-1") == START - 30_000
    engine.dispose()
