"""What the virtual card terminals share: their port, their money, and the shopper whom they wait for."""

import threading
from typing import Self

from pos.devices.virtual.listening import Listening


class CardPort(Listening):
    """`charged` lists every time that money moved to the shop, `given_back` every time that it moved from there to a
    card. `_lock` guards the ledger and tells those who wait that something changed."""

    def __init__(self, port: int, host: str, name: str) -> None:
        """Port 0 takes a free one. `name`: of its thread."""
        self.host, self.port = host, port
        self.charged: list[tuple[str, int]] = []
        self.given_back: list[tuple[str, int]] = []
        self._lock = threading.Condition()
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
        """Have everybody who waits look again."""
        with self._lock:
            self._lock.notify_all()
