"""A customer display of two lines: the real driver against a virtual display on a pseudo-terminal."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceState, Row, StatusUpdate
from pos.devices.letters import plain
from pos.devices.line_display import DISPLAY_OFF, LineDisplay, LineDisplaySettings, encoded, fitted
from pos.devices.serial_port import Line
from pos.devices.virtual.display import VirtualDisplay
from sync.settings import DISPLAY_PAGES
from tests.devices.conftest import Heard

Made = Callable[..., LineDisplay]


@pytest.fixture
def glass(tmp_path: Path) -> Iterator[VirtualDisplay]:
    display = VirtualDisplay(tmp_path / "display").start()
    yield display
    display.stop()


@pytest.fixture
def made(glass: VirtualDisplay, heard: Heard) -> Iterator[Made]:
    displays: list[LineDisplay] = []

    def make(protocol: str = "escpos", page: str = "cp866") -> LineDisplay:
        settings = LineDisplaySettings(Line(glass.path, timeout_s=0.2), "customer display", protocol, page)
        displays.append(LineDisplay(settings, heard.inbox))
        displays[-1].open()
        return displays[-1]

    yield make
    for display in displays:
        display.close()
        assert display.join(5)


def shows(glass: VirtualDisplay, upper: str, lower: str) -> None:
    end = time.monotonic() + 5
    while glass.lines != (upper, lower):
        assert time.monotonic() < end, f"it shows {glass.lines}"
        time.sleep(0.005)


@pytest.mark.parametrize("protocol", ["escpos", "cd5220"])
def test_two_lines_stand_at_their_places_in_both_protocols(made: Made, glass: VirtualDisplay, protocol: str) -> None:
    display = made(protocol)
    display.show(Row("Молоко 1 л", "620"), Row("К оплате", "1\u202f240,50"))
    shows(glass, "Молоко 1 л       620", "К оплате    1 240,50")
    display.show(Row("Dala", centred=True), Row())
    shows(glass, "        Dala        ", " " * 20)


def test_an_amount_is_never_cut_and_a_long_name_is(made: Made, glass: VirtualDisplay) -> None:
    made().show(Row("Headphones Tau One, black", "64 990"), Row("12345678901234567890", "1"))
    shows(glass, "Headphones Ta 64 990", "123456789012345678 1")


def test_a_display_that_was_unplugged_is_named_and_shows_the_newest_when_it_is_back(
    made: Made, glass: VirtualDisplay, heard: Heard
) -> None:
    display = made()
    heard.wait(StatusUpdate, lambda said: said.state is DeviceState.READY)
    glass.faults.off = True
    display.show(Row("Old"), Row())
    while display.fault != DISPLAY_OFF:
        display.show(Row("Old", str(time.monotonic())), Row())
        heard.of(StatusUpdate)
        time.sleep(0.005)
    display.show(Row("New"), Row())
    glass.faults.off = False
    heard.wait(StatusUpdate, lambda said: said.state is DeviceState.READY, count=2)
    shows(glass, "New".ljust(20), " " * 20)


@pytest.mark.parametrize("page", DISPLAY_PAGES)
def test_no_letter_of_any_language_of_ours_becomes_a_question_mark(page: str) -> None:
    texts = ("Щука «Ёлка» № 5 — 1\u202f240 ₸", "Ақтөбе қымызы, һәм ұн ңғүі", "ყველი სულგუნი ₾ ჰჯჭ", "Crème brûlée €")
    for text in texts:
        written = plain(text, page)
        assert "?" not in written and written.encode(page).decode(page) == written
        assert len(fitted(Row(text, text), page)) == 20
        assert b"?" not in encoded(LineDisplaySettings(page=page), (Row(text), Row(text)))


def test_letters_that_a_page_lacks_are_written_with_those_that_it_has() -> None:
    assert plain("Ғалым, Өмір", "cp866") == "Галым, Омир"
    assert plain("Ғалым, Өмір", "kz1048") == "Ғалым, Өмір"
    assert plain("Щука", "cp437") == "Shchuka" and plain("სულგუნი", "cp866") == "sulguni"
    assert plain("№ «5»", "cp437") == "N «5»"
