"""Scanners that are keyboards, taken alone: what the kernel's events say, and what happens to the node."""

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceError, DeviceState, Inbox, ScanRead
from pos.devices.layouts import POSITION, US
from pos.devices.scanner import SCANNER_GONE, SCANNER_MISSING, SCANNER_WRONG, LineScanner
from pos.devices.scanner_framing import QUIET_MS, Framer
from pos.devices.scanner_keys import EV_KEY, EV_SYN, EVENT, SYN_DROPPED, USAGE, EventKeys, KeyEvents
from pos.devices.scanner_profile import Profile

MARKING = "]d2010400638133393121Ab+c%\x1d91EE08\x1d92dGVzdA=="
CODE = {position: code for code, position in USAGE.items() if code < 71 or code == 86}
SHIFT, CONTROL, ALT, ENTER = 42, 29, 56, 28
KEYPAD = {"1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73, "0": 82}
UINPUT = Path("/dev/uinput")


def event(kind: int, code: int, value: int) -> bytes:
    """One event as the kernel gives it."""
    return EVENT.pack(1, 2, kind, code, value)


def tap(code: int, *under: int) -> bytes:
    """A key that goes down and up, under others that are held."""
    downs = b"".join(event(EV_KEY, held, 1) for held in under)
    ups = b"".join(event(EV_KEY, held, 0) for held in under)
    return downs + event(EV_KEY, code, 1) + event(EV_SYN, 0, 0) + event(EV_KEY, code, 0) + ups


def keys(text: str) -> bytes:
    """The events of a scanner that sends a text, its separators as Ctrl+]."""
    shifted = {US[position][1]: position for position in US}
    said = b""
    for sign in text:
        if sign == "\x1d":
            said += tap(CODE[POSITION["]"]], CONTROL)
        elif sign in POSITION:
            said += tap(CODE[POSITION[sign]])
        else:
            said += tap(CODE[shifted[sign]], SHIFT)
    return said


def read(data: bytes, profile: Profile | None = None) -> list[str]:
    """The codes in events that come through a pipe, in pieces that fit no event."""
    events, framer, texts = KeyEvents(), Framer(profile), []
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as source:
        with os.fdopen(writing, "wb") as sink:
            sink.write(data)
        while piece := source.read(37):
            texts += [heard.text for heard in framer.feed(events.feed(piece), 0) if heard.whole]
    return texts


def test_a_marking_code_is_exact_with_its_case_and_its_separators() -> None:
    assert read(keys(MARKING) + tap(ENTER)) == [MARKING]


def test_every_sign_of_a_us_keyboard_is_exact() -> None:
    signs = "".join(sorted({sign for pair in US.values() for sign in pair}))
    assert read(keys(f"0{signs}") + tap(ENTER)) == [f"0{signs}"]


def test_f51_ten_codes_at_once_are_ten() -> None:
    codes = [f"STF1:T1-{n:06d}" for n in range(10)]
    assert read(b"".join(keys(code) + tap(ENTER) for code in codes)) == codes


@pytest.mark.parametrize("number", ["29", "029", "0029"])
def test_a_separator_sent_by_its_number_is_one(number: str) -> None:
    by_number = event(EV_KEY, ALT, 1) + b"".join(tap(KEYPAD[digit]) for digit in number) + event(EV_KEY, ALT, 0)
    assert read(keys("01AB") + by_number + keys("93x") + tap(ENTER)) == ["01AB\x1d93x"]


def test_a_key_that_is_held_repeats_nothing() -> None:
    held = event(EV_KEY, CODE[POSITION["a"]], 1) + event(EV_KEY, CODE[POSITION["a"]], 2) * 5
    assert read(held + keys("bc") + tap(ENTER)) == ["abc"]


def test_f52_events_that_the_kernel_lost_make_no_whole_code() -> None:
    events, framer = KeyEvents(), Framer()
    presses = events.feed(keys("40063813") + event(EV_SYN, SYN_DROPPED, 0) + keys("3931") + tap(ENTER))
    assert events.dropped
    framer.lost()
    assert [heard.whole for heard in framer.feed(presses, 0)] == [False]
    assert [heard.whole for heard in framer.feed(events.feed(keys("123") + tap(ENTER)), QUIET_MS)] == [True]


def test_a_layout_that_was_learned_is_read_by_its_own_keys() -> None:
    german = Profile(learned=True, suffix="\r", table={"28": "z", "29": "y", "28s": "Z", "29s": "Y"})
    assert read(keys("yZ1") + tap(ENTER), german) == ["zY1"]


def test_a_path_that_is_no_keyboard_and_one_that_is_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "paper").write_text("no scanner")
    for name, fault in (("paper", SCANNER_WRONG), ("gone", SCANNER_MISSING)):
        line = EventKeys(str(tmp_path / name))
        with pytest.raises(DeviceError) as raised:
            line.open()
        line.close()
        assert raised.value.fault == fault


class Keyboard:
    """A keyboard that the kernel makes (uinput): a real input node."""

    def __init__(self) -> None:
        self._node = os.open(UINPUT, os.O_WRONLY)
        fcntl.ioctl(self._node, 0x40045564, EV_KEY)  # UI_SET_EVBIT
        for code in (*USAGE, SHIFT, CONTROL, ALT):
            fcntl.ioctl(self._node, 0x40045565, code)  # UI_SET_KEYBIT
        os.write(self._node, struct.pack("80sHHHHi256i", b"storefloor scanner", 3, 1, 1, 1, 0, *[0] * 256))
        before = set(Path("/dev/input").glob("event*"))
        fcntl.ioctl(self._node, 0x5501)  # UI_DEV_CREATE
        self.path = self._appeared(before)

    def _appeared(self, before: set[Path]) -> str:
        for _try in range(500):
            new = set(Path("/dev/input").glob("event*")) - before
            if new:
                return str(new.pop())
            time.sleep(0.01)
        raise AssertionError("the kernel made no node")

    def send(self, data: bytes) -> None:
        os.write(self._node, data)

    def close(self) -> None:
        node, self._node = self._node, -1
        if node >= 0:
            os.close(node)


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    if not os.access(UINPUT, os.W_OK):
        pytest.skip("this machine lets nobody make a keyboard: /dev/uinput is missing or not writable")
    made = Keyboard()
    yield made
    made.close()


def test_a_real_node_is_taken_read_and_named_when_it_is_gone(keyboard: Keyboard) -> None:
    inbox = Inbox()
    scanner = LineScanner(EventKeys(keyboard.path), inbox, retry_s=0.05)
    scanner.open()
    codes: list[str] = []
    for _try in range(1000):
        if scanner.state is DeviceState.READY:
            break
        time.sleep(0.005)
    for key in (*map(keys, MARKING), tap(ENTER)):
        keyboard.send(key + event(EV_SYN, 0, 0))
        time.sleep(0.002)  # as fast as a scanner; all at once is more than the kernel keeps for who reads
    for _try in range(1000):
        codes += [heard.code for heard in inbox.drain() if isinstance(heard, ScanRead)]
        if codes:
            break
        time.sleep(0.005)
    assert codes == [MARKING]
    keyboard.close()
    for _try in range(1000):
        if scanner.fault == SCANNER_GONE:
            break
        time.sleep(0.005)
    assert scanner.fault == SCANNER_GONE
    scanner.close()
    assert scanner.join(2)
