"""The processes of the demo: started in order, watched, ended together. Each writes its own log."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path


class DemoFault(RuntimeError):
    """A part of the demo did not start or stopped; the message names it and its log."""


class Part:
    """One process of the demo; its output goes to a log file, line by line, and can be waited for."""

    def __init__(self, name: str, arguments: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.name, self.log = name, log
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | (environment or {}),
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self.log.open("a", encoding="utf-8") as log:
            for line in self._process.stdout:
                log.write(line)
                log.flush()
                with self._news:
                    self._lines.append(line.rstrip("\n"))
                    self._news.notify_all()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait_for(self, words: str, seconds: float = 60) -> str:
        """The first line that contains `words`. Raises DemoFault when the process ends or time runs out."""
        end, seen = time.monotonic() + seconds, 0
        while True:
            with self._news:
                for line in self._lines[seen:]:
                    if words in line:
                        return line
                seen = len(self._lines)
                if not self.alive or time.monotonic() > end:
                    raise DemoFault(f"{self.name} did not say {words!r}; see {self.log}")
                self._news.wait(0.2)

    def finish(self, seconds: float = 120) -> list[str]:
        """Wait until it ends by itself, with status 0; its lines. Raises DemoFault."""
        status = self._process.wait(seconds)
        time.sleep(0.05)
        if status != 0:
            raise DemoFault(f"{self.name} ended with status {status}; see {self.log}")
        return list(self._lines)

    def stop(self) -> None:
        """Ask it to end, and make it end after five seconds."""
        if self.alive:
            self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Parts:
    """All processes of a demo; leaving the `with` ends them, the youngest first."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._parts: list[Part] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str, **environment: str) -> Part:
        """Start `python -m arguments…`."""
        part = Part(name, list(arguments), self.logs / f"{name}.log", environment)
        self._parts.append(part)
        return part

    def run(self, name: str, *arguments: str) -> list[str]:
        """Run a command to its end; its lines. Raises DemoFault."""
        return Part(name, list(arguments), self.logs / f"{name}.log").finish()

    def secret(self, name: str, *arguments: str) -> str:
        """What a command prints alone on its standard output: a code or a key, which no log may hold."""
        done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=60)
        if done.returncode != 0 or len(done.stdout.split()) != 1:
            raise DemoFault(f"{name} ended with status {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip()

    def stop(self, name: str) -> None:
        """End the parts of that name, as a power cut would."""
        for part in self._parts:
            if part.name == name:
                part.stop()

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, *_: object) -> None:
        for part in reversed(self._parts):
            part.stop()
