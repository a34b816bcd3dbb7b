"""Where a printer is, as settings write it: network, USB, serial port, print queue of CUPS, device node or file."""

import re
from dataclasses import dataclass
from enum import StrEnum

FORMS = (
    "host:port as in 192.0.2.7:9100, usb:VENDOR:PRODUCT as in usb:04b8:0e15, serial:/dev/ttyUSB0@115200, cups:QUEUE, "
    "or the path of a device node or a file"
)
_USB = re.compile(r"usb:([0-9a-f]{4}):([0-9a-f]{4})", re.IGNORECASE)
_SERIAL = re.compile(r"serial:([^@]+)(?:@(\d+))?(,xonxoff)?")
_QUEUE = re.compile(r"cups:([^\s/#?]+)")
SPEEDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
"""Bits a second that a serial port is asked for."""


class By(StrEnum):
    """How a printer is reached."""

    NETWORK = "network"
    USB = "usb"
    SERIAL = "serial"
    QUEUE = "queue"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """One printer's place; only the fields of its `by` count. `baud` in bits a second; `pauses`: the printer says XOFF
    when its buffer is full."""

    by: By
    host: str = ""
    port: int = 0
    vendor: int = 0
    product: int = 0
    path: str = ""
    baud: int = 9600
    pauses: bool = False
    queue: str = ""


def printer_address(text: str) -> PrinterAddress:
    """What a setting says. ValueError, with a sentence's end that says what it takes."""
    if text.startswith(("/", "~", ".")):
        return PrinterAddress(By.PATH, path=text)
    if usb := _USB.fullmatch(text):
        return PrinterAddress(By.USB, vendor=int(usb[1], 16), product=int(usb[2], 16))
    if serial := _SERIAL.fullmatch(text):
        return _serial(serial[1], int(serial[2] or 9600), bool(serial[3]))
    if queue := _QUEUE.fullmatch(text):
        return PrinterAddress(By.QUEUE, queue=queue[1])
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) <= 65535 or host in ("usb", "serial", "cups"):
        raise ValueError(f"must be {FORMS}")
    return PrinterAddress(By.NETWORK, host=host, port=int(port))


def _serial(path: str, baud: int, pauses: bool) -> PrinterAddress:
    if baud not in SPEEDS:
        raise ValueError(f"must name a speed of {', '.join(map(str, SPEEDS))} after @")
    return PrinterAddress(By.SERIAL, path=path, baud=baud, pauses=pauses)
