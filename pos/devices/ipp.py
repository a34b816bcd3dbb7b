"""The few words of IPP (RFC 8010, RFC 8011) that a print queue of CUPS is spoken to with, over its local socket."""

import getpass
import http.client
import socket
import struct
from dataclasses import dataclass
from typing import TypeAlias

SOCKET = "/run/cups/cups.sock"
RAW = "application/vnd.cups-raw"
"""The kind of document that CUPS hands on as it is."""

PRINT_JOB, CANCEL_JOB, GET_JOB, GET_PRINTER = 0x0002, 0x0008, 0x0009, 0x000B
NOT_FOUND = 0x0406

_OPERATION, _END = 0x01, 0x03
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_KEYWORD, _URI, _CHARSET, _LANGUAGE, _MIME, _NAME = 0x44, 0x45, 0x47, 0x48, 0x49, 0x42
_VERSION = 0x0200
_FIRST_GROUP_END = 0x0F
_LONGEST_ANSWER = 1 << 20

Value: TypeAlias = int | bool | str


class NoQueue(OSError):
    """CUPS is not there, or said what is no IPP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What CUPS said: a status (below 0x0100 is good), and values by name, all groups together."""

    status: int
    values: dict[str, list[Value]]

    @property
    def good(self) -> bool:
        """Whether it did what it was asked."""
        return self.status < 0x0100

    def number(self, name: str) -> int:
        """A whole number, 0 where none was said."""
        found = self.values.get(name, [0])[0]
        return found if isinstance(found, int) else 0

    def words(self, name: str) -> list[str]:
        """All the words of it."""
        return [str(value) for value in self.values.get(name, [])]


class Ipp:
    """One conversation about one queue. Every single wait is `timeout_s` at most; raises NoQueue."""

    def __init__(self, queue: str, timeout_s: float, socket_path: str = SOCKET) -> None:
        self._queue = queue
        self._uri = f"ipp://localhost/printers/{queue}"
        self._http = _OverSocket(socket_path, timeout_s)
        self._user = getpass.getuser()
        self._number = 0

    def ask(self, operation: int, *, job: int = 0, job_name: str = "", data: bytes = b"") -> Answer:
        """Do one operation, on the queue or on one of its jobs. `data`: the document that is printed."""
        self._number += 1
        fields = [
            _field(_CHARSET, "attributes-charset", "utf-8"),
            _field(_LANGUAGE, "attributes-natural-language", "en"),
            _field(_URI, "printer-uri", self._uri),
        ]
        if job:
            fields.append(_attribute(_INTEGER, "job-id", struct.pack(">i", job)))
        fields.append(_field(_NAME, "requesting-user-name", self._user))
        if job_name:
            fields += [_field(_NAME, "job-name", job_name), _field(_MIME, "document-format", RAW)]
        head = struct.pack(">HHi", _VERSION, operation, self._number)
        return self._said(head + bytes((_OPERATION,)) + b"".join(fields) + bytes((_END,)) + data)

    def _said(self, body: bytes) -> Answer:
        # The owner of a job alone may take it back; who asks is known by the socket.
        headers = {"Content-Type": "application/ipp", "Authorization": f"PeerCred {self._user}"}
        try:
            self._http.request("POST", f"/printers/{self._queue}", body, headers)
            reply = self._http.getresponse()
            heard = reply.read(_LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise NoQueue(str(error)) from error
        if reply.status != 200:
            self._http.close()
            raise NoQueue(f"CUPS answers {reply.status}")
        return read(heard)

    def close(self) -> None:
        """End the conversation."""
        self._http.close()


class _OverSocket(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _field(tag: int, name: str, value: str) -> bytes:
    return _attribute(tag, name, value.encode())


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def read(heard: bytes) -> Answer:
    """An answer from its bytes. Raises NoQueue for what is none."""
    try:
        return _read(heard)
    except (struct.error, IndexError) as error:
        raise NoQueue("this is no answer of IPP") from error


def _read(heard: bytes) -> Answer:
    _version, status, _number = struct.unpack_from(">HHi", heard)
    values: dict[str, list[Value]] = {}
    at, name = 8, ""
    while heard[at] != _END:
        if heard[at] <= _FIRST_GROUP_END:  # the begin of a group
            at += 1
            continue
        tag, length = struct.unpack_from(">BH", heard, at)
        name = heard[at + 3 : at + 3 + length].decode() or name  # without a name: one more value of the last
        at += 3 + length
        (size,) = struct.unpack_from(">H", heard, at)
        values.setdefault(name, []).append(_value(tag, heard[at + 2 : at + 2 + size]))
        at += 2 + size
    return Answer(status, values)


def _value(tag: int, raw: bytes) -> Value:
    if tag in (_INTEGER, _ENUM):
        return int.from_bytes(raw, "big", signed=True)
    if tag == _BOOLEAN:
        return raw != b"\0"
    return raw.decode("utf-8", "replace")
