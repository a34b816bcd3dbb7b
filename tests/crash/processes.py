"""The processes that are killed: a till that sells, its agent, their hub. Each is a child of one warm fork server."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tests.crash.cashier  # noqa: F401 - loaded once in the fork server, so that a process starts in milliseconds

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.crash.processes", "sync.link.agent", "sync.hub.serving"])


def till(home: Path, printer: int, card: int, seed: int) -> None:
    """Sell until killed."""
    from tests.crash.cashier import Cashier

    Cashier(home, printer, card, seed).work()


def agent(home: Path) -> None:
    """Talk to the hub until killed."""
    from sync.link.agent import Agent

    Agent(home).run()


def hub(url: str, folder: Path, port: int) -> None:
    """Serve until killed."""
    from sync.hub.serving import Serving, serve

    serve(Serving(url, folder, port=port), lambda _url: None)


def _life(log: Path, job: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    with log.open("a") as out:
        os.dup2(out.fileno(), 2)  # half-heard partners are no news for the console
    job(*arguments)


class Victim:
    """One of them: started, killed at once and without a word, started again. Its log goes on in `log`."""

    def __init__(self, log: Path, job: Callable[..., None], *arguments: Any) -> None:
        self.log, self.job, self.arguments = log, job, arguments
        self._process: Any = None

    def start(self, *more: Any) -> None:
        """Begin; `more` arguments are this life's own."""
        life = (self.log, self.job, (*self.arguments, *more))
        self._process = _context.Process(target=_life, args=life, daemon=True)
        self._process.start()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._process.exitcode is None:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()
        ended = f"{self.job.__name__} ended by itself with {self._process.exitcode}: {self.log.read_text()[-2000:]}"
        assert self._process.exitcode == -signal.SIGKILL, ended

    @property
    def alive(self) -> bool:
        """Whether it still runs; one that ends by itself is a fault."""
        return self._process is not None and self._process.is_alive()
