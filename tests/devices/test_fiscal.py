"""The fiscal printer's client against a fiscal printer at the wire. What counts is `tax.registered`: its own series."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceState, Inbox, StatusUpdate
from pos.devices.fiscal import (
    FISCAL_BABBLE,
    FISCAL_CLOCK,
    FISCAL_FULL,
    FISCAL_OFF,
    FISCAL_SILENT,
    FiscalAnswer,
    FiscalOutcome,
    NoDriver,
    drivers,
    fiscal_printer,
)
from pos.devices.fiscal_tcp import FiscalSettings, TcpFiscalPrinter
from pos.devices.virtual.control import tell
from pos.devices.virtual.fiscal import VirtualFiscalPrinter
from pos.equipment import fiscalising
from sync.protocol.fiscal import SALE, Z_REPORT, FiscalDocument, FiscalLine, FiscalTender
from sync.settings import FiscalSettings as Said
from sync.settings import WrongSetting
from tests.devices.conftest import Heard

DONE, ABSENT, UNKNOWN, NOT_DONE = (
    FiscalOutcome.DONE, FiscalOutcome.ABSENT, FiscalOutcome.UNKNOWN, FiscalOutcome.NOT_DONE,
)  # fmt: skip


def receipt(id: str, amount: int = 1250_00, total: int | None = None) -> FiscalDocument:
    lines, tenders = [FiscalLine("Milk", 1000, amount, 1200, 0)], [FiscalTender("cash", amount)]
    return FiscalDocument(id, SALE, f"K7Q2ZD-{id}", 0, "Aliya", "KZT", lines, tenders, 0, total or amount)


@pytest.fixture
def tax(tmp_path: Path) -> Iterator[VirtualFiscalPrinter]:
    made = VirtualFiscalPrinter(out=tmp_path / "fiscal").start()
    yield made
    made.stop()


@pytest.fixture
def till(tax: VirtualFiscalPrinter, heard: Heard) -> Iterator[TcpFiscalPrinter]:
    settings = FiscalSettings(port=tax.port, timeout_s=0.3, answer_s=0.4, look_s=0.3, poll_s=0.05)
    driver = TcpFiscalPrinter(settings, heard.inbox)
    driver.open()
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    yield driver
    driver.close()
    assert driver.join(5.0), "the fiscal printer's thread did not end"


def answer(heard: Heard, id: str, outcome: FiscalOutcome, count: int = 1) -> FiscalAnswer:
    return heard.wait(FiscalAnswer, lambda a: a.document_id == id and a.outcome is outcome, count)


def test_a_document_gets_a_number_of_the_printers_own_series_and_a_sign(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    for id in ("d1", "d2"):
        till.register(receipt(id))
    first, second = (answer(heard, id, DONE).registered for id in ("d1", "d2"))
    assert first is not None and second is not None
    assert (first.number, second.number) == ("1", "2") and first.sign != second.sign
    assert first.device == "SIM-00000001" and first.sign in first.qr and "s=1250.00" in first.qr
    assert tax.out is not None and "Milk" in (tax.out / "fiscal-0001.txt").read_text("utf-8")


def test_f49_the_same_document_sent_twice_is_registered_once(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    till.register(receipt("d1"))
    till.register(receipt("d1"))
    assert answer(heard, "d1", DONE).registered == answer(heard, "d1", DONE, count=2).registered
    assert len(tax.registered) == 1


def test_f49_a_lost_answer_is_unknown_and_asking_finds_the_document(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    tax.faults.lose_answers = 1
    till.register(receipt("d1"))
    assert answer(heard, "d1", UNKNOWN).fault == FISCAL_SILENT
    till.find("d1")
    found = answer(heard, "d1", DONE).registered
    assert found is not None and found.number == "1"
    assert len(tax.registered) == tax.sent("d1") == 1


def test_a_document_that_never_arrived_is_absent_and_one_under_way_is_not(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    till.find("d9")
    answer(heard, "d9", ABSENT)
    tax.faults.slow_s = 1.0
    till.register(receipt("d1"))
    answer(heard, "d1", UNKNOWN)
    till.find("d1")
    answer(heard, "d1", UNKNOWN, count=2)
    while not any(a.outcome is DONE for a in heard.of(FiscalAnswer)):
        till.find("d1")
        heard.wait(FiscalAnswer, count=len(heard.of(FiscalAnswer)) + 1)
    assert [one["id"] for one in tax.registered] == ["d1"] and tax.sent("d1") == 1


def test_one_that_is_off_registers_nothing_and_comes_back_by_itself(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    tax.faults.off = True
    heard.wait(StatusUpdate, lambda event: event.fault == FISCAL_OFF)
    till.register(receipt("d1"))
    assert answer(heard, "d1", NOT_DONE).fault == FISCAL_OFF
    tax.faults.off = False
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)
    till.register(receipt("d1"))
    answer(heard, "d1", DONE)


def test_one_that_says_nothing_is_named_and_what_it_was_sent_is_unknown(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    tax.faults.silent = True
    till.register(receipt("d1"))
    assert answer(heard, "d1", UNKNOWN).fault == FISCAL_SILENT
    assert till.state is DeviceState.TROUBLE
    tax.faults.silent = False
    till.find("d1")
    answer(heard, "d1", ABSENT)


@pytest.mark.parametrize(("fault", "named"), [("memory_full", FISCAL_FULL), ("clock_wrong", FISCAL_CLOCK)])
def test_one_that_can_not_register_says_why_before_and_after_it_is_asked_to(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard, fault: str, named: object
) -> None:
    tax.set_fault(fault, "on")
    heard.wait(StatusUpdate, lambda event: event.fault == named)
    till.register(receipt("d1"))
    assert answer(heard, "d1", NOT_DONE).fault == named
    assert tax.registered == []


def test_a_shift_over_24_hours_is_closed_by_a_z_report_and_the_receipt_follows_in_the_next(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    till.register(receipt("d1"))
    answer(heard, "d1", DONE)
    tax.faults.shift_hours = 25
    tax.faults.lose_answers = 1  # that of the Z report
    till.register(receipt("d2"))
    answer(heard, "d2", NOT_DONE)
    till.register(receipt("d2"))
    answer(heard, "d2", DONE)
    assert [(one["kind"], one["shift"]) for one in tax.registered] == [(SALE, 1), (Z_REPORT, 1), (SALE, 2)]


def test_a_document_whose_sums_differ_is_refused_and_not_registered(
    till: TcpFiscalPrinter, tax: VirtualFiscalPrinter, heard: Heard
) -> None:
    till.register(receipt("d1", 500, total=600))
    assert "sums differ" in answer(heard, "d1", FiscalOutcome.REFUSED).reason
    assert tax.registered == []


def test_what_is_no_answer_is_named(heard: Heard) -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as web:

        def serve() -> None:
            line, _ = web.accept()
            with line:
                line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\n")

        threading.Thread(target=serve, daemon=True).start()
        driver = TcpFiscalPrinter(FiscalSettings(port=web.getsockname()[1], poll_s=9.0), heard.inbox)
        driver.open()
        heard.wait(StatusUpdate, lambda event: event.fault == FISCAL_BABBLE)
        driver.close()
        assert driver.join(5.0)


def test_a_process_of_its_own_knows_its_documents_after_it_was_killed(tmp_path: Path, heard: Heard) -> None:
    port, control = 0, 0
    for start in (1, 2):
        command = ["-u", "-m", "pos.devices.virtual", "fiscal", "--out", str(tmp_path), "--port", str(port)]
        process = subprocess.Popen(
            [sys.executable, *command, "--control", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdin is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        control = int(process.stdout.readline().rpartition(":")[2])
        assert "lose_answers=1" in tell(control, "lose_answers 1")
        driver = TcpFiscalPrinter(FiscalSettings(port=port, poll_s=0.1), heard.inbox)
        driver.open()
        driver.register(receipt("d1")) if start == 1 else driver.find("d1")
        said = answer(heard, "d1", UNKNOWN if start == 1 else DONE)
        driver.close()
        assert driver.join(5.0)
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    assert said.registered is not None and said.registered.number == "1"


def test_drivers_are_found_by_entry_points_ours_like_anybodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = tmp_path / "acme_fiscal-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-fiscal\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[storefloor.fiscal]\nacme = acme_fiscal:make\nlost = acme_fiscal:gone\n")
    (tmp_path / "acme_fiscal.py").write_text(
        "from pos.devices.fiscal_tcp import FiscalSettings, TcpFiscalPrinter\n"
        "def make(address, inbox):\n"
        "    if not address.startswith('acme:'):\n"
        "        raise ValueError('an address begins with acme:')\n"
        "    return TcpFiscalPrinter(FiscalSettings(name=address), inbox)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert {"acme", "lost", "simulated"} <= set(drivers())
    assert fiscal_printer("acme", "acme:7", Inbox()).name == "acme:7"
    assert isinstance(fiscal_printer("simulated", "127.0.0.1:9", Inbox()), TcpFiscalPrinter)
    with pytest.raises(NoDriver, match="can't be loaded"):
        fiscal_printer("lost", "x", Inbox())
    with pytest.raises(WrongSetting, match=r"fiscal\.driver = 'akme'.*acme.*simulated"):
        fiscalising(Said("akme", "x"), Inbox())
    with pytest.raises(WrongSetting, match=r"fiscal\.address = 'here'.*acme:"):
        fiscalising(Said("acme", "here"), Inbox())
    with pytest.raises(WrongSetting, match=r"fiscal\.address.*host:port"):
        fiscalising(Said("simulated", "here"), Inbox())
    assert fiscalising(Said(), Inbox()) is None
