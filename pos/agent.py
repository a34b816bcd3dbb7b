"""The agent as seen from an app: its process, started and watched, and the datagrams that wake each other.

A wake-up is only a hint (any program of this user could send one): what changed is read from the files, and timers do
the same work later when a hint is lost.
"""

import logging
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sync.local.wake import Listener, Sender, topics_of

log = logging.getLogger(__name__)

LONGEST_BACKOFF_S = 30.0
STEADY_S = 60.0
"""An agent that lived this long starts again at once when it ends."""
ALL_TOPICS = frozenset(
    {"stock", "catalogue", "pricelist", "staff", "config", "orders", "attention", "link", "verdicts"}
)
"""What a wake-up may name."""


class AlreadyOpen(RuntimeError):
    """Another window of this terminal is open: two would share one journal and one drawer (F2)."""


class Ear:
    """Listens for the agent's wake-ups in a thread of its own; `heard` runs there and may only signal."""

    def __init__(self, home: Path, heard: Callable[[frozenset[str]], None]) -> None:
        self._heard = heard
        self._closing = False
        try:
            self._listener = Listener(home, "app")
        except OSError as error:
            raise AlreadyOpen(f"A window of the terminal in {home} is open already.") from error
        self._own_voice = Sender(home, "app")
        self._thread = threading.Thread(target=self._listen, name="ear", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening: a last word to ourselves ends the thread."""
        self._closing = True
        self._own_voice.send("end")
        self._thread.join(1.0)
        self._own_voice.close()
        self._listener.close()

    def _listen(self) -> None:
        while not self._closing:
            topics = frozenset(topics_of(self._listener.wait(None) or "")) & ALL_TOPICS
            if topics:
                self._heard(topics)


def agent_command(home: Path) -> list[str]:
    """How an agent of this terminal is started; it ends by itself with this process."""
    return [sys.executable, "-m", "sync", "agent", "--home", str(home), "--with-parent", str(os.getpid())]


class AgentWatch:
    """Keeps one agent process running: started, started again with growing pauses, stopped at the end.

    `environment` is added to ours; `ended` is called in a thread of the watch when the agent ended by itself.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str] = MappingProxyType({}),
        shortest_pause_s: float = 1.0,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self.command = list(command)
        self._environment = {**os.environ, **environment}
        self._ended = ended
        self.starts = 0
        self._pause_s = self._shortest = shortest_pause_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="agent watch", daemon=True)

    @property
    def pid(self) -> int | None:
        """The running agent's process id, or None."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    @property
    def paused(self) -> bool:
        """Whether it is held back on purpose."""
        return not self._wanted.is_set()

    def start(self) -> None:
        """Start the agent and go on watching."""
        self._wanted.set()
        self._thread.start()

    def pause(self) -> None:
        """End the agent and keep it so until `resume`: the workbench's network switch."""
        self._wanted.clear()
        self._end_process()

    def resume(self) -> None:
        """Let it run again."""
        self._wanted.set()

    def stop(self) -> None:
        """End the agent and the watch."""
        self._ending.set()
        self._wanted.set()
        self._end_process()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _watch(self) -> None:
        while not self._ending.is_set():
            self._wanted.wait()
            began = time.monotonic()
            process = self._spawn()
            if process is not None:
                process.wait()
                if self._wanted.is_set() and not self._ending.is_set():
                    self._ended()  # it may have been killed while "online" stood written
            self._rest(time.monotonic() - began)

    def _spawn(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._ending.is_set() or not self._wanted.is_set():
                return None
            try:
                self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, env=self._environment)
            except OSError as error:
                log.error("the agent could not be started: %s", error)  # noqa: TRY400 - the reason is in the message
                return None
            self.starts += 1
            return self._process

    def _rest(self, lived_s: float) -> None:
        if self._ending.is_set() or not self._wanted.is_set():
            return
        self._pause_s = self._shortest if lived_s >= STEADY_S else min(LONGEST_BACKOFF_S, self._pause_s * 2)
        log.warning("the agent ended after %.0f s; it starts again", lived_s)
        self._ending.wait(self._pause_s * random.uniform(0.75, 1.25))

    def _end_process(self) -> None:
        with self._lock:
            process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(3.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
