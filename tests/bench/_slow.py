"""A line of a given speed before a hub: a TCP relay that hands on no more bytes a second towards the terminal."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PIECE = 64 * 1024
AHEAD_S = 0.02
"""How much of the line's time may be used at once: what stands in the buffers of a real one."""


class Line:
    """Relays connections to `port` on this machine. `carried`: bytes that went towards the terminal."""

    def __init__(self, port: int, bytes_a_second: float) -> None:
        self._to = port
        self._rate = bytes_a_second
        self._free_at = 0.0
        self._lock = threading.Lock()
        self.carried = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        # An address of this machine that does not look like one: to itself it would send everything unpacked.
        self.url = f"http://0.0.0.0:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return  # closed
            far = socket.create_connection(("127.0.0.1", self._to))
            for source, sink, slow in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._relay, args=(source, sink, slow), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, slow: bool) -> None:
        buffer = memoryview(bytearray(PIECE))
        try:
            while got := source.recv_into(buffer):
                if slow:
                    self._wait(got)
                sink.sendall(buffer[:got])
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            sink.close()

    def _wait(self, size: int) -> None:
        with self._lock:  # all connections share the line
            now = time.monotonic()
            self._free_at = max(self._free_at, now - AHEAD_S) + size / self._rate
            self.carried += size
            pause = self._free_at - now
        if pause > 0:
            time.sleep(pause)


@contextmanager
def line(url: str, bytes_a_second: float) -> Iterator[Line]:
    """A slow line to the hub at `url`, for the length of a block."""
    made = Line(int(url.rpartition(":")[2]), bytes_a_second)
    try:
        yield made
    finally:
        made.close()
