"""Apps as a person starts them: a process on a virtual screen, asked what it shows, and what it costs."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos.demo.display import Display
from pos.ui.asking import ask

TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parents[2]


class App:
    """`python -m NAME` over a home, with its window on a display. `shown` asks what is on it."""

    def __init__(self, name: str, home: Path, display: Display) -> None:
        self.home = home
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", name, "--demo", "--home", str(home), "--language", "en"],
            cwd=ROOT, env=os.environ | {"DISPLAY": display.name},
        )  # fmt: skip

    def wait_for(self, words: str, seconds: float = 60.0) -> float:
        """Seconds from the start until a frame with these words was drawn."""
        while time.perf_counter() < self.began + seconds:
            if words in self.shown():
                self.shown()  # the answer comes from the pass after: the frame before it is drawn
                return time.perf_counter() - self.began
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise RuntimeError(f"no {words!r} on the screen: {self.shown()}")

    def shown(self) -> list[str]:
        """Every text in view."""
        return ask(self.home, {"texts": True}).get("texts", [])

    def agents(self) -> list[int]:
        """The process ids of its agent."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(word) for path in threads for word in path.read_text().split()]

    def stop(self) -> None:
        """End it, and its agent with it."""
        agents = self.agents()
        self.process.terminate()
        self.process.wait(20)
        end = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in agents) and time.monotonic() < end:
            time.sleep(0.02)


@contextmanager
def running(name: str, home: Path, display: Display) -> Iterator[App]:
    """An app for the length of a block."""
    app = App(name, home, display)
    try:
        yield app
    finally:
        app.stop()


@contextmanager
def screen(width: int, height: int) -> Iterator[Display]:
    """A virtual screen for the length of a block."""
    display = Display(width, height)
    try:
        yield display
    finally:
        display.stop()


def spent(pid: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
