"""A customer display on a pseudo-terminal: two lines of twenty by ESC/POS or CD5220, read back as text."""

import threading
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pos.devices.virtual.serial_line import SerialLine

_TICK_S = 0.02
_PAGES = {0: "cp437", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 46: "cp1251", 53: "kz1048"}
_BLANK = " " * 20


@dataclass
class DisplayFaults:
    """`off` pulls its plug; `dark` goes on taking bytes and shows nothing."""

    off: bool = False
    dark: bool = False


class VirtualDisplay:
    """`start` it, open `path` as a serial port, read `lines`, set `faults`, `stop` it."""

    def __init__(self, link: Path | None = None) -> None:
        """`link` is a name for its end of the line, None the system's own."""
        self.faults = DisplayFaults()
        self._lines = [_BLANK, _BLANK]
        self._page = "cp437"
        self._held = b""
        self._line = SerialLine(link)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="virtual display", daemon=True)

    @property
    def path(self) -> str:
        """Where a driver finds it."""
        return self._line.path

    @property
    def lines(self) -> tuple[str, str]:
        """What can be read on it."""
        return (_BLANK, _BLANK) if self.faults.dark or self.faults.off else (self._lines[0], self._lines[1])

    def start(self) -> "VirtualDisplay":
        """Serve in a thread. Returns itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop and be unplugged."""
        self._done.set()
        self._thread.join()
        self._line.unplug()

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def look(self) -> dict[str, Any]:
        """Its faults, and what can be read on it."""
        return {"faults": asdict(self.faults), "lines": list(self.lines)}

    def press(self, name: str) -> None:
        """Nobody can do anything to it."""
        raise ValueError(f"nobody can {name!r} it")

    def set_fault(self, name: str, value: str) -> None:
        """Set a fault from text, as the command line does. ValueError names an unknown fault."""
        names = [field.name for field in fields(self.faults)]
        if name not in names:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(names)}")
        setattr(self.faults, name, value in ("on", "yes", "1", "true"))

    # ------------------------------------------------------------------------------------------------- the wire

    def _serve(self) -> None:
        while not self._done.is_set():
            if self.faults.off:
                self._line.unplug()
                self._lines, self._held, self._page = [_BLANK, _BLANK], b"", "cp437"
                self._done.wait(_TICK_S)
                continue
            self._line.plug()
            self._held += self._line.read(_TICK_S)
            while self._obey():
                pass

    def _obey(self) -> bool:
        """Take one whole command from what came. False: there is none yet."""
        held = self._held
        if held.startswith(b"\x1b@"):
            self._lines, self._page, taken = [_BLANK, _BLANK], "cp437", 2
        elif held.startswith(b"\x1bt") and len(held) > 2:
            self._page, taken = _PAGES.get(held[2], "cp437"), 3
        elif held.startswith((b"\x1bQA", b"\x1bQB")) and b"\r" in held:
            taken = held.index(b"\r") + 1
            self._put(held[2] - ord("A"), held[3 : taken - 1])
        elif held.startswith(b"\x1f$") and len(held) >= 24:
            self._put(held[3] - 1, held[4:24])
            taken = 24
        elif held and held[0] not in (0x1B, 0x1F):
            taken = 1  # a letter without a place
        else:
            return False
        self._held = held[taken:]
        return True

    def _put(self, row: int, letters: bytes) -> None:
        self._lines[row] = letters.decode(self._page, "replace")[:20].ljust(20)
