"""The drawer's sensor: what its level means, and a drawer at a virtual printer that opens, stays shut and is shut."""

from collections.abc import Callable, Iterator

import pytest

from pos.devices.base import DrawerMoved, DrawerResult, StatusUpdate
from pos.devices.drawer import DRAWER_SHUT, DrawerSensor
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.virtual.printer import VirtualPrinter
from tests.devices.conftest import Heard

Made = Callable[[str], EscposPrinter]


@pytest.fixture
def made(paper: VirtualPrinter, heard: Heard) -> Iterator[Made]:
    printers: list[EscposPrinter] = []

    def make(sensor: str) -> EscposPrinter:
        settings = PrinterSettings(port=paper.port, timeout_s=0.5, poll_s=0.05, drawer_sensor=sensor)
        printers.append(EscposPrinter(settings, heard.inbox))
        printers[-1].open()
        heard.wait(StatusUpdate)
        return printers[-1]

    yield make
    for printer in printers:
        printer.close()
        assert printer.join(5)


@pytest.mark.parametrize("sensor", ["high", "low"])
def test_a_drawer_is_seen_open_and_shut_whichever_level_is_which(
    made: Made, paper: VirtualPrinter, heard: Heard, sensor: str
) -> None:
    paper.faults.sensor_low = sensor == "low"
    made(sensor).kick("k1")
    assert heard.wait(DrawerResult).opened
    heard.wait(DrawerMoved, lambda said: said.open)
    paper.press("shut")
    heard.wait(DrawerMoved, lambda said: not said.open, count=2)
    assert [said.open for said in heard.of(DrawerMoved)] == [False, True, False]


def test_a_drawer_that_stayed_shut_although_pulsed_is_named(made: Made, paper: VirtualPrinter, heard: Heard) -> None:
    paper.faults.drawer_stuck = True
    made("high").kick("k1")
    said = heard.wait(DrawerResult)
    assert (said.opened, said.fault) == (False, DRAWER_SHUT)


def test_without_a_sensor_nothing_is_said_of_the_drawer(made: Made, paper: VirtualPrinter, heard: Heard) -> None:
    paper.faults.drawer_stuck = True
    made("none").kick("k1")
    assert heard.wait(DrawerResult).opened and heard.of(DrawerMoved) == []


def test_a_sensor_is_learned_from_two_pulses_that_agree(made: Made, paper: VirtualPrinter, heard: Heard) -> None:
    paper.faults.sensor_low = True
    printer = made("learn")
    for number in (1, 2):
        printer.kick(f"k{number}")
        assert heard.wait(DrawerResult, count=number).opened
        assert [said.open for said in heard.of(DrawerMoved)] == [True] * (number - 1)
        paper.press("shut")
    heard.wait(DrawerMoved, lambda said: not said.open)
    paper.faults.drawer_stuck = True
    printer.kick("k3")
    assert heard.wait(DrawerResult, count=3).fault == DRAWER_SHUT


def test_a_drawer_that_was_shut_by_hand_in_that_moment_teaches_nothing_wrong() -> None:
    sensor = DrawerSensor("learn")
    assert [sensor.pulsed(False, True), sensor.pulsed(True, False), sensor.pulsed(False, True)] == [None] * 3
    assert sensor.pulsed(False, True) is True and sensor.seen(False) is False
