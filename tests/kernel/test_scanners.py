"""Scanners at USB, as a keyboard and as a serial line: real nodes, taken alone, pulled out and put back."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.devices.base import DeviceEvent, DeviceState, Inbox, ScanRead, StatusUpdate
from pos.devices.layouts import POSITION, US
from pos.devices.scanner import LineScanner
from pos.devices.scanner_framing import Framed
from pos.devices.scanner_keys import EventKeys
from pos.devices.scanner_serial import SerialCodes
from tests.kernel.gadget import KEYBOARD, Gadget, until

MARKING = "]d2010400638133393121Ab+c%\x1d91EE08\x1d92dGVzdA=="
EAN = "4006381333931"
CONTROL, SHIFT, ENTER = 1, 2, 40
INPUTS = Path("/dev/input")


class Till:
    """The till's side of a scanner."""

    def __init__(self, line: Framed) -> None:
        self.inbox = Inbox()
        self.scanner = LineScanner(line, self.inbox, retry_s=0.2)
        self.events: list[DeviceEvent] = []
        self.scanner.open()
        until(lambda: self.states()[-1:] == [DeviceState.READY])

    def drain(self) -> list[DeviceEvent]:
        self.events += self.inbox.drain()
        return self.events

    def codes(self) -> list[str]:
        return [event.code for event in self.drain() if isinstance(event, ScanRead)]

    def states(self) -> list[DeviceState]:
        return [event.state for event in self.drain() if isinstance(event, StatusUpdate)]

    def close(self) -> None:
        self.scanner.close()
        assert self.scanner.join(20)


def hears_on(till: Till, send: Callable[[str], None], cable: Gadget, there: Callable[[], bool]) -> None:
    """Ten codes in order, then a plug that is pulled, and put back."""
    codes = [MARKING, *(f"STF1:T1-{n:06d}" for n in range(8)), EAN]
    for code in codes:
        send(code)
    until(lambda: len(till.codes()) == 10)
    assert till.codes() == codes
    cable.unplug()
    until(lambda: till.states()[-1] is not DeviceState.READY)
    cable.plug()
    until(there)
    until(lambda: till.states()[-1] is DeviceState.READY)
    send(EAN)
    until(lambda: len(till.codes()) == 11)
    assert till.codes()[-1] == EAN


@pytest.fixture
def keyboard() -> Iterator[tuple[Gadget, str]]:
    before = set(INPUTS.glob("event*"))
    made = Gadget("hid", {"protocol": "1", "subclass": "1", "report_length": "8", "report_desc": KEYBOARD})
    until(lambda: set(INPUTS.glob("event*")) - before)
    yield made, str((set(INPUTS.glob("event*")) - before).pop())
    made.close()


def types(text: str) -> None:
    """What a scanner sends that is a keyboard, its separators as Ctrl+]."""
    shifted = {US[position][1]: position for position in US}
    with Path("/dev/hidg0").open("wb", buffering=0) as keys:
        for sign in (*text, "\r"):
            key = ENTER if sign == "\r" else POSITION["]"] if sign == "\x1d" else POSITION.get(sign, shifted.get(sign))
            under = CONTROL if sign == "\x1d" else SHIFT if key != ENTER and sign not in POSITION else 0
            assert key is not None
            keys.write(bytes([under, 0, key, 0, 0, 0, 0, 0]))
            keys.write(bytes(8))


def test_a_keyboard_is_taken_alone_read_and_found_again(keyboard: tuple[Gadget, str]) -> None:
    cable, path = keyboard
    beside = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    till = Till(EventKeys(path))
    hears_on(till, types, cable, Path(path).exists)
    with pytest.raises((BlockingIOError, OSError)):
        os.read(beside, 24)  # nobody else heard a key
    os.close(beside)
    till.close()


@pytest.fixture
def serial_cable() -> Iterator[Gadget]:
    made = Gadget("acm", {})
    until(Path("/dev/ttyACM0").exists)
    yield made
    made.close()


def sends(text: str) -> None:
    """What a scanner sends that is a serial line."""
    line = os.open("/dev/ttyGS0", os.O_WRONLY | os.O_NOCTTY)
    os.write(line, text.encode() + b"\r\n")
    os.close(line)


def test_a_serial_line_at_usb_is_read_and_found_again(serial_cable: Gadget) -> None:
    till = Till(SerialCodes("/dev/ttyACM0"))
    hears_on(till, sends, serial_cable, Path("/dev/ttyACM0").exists)
    till.close()
