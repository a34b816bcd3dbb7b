"""Lines between terminal and hub as they are in the field: slow, cut, silent, behind proxies. Real TCP, real bytes."""

import base64
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Line:
    """A TCP line to a port of this machine. What is set holds for bytes that come from now on.

    `delay`: seconds that each piece takes, `late`: that a piece of an answer takes besides; `rate`: bytes a second,
    each way (0: as fast as it goes); `cut_after`: a connection is reset once it has carried so many bytes (0: never);
    `dead`: nothing comes through, nothing is closed; `gather`: what the hub says is held back until it ends the
    connection, as buffering proxies do.
    """

    port: int
    delay: float = 0.0
    late: float = 0.0
    rate: int = 0
    cut_after: int = 0
    dead: bool = False
    gather: bool = False
    up: int = 0
    down: int = 0
    connections: int = 0
    pieces: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> "Line":
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> None:
        """Reset every connection."""
        for line in self._open[:]:
            _reset(line)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = self.connect(near)
            except OSError:
                _reset(near)
                continue
            self.connections += 1
            self._open += [near, far]
            left = [self.cut_after]
            for source, sink, upward in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=(source, sink, upward, left), daemon=True).start()

    def connect(self, near: socket.socket) -> socket.socket:
        """The other end of a new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def _carry(self, source: socket.socket, sink: socket.socket, upward: bool, left: list[int]) -> None:
        kept = b""
        with contextlib.suppress(OSError):
            source.settimeout(None)
            while piece := source.recv(16_384 if not self.rate else max(64, self.rate // 20)):
                self._count(len(piece), upward)
                while self.dead:
                    time.sleep(0.02)
                wait = self.delay + (0.0 if upward else self.late) + (len(piece) / self.rate if self.rate else 0.0)
                if wait:
                    time.sleep(wait)
                if self.cut_after:
                    left[0] -= len(piece)
                    if left[0] <= 0:
                        _reset(source)
                        _reset(sink)
                        return
                if self.gather and not upward and not _is_whole(kept + piece):
                    kept += piece
                    continue
                sink.sendall(kept + piece)
                kept = b""
            sink.sendall(kept)
            sink.shutdown(socket.SHUT_WR)

    def _count(self, size: int, upward: bool) -> None:
        self.pieces += 1
        if upward:
            self.up += size
        else:
            self.down += size


def _is_whole(answer: bytes) -> bool:
    """Whether an HTTP answer has come to its end, as far as a gathering proxy can tell."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return body.endswith(b"0\r\n\r\n")


def _reset(line: socket.socket) -> None:
    """End a connection as a cable that is pulled does: at once, whatever is under way."""
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        line.shutdown(socket.SHUT_RDWR)
    line.close()


@dataclass
class Proxy(Line):
    """An HTTP proxy that wants a user and a password: CONNECT for https, whole addresses for http."""

    user: str = "till"
    password: str = "let me"
    asked: list[bytes] = field(default_factory=list)

    def connect(self, near: socket.socket) -> socket.socket:
        near.settimeout(10)
        head = b""
        while b"\r\n\r\n" not in head:
            head += near.recv(65_536)
        self.asked.append(head.split(b"\r\n")[0])
        wanted = base64.b64encode(f"{self.user}:{self.password}".encode())
        if wanted not in head:
            near.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nSorry")
            raise ConnectionRefusedError
        far = super().connect(near)
        if head.startswith(b"CONNECT "):
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far.sendall(head)
        return far


@contextlib.contextmanager
def line_to(port: int, **how: object) -> Iterator[Line]:
    """A line for the length of a block."""
    with Line(port, **how) as line:  # type: ignore[arg-type]
        yield line
