"""The workbench of the demo."""

from pathlib import Path

from pos.devices.virtual.control import Control
from pos.workbench.flow import NOWHERE, Bench
from sync.settings import DeviceSettings
from tests.flows.till import Counter


def test_a_fault_goes_to_the_virtual_device_and_ends_with_a_second_touch(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    control = Control(counter.printer, 0)
    settings = DeviceSettings(printer=f"127.0.0.1:{control.port - 1}")
    bench = Bench(counter.terminal, settings, lambda _state: None)
    bench.fault("printer", "paper_out", "on")
    assert counter.printer.faults.paper_out and bench.state.on == {"paper_out"}
    bench.fault("printer", "paper_out", "on")
    assert not counter.printer.faults.paper_out and bench.state.on == frozenset()
    bench.fault("card", "decline", "insufficient_funds")
    assert bench.state.absent == {"card"}, "a device that takes no faults is named"
    control.stop()
    counter.stop()


def test_the_journal_shows_what_was_sold_and_that_it_waits(tmp_path: Path) -> None:
    counter = Counter(tmp_path).sign_in()
    counter.scan("p-milk")
    counter.till.sale.pay()
    counter.till.payment.quick(62000)
    counter.till.payment.cash_received()
    bench = Bench(counter.terminal, counter.settings, lambda _state: None)
    bench.open()
    entry = bench.state.journal[0]
    assert (entry.kind, entry.verdict) == ("sale", "") and entry.detail == counter.till.done.state.sale.body.receipt
    assert bench.state.samples[0].names["ru"] == "Молоко 1 л"
    counter.stop()


def test_the_network_switch_sends_the_agent_where_no_hub_is(tmp_path: Path) -> None:
    counter = Counter(tmp_path)
    counter.terminal.start()
    bench = Bench(counter.terminal, counter.settings, lambda _state: None)
    agent = counter.terminal.agent
    assert agent is not None
    bench.network(False)
    assert agent.command[-1] == f"--hub={NOWHERE}" and not agent.paused
    bench.network(True)
    assert f"--hub={NOWHERE}" not in agent.command
    agent.stop()
    counter.stop()
