"""Virtual devices on real ports, and an inbox that a test can wait on."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from pos.devices.base import DeviceEvent, DeviceState, Inbox, StatusUpdate
from pos.devices.card import CardSettings, TcpCardTerminal
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.printer import VirtualPrinter

Event = TypeVar("Event", bound=DeviceEvent)


class Heard:
    """Everything that came into an inbox, in order; waits for events by their type."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.inbox = Inbox(self._woken)
        self.events: list[DeviceEvent] = []

    def _woken(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def of(self, kind: type[Event]) -> list[Event]:
        """All events of a type so far."""
        self.events += self.inbox.drain()
        return [event for event in self.events if isinstance(event, kind)]

    def wait(self, kind: type[Event], which: Callable[[Event], bool] = lambda event: True, count: int = 1) -> Event:
        """The `count`-th event of a type that `which` accepts, within five seconds."""

        def found() -> list[Event]:
            return [event for event in self.of(kind) if which(event)]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, 5.0), f"heard only {self.events}"
            return found()[count - 1]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[VirtualPrinter]:
    printer = VirtualPrinter(out=tmp_path / "receipts").start()
    yield printer
    printer.stop()


@pytest.fixture
def printer(paper: VirtualPrinter, heard: Heard) -> Iterator[EscposPrinter]:
    """A real driver at the virtual printer. It polls often so that tests need not wait."""
    driver = EscposPrinter(PrinterSettings(port=paper.port, timeout_s=0.3, poll_s=0.1), heard.inbox)
    driver.open()
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    yield driver
    driver.close()
    assert driver.join(5.0), "the printer's thread did not end"


@pytest.fixture
def bank() -> Iterator[VirtualCardTerminal]:
    terminal = VirtualCardTerminal().start()
    yield terminal
    terminal.stop()


@pytest.fixture
def card(bank: VirtualCardTerminal, heard: Heard) -> Iterator[TcpCardTerminal]:
    settings = CardSettings(port=bank.port, timeout_s=0.3, shopper_s=0.6, ask_again_s=0.1, retry_s=0.1)
    terminal = TcpCardTerminal(settings, heard.inbox)
    terminal.open()
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    yield terminal
    terminal.close()
    assert terminal.join(5.0), "the card terminal's thread did not end"
