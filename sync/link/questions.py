"""What a person waits for: the app asks the hub through its agent, over a local socket, and never for longer than it
has patience. That nobody answers is an answer too: the app goes on by what is known here.

A stream socket in Linux's abstract namespace. Each side checks that the other is a process of the same user. A frame
is four bytes of length (big-endian) and JSON: one `Question`, one `Reply`; then the app says with one byte that it took
the reply. Without that byte nothing was answered, and a claimed right is given back: that is what the byte is for.
"""

import os
import re
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from sync.local.wake import address
from sync.protocol.messages import Fault

T = TypeVar("T")
QUESTION_MOST = 64 * 1024
REPLY_MOST = 4 * 1024 * 1024
"""Bytes of JSON at most."""
PATIENCE_MOST_S = 30.0
TAKEN = b"\x06"
_ALLOWED = re.compile(r"(ask|claims)/[a-z_]{1,32}(/release)?")
_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What the hub answered."""

    value: T


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody answered in time. `reason`: `timeout`, `offline`, `agent_ended`, or a word of `sync.link.reasons`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """The hub answered, and said no."""

    fault: Fault


class Asks(Protocol):
    """Whoever can be asked."""

    def ask(self, path: str, body: msgspec.Struct, kind: type[T], patience_s: float) -> Answered[T] | Unanswered | Said:
        """As `Asking.ask`."""


class Question(msgspec.Struct, frozen=True):
    """A request for the hub. `until`: when patience ends, by the machine's monotonic clock in ns."""

    path: str
    body: msgspec.Raw
    until: int


class Reply(msgspec.Struct, frozen=True):
    """`how`: `answered`, `unanswered` or `said`; `what`: the answer, the reason, or the `Fault`, in JSON."""

    how: str
    what: msgspec.Raw


def allowed(path: str) -> bool:
    """Whether the app may ask for it: what a person waits for, nothing else."""
    return _ALLOWED.fullmatch(path) is not None


class Asking:
    """Asks through the agent of a home. Any thread may."""

    def __init__(self, home: Path) -> None:
        self._where = address(home, "ask")

    def ask(self, path: str, body: msgspec.Struct, kind: type[T], patience_s: float) -> Answered[T] | Unanswered | Said:
        """POST `body` to `path` (`ask/…` or `claims/…`), wait at most `patience_s` (up to PATIENCE_MOST_S) seconds.

        A claim that is not answered is given back by the agent; claim anew under another id. ValueError: another path,
        or a body that is too large.
        """
        until = time.monotonic() + min(patience_s, PATIENCE_MOST_S)
        frame = _question(path, body, until)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                return self._exchange(line, frame, kind, until)
        except TimeoutError:
            return Unanswered("timeout")
        except OSError:  # nobody listens, or it ended meanwhile: timers and the app's watch see to it
            return Unanswered("agent_ended")
        except msgspec.MsgspecError:
            return Unanswered("not_the_hub")

    def _exchange(
        self, line: socket.socket, frame: bytes, kind: type[T], until: float
    ) -> Answered[T] | Unanswered | Said:
        _within(line, until)
        line.connect(self._where)
        if not same_user(line):
            raise ConnectionError("another user's process listens")
        line.sendall(frame)
        result = _result(msgspec.json.decode(receive(line, until, REPLY_MOST), type=Reply), kind)
        _within(line, until)
        line.sendall(TAKEN)  # what could not be read was not taken
        return result


def _question(path: str, body: msgspec.Struct, until: float) -> bytes:
    if not allowed(path):
        raise ValueError(f"{path!r} is nothing to ask for")
    question = Question(path, msgspec.Raw(msgspec.json.encode(body)), int(until * 1e9))
    encoded = framed(question)
    if len(encoded) > QUESTION_MOST:
        raise ValueError("the question is too large")
    return encoded


def _result(reply: Reply, kind: type[T]) -> Answered[T] | Unanswered | Said:
    if reply.how == "answered":
        return Answered(msgspec.json.decode(reply.what, type=kind))
    if reply.how == "said":
        return Said(msgspec.json.decode(reply.what, type=Fault))
    return Unanswered(msgspec.json.decode(reply.what, type=str))


def framed(message: Any) -> bytes:
    """A message as it goes over the socket."""
    raw = msgspec.json.encode(message)
    return _LENGTH.pack(len(raw)) + raw


def receive(line: socket.socket, until: float, most: int) -> bytes:
    """One frame, before `until` (monotonic seconds). Raises TimeoutError; ConnectionError: cut, or too large."""
    (length,) = _LENGTH.unpack(_exactly(line, _LENGTH.size, until))
    if length > most:
        raise ConnectionError(f"a frame of {length} bytes")
    return _exactly(line, length, until)


def _exactly(line: socket.socket, count: int, until: float) -> bytes:
    pieces, left = [], count
    while left:
        _within(line, until)
        piece = line.recv(min(left, 1 << 16))
        if not piece:
            raise ConnectionError("the line was cut")
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _within(line: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)


def same_user(line: socket.socket) -> bool:
    """Whether a process of our own user is at the other end."""
    raw = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return bool(_CREDENTIALS.unpack(raw)[1] == os.getuid())
