"""A receipt printer on a TCP port: takes real jobs, answers real status questions, and breaks on request.

Like many network printers it serves one connection at a time; others wait until it is free.
"""

import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pos.devices.virtual.draw import as_picture, as_text
from pos.devices.virtual.escpos_wire import Command, Cutter
from pos.devices.virtual.paper import Head, Mark
from pos.devices.virtual.serving import Serving, WireFaults

_REAL_TIME = ("DLE 04", "DLE 05", "DLE 14")


@dataclass
class PrinterFaults(WireFaults):
    """What is wrong with the printer now. Any of them may be changed while it runs.

    `paper_lines` is what is left on the roll, None endless. `line_s` is how long a printed line takes; meanwhile bytes
    and questions are taken. `no_turns` never answers GS r, as cheap models. `drawer_stuck` stays shut whatever comes.
    The drawer's sensor is high while it is open, or low with `sensor_low`.
    """

    paper_out: bool = False
    cover_open: bool = False
    jam: bool = False
    paper_lines: int | None = None
    line_s: float = 0.0
    no_turns: bool = False
    drawer_stuck: bool = False
    sensor_low: bool = False


class VirtualPrinter(Serving[PrinterFaults]):
    """`start` it, print to `host`:`port`, read `texts`, `receipts` and `kicks`, set `faults`, `stop` it."""

    def __init__(self, port: int = 0, out: Path | None = None, columns: int = 48, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one. `out` is a folder for numbered .png and .txt files of each receipt."""
        super().__init__("virtual printer", PrinterFaults(), port, host)
        self.out = out
        self.head = Head(columns)
        self._held: list[Command] = []
        self._filed = self._drawn = self._shut_at = 0
        self._to_file: queue.SimpleQueue[tuple[int, list[Mark]] | None] = queue.SimpleQueue()
        self._keeper = threading.Thread(target=self._keep, name="virtual printer's files", daemon=True)
        self._next_line = 0.0
        self._cutter = Cutter()

    def start(self) -> "VirtualPrinter":
        """Listen and serve in a thread. Returns itself."""
        self._listen()
        self._thread.start()
        self._keeper.start()
        return self

    def stop(self) -> None:
        """Stop serving, free the port and finish the files."""
        self._end()
        self._to_file.put(None)
        self._keeper.join()

    @property
    def drawer_open(self) -> bool:
        """Whether a pulse opened the drawer and nobody has shut it since."""
        return self.head.kicks > self._shut_at

    def look(self) -> dict[str, Any]:
        """Its faults, the receipts whose files are whole, the drawer and how often it was opened."""
        drawer = {"drawer_open": self.drawer_open, "kicks": self.head.kicks}
        return super().look() | {"receipts": self._drawn, "held": len(self._held)} | drawer

    def press(self, name: str) -> None:
        """`shut` the drawer."""
        if name != "shut":
            super().press(name)
        self._shut_at = self.head.kicks

    @property
    def receipts(self) -> list[list[Mark]]:
        """The marks of every receipt that was cut."""
        return self.head.receipts

    @property
    def texts(self) -> list[str]:
        """Every receipt that was cut as plain text."""
        return [as_text(marks, self.head.columns) for marks in self.head.receipts]

    @property
    def kicks(self) -> int:
        """How often the drawer was kicked."""
        return self.head.kicks

    def wait(self, receipts: int = 0, kicks: int = 0, timeout_s: float = 5.0) -> bool:
        """Wait until so many receipts were cut and pulses came. False when they didn't in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.receipts) >= receipts and self.kicks >= kicks, timeout_s)

    def _begin(self) -> None:
        self._cutter = Cutter()

    def _taken(self, data: bytes) -> None:
        for command in self._cutter.feed(data):
            self._take(command)

    def _meanwhile(self) -> None:
        self._print_held()

    def _take(self, command: Command) -> None:
        """Real-time commands are obeyed at once, all others wait while the printer is offline."""
        if command.name in _REAL_TIME:
            self._real_time(command)
            return
        self._held.append(command)
        self._print_held()

    def _offline(self) -> bool:
        return self.faults.paper_out or self.faults.cover_open or self.faults.jam or self.faults.off

    def _print_held(self) -> None:
        while self._held and not self._offline() and time.monotonic() >= self._next_line:
            command = self._held.pop(0)
            if command.name == "GS r":
                if not self.faults.no_turns:
                    self._send(b"\x00")
                continue
            self._use_paper(self.head.obey(command))
            if command.name in ("GS V", "ESC p"):
                self._tell()

    def _use_paper(self, lines: int) -> None:
        faults = self.faults
        if lines and faults.line_s:
            self._next_line = time.monotonic() + faults.line_s
        if faults.paper_lines is not None:
            faults.paper_lines -= lines
            if faults.paper_lines <= 0:
                faults.paper_lines, faults.paper_out = None, True

    def _tell(self) -> None:
        if self.faults.drawer_stuck:
            self._shut_at = self.head.kicks
        self._file_receipts()
        with self._changed:
            self._changed.notify_all()

    def _real_time(self, command: Command) -> None:
        if command.name == "DLE 14" and command.args[:1] == b"\x01":
            self.head.kicks += 1
            self._tell()
        elif command.name == "DLE 04":
            self._send(bytes((self._status(command.args[0]),)))

    def _status(self, question: int) -> int:
        faults, answer = self.faults, 0x12
        if question == 1:
            answer |= 0x08 if self._offline() else 0
            answer |= 0x04 if self.drawer_open is not faults.sensor_low else 0
        elif question == 2:
            answer |= (0x04 if faults.cover_open else 0) | (0x20 if faults.paper_out else 0)
            answer |= 0x40 if faults.jam else 0
        elif question == 3:
            answer |= 0x08 if faults.jam else 0
        elif question == 4:
            answer |= 0x6C if faults.paper_out else 0
        return answer

    def _file_receipts(self) -> None:
        """Hand new receipts to the thread that draws them: the printer must go on answering meanwhile."""
        for number in range(self._filed, len(self.receipts)):
            self._to_file.put((number + 1, self.receipts[number]))
        self._filed = len(self.receipts)

    def _keep(self) -> None:
        while (receipt := self._to_file.get()) is not None:
            if self.out is not None:
                _save(self.out, *receipt, self.head.columns)
            self._drawn = receipt[0]


def _save(folder: Path, number: int, marks: list[Mark], columns: int) -> None:
    """One receipt as text and, last and whole, as a picture."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"receipt-{number:03d}"
    stem.with_suffix(".txt").write_text(as_text(marks, columns), encoding="utf-8")
    unfinished = stem.with_suffix(".part")
    as_picture(marks, columns).save(unfinished, format="PNG")
    unfinished.replace(stem.with_suffix(".png"))
