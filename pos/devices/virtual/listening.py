"""What virtual devices share that serve many connections at once: their port, which the fault `off` takes down."""

import socketserver
import threading
from abc import ABC, abstractmethod
from typing import Any, Self

TICK_S = 0.02


class Listening(ABC):
    """The port. `_serve` is the thread that watches `faults.off`; `port` is the one taken, if it was 0."""

    host: str
    port: int
    faults: Any
    _done: threading.Event
    _server: socketserver.TCPServer | None = None

    @abstractmethod
    def _server_at(self, host: str, port: int) -> socketserver.TCPServer:
        """A server that answers there."""

    def _listen(self) -> None:
        server = self._server = self._server_at(self.host, self.port)
        self.port = int(server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(TICK_S,), daemon=True).start()

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _serve(self) -> None:
        """Take the line down and up as the fault `off` says."""
        while not self._done.wait(TICK_S):
            if self.faults.off:
                self._hang_up()
            elif self._server is None:
                self._listen()


class Watched(Listening):
    """Such a port with the thread that watches it: `start` and `stop`."""

    def __init__(self, port: int, host: str, name: str) -> None:
        """Port 0 takes a free one. `name`: of its thread."""
        self.host, self.port = host, port
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._serve, name=name, daemon=True)

    def start(self) -> Self:
        """Listen and serve in threads. Returns itself."""
        self._listen()
        self._watch.start()
        return self

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._done.set()
        self._stir()
        self._watch.join()
        self._hang_up()

    def _stir(self) -> None:
        """Have everybody who waits in it look again, for it stops. Where nobody waits there is nothing to do."""
