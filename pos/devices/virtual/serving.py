"""What virtual printers share: a TCP port that serves one connection at a time, as many real ones, and its faults."""

import logging
import socket
import threading
from dataclasses import asdict, dataclass, fields
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

TICK_S = 0.02


@dataclass
class WireFaults:
    """What may be wrong with any of them. `silent` prints but answers nothing. `stuck_after` and `dies_after` count the
    bytes of a connection, its questions too, after which it takes nothing more or drops the line; None is never.
    `slow_s` is a pause before every read and every answer, in seconds.
    """

    off: bool = False
    silent: bool = False
    stuck_after: int | None = None
    dies_after: int | None = None
    slow_s: float = 0.0


Faults = TypeVar("Faults", bound=WireFaults)


class Serving(Generic[Faults]):
    """The port, its thread and its faults. What comes in is taken by who inherits."""

    def __init__(self, name: str, faults: Faults, port: int, host: str) -> None:
        """Port 0 takes a free one."""
        self.host, self.port = host, port
        self.faults: Faults = faults
        self.jobs: list[bytes] = []
        self._listener: socket.socket | None = None
        self._done = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._answer: socket.socket | None = None

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def _end(self) -> None:
        self._done.set()
        self._thread.join()
        self._hang_up()

    def set_fault(self, name: str, value: str) -> None:
        """Set a fault from text, as the command line does. ValueError names an unknown fault."""
        kinds: dict[str, Any] = {field.name: field.type for field in fields(self.faults)}
        if name not in kinds:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(kinds)}")
        if kinds[name] is bool:
            setattr(self.faults, name, value in ("on", "yes", "1", "true"))
        elif value in ("off", "no", "none", ""):
            setattr(self.faults, name, 0.0 if kinds[name] is float else None)
        else:
            setattr(self.faults, name, float(value) if kinds[name] is float else int(value))

    def look(self) -> dict[str, Any]:
        """How it stands: its faults, and what who inherits adds."""
        return {"faults": asdict(self.faults)}

    def press(self, name: str) -> None:
        """Do what a hand would. ValueError names an unknown act."""
        raise ValueError(f"nobody can {name!r} it")

    def _begin(self) -> None:
        """A connection begins."""

    def _taken(self, data: bytes) -> None:
        """Bytes came in."""

    def _meanwhile(self) -> None:
        """Time goes by: whatever it does by itself."""

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(8)
        listener.settimeout(TICK_S)
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
                self._done.wait(TICK_S)
                continue
            if self._listener is None:
                self._listen()
            self._meanwhile()
            self._accept_one()

    def _accept_one(self) -> None:
        assert self._listener is not None
        try:
            connection, _peer = self._listener.accept()
        except TimeoutError:
            return
        with connection:
            connection.settimeout(TICK_S)
            # A small buffer, as printers have: a stuck printer is felt by the sender after some kilobytes.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            try:
                self._talk(connection)
            except ConnectionError as error:
                log.info("a sender went away: %s", error)

    def _talk(self, connection: socket.socket) -> None:
        taken = b""
        self._begin()
        self._answer = connection
        while not self._done.is_set() and not self.faults.off:
            self._meanwhile()
            data = self._receive(connection, len(taken))
            if data == b"":
                break
            if data is None:
                continue
            taken += data
            self._taken(data)
        self._answer = None
        self.jobs.append(taken)

    def _receive(self, connection: socket.socket, already: int) -> bytes | None:
        """The next bytes; None for none yet, b"" at the end of the connection, also one that a fault ends."""
        faults = self.faults
        if faults.dies_after is not None and already >= faults.dies_after:
            return b""
        if faults.stuck_after is not None and already >= faults.stuck_after:
            self._done.wait(TICK_S)
            return None
        if faults.slow_s:
            self._done.wait(faults.slow_s)
        limits = [limit - already for limit in (faults.dies_after, faults.stuck_after) if limit is not None]
        try:
            return connection.recv(min([4096, *limits]))
        except TimeoutError:
            return None

    def _send(self, data: bytes) -> None:
        if self.faults.silent or self._answer is None:
            return
        if self.faults.slow_s:
            self._done.wait(self.faults.slow_s)
        self._answer.sendall(data)
