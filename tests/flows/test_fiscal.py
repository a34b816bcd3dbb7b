"""F49: paid, and the fiscal receipt not registered: two facts. A sale goes on, and nothing is fiscalised twice."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos import network
from pos.devices.base import DeviceState
from pos.devices.fiscal import FISCAL_OFF
from pos.devices.fiscal_tcp import TcpFiscalPrinter
from pos.devices.virtual.fiscal import VirtualFiscalPrinter
from pos.equipment import equip
from pos.printing import PaperState
from pos.runner import Direct
from pos.terminal import Terminal
from pos.till import Till
from sync.actions.shifts import close_shift, move_cash, open_shift
from sync.domain.shifts import MoveKind, MoveReason
from sync.local import Local, RecordedClose, link_status, totals
from sync.local.fiscal import FiscalRow, FiscalState, fiscal_of
from sync.settings import FiscalSettings
from tests.flows.till import Counter
from tests.local.fixture import make_terminal
from tests.local.tills import CASHIER


class TaxedCounter(Counter):
    """A counter whose till has a fiscal printer."""

    def __init__(self, folder: Path) -> None:
        self.tax = VirtualFiscalPrinter(out=folder / "fiscal").start()
        super().__init__(folder)

    def start(self) -> None:
        """Switch the till on; its fiscal printer is asked at once and often."""
        self.local = Local.open(self.home, fiscal=True)
        fiscal = FiscalSettings("simulated", f"127.0.0.1:{self.tax.port}")
        self.terminal = Terminal(self.home, runner=Direct(self.local), devices=equip(self.settings, fiscal=fiscal))
        printer = self.terminal.devices.fiscal
        assert isinstance(printer, TcpFiscalPrinter)
        printer.settings = replace(printer.settings, poll_s=0.05)
        for device in self.terminal.devices.all():
            device.open()
        self.till = Till(self.terminal, lambda place, _back: self.places.append(place), lambda: self.now)
        self.till.open()
        self.sign_in()

    def stop(self) -> None:
        """Everything off."""
        super().stop()
        self.tax.stop()

    def ready(self) -> None:
        """Wait until the till knows that its fiscal printer is well."""
        printer = self.terminal.devices.fiscal
        assert printer is not None
        self.until(lambda: printer.state is DeviceState.READY, "a fiscal printer that is ready")

    def down(self) -> None:
        """Switch it off, and wait until the till knows."""
        self.tax.faults.off = True
        printer = self.terminal.devices.fiscal
        assert printer is not None
        self.until(lambda: printer.state is DeviceState.OFF, "a fiscal printer that is off")

    def sell(self) -> str:
        """Sell a bottle of milk for cash; returns the receipt's number once its paper is out."""
        if self.till.place == "done":
            self.till.next_customer()
        self.scan("p-milk")
        self.till.sale.pay()
        self.till.payment.quick(100000)
        self.till.payment.cash_received()
        assert self.till.place == "done"
        self.until(lambda: self.till.done.state.paper is PaperState.PRINTED, "the paper")
        sale = self.till.done.state.sale
        assert sale is not None
        return sale.body.receipt

    def row(self, receipt: str) -> FiscalRow:
        """How the document of that receipt stands."""
        found = fiscal_of(self.local, receipt)
        assert found is not None
        return found

    def is_done(self, receipt: str) -> bool:
        """Whether it is fiscalised."""
        return self.row(receipt).state is FiscalState.DONE

    @property
    def step(self) -> str:
        """What the last screen of the sale says of the fiscal receipt."""
        from pos.fiscal_words import step_of

        state = self.till.done.state
        return step_of(state.fiscal, state.hindered).title

    @property
    def paper(self) -> str:
        """The last paper, in one line."""
        return " ".join(self.printer.texts[-1].split())


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[TaxedCounter]:
    made = TaxedCounter(tmp_path)
    yield made
    made.stop()


def test_a_sale_is_fiscalised_and_its_paper_carries_number_sign_and_code(counter: TaxedCounter) -> None:
    counter.ready()
    receipt = counter.sell()
    counter.until(lambda: counter.is_done(receipt), "the fiscal receipt")
    row = counter.row(receipt)
    assert (row.number, row.device) == ("1", "SIM-00000001")
    assert f"Fiscal receipt {row.number}" in counter.paper and row.sign in counter.paper
    assert counter.step == "Fiscal receipt 1"


def test_f49_a_dead_fiscal_printer_stops_no_sale_and_all_is_registered_once_when_it_is_back(
    counter: TaxedCounter,
) -> None:
    counter.ready()
    counter.down()
    receipts = [counter.sell() for _sale in range(3)]
    assert "This is not a fiscal receipt" in counter.paper and "Fiscal sign" not in counter.paper
    assert counter.step == "Fiscal receipt waits"
    counter.until(lambda: link_status(counter.local, counter.now).fiscal.why == "fiscal_off", "the reason")
    link = link_status(counter.local, counter.now)
    told = " ".join(network.waiting(link, counter.now, "UTC").lines)
    assert "3 receipts wait for the fiscal printer" in told and "selling goes on" in told
    counter.till.ailing.works["fiscal"] = lambda: network.fiscal(link, counter.now, "UTC")
    (ails,) = counter.till.ailing.now()
    assert (ails.role, ails.fault) == ("fiscal", FISCAL_OFF) and "3 receipts wait" in ails.line
    counter.tax.faults.off = False
    counter.until(lambda: all(counter.is_done(it) for it in receipts), "all of them")
    assert [one["document"]["number"] for one in counter.tax.registered] == receipts
    assert counter.step == "Fiscal receipt 3" and link_status(counter.local, counter.now).fiscal.waiting == 0
    counter.till.done.print_again()
    counter.until(lambda: len(counter.printer.texts) == 4, "the copy")
    assert "Copy" in counter.paper and counter.row(receipts[-1]).sign in counter.paper


def test_f49_a_lost_answer_is_asked_for_and_the_sale_is_registered_once(counter: TaxedCounter) -> None:
    counter.ready()
    counter.tax.faults.lose_answers = 1
    receipt = counter.sell()
    counter.until(lambda: counter.is_done(receipt), "the fiscal receipt")
    assert len(counter.tax.registered) == counter.tax.sent(counter.row(receipt).document) == 1


def test_f49_a_till_that_stopped_goes_on_by_itself_and_registers_nothing_twice(counter: TaxedCounter) -> None:
    counter.ready()
    counter.down()
    receipts = [counter.sell() for _sale in range(2)]
    counter.kill()
    counter.tax.faults.off = False
    counter.tax.faults.lose_answers = 1
    counter.start()
    counter.until(lambda: all(counter.is_done(it) for it in receipts), "both of them")
    assert [counter.tax.sent(counter.row(it).document) for it in receipts] == [1, 1]
    assert [one["number"] for one in counter.tax.registered] == [1, 2]


def test_a_document_that_is_refused_is_put_before_a_person_and_the_next_goes_on(counter: TaxedCounter) -> None:
    counter.ready()
    counter.tax.faults.refuse = "no such department"
    first = counter.sell()
    counter.until(lambda: counter.row(first).state is FiscalState.FAILED, "the refusal")
    assert counter.step == "Fiscal receipt refused" and "made by hand" in counter.paper
    counter.tax.faults.refuse = ""
    second = counter.sell()
    counter.until(lambda: counter.is_done(second), "the next one")
    counter.till.needs()
    counter.until(lambda: counter.till.attention.state.matter is not None, "the case")
    matter = counter.till.attention.state.matter
    assert matter is not None and matter.code == "fiscal_failed" and "no such department" in matter.facts.detail


def test_a_full_memory_holds_what_is_paid_and_says_so(counter: TaxedCounter) -> None:
    counter.ready()
    counter.tax.faults.memory_full = True
    receipt = counter.sell()
    counter.until(lambda: counter.row(receipt).why == "fiscal_full", "the reason")
    assert counter.row(receipt).state is FiscalState.WAITING and counter.tax.registered == []
    counter.tax.faults.memory_full = False
    counter.until(lambda: counter.is_done(receipt), "the fiscal receipt")


def test_a_shift_and_cash_that_is_moved_by_hand_are_registered_in_their_order(counter: TaxedCounter) -> None:
    counter.ready()
    open_shift(counter.local, "s1", 20_000_00, CASHIER, counter.now)
    move_cash(
        counter.local, "m1", MoveKind.DROP, 500_00, MoveReason.SAFE, approver=None, actor=CASHIER, now=counter.now
    )
    receipt = counter.sell()
    expected = totals(counter.local, "s1").expected
    closed = close_shift(
        counter.local, "s1", [(100, expected // 100)], None, hand_over=True, approver=None, actor=CASHIER,
        language="en", now=counter.now,
    )  # fmt: skip
    assert isinstance(closed, RecordedClose)
    counter.until(lambda: counter.is_done(closed.body.number), "the Z report")
    kinds = [(one["kind"], one["shift"]) for one in counter.tax.registered]
    assert kinds == [("open_shift", 1), ("cash_out", 1), ("sale", 1), ("z_report", 1)]
    assert counter.row(receipt).number == "3" and counter.tax.shift == 0


def test_f49_a_till_that_is_killed_between_sending_and_the_answer_registers_nothing_twice(tmp_path: Path) -> None:
    tax, home = VirtualFiscalPrinter(out=tmp_path / "fiscal").start(), make_terminal(tmp_path)
    command = [sys.executable, "-m", "tests.flows.fiscal_till", str(home), str(tax.port)]
    tax.faults.slow_s = 60.0  # the document lies in the fiscal printer, and nobody knows its number
    with subprocess.Popen(command) as till:
        try:
            wait_for(lambda: any(do == "register" for do, _id in tax.asked), till)
        finally:
            till.kill()
    tax.faults.slow_s = 0.0
    wait_for(lambda: tax.registered, None)
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    (one,) = tax.registered
    assert (said.strip(), tax.sent(one["id"])) == ("1", 1)
    tax.stop()


def wait_for(true: Callable[[], object], till: "subprocess.Popen[bytes] | None") -> None:
    """Wait until `true()`; AssertionError when the till ended before, or after a minute."""
    end = time.monotonic() + 60
    while not true():
        assert till is None or till.poll() is None, "the till ended by itself"
        assert time.monotonic() < end, "it did not come within a minute"
        time.sleep(0.01)
