"""Setting faults of a virtual device that runs elsewhere: lines "NAME VALUE" on a TCP port, one answer line each."""

import socket
import socketserver
import threading
from typing import Protocol


class Faulty(Protocol):
    """A device whose faults can be set by name."""

    @property
    def faults(self) -> object:
        """What is wrong now; its text lists all faults."""

    def set_fault(self, name: str, value: str) -> None:
        """Set one fault. ValueError names what is wrong."""


def obey(device: Faulty, line: str) -> str:
    """Set the fault that a line names ("paper_out on", "slow_s 0.5", "paper_out off") and say how things are."""
    name, _space, value = line.strip().partition(" ")
    try:
        if name:
            device.set_fault(name, value.strip(' "') or "on")
    except ValueError as error:
        return str(error)
    return repr(device.faults)


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
        threading.Thread(target=self._server.serve_forever, name="faults", daemon=True).start()

    def stop(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()


def tell(port: int, line: str, host: str = "127.0.0.1", timeout_s: float = 1.0) -> str:
    """Set a fault of the device at a control port and return its answer. OSError if there is no such device."""
    with socket.create_connection((host, port), timeout_s) as connection:
        connection.sendall(line.encode() + b"\n")
        return connection.makefile(encoding="utf-8").readline().strip()
