"""Lines as they are in the field: slow, cut, silent, behind proxies. Nothing is lost, nothing counts twice."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sync.link.agent import Agent
from sync.link.live import Ears
from sync.link.pace import Beat
from sync.link.wire import NoAnswer, Wire
from sync.local import Local, link_status
from sync.local.journal import append
from sync.protocol.messages import Live
from sync.protocol.operations import Payment
from tests.link.lines import Line, Proxy, line_to
from tests.link.rounds import Round
from tests.link.store import Store, now, sell_one, until

RunAgent = Callable[..., Agent]


@pytest.fixture
def line(store: Store) -> Iterator[Line]:
    """A line to the hub that is good so far."""
    with line_to(store.port) as made:
        yield made


@pytest.fixture
def through(home: Path) -> Iterator[Callable[..., Round]]:
    """Rounds of the agent's work over a line."""
    made: list[Round] = []

    def over(line: Line, **how: object) -> Round:
        round_ = Round(home)
        round_.wire.close()
        round_.wire = round_.work.wire = round_.work._pusher._wire = Wire(line.url, **how)  # type: ignore[arg-type]
        made.append(round_)
        return round_

    yield over
    for round_ in made:
        round_.close()


def record_many(local: Local, count: int) -> None:
    """Operations that hardly compress."""
    with local.write():
        for n in range(count):
            body = Payment(f"a{n}", "", "pending", 100, "KZT", reference=secrets.token_hex(100))
            append(local, "payment", body, op_id=f"{n:032x}", at=now(), business_day="2026-01-01", actor="")


def keep_trying(round_: Round, times: int) -> int:
    """Rounds until one gets through; how many failed."""
    for failed in range(times):
        try:
            round_.run()
        except NoAnswer:
            continue
        return failed
    raise AssertionError("it never got through")


def test_f5_a_hub_that_answers_too_late_is_asked_where_it_stands_and_has_each_operation_once(
    store: Store, local: Local, line: Line, through: Callable[..., Round]
) -> None:
    round_ = through(line, timeout=httpx.Timeout(0.5, connect=5.0))
    round_.work.say_hello()
    sell_one(local)
    line.late = 1.0
    with pytest.raises(NoAnswer) as caught:
        round_.work.push()
    assert caught.value.reason == "timeout"
    assert link_status(local, now()).waiting == 1
    until(lambda: len(store.operations()) == 1)  # it was heard and done; only the answer came too late
    line.late = 0.0
    round_.run()
    assert link_status(local, now()).waiting == 0
    assert [op.seq for op in store.operations()] == [1]
    assert store.on_hand(1) == 99_000


def test_i4_a_line_that_is_cut_again_and_again_carries_smaller_pushes_at_last(
    store: Store, local: Local, line: Line, through: Callable[..., Round]
) -> None:
    record_many(local, 1000)
    line.cut_after = 24_000  # a push of 500 weighs four times that
    failed = keep_trying(through(line), 60)
    assert failed >= 3
    assert link_status(local, now()).waiting == 0
    assert [op.seq for op in store.operations()] == list(range(1, 1001))


def test_a_slow_line_is_no_failure(store: Store, local: Local, line: Line, through: Callable[..., Round]) -> None:
    record_many(local, 200)
    line.rate, line.delay = 60_000, 0.005
    through(line, timeout=httpx.Timeout(2.0, connect=5.0)).run()  # longer than 2 s, but it never stands still so long
    assert link_status(local, now()).waiting == 0


def test_an_agent_over_a_bad_line_brings_every_sale_up_once(
    store: Store, home: Path, local: Local, line: Line, run_agent: RunAgent
) -> None:
    line.delay, line.rate, line.cut_after = 0.01, 200_000, 20_000
    run_agent(home, hub=line.url)
    for number in range(40):
        sell_one(local, number=number % 3 + 1)
        if number % 10 == 9:
            line.cut()
    until(lambda: link_status(local, now()).waiting == 0, 60)
    assert [op.seq for op in store.operations()] == list(range(1, 41))
    assert sum(store.on_hand(n) for n in (1, 2, 3)) == 300_000 - 40_000


def test_where_a_proxy_holds_events_back_long_polls_tell_of_changes(
    store: Store, home: Path, local: Local, line: Line, run_agent: RunAgent
) -> None:
    line.gather = True
    agent = run_agent(home, hub=line.url, beat=Beat(hello=600, quiet=1.0, poll=20))
    until(lambda: agent._ears._poll_until > time.monotonic(), 15)  # it has given the stream up
    time.sleep(0.5)
    began = time.monotonic()
    store.move(1, "online", 5)
    until(lambda: on_hand(local, "online") == 105_000, 10)
    assert time.monotonic() - began < 3


def on_hand(local: Local, place: str) -> int | None:
    local.refresh()
    row = local.raw.execute("SELECT on_hand FROM replica.stock WHERE product = 'p1' AND location = ?", (place,))
    return int(row.fetchone()[0])


class Heard:
    """Ears on a wire, and what they heard."""

    def __init__(self, wire: Wire, beat: Beat) -> None:
        self.events: list[Live] = []
        self.lost = threading.Event()
        self.ears = Ears(lambda: wire, self.events.append, self.lost.set, beat)
        self.ears.start()
        self.ears.begin()


def test_streams_that_a_proxy_cuts_early_end_in_long_polls(
    store: Store, home: Path, line: Line, through: Callable[..., Round]
) -> None:
    round_ = through(line)
    round_.run()
    heard = Heard(round_.wire, Beat(poll=5))
    for cut in (1, 2, 3):
        until(lambda: heard.ears.standing()[0], 15)
        line.cut()
        until(lambda cut=cut: heard.lost.is_set() or cut == 3, 15)  # type: ignore[misc]
        heard.lost.clear()
    until(lambda: heard.ears._poll_until > time.monotonic(), 15)
    assert heard.ears._poll_until > time.monotonic()
    heard.ears.stop()
    line.cut()


def test_a_live_line_vouches_for_what_stands_still_and_no_hello_is_said_for_it(
    store: Store, home: Path, local: Local, line: Line, run_agent: RunAgent
) -> None:
    agent = run_agent(home, hub=line.url, beat=Beat(hello=1.0, calm_hello=900.0))
    until(lambda: agent._ears.standing()[0])
    time.sleep(1.5)
    before = line.up
    row = "SELECT seen_at FROM replica.cursor WHERE scope = 'catalogue'"
    agent._vouched_at = 0.0
    seen = local.raw.execute(row).fetchone()[0]
    until(lambda: local.raw.execute(row).fetchone()[0] > seen)
    time.sleep(2.0)
    assert line.up == before


def test_a_proxy_is_used_when_it_is_set_and_its_no_is_a_reason(store: Store, home: Path, local: Local) -> None:
    sell_one(local)
    with Proxy(store.port) as proxy:
        named = proxy.url.replace("http://", "http://{}@")
        wire = Wire("http://hub.example", proxy=named.format("till:let%20me"))
        assert wire.get("health", dict)["ok"] is True
        assert proxy.asked[0].startswith(b"GET http://hub.example/v1/health")
        wire.close()
        wrong = Wire("http://hub.example", proxy=named.format("till:wrong"))
        with pytest.raises(NoAnswer) as caught:
            wrong.get("health", dict)
        assert caught.value.reason == "proxy"
        assert "wrong" not in str(caught.value)
        wrong.close()


def test_the_environments_proxies_dont_count(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    wire = Wire(store.url)
    assert wire.get("health", dict)["ok"] is True
    wire.close()


def test_an_agent_works_through_a_proxy_to_a_hub_with_tls(tmp_path: Path, run_agent: RunAgent) -> None:
    from sync.link.enrol import enrol
    from sync.link.first import fill_replica
    from tests.link.authority import Authority

    authority = Authority(tmp_path / "authority")
    store = Store(tmp_path / "hub", authority.certify())
    with Proxy(store.port) as proxy:
        way = {"ca": authority.file, "proxy": proxy.url.replace("http://", "http://till:let%20me@")}
        home = tmp_path / "till-1"
        enrol(home, store.url, store.code(), now(), **way)  # type: ignore[arg-type]
        fill_replica(home, **way)  # type: ignore[arg-type]
        local = Local.open(home)
        run_agent(home, **way)
        sell_one(local)
        until(lambda: link_status(local, now()).waiting == 0)
        assert {line.split()[0] for line in proxy.asked} == {b"CONNECT"}
        local.close()
    store.stop()
