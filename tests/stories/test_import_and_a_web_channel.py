"""A retailer brings files, opens a hub, and a web channel sells through it over a hub that goes away: by commands."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sync.hub import database
from sync.hub.tables import channel_order, channel_order_line, enrol_code, movement, stock
from tests.bench.catalogue import write_csv

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hub(tmp_path: Path) -> list[str]:
    """The words that every command of this hub ends with."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return ["--folder", str(tmp_path / "hub"), "--listen", f"127.0.0.1:{port}"]


@pytest.fixture
def started():
    """Starts commands that go on; what still runs at the end is ended."""
    running: list[subprocess.Popen] = []

    def start(*words: str, **environment: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "sync", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        running.append(subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, **pipes))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def run(*words: str) -> subprocess.CompletedProcess:
    """A command that ends by itself."""
    return subprocess.run([sys.executable, "-m", "sync", *words], cwd=ROOT, capture_output=True, text=True, timeout=60)


def eventually(seen: Callable[[], bool], what: str) -> None:
    """Wait for it, at most half a minute."""
    until = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def count(engine, table, *where) -> int:
    """How many rows there are."""
    with database.read(engine) as conn:
        return conn.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def test_a_folder_of_files_is_imported_and_again_changes_nothing(tmp_path, hub):
    write_csv(tmp_path / "csv", 40, ("S1",))
    with (tmp_path / "csv" / "prices.csv").open("a") as prices:
        prices.write("A0000001,much\n")
    first = run("hub", "import", str(tmp_path / "csv"), *hub)
    assert first.returncode == 0, first.stderr
    assert "prices.csv, line 42, price:" in first.stderr
    assert re.search(r"products +40 new +0 changed +0 as they were", first.stdout)
    assert "1 bad rows were left out." in first.stdout
    again = run("hub", "import", str(tmp_path / "csv"), *hub)
    assert re.search(r"products +0 new +0 changed +40 as they were", again.stdout)
    assert "reading products" in again.stderr


def test_strict_says_so_and_fails(tmp_path, hub):
    (tmp_path / "p.csv").write_text("sku,name,vat\nA,,12\n")
    done = run("hub", "import", "--products", str(tmp_path / "p.csv"), "--strict", *hub)
    assert done.returncode == 1
    assert "p.csv, line 2, name" in done.stderr
    assert "Nothing was imported" in done.stdout


@pytest.mark.parametrize(
    ("words", "status", "named"),
    [
        (["import"], 1, "nothing to import"),
        (["import", "--products", "/nowhere/p.csv"], 1, "/nowhere/p.csv"),
        (["import", "/nowhere"], 1, "/nowhere is no folder"),
        (["import", "--currency", "XYZ", "--products", "pyproject.toml"], 1, "XYZ"),
        (["import", "--timezone", "Mars", "--products", "pyproject.toml"], 2, "--timezone = 'Mars'"),
        (["code", "--location", "moon", "--kind", "till", "--name", "Till 1"], 1, "'moon'"),
        (["report", "--database", "mysql://x"], 2, "hub.database"),
        (["serve", "--listen", "here"], 2, "hub.listen"),
    ],
)
def test_what_is_wrong_names_itself(hub, words, status, named):
    done = run("hub", *hub, *words)
    assert done.returncode == status
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_a_code_and_a_key_are_shown_once_and_kept_as_hashes(tmp_path, hub):
    write_csv(tmp_path / "csv", 3)
    run("hub", "import", str(tmp_path / "csv"), *hub)
    code = run("hub", "code", "--location", "S1", "--kind", "till", "--name", "Till 1", *hub)
    assert re.fullmatch(r"(\w{4}-){2}\w{4}\n", code.stdout), code.stderr
    second = run("hub", "code", "--location", "S1", "--kind", "till", "--name", "Till 2", *hub)
    key = run("hub", "channel-key", "--name", "web", *hub)
    kept = b"".join(p.read_bytes() for p in (tmp_path / "hub").glob("hub.db*"))
    for secret in (code.stdout.strip(), code.stdout.strip().replace("-", ""), key.stdout.strip()):
        assert secret.encode() not in kept
    assert second.stdout != code.stdout
    engine = database.open(f"sqlite:///{tmp_path}/hub/hub.db")
    with database.read(engine) as conn:
        assert set(conn.execute(select(enrol_code.c.terminal)).scalars()) == {"S1-till-1", "S1-till-2"}
    engine.dispose()


def test_a_web_channel_goes_on_over_a_hub_that_went_away_and_ends_when_told(tmp_path, hub, started):
    write_csv(tmp_path / "csv", 30, ("S1", "W1", "O1"))
    run("hub", "import", str(tmp_path / "csv"), *hub)
    key = run("hub", "channel-key", "--name", "web", *hub).stdout.strip()
    engine = database.open(f"sqlite:///{tmp_path}/hub/hub.db")
    serving = started("hub", *hub)
    assert serving.stdout.readline() == f"ready http://{hub[-1]}\n"
    trade = ["channel", "--hub", f"http://{hub[-1]}", "--rate", "3000", "--seed", "7"]
    channel = started(*trade, STOREFLOOR_CHANNEL_KEY=key)
    eventually(lambda: count(engine, channel_order) > 5, "no orders")
    serving.kill()  # in the middle of whatever it does
    serving.wait()
    placed = count(engine, channel_order)
    time.sleep(1)
    assert channel.poll() is None
    again = started("hub", "serve", *hub)
    eventually(lambda: count(engine, channel_order) > placed + 5, "no orders after the hub came back")
    channel.send_signal(signal.SIGTERM)
    assert channel.wait(10) == 0
    again.send_signal(signal.SIGTERM)
    again.wait(15)
    assert_goods_add_up(engine)
    assert key not in "".join(channel.communicate())
    engine.dispose()


def assert_goods_add_up(engine) -> None:
    """Movements add up to what is on hand; what is left of orders adds up to what is reserved."""
    place = (movement.c.product, movement.c.location)
    with database.read(engine) as conn:
        moved = {k[:2]: int(k[2]) for k in conn.execute(select(*place, func.sum(movement.c.delta)).group_by(*place))}
        shipped = conn.execute(select(func.count()).where(movement.c.reason == "shipped")).scalar_one()
        levels = {(s.product, s.location): (s.on_hand, s.reserved) for s in conn.execute(select(stock))}
        open_lines = select(channel_order_line.c.product, channel_order.c.location, channel_order_line.c.left).join(
            channel_order,
            (channel_order.c.channel == channel_order_line.c.channel)
            & (channel_order.c.order == channel_order_line.c.order),
        )
        promised: dict[tuple[str, str], int] = {}
        for product, location, left in conn.execute(open_lines):
            promised[product, location] = promised.get((product, location), 0) + left
    assert shipped
    assert {k: v[0] for k, v in levels.items() if v[0]} == {k: n for k, n in moved.items() if n}
    assert {k: v[1] for k, v in levels.items() if v[1]} == {k: n for k, n in promised.items() if n}


def test_a_channel_that_the_hub_does_not_know_is_told_so(tmp_path, hub, started):
    write_csv(tmp_path / "csv", 3)
    run("hub", "import", str(tmp_path / "csv"), *hub)
    serving = started("hub", *hub)
    serving.stdout.readline()
    done = run("channel", "--hub", f"http://{hub[-1]}", "--key", "wrong")
    assert done.returncode == 1
    assert "API key" in done.stderr
    assert run("channel", "--hub", "hub.example", "--key", "k").returncode == 2
