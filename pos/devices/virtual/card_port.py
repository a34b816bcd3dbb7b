"""What the virtual card terminals share: their port, their money, and the shopper whom they wait for."""

import threading

from pos.devices.virtual.listening import Watched


class CardPort(Watched):
    """`charged` lists every time that money moved to the shop, `given_back` every time that it moved from there to a
    card. `_lock` guards the ledger and tells those who wait that something changed."""

    def __init__(self, port: int, host: str, name: str) -> None:
        """Port 0 takes a free one. `name`: of its thread."""
        super().__init__(port, host, name)
        self.charged: list[tuple[str, int]] = []
        self.given_back: list[tuple[str, int]] = []
        self._lock = threading.Condition()

    def _stir(self) -> None:
        """Whoever waits for the shopper looks again."""
        with self._lock:
            self._lock.notify_all()
