"""F49: paid, and the fiscal receipt not registered: two facts. A sale goes on, and nothing is fiscalised twice."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos import network
from pos.devices.fiscal import FISCAL_OFF
from pos.devices.virtual.fiscal import VirtualFiscalPrinter
from sync.actions.shifts import close_shift, move_cash, open_shift
from sync.domain.shifts import MoveKind, MoveReason
from sync.local import RecordedClose, link_status, totals
from sync.local.fiscal import FiscalState
from tests.flows.taxed import TaxedCounter
from tests.local.fixture import make_terminal
from tests.local.tills import CASHIER


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
    numbers = [counter.row(it).number for it in ("m1", receipt, closed.body.number)]
    assert numbers == ["1", "1", "1"] and counter.tax.shift == 0, "each kind has its own series"


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
