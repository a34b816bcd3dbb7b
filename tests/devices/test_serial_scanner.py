"""Serial scanners against a pseudo-terminal: what is read, what breaks off, and plugs that are pulled."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceEvent, DeviceState, Inbox, ScannerBurst, ScanRead, StatusUpdate
from pos.devices.scanner import (
    SCANNER_BUSY,
    SCANNER_CUT,
    SCANNER_GONE,
    SCANNER_MISSING,
    SCANNER_WRONG,
    LineScanner,
    scan_read,
)
from pos.devices.scanner_framing import QUIET_MS, Framer
from pos.devices.scanner_profile import Profile
from pos.devices.scanner_serial import SerialCodes, presses_of, text_of
from pos.devices.virtual.scanner import VirtualScanner

EAN = "4006381333931"
MARKING = "]d2010400638133393121Ab+c%\x1d91EE08\x1d92dGVzdA=="


def until(true: Callable[[], object]) -> None:
    """Wait for it, five seconds at most."""
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.002)


class Bench:
    """A scanner in software and the till's side of it."""

    def __init__(self, folder: Path) -> None:
        self.virtual = VirtualScanner(folder / "scanner")
        self.inbox = Inbox()
        self.scanner = LineScanner(SerialCodes(str(folder / "scanner")), self.inbox, retry_s=0.05)
        self.events: list[DeviceEvent] = []

    def drain(self) -> list[DeviceEvent]:
        self.events += self.inbox.drain()
        return self.events

    def codes(self) -> list[str]:
        return [event.code for event in self.drain() if isinstance(event, ScanRead)]

    def said(self) -> list[tuple[DeviceState, str]]:
        return [(e.state, e.fault.kind if e.fault else "") for e in self.drain() if isinstance(e, StatusUpdate)]

    def begin(self) -> None:
        self.virtual.start()
        self.scanner.open()
        until(lambda: (DeviceState.READY, "") in self.said())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.scanner.close()
    assert made.scanner.join(2)
    made.virtual.stop()


def test_f51_ten_scans_at_once_are_ten_codes_in_order(bench: Bench) -> None:
    bench.begin()
    codes = [f"STF1:T1-{n:06d}" for n in range(9)] + [EAN]
    for code in codes:
        bench.virtual.scan(code)
    until(lambda: len(bench.codes()) == 10)
    assert bench.codes() == codes


def test_a_marking_code_keeps_its_separators_its_case_and_what_it_is(bench: Bench) -> None:
    bench.begin()
    bench.virtual.scan(MARKING)
    until(lambda: bench.codes())
    assert bench.codes() == [MARKING]


def test_a_scanner_that_is_unplugged_is_named_and_comes_back_by_itself(bench: Bench) -> None:
    bench.scanner.open()
    until(lambda: bench.said() == [(DeviceState.OFF, SCANNER_MISSING.kind)])
    bench.virtual.start()
    until(lambda: bench.said()[-1] == (DeviceState.READY, ""))
    bench.virtual.plug(False)
    until(lambda: bench.said()[-1] == (DeviceState.TROUBLE, SCANNER_GONE.kind))
    bench.virtual.plug(True)
    until(lambda: bench.said()[-1] == (DeviceState.READY, ""))
    bench.virtual.scan(EAN)
    until(lambda: bench.codes() == [EAN])


def test_f52_half_a_code_before_the_plug_came_out_is_no_code(bench: Bench) -> None:
    bench.begin()
    bench.virtual.set_fault("cut_after", "8")
    bench.virtual.scan(EAN)
    until(lambda: bench.said()[-1] == (DeviceState.TROUBLE, SCANNER_GONE.kind))
    bench.virtual.plug(True)
    until(lambda: bench.said()[-1] == (DeviceState.READY, ""))
    bench.virtual.scan("20000011")
    until(lambda: bench.codes() == ["20000011"])


def test_a_port_that_another_program_holds_and_a_path_that_is_no_port_are_named(bench: Bench, tmp_path: Path) -> None:
    bench.begin()
    second, inbox = LineScanner(SerialCodes(str(bench.virtual.link)), Inbox()), Inbox()
    (tmp_path / "paper").write_text("no scanner")
    third = LineScanner(SerialCodes(str(tmp_path / "paper")), inbox)
    for scanner, fault in ((second, SCANNER_BUSY), (third, SCANNER_WRONG)):
        scanner.open()
        until(lambda scanner=scanner, fault=fault: scanner.fault == fault)
        scanner.close()
        assert scanner.join(2)


def test_while_a_scanner_is_learned_what_comes_is_no_scan(bench: Bench) -> None:
    bench.begin()
    bench.scanner.learn(True)
    bench.virtual.set_fault("suffix", "crlf")
    bench.virtual.scan("ST1")
    until(lambda: any(isinstance(event, ScannerBurst) for event in bench.drain()))
    bursts = [event for event in bench.events if isinstance(event, ScannerBurst)]
    assert ["".join(press.sign for press in burst.presses) for burst in bursts] == ["ST1\r\n"]
    assert bench.codes() == []


def test_a_port_that_is_told_to_scan_answers_how_it_is(bench: Bench) -> None:
    bench.begin()
    bench.virtual.set_fault("aim", "on")
    bench.virtual.set_fault("scan", "0104006381333931" + "21AB<GS>93xy")
    until(lambda: bench.codes() == ["]d2010400638133393121AB\x1d93xy"])
    bench.virtual.set_fault("unplugged", "on")
    with pytest.raises(ValueError, match="unplugged"):
        bench.virtual.set_fault("scan", EAN)
    with pytest.raises(ValueError, match="unknown fault"):
        bench.virtual.set_fault("jam", "on")


def serial(profile: Profile | None = None) -> Framer:
    return Framer(profile, text_of)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\t"])
def test_until_it_is_learned_any_end_of_line_ends_a_code(end: str) -> None:
    sent = presses_of(f"{EAN}{end}{EAN[::-1]}{end}".encode())
    assert [heard.text for heard in serial().feed(sent, 0)] == [EAN, EAN[::-1]]


def test_without_an_end_silence_ends_a_code() -> None:
    framer = serial()
    assert framer.feed(presses_of(b"40063813"), 0) == []
    assert framer.feed(presses_of(b"33931"), QUIET_MS - 1) == []
    assert [heard.text for heard in framer.feed([], 3 * QUIET_MS)] == [EAN]


def test_f52_a_code_without_the_suffix_that_was_learned_broke_off() -> None:
    framer = serial(Profile(learned=True, suffix="\r"))
    framer.feed(presses_of(b"40063813"), 0)
    assert [(heard.text, heard.whole) for heard in framer.feed([], QUIET_MS)] == [("40063813", False)]
    assert [heard.whole for heard in framer.feed(presses_of(EAN.encode() + b"\r"), 2 * QUIET_MS)] == [True]


def test_a_code_that_broke_off_is_named_until_the_next_is_whole(bench: Bench) -> None:
    bench.scanner.use(Profile(learned=True, suffix="\r"))
    bench.begin()
    bench.virtual.set_fault("suffix", "none")
    bench.virtual.scan(EAN[:8])
    until(lambda: bench.said()[-1] == (DeviceState.TROUBLE, SCANNER_CUT.kind))
    bench.virtual.set_fault("suffix", "cr")
    bench.virtual.scan(EAN)
    until(lambda: bench.said()[-1] == (DeviceState.READY, ""))
    assert bench.codes() == [EAN]


def test_a_profile_puts_right_what_the_scanner_does() -> None:
    framer = serial(Profile(learned=True, prefix="~", suffix="\r", case="swapped", separator="^"))
    assert [heard.text for heard in framer.feed(presses_of(b"~01AB^93x\r"), 0)] == ["01ab\x1d93X"]


def test_letters_that_are_not_ascii_are_read_in_utf_8_and_one_byte_alike() -> None:
    assert [text_of(presses_of("чай".encode())), text_of(presses_of(b"caf\xe9"))] == ["чай", "café"]


def test_an_identifier_is_taken_off_an_article_and_kept_on_a_gs1_code() -> None:
    assert scan_read("s", "]E0" + EAN).code == EAN
    assert scan_read("s", "]C0STF1:T1-1").code == "STF1:T1-1"
    assert scan_read("s", "]C101040063813339").code == "]C101040063813339"
    assert scan_read("s", "]").code == "]"
