"""Processes that are killed: each step of a job is counted, and at one of them the process kills itself with -9.

Steps are what a power cut can fall between: every SQL statement of every connection, and every opening, renaming,
linking and removing of a file and every connection to the hub, as Python's audit hooks report them.
"""

import multiprocessing
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from typing import Any

EVENTS = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "sqlite3.connect", "socket.connect"}
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.local.jobs"])
MOST = 2_000

Job = Callable[..., Any]


class Steps:
    """Counts steps and ends the process at the one that was chosen."""

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._kill_at = kill_at

    def step(self, *_: Any) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS:
            self.step()

    def watch_sqlite(self) -> None:
        """Every connection made from now on tells of each of its statements."""
        connect = sqlite3.connect

        def watched(*arguments: Any, **named: Any) -> sqlite3.Connection:
            made = connect(*arguments, **named)
            made.set_trace_callback(self.step)
            return made

        sqlite3.connect = watched


def _live(job: Job, kill_at: int, said: Any, arguments: tuple[Any, ...]) -> None:
    steps = Steps(kill_at)
    steps.watch_sqlite()
    sys.addaudithook(steps.hook)
    said.send(job(*arguments))


def killed_at_every_step(job: Job, *arguments: Any, stride: int = 1) -> Iterator[tuple[int, Any]]:
    """Run the job in a process that dies at step 1, then at the next, until a run lives. Yields (step, what it said).

    What it said is None if it died before its last word; the last one is (0, its word).
    """
    for kill_at in range(1, MOST, stride):
        ear, mouth = _context.Pipe(duplex=False)
        process = _context.Process(target=_live, args=(job, kill_at, mouth, arguments))
        process.start()
        mouth.close()
        said = _last_word(ear)
        process.join()
        ear.close()
        if process.exitcode == 0:
            yield 0, said
            return
        assert process.exitcode == -signal.SIGKILL, f"step {kill_at} ended with {process.exitcode}"
        yield kill_at, said
    raise AssertionError("the job has no end")


def _last_word(ear: Any) -> Any:
    try:
        return ear.recv()
    except EOFError:
        return None
