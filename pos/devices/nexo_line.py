"""One question and its answer over HTTP, for a thread that may be stopped: each wait ends within half a second.

What counts is whether the question may have been read. Until a connection stands nothing was said, and whatever goes
wrong later leaves it open.
"""

import socket
import ssl
import time
from dataclasses import dataclass
from threading import Event

import h11

from pos.devices.base import N_, DeviceFault
from pos.devices.card import CARD_OFF

STEP_S = 0.5
LONGEST = 128 * 1024
"""Bytes of an answer; a longer one is none."""

CARD_UNTRUSTED = DeviceFault(
    "card_untrusted",
    N_("What answers for the card terminal has no certificate that is trusted. Nothing was charged. Tell support."),
)


class NotSent(Exception):
    """Nothing of the question left this machine; `fault` says why."""

    def __init__(self, fault: DeviceFault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class Lost(Exception):
    """The question may have been read, and no whole answer came; the message says why."""


@dataclass(frozen=True)
class Line:
    """Where the card terminal listens. `tls` None: in plain text; `server_name`: the name on its certificate."""

    host: str
    port: int
    path: str = "/nexo"
    tls: ssl.SSLContext | None = None
    server_name: str = ""
    connect_s: float = 0.8

    def post(self, body: bytes, patience_s: float, stop: Event) -> bytes:
        """The body of the answer. Raises NotSent, or Lost once patience or `stop` ends it."""
        with self._connect() as connection:
            connection.settimeout(STEP_S)
            headers = [("Host", f"{self.host}:{self.port}"), ("Content-Type", "application/json")]
            headers += [("Connection", "close"), ("Content-Length", str(len(body)))]
            asked = h11.Request(method="POST", target=self.path, headers=headers)
            return _Exchange(connection, time.monotonic() + patience_s, stop).run(asked, body)

    def _connect(self) -> socket.socket:
        try:
            plain = socket.create_connection((self.host, self.port), self.connect_s)
        except OSError:
            raise NotSent(CARD_OFF) from None
        if self.tls is None:
            return plain
        try:
            return self.tls.wrap_socket(plain, server_hostname=self.server_name or self.host)
        except OSError as fault:
            plain.close()
            wrong = isinstance(fault, ssl.SSLCertVerificationError)
            raise NotSent(CARD_UNTRUSTED if wrong else CARD_OFF) from None


class _Exchange:
    """The rest of it, once a connection stands."""

    def __init__(self, connection: socket.socket, until: float, stop: Event) -> None:
        self._connection = connection
        self._until = until
        self._stop = stop
        self._talk = h11.Connection(h11.CLIENT)
        self._body = bytearray()

    def run(self, asked: h11.Request, body: bytes) -> bytes:
        """Send the question and read the answer. Raises Lost."""
        sent = [self._talk.send(part) or b"" for part in (asked, h11.Data(data=body), h11.EndOfMessage())]
        try:
            self._connection.sendall(b"".join(sent))
            while not self._whole():
                self._talk.receive_data(self._receive())
        except (OSError, h11.ProtocolError) as fault:
            raise Lost(f"the line broke: {fault!r}") from None
        return bytes(self._body)

    def _whole(self) -> bool:
        """Whether all of the answer is here."""
        while (event := self._talk.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response) and event.status_code != 200:
                raise Lost(f"status {event.status_code}")
            if isinstance(event, h11.Data):
                self._body += event.data
            if isinstance(event, h11.EndOfMessage):
                return True
            if isinstance(event, h11.ConnectionClosed):
                raise Lost("the line ended before an answer")
            if len(self._body) > LONGEST:
                raise Lost("an answer without an end")
        return False

    def _receive(self) -> bytes:
        while time.monotonic() < self._until and not self._stop.is_set():
            try:
                return self._connection.recv(16384)
            except TimeoutError:
                continue
        raise Lost("no answer in time")
