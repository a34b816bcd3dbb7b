"""A serial scanner in software: a pseudo-terminal at a lasting path, which sends what it is told to scan.

A real USB scanner's port comes and goes with its plug; so does this one's (`unplugged`), and the path that leads to it.
"""

import threading
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pos.devices.virtual.serial_line import SerialLine

_OUT_S = 0.05
"""The plug comes out of the port so long after the last byte went in."""
ENDS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "none": b""}
_NAMED = {"<GS>": "\x1d", "\\x1d": "\x1d", "<FNC1>": "\x1d"}


@dataclass
class ScannerFaults:
    """How it is set up and what is wrong with it. `suffix`: cr, lf, crlf, tab, none. `cut_after`: bytes of the next
    scan after which the plug is pulled. `gap_ms`: between two bytes. `swallows_gs`: separators are left out."""

    unplugged: bool = False
    cut_after: int | None = None
    gap_ms: int = 0
    prefix: str = ""
    suffix: str = "cr"
    aim: bool = False
    swallows_gs: bool = False
    swaps_case: bool = False


class VirtualScanner:
    """`link` is the path that stands for the scanner's; a real one lies in /dev/serial/by-id."""

    host = "pseudo-terminal"

    def __init__(self, link: Path) -> None:
        self.link = link
        self.faults = ScannerFaults()
        self._line: SerialLine | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()

    @property
    def port(self) -> str:
        """The path, as others name a TCP port."""
        return str(self.link)

    def start(self) -> "VirtualScanner":
        """Plug it in."""
        self.plug(True)
        return self

    def stop(self) -> None:
        """Pull the plug for good."""
        self.plug(False)
        self._done.set()

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def scan(self, text: str, aim: str = "") -> bool:
        """Read a label: prefix, AIM identifier (where that is on), the text, suffix. False: it is unplugged."""
        with self._lock:
            if self._line is None or not self._line.plugged:
                return False
            self._send(self.sends(text, aim))
            return True

    def set_fault(self, name: str, value: str) -> None:
        """`scan TEXT` reads a label (`<GS>`: a separator); else set a fault. ValueError names an unknown one."""
        if name == "scan":
            for written, meant in _NAMED.items():
                value = value.replace(written, meant)
            if not self.scan(value):
                raise ValueError("nothing was scanned: the scanner is unplugged")
            return
        kinds: dict[str, Any] = {field.name: field.type for field in fields(self.faults)}
        if name not in kinds:
            raise ValueError(f"unknown fault {name!r}; there are scan, {', '.join(kinds)}")
        self._set(name, kinds[name], value)

    def _set(self, name: str, kind: Any, value: str) -> None:
        if name == "suffix" and value not in ENDS:
            raise ValueError(f"a suffix is one of {', '.join(ENDS)}")
        off = value in ("off", "no", "")
        if kind is bool:
            setattr(self.faults, name, value in ("on", "yes", "1", "true"))
        elif kind is str:
            setattr(self.faults, name, "" if off else value)
        else:
            setattr(self.faults, name, (0 if kind is int else None) if off else int(value))
        if name == "unplugged":
            self.plug(not self.faults.unplugged)

    def plug(self, plugged: bool) -> None:
        """Plug it in or pull the plug: its path comes or goes, and whoever reads it gets an error."""
        with self._lock:
            self._plug(plugged)

    def _plug(self, plugged: bool) -> None:
        self.faults.unplugged = not plugged
        if self._line is None:
            self._line = SerialLine(self.link) if plugged else None
        elif plugged:
            self._line.plug()
        else:
            self._line.unplug()

    def sends(self, text: str, aim: str = "") -> bytes:
        """What it makes of a label, as it is set up now."""
        faults = self.faults
        text = text.replace("\x1d", "") if faults.swallows_gs else text
        text = text.swapcase() if faults.swaps_case else text
        head = faults.prefix + (aim or _aim(text) if faults.aim else "")
        return (head + text).encode() + ENDS[faults.suffix]

    def _send(self, data: bytes) -> None:
        assert self._line is not None
        cut, self.faults.cut_after = self.faults.cut_after, None
        data = data if cut is None else data[:cut]
        step = 1 if self.faults.gap_ms else max(1, len(data))
        for start in range(0, len(data), step):
            self._line.write(data[start : start + step])
            time.sleep(self.faults.gap_ms / 1000)
        if cut is not None:
            time.sleep(_OUT_S)
            self._plug(False)


def _aim(text: str) -> str:
    """What scanners put before an EAN, a GS1 DataMatrix, and any other code that is told by its text alone."""
    if len(text) in (8, 13) and text.isdigit():
        return "]E4" if len(text) == 8 else "]E0"
    return "]d2" if "\x1d" in text else "]C0"
