"""Who works on the local files: one database thread in an app, the caller itself in a test or a tool.

A job gets the `Local` and gives a result; `then` gets the result in the thread that pumps. Jobs run in the order they
were given, results come back in that order. An exception of a job reaches `failed`: none is lost.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sync.local import Local

T = TypeVar("T")
Job = Callable[[Local], T]
Then = Callable[[T], None]
Failed = Callable[[Exception], None]


class Runner(Protocol):
    """Runs jobs on one `Local`."""

    def run(self, job: Job[T], then: Then[T], failed: Failed) -> None:
        """Take a job. Never waits for it in an app."""

    def pump(self) -> None:
        """Hand finished results to their `then`, in the caller's thread."""

    def close(self) -> None:
        """Finish every job that was given, then close the files."""


class Direct:
    """Runs each job at once, in the caller's thread, over an open Local."""

    def __init__(self, local: Local) -> None:
        self.local = local

    def run(self, job: Job[T], then: Then[T], failed: Failed) -> None:
        """Run the job now; its exception is the caller's, so that a test sees it."""
        self.local.refresh()
        then(job(self.local))

    def pump(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Close the files."""
        self.local.close()


class DatabaseThread:
    """The one thread that touches the local files. `opening` makes the Local inside it; `wake` only signals."""

    def __init__(self, opening: Callable[[], Local], wake: Callable[[], None]) -> None:
        self._opening = opening
        self._wake = wake
        self._jobs: queue.SimpleQueue[tuple[Job[Any], Then[Any], Failed] | None] = queue.SimpleQueue()
        self._done: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._work, name="database", daemon=True)
        self._thread.start()

    def run(self, job: Job[T], then: Then[T], failed: Failed) -> None:
        """Queue a job and return at once."""
        self._jobs.put((job, then, failed))

    def pump(self) -> None:
        """Call back for the jobs that ended up to now."""
        for _turn in range(len(self._done)):
            self._done.popleft()()

    def close(self) -> None:
        """Finish the queue, close the files, end the thread. What was given is done, not dropped."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        local: Local | None = None
        while (entry := self._jobs.get()) is not None:
            job, then, failed = entry
            try:
                local = local or self._opening()
                local.refresh()
                self._answer(then, job(local))
            except Exception as error:  # noqa: BLE001 - every failure goes back to the one who asked
                self._answer(failed, error if local is None else local.blame(error))
        if local is not None:
            local.close()

    def _answer(self, callback: Callable[[Any], None], value: Any) -> None:
        self._done.append(lambda: callback(value))
        self._wake()
