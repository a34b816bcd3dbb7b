"""`python -m pos.devices.virtual`: the same devices as a process of their own, with faults by its standard input."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pos.devices.base import CardAnswer, Outcome, OutputComplete
from pos.devices.card import CardSettings, TcpCardTerminal
from pos.devices.host_status import HEAD_OPEN
from pos.devices.label import LabelSettings, ZplPrinter
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.control import tell
from pos.devices.virtual.printer import VirtualPrinter
from pos.receipt.document import Cut, Document, DrawerKick, Row
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard

REPOSITORY = Path(__file__).parents[2]


class Process:
    """One virtual device in a process; `port` is what it says on its first line."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pos.devices.virtual", *arguments, "--port", "0"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def say(self, line: str) -> str:
        """Give it a line and return its answer."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


@pytest.fixture
def run() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for device in started:
        device.process.terminate()
        device.process.communicate(timeout=10)


def test_a_printer_process_leaves_numbered_receipts_as_text_and_picture(
    run: list[Process], heard: Heard, tmp_path: Path
) -> None:
    run.append(Process("printer", "--out", str(tmp_path)))
    driver = EscposPrinter(PrinterSettings(port=run[0].port), heard.inbox)
    driver.open()
    driver.print("1", Document((DrawerKick(), Row("Bread", "450"), Cut())))
    driver.print("2", Document((Row("Қант", "300"), Cut())))
    assert heard.wait(OutputComplete, lambda event: event.job_id == "2").outcome is Outcome.PRINTED
    until = time.monotonic() + 10
    while not (tmp_path / "receipt-002.png").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "receipt-001.png", "receipt-001.txt", "receipt-002.png", "receipt-002.txt",
    ]  # fmt: skip
    assert (tmp_path / "receipt-001.txt").read_text(encoding="utf-8").split() == ["Bread", "450"]
    with Image.open(tmp_path / "receipt-002.png") as picture:
        assert picture.width > 48 * 12 * 2 and sum(picture.convert("L").histogram()[:60]) > 100, "there is ink on it"
    assert "paper_out=True" in run[0].say("paper_out on")
    driver.print("3", Document((Row("x"), Cut())))
    assert heard.wait(OutputComplete, lambda event: event.job_id == "3").outcome is Outcome.FAILED
    driver.close()
    assert driver.join(5.0)


def test_a_label_printer_process_leaves_numbered_labels_and_breaks_on_request(
    run: list[Process], heard: Heard, tmp_path: Path
) -> None:
    run.append(Process("label", "--out", str(tmp_path)))
    driver = ZplPrinter(LabelSettings(port=run[0].port), heard.inbox)
    driver.open()
    driver.print("1", Document((Row("Қант 1001"), Cut())))
    assert heard.wait(OutputComplete, lambda event: event.job_id == "1").outcome is Outcome.PRINTED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["label-001.png", "label-001.txt"]
    assert "head_open=True" in run[0].say("head_open on")
    driver.print("2", Document((Row("x"), Cut())))
    assert heard.wait(OutputComplete, lambda event: event.job_id == "2").fault == HEAD_OPEN
    driver.close()
    assert driver.join(5.0)


def test_a_card_terminal_process_charges_and_declines(run: list[Process], heard: Heard) -> None:
    run.append(Process("card"))
    card = TcpCardTerminal(CardSettings(port=run[0].port), heard.inbox)
    card.open()
    card.start("a1", 500, "KZT")
    heard.wait(CardAnswer, lambda event: event.state is AttemptState.APPROVED)
    assert "no money" in run[0].say('decline "no money"')
    card.start("a2", 500, "KZT")
    assert heard.wait(CardAnswer, lambda event: event.state is AttemptState.DECLINED).reason == "no money"
    card.close()
    assert card.join(5.0)


def test_a_fault_that_does_not_exist_names_those_that_do(run: list[Process]) -> None:
    run.append(Process("printer"))
    answer = run[0].say("on_fire yes")
    assert "on_fire" in answer and "paper_out" in answer


def test_paper_put_in_again_prints_what_the_printer_still_held() -> None:
    printer = VirtualPrinter().start()
    printer.faults.paper_out = True
    with socket.create_connection((printer.host, printer.port)) as line:
        line.sendall(b"held\n\x1dVB\x00\x10\x04\x04")
        assert line.recv(1)[0] & 0x60 == 0x60
        assert printer.texts == []
        printer.faults.paper_out = False
        assert printer.wait(receipts=1)
    assert printer.texts == ["held\n"]
    printer.stop()


def test_a_second_sender_waits_until_the_first_has_gone() -> None:
    printer = VirtualPrinter().start()
    with socket.create_connection((printer.host, printer.port)) as first:
        second = socket.create_connection((printer.host, printer.port))
        second.settimeout(0.2)
        second.sendall(b"\x10\x04\x01")
        with pytest.raises(TimeoutError):
            second.recv(1)
        first.close()
        second.settimeout(5)
        assert second.recv(1) == b"\x12"
        second.close()
    printer.stop()


def test_hostile_words_do_not_stop_the_card_terminal(heard: Heard) -> None:
    bank = VirtualCardTerminal().start()
    with socket.create_connection((bank.host, bank.port)) as line:
        line.sendall(b'GET / HTTP/1.1\r\n{"do": "rob"}\n[1]\n')
        assert line.recv(1) == b""
    card = TcpCardTerminal(CardSettings(port=bank.port), heard.inbox)
    card.open()
    card.start("a1", 500, "KZT")
    heard.wait(CardAnswer, lambda event: event.state is AttemptState.APPROVED)
    card.close()
    assert card.join(5.0)
    bank.stop()


def test_faults_are_set_from_another_process_by_the_control_port(run: list[Process]) -> None:
    run.append(Process("card", "--control", "0"))
    assert run[0].process.stdout is not None
    port = int(run[0].process.stdout.readline().rsplit(":", 1)[1])
    assert "slow_s=1.5" in tell(port, "slow_s 1.5")
    assert "slow_s=0.0" in tell(port, "slow_s off")
    assert "unknown fault 'x'" in tell(port, "x")


def test_a_printer_process_that_is_ended_finishes_its_files_first(
    run: list[Process], heard: Heard, tmp_path: Path
) -> None:
    run.append(Process("printer", "--out", str(tmp_path)))
    driver = EscposPrinter(PrinterSettings(port=run[0].port), heard.inbox)
    driver.open()
    for number in range(5):
        driver.print(str(number), Document((*(Row(f"line {n}") for n in range(40)), Cut())))
    heard.wait(OutputComplete, count=5)
    run[0].process.terminate()
    run[0].process.wait(timeout=20)
    assert len(list(tmp_path.glob("receipt-*.png"))) == 5
    driver.close()
    assert driver.join(5.0)
