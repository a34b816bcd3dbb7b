"""The workbench of the demo."""

from pathlib import Path

from pos.workbench.flow import NOWHERE, Bench
from tests.flows.till import Counter


def test_the_way_to_the_virtual_devices_is_there_where_they_are(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    without = Bench(counter.terminal, None, lambda _state: None)
    assert not without.state.panel and not without.panel()
    assert Bench(counter.terminal, tmp_path / "devices.json", lambda _state: None).state.panel
    counter.stop()


def test_the_journal_shows_what_was_sold_and_that_it_waits(tmp_path: Path) -> None:
    counter = Counter(tmp_path).sign_in()
    counter.scan("p-milk")
    counter.till.sale.pay()
    counter.till.payment.quick(62000)
    counter.till.payment.cash_received()
    bench = Bench(counter.terminal, None, lambda _state: None)
    bench.open()
    entry = bench.state.journal[0]
    assert (entry.kind, entry.verdict) == ("sale", "") and entry.detail == counter.till.done.state.sale.body.receipt
    assert bench.state.samples[0].names["ru"] == "Молоко 1 л"
    counter.stop()


def test_the_network_switch_sends_the_agent_where_no_hub_is(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.terminal.start()
    bench = Bench(counter.terminal, None, lambda _state: None)
    agent = counter.terminal.agent
    assert agent is not None
    bench.network(False)
    assert agent.command[-1] == f"--hub={NOWHERE}" and not agent.paused
    bench.network(True)
    assert f"--hub={NOWHERE}" not in agent.command
    agent.stop()
    counter.stop()
