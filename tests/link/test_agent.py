"""The agent: alone, tireless, honest about the link, and ended with its app."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, true

from sync.domain import codes
from sync.hub import database
from sync.hub.tables import operation, terminal
from sync.link.agent import Agent
from sync.link.first import fill_replica
from sync.link.lock import Busy
from sync.link.pace import LONGEST_S, Beat, Pace
from sync.local import Local, files, find_code, link_status, search, staff, stock_rows
from sync.local.journal import append
from sync.local.returns import purchases_by_number
from sync.local.wake import Listener, topics_of
from sync.protocol.operations import Payment
from tests.link.rounds import Round
from tests.link.store import Store, gtin, now, product_row, sell_one, until
from tests.local.rotting import lose_an_order

RunAgent = Callable[..., Agent]


def on_hand(local: Local, place: str, number: int = 1) -> int | None:
    local.refresh()
    rows = {r.location.id: r.level for r in stock_rows(local, f"p{number}", now())}
    level = rows.get(place)
    return level.on_hand if level else None


def test_a_terminal_is_ready_for_days_without_the_hub_right_after_enrolment(store: Store, local: Local) -> None:
    store.stop()
    assert find_code(local, codes.read(gtin(7)), now()) is not None
    assert [s.name for s in staff(local)] == ["Aliya"]
    assert sell_one(local).envelope.seq == 1


def test_a_sale_gets_its_verdict_within_a_moment(store: Store, home: Path, local: Local, run_agent: RunAgent) -> None:
    run_agent(home)
    until(lambda: link_status(local, now()).online)
    sell_one(local)
    until(lambda: link_status(local, now()).waiting == 0, 3)
    until(lambda: store.on_hand(1) == 99_000)
    until(lambda: on_hand(local, "store-1") == 99_000)
    assert [(op.seq, op.outcome) for op in store.operations()] == [(1, "applied")]


def test_a_change_at_the_hub_is_here_without_asking(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    heard = Listener(home, "app")
    run_agent(home)
    until(lambda: link_status(local, now()).online)
    store.move(1, "online", 5)
    until(lambda: on_hand(local, "online") == 105_000, 5)
    store.put("catalogue", "product", product_row(3, "Renamed pomegranate"))
    until(lambda: [p.id for p in search(local, "pomegr", now())] == ["p3"], 5)
    topics = set()
    while (hint := heard.wait(0.2)) is not None:
        topics |= set(topics_of(hint))
    heard.close()
    assert {"stock", "catalogue"} <= topics


def test_i4_offline_is_shown_with_what_waits_and_ends_by_itself(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    run_agent(home)
    until(lambda: link_status(local, now()).online)
    store.stop()
    until(lambda: not link_status(local, now()).online)
    sell_one(local)
    sell_one(local)
    status = link_status(local, now())
    assert (status.waiting, status.reason) == (2, "no_connection")
    store.start()
    until(lambda: link_status(local, now()).waiting == 0, 40)  # nobody sold anything in the meantime (F22)
    until(lambda: link_status(local, now()).online)


def test_f22_pauses_grow_with_jitter_and_never_end() -> None:
    pauses = [Pace().failed() for _ in range(50)]
    assert len(set(pauses)) > 40
    pace = Pace()
    grown = [pace.failed() for _ in range(1000)]
    assert max(grown) <= LONGEST_S
    assert min(grown[10:]) >= LONGEST_S / 2
    pace.worked()
    assert pace.failed() <= 1


def test_f2_a_second_agent_on_the_same_home_is_turned_away(home: Path, local: Local, run_agent: RunAgent) -> None:
    run_agent(home)
    sell_one(local)
    until(lambda: link_status(local, now()).waiting == 0)  # so the first one is at work
    with pytest.raises(Busy):
        Agent(home).run()


def test_f26_a_replica_that_rots_is_filled_anew_and_the_sales_stay(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    sell_one(local)
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    run_agent(home)
    until(lambda: files.current(home) != path, 20)
    until(lambda: on_hand(local, "wh-1") == 100_000, 20)
    until(lambda: link_status(local, now()).waiting == 0)
    assert [op.seq for op in store.operations()] == [1]


def test_f26_a_lost_order_is_told_by_the_app_and_the_rest_serves_until_the_hub_gives_another_replica(
    store: Store, home: Path, local: Local, run_agent: RunAgent
) -> None:
    path = lose_an_order(home)
    store.stop()
    run_agent(home)
    with pytest.raises(msgspec.DecodeError) as lost:
        purchases_by_number(local, "100-50001")
    until(lambda: link_status(local, now()).reason == "no_connection")
    assert local.blame(lost.value) is not lost.value
    time.sleep(1)
    assert files.current(home) == path, "the network is down: nobody can give another"
    assert find_code(local, codes.read(gtin(7)), now()) is not None
    sold = sell_one(local)
    store.start()
    until(lambda: files.current(home) != path and on_hand(local, "wh-1") == 100_000, 60)
    until(lambda: link_status(local, now()).waiting == 0)
    assert [(op.seq, op.raw) for op in store.operations()] == [(1, msgspec.json.encode(sold.envelope))]


@pytest.mark.parametrize("by_agent", [True, False])
def test_f26_a_rotten_page_that_only_a_snapshot_meets_does_not_keep_the_terminal_from_its_replica(
    store: Store, home: Path, local: Local, run_agent: RunAgent, monkeypatch: pytest.MonkeyPatch, by_agent: bool
) -> None:
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'link'").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(bytes(4096))
    store.put("catalogue", "product", product_row(3, "Renamed pomegranate"))
    monkeypatch.setattr("sync.link.work.FAR", -1)  # so that it comes by a snapshot
    if by_agent:
        monkeypatch.setattr("sync.link.status.Status.forget", lambda self: None)  # it would meet the page first
        run_agent(home)
    else:
        fill_replica(home)
    until(lambda: files.current(home) != path and on_hand(local, "wh-1") == 100_000, 20)
    assert [p.name for p in home.glob("*.corrupt")] == [f"{path.name}.corrupt"]


def test_f41_a_wrong_clock_is_measured_and_shown_and_stops_nothing(store: Store, home: Path, local: Local) -> None:
    sell_one(local)
    ahead = Round(home, clock=lambda: now() + 3 * 3_600_000)
    ahead.run()
    assert ahead.work.session is not None
    assert abs(ahead.work.session.skew_ms - 3 * 3_600_000) < 5_000
    ahead.close()
    assert len(store.operations()) == 1


@pytest.mark.parametrize("hours", [-5, 3])
def test_f41_a_clock_that_is_hours_wrong_keeps_nobody_offline_and_operations_keep_their_time(
    store: Store, home: Path, local: Local, run_agent: RunAgent, hours: int
) -> None:
    wrong = hours * 3_600_000
    at = now() + wrong
    with local.write():
        body = Payment("a1", "", "pending", 100, "KZT")
        append(local, "payment", body, op_id="0" * 32, at=at, business_day="2026-01-01", actor="")
    run_agent(home, clock=lambda: now() + wrong, beat=Beat(hello=0.5, calm_hello=0.5))
    until(lambda: link_status(local, now() + wrong).waiting == 0)
    time.sleep(1.5)  # more hellos: none is refused, and no token is taken for stale
    status = link_status(local, now() + wrong)
    assert status.online
    assert abs(status.skew_ms - wrong) < 5_000
    with database.read(store.engine) as conn:
        told = conn.execute(select(terminal.c.skew, operation.c.at).join_from(terminal, operation, true())).one()
    assert abs(told.skew - wrong) < 5_000
    assert told.at == at


def test_f41_a_clock_that_jumps_back_while_online_is_measured_anew_and_shown(
    home: Path, local: Local, run_agent: RunAgent
) -> None:
    wrong = [0]
    run_agent(home, clock=lambda: now() + wrong[0], beat=Beat(hello=0.5))
    until(lambda: link_status(local, now()).online)
    wrong[0] = -2 * 3_600_000
    until(lambda: abs(link_status(local, now() + wrong[0]).skew_ms - wrong[0]) < 5_000)
    assert link_status(local, now() + wrong[0]).online


def test_a_kiosk_never_gets_verifiers_of_pins(store: Store, tmp_path: Path) -> None:
    local = Local.open(store.terminal(tmp_path, "kiosk-1", "kiosk"))
    assert staff(local) == []
    assert find_code(local, codes.read(gtin(7)), now()) is not None
    local.close()


def agent_process(home: Path, parent: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sync", "agent", "--home", str(home), "--with-parent", str(parent)]
    return subprocess.Popen(command)


def test_an_agent_ends_with_its_app_and_on_request(home: Path, local: Local) -> None:
    app = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    agent = agent_process(home, app.pid)
    sell_one(local)
    until(lambda: link_status(local, now()).waiting == 0, 20)
    app.kill()
    app.wait()
    assert agent.wait(10) == 0
    agent = agent_process(home, os.getpid())
    sell_one(local)
    until(lambda: link_status(local, now()).waiting == 0, 20)
    agent.send_signal(signal.SIGTERM)
    assert agent.wait(20) == 0


def test_an_idle_agent_costs_next_to_nothing(store: Store, home: Path, local: Local) -> None:
    agent = agent_process(home, os.getpid())
    sell_one(local)
    until(lambda: link_status(local, now()).waiting == 0, 20)
    before = _cpu_seconds(agent.pid)
    time.sleep(3)
    used = _cpu_seconds(agent.pid) - before
    agent.kill()
    agent.wait()
    assert used <= 0.06


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
