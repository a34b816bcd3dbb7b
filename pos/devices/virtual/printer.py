"""A receipt printer on a TCP port: takes real jobs, answers real status questions, and breaks on request.

Like many network printers it serves one connection at a time; others wait until it is free.
"""

import logging
import queue
import socket
import threading
import time
from dataclasses import dataclass, fields
from pathlib import Path

from pos.devices.virtual.draw import as_picture, as_text
from pos.devices.virtual.escpos_wire import Command, Cutter
from pos.devices.virtual.paper import Head, Mark

log = logging.getLogger(__name__)

_TICK_S = 0.02
_REAL_TIME = ("DLE 04", "DLE 05", "DLE 14")


@dataclass
class PrinterFaults:
    """What is wrong with the printer now. Any of them may be changed while it runs.

    `silent` prints but answers nothing. `stuck_after` and `dies_after` count the bytes of a connection, its status
    questions too, after which it takes nothing more or drops the line; None is never. `paper_lines` is what is
    left on the roll, None endless. `line_s` is how long a printed line takes; meanwhile bytes and questions are taken.
    `no_turns` never answers GS r, as cheap models. `slow_s` is a pause before every read and every answer, in seconds.
    """

    off: bool = False
    silent: bool = False
    paper_out: bool = False
    cover_open: bool = False
    jam: bool = False
    stuck_after: int | None = None
    dies_after: int | None = None
    paper_lines: int | None = None
    slow_s: float = 0.0
    line_s: float = 0.0
    no_turns: bool = False


class VirtualPrinter:
    """`start` it, print to `host`:`port`, read `texts`, `receipts` and `kicks`, set `faults`, `stop` it."""

    def __init__(self, port: int = 0, out: Path | None = None, columns: int = 48, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one. `out` is a folder for numbered .png and .txt files of each receipt."""
        self.host, self.port, self.out = host, port, out
        self.faults = PrinterFaults()
        self.head = Head(columns)
        self.jobs: list[bytes] = []
        self._held: list[Command] = []
        self._listener: socket.socket | None = None
        self._done = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name="virtual printer", daemon=True)
        self._filed = 0
        self._to_file: queue.SimpleQueue[tuple[int, list[Mark]] | None] = queue.SimpleQueue()
        self._keeper = threading.Thread(target=self._keep, name="virtual printer's files", daemon=True)
        self._next_line = 0.0
        self._answer: socket.socket | None = None

    def start(self) -> "VirtualPrinter":
        """Listen and serve in a thread. Returns itself."""
        self._listen()
        self._thread.start()
        self._keeper.start()
        return self

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def stop(self) -> None:
        """Stop serving, free the port and finish the files."""
        self._done.set()
        self._thread.join()
        self._to_file.put(None)
        self._keeper.join()
        self._hang_up()

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

    def set_fault(self, name: str, value: str) -> None:
        """Set a fault from text, as the command line does. ValueError names an unknown fault."""
        if name not in {field.name for field in fields(PrinterFaults)}:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(f.name for f in fields(PrinterFaults))}")
        numeric = {"slow_s": float, "line_s": float, "stuck_after": int, "dies_after": int, "paper_lines": int}
        if name not in numeric:
            setattr(self.faults, name, value in ("on", "yes", "1", "true"))
        elif value in ("off", "no", "none", ""):
            setattr(self.faults, name, 0.0 if name.endswith("_s") else None)
        else:
            setattr(self.faults, name, numeric[name](value))

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(8)
        listener.settimeout(_TICK_S)
        self.port = listener.getsockname()[1]
        self._listener = listener

    def _hang_up(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _serve(self) -> None:
        while not self._done.is_set():
            if self.faults.off:
                self._hang_up()
                self._done.wait(_TICK_S)
                continue
            if self._listener is None:
                self._listen()
            self._print_held()
            self._accept_one()

    def _accept_one(self) -> None:
        assert self._listener is not None
        try:
            connection, _peer = self._listener.accept()
        except TimeoutError:
            return
        with connection:
            connection.settimeout(_TICK_S)
            # A small buffer, as printers have: a stuck printer is felt by the sender after some kilobytes.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            try:
                self._talk(connection)
            except ConnectionError as error:
                log.info("a sender went away: %s", error)

    def _talk(self, connection: socket.socket) -> None:
        cutter, taken = Cutter(), b""
        self._answer = connection
        while not self._done.is_set() and not self.faults.off:
            self._print_held()
            data = self._receive(connection, len(taken))
            if data == b"":
                break
            if data is None:
                continue
            taken += data
            for command in cutter.feed(data):
                self._take(command)
        self._answer = None
        self.jobs.append(taken)

    def _receive(self, connection: socket.socket, already: int) -> bytes | None:
        """The next bytes; None for none yet, b"" at the end of the connection, also one that a fault ends."""
        faults = self.faults
        if faults.dies_after is not None and already >= faults.dies_after:
            return b""
        if faults.stuck_after is not None and already >= faults.stuck_after:
            self._done.wait(_TICK_S)
            return None
        if faults.slow_s:
            self._done.wait(faults.slow_s)
        limits = [limit - already for limit in (faults.dies_after, faults.stuck_after) if limit is not None]
        try:
            return connection.recv(min([4096, *limits]))
        except TimeoutError:
            return None

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
        elif question == 2:
            answer |= (0x04 if faults.cover_open else 0) | (0x20 if faults.paper_out else 0)
            answer |= 0x40 if faults.jam else 0
        elif question == 3:
            answer |= 0x08 if faults.jam else 0
        elif question == 4:
            answer |= 0x6C if faults.paper_out else 0
        return answer

    def _send(self, data: bytes) -> None:
        if self.faults.silent or self._answer is None:
            return
        if self.faults.slow_s:
            self._done.wait(self.faults.slow_s)
        self._answer.sendall(data)

    def _file_receipts(self) -> None:
        """Hand new receipts to the thread that draws them: the printer must go on answering meanwhile."""
        for number in range(self._filed, len(self.receipts)):
            self._to_file.put((number + 1, self.receipts[number]))
        self._filed = len(self.receipts)

    def _keep(self) -> None:
        while (receipt := self._to_file.get()) is not None:
            if self.out is not None:
                _save(self.out, *receipt, self.head.columns)


def _save(folder: Path, number: int, marks: list[Mark], columns: int) -> None:
    """One receipt as text and, last and whole, as a picture."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"receipt-{number:03d}"
    stem.with_suffix(".txt").write_text(as_text(marks, columns), encoding="utf-8")
    unfinished = stem.with_suffix(".part")
    as_picture(marks, columns).save(unfinished, format="PNG")
    unfinished.replace(stem.with_suffix(".png"))
