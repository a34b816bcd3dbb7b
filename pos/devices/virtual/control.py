"""A virtual device that runs elsewhere, from outside: lines on a TCP port, one answer line each.

"NAME VALUE" sets a fault and is answered with all faults. "look" is answered with how the device stands, as JSON; so
are "set NAME VALUE", and "press NAME", which does what a hand would.
"""

import json
import socket
import socketserver
import threading
from typing import IO, Any, Protocol, runtime_checkable

_TICK_S = 0.05


class Faulty(Protocol):
    """A device whose faults can be set by name."""

    @property
    def faults(self) -> object:
        """What is wrong now; its text lists all faults."""

    def set_fault(self, name: str, value: str) -> None:
        """Set one fault. ValueError names what is wrong."""


@runtime_checkable
class Shown(Protocol):
    """A device that a person can look at and touch."""

    def look(self) -> dict[str, Any]:
        """How it stands, in values that JSON knows; "faults" by their names."""

    def press(self, name: str) -> None:
        """Do what a hand would. ValueError names an unknown act."""


def obey(device: Faulty, line: str) -> str:
    """Set the fault that a line names ("paper_out on", "slow_s 0.5", "paper_out off") and say how things are."""
    name, _space, value = line.strip().partition(" ")
    try:
        if name == "press" and isinstance(device, Shown):
            device.press(value.strip())
        if name == "set":
            fault, _space, value = value.partition(" ")
            device.set_fault(fault, value.strip() or "on")
        if name in ("look", "press", "set"):
            return json.dumps(seen(device), ensure_ascii=False)
        if name:
            device.set_fault(name, value.strip(' "') or "on")
    except ValueError as error:
        return str(error)
    return repr(device.faults)


def seen(device: Faulty) -> dict[str, Any]:
    """How a device stands; of one that shows nothing else, its faults."""
    return device.look() if isinstance(device, Shown) else {"faults": vars(device.faults).copy()}


class Control:
    """Serves `obey` on a port of this machine until it is stopped."""

    def __init__(self, device: Faulty, port: int, host: str = "127.0.0.1") -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write((obey(device, line.decode("utf-8", "replace")) + "\n").encode())

        self._server = socketserver.ThreadingTCPServer((host, port), Handler, bind_and_activate=False)
        self._server.allow_reuse_address = self._server.daemon_threads = True
        self._server.server_bind()
        self._server.server_activate()
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(_TICK_S,), name="faults", daemon=True).start()

    def stop(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()


def tell(port: int, line: str, host: str = "127.0.0.1", timeout_s: float = 1.0) -> str:
    """Say a line to the device at a control port and return its answer. OSError if there is no such device."""
    with socket.create_connection((host, port), timeout_s) as connection:
        connection.sendall(line.encode() + b"\n")
        return connection.makefile(encoding="utf-8").readline().strip()


class Line:
    """A lasting connection to a control port, which is made again when it broke. For one thread."""

    def __init__(self, port: int, host: str = "127.0.0.1", timeout_s: float = 0.5) -> None:
        self._where, self._timeout_s = (host, port), timeout_s
        self._connection: socket.socket | None = None
        self._answers: IO[str] | None = None

    def ask(self, line: str) -> dict[str, Any]:
        """Say a line and return the device's answer of JSON. OSError where none comes, ValueError if it is no JSON."""
        try:
            if self._connection is None:
                self._connection = socket.create_connection(self._where, self._timeout_s)
                self._answers = self._connection.makefile(encoding="utf-8")
            assert self._answers is not None
            self._connection.sendall(line.encode() + b"\n")
            answer = self._answers.readline()
            if not answer:
                raise ConnectionResetError("the device hung up")
        except OSError:
            self.close()
            raise
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = self._answers = None
