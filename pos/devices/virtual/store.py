"""All virtual devices of one till: each in a process of its own, started again when it ends, and what they are called.

python -m pos.devices.virtual --write till.toml     # and then: python -m pos --config till.toml
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path

LIST = "devices.json"
"""What the panel reads: each device with its ports, in the folder that everything is written to."""
AGAIN_S = 1.0
"""A device that ended is started again after so long."""
PATIENCE_S = 30.0
Say = Callable[[str], None]


class StoreFault(RuntimeError):
    """A device did not start; the message says which, and what it said."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of device: the usual port of its faults, and what it takes besides: a TCP port, the one before; a path
    that leads to its pseudo-terminal; a folder for files. `table` and `setting`: its place in a settings file."""

    name: str
    control: int
    table: str
    setting: str
    tcp: bool = True
    folder: str = ""


KINDS = (
    Kind("printer", 9101, "devices", "printer", folder="receipts"),
    Kind("card", 9201, "devices", "card_terminal"),
    Kind("label", 9103, "label_printer", "address", folder="labels"),
    Kind("scanner", 9105, "scanner", "port", tcp=False),
    Kind("scale", 9107, "scale", "port", tcp=False),
    Kind("display", 9109, "customer_display", "port", tcp=False),
    Kind("camera", 9111, "camera", "folder", tcp=False),
    Kind("fiscal", 9301, "fiscal", "address", folder="fiscal"),
)
_MORE = {"fiscal": ('driver = "simulated"',)}
"""Settings that a table needs besides."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A device that runs: where a driver finds it, where its faults are set, where its files lie ("" if none)."""

    kind: str
    address: str
    control: int
    out: str = ""


class Running:
    """One device's process. What it says goes to `say`, line by line, under its name."""

    def __init__(self, name: str, arguments: list[str], say: Say) -> None:
        self.name, self._arguments, self._say = name, arguments, say
        self._lines: list[str] = []
        self._news = threading.Condition()
        self.ended_at = 0.0
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-u", "-m", *self._arguments]
        # It ends with its standard input, so none is left behind, however this process ends.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self._say(f"{self.name}: {line.rstrip()}")
            with self._news:
                self._lines.append(line.rstrip())
                self._news.notify_all()

    def after(self, words: str) -> str:
        """What follows `words` in what it said. Raises StoreFault where it does not say so in time."""
        end = time.monotonic() + PATIENCE_S
        with self._news:
            while True:
                found = [line.partition(words)[2] for line in self._lines if words in line]
                if found:
                    return found[0]
                if self._process.poll() is not None or time.monotonic() > end:
                    raise StoreFault(f"the virtual {self.name} did not start: {' / '.join(self._lines) or 'no word'}")
                self._news.wait(0.2)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def again(self, arguments: list[str]) -> None:
        """Start it anew once it has been gone for a while; the same ports, so that whoever knew it finds it."""
        now = time.monotonic()
        if not self.ended_at:
            self.ended_at = now
            self._say(f"{self.name}: ended with status {self._process.returncode}; it starts again")
        elif now - self.ended_at >= AGAIN_S:
            self._arguments, self.ended_at = arguments, 0.0
            self._start()

    def stop(self) -> None:
        """End it, and wait for its files."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class VirtualStore:
    """`start` it, `tend` to it now and then, `stop` it. `out` takes receipts, labels and the list of devices."""

    def __init__(
        self,
        out: Path,
        *,
        free: bool = False,
        without: Collection[str] = (),
        host: str = "127.0.0.1",
        say: Say = print,
    ) -> None:
        """`free`: ports that are free now, instead of the usual ones. `without`: devices that are left out."""
        self.out, self.host, self._free, self._say = out.resolve(), host, free, say
        self.kinds = tuple(kind for kind in KINDS if kind.name not in without)
        self.standing: list[Standing] = []
        self._running: dict[str, Running] = {}

    def start(self) -> "VirtualStore":
        """Start every device, all at once. Raises StoreFault where one does not come; those that came are stopped."""
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            for kind in self.kinds:
                port, control = (0, 0) if self._free else (kind.control - 1, kind.control)
                self._running[kind.name] = Running(kind.name, self._arguments(kind, port, control), self._say)
            self.standing = [self._stands(kind) for kind in self.kinds]
        except StoreFault:
            self.stop()
            raise
        listed = {"devices": [asdict(one) for one in self.standing]}
        (self.out / LIST).write_text(json.dumps(listed, indent=1), "utf-8")
        return self

    def tend(self) -> None:
        """Start again what ended by itself."""
        for kind, one in zip(self.kinds, self.standing, strict=True):
            running = self._running[kind.name]
            if not running.alive:
                port = int(one.address.rpartition(":")[2]) if kind.tcp else 0
                running.again(self._arguments(kind, port, one.control))

    def stop(self) -> None:
        """End all of them."""
        for running in self._running.values():
            running.stop()

    def settings(self) -> str:
        """A settings file for a till that uses these devices, as TOML."""
        where = {one.kind: one.address for one in self.standing}
        tables: dict[str, list[str]] = {}
        for kind in self.kinds:
            lines = tables.setdefault(kind.table, [f"[{kind.table}]", *_MORE.get(kind.table, ())])
            lines.append(f'{kind.setting} = "{where[kind.name]}"')
        return "\n\n".join("\n".join(lines) for lines in tables.values()) + "\n"

    def _arguments(self, kind: Kind, port: int, control: int) -> list[str]:
        taken = ["--host", self.host, "--control", str(control), "--held"]
        taken += ["--port", str(port)] if kind.tcp else ["--link", str(self.out / kind.name)]
        files = ["--out", str(self.out / kind.folder)] if kind.folder else []
        return ["pos.devices.virtual", kind.name, *taken, *files]

    def _stands(self, kind: Kind) -> Standing:
        running = self._running[kind.name]
        address, control = running.after("listens on "), running.after("faults on ")
        files = str(self.out / kind.folder) if kind.folder else ""
        return Standing(kind.name, address, int(control.rpartition(":")[2]), files)
