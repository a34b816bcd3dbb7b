"""Wake-ups between the app and its agent: datagrams in Linux's abstract namespace. Hints only, never trusted."""

import hashlib
import json
import os
import socket
from pathlib import Path

LONGEST = 4096
SUSPECT = "suspect"
"""What the app says to its agent when it could not read the replica."""
ENDING = "ending"
"""What an agent says to itself, so that its listener wakes up and ends."""


def address(home: Path, who: str) -> bytes:
    """The abstract address of `who` (`app`, `agent`, or `ask` where it answers) for that home."""
    digest = hashlib.sha256(os.fsencode(os.path.realpath(home))).hexdigest()[:24]
    return f"\0storefloor-{digest}-{who}".encode("ascii")


class Sender:
    """Sends hints; that nobody listens is normal, as timers do the same work later."""

    def __init__(self, home: Path, to: str) -> None:
        self._to = address(home, to)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def send(self, text: str) -> bool:
        """Send it; whether somebody was there to take it."""
        try:
            self._socket.sendto(text.encode(), self._to)
        except OSError:  # nobody listens, or its queue is full: it will look by itself
            return False
        return True

    def topics(self, *topics: str) -> bool:
        """Tell the app what changed: `stock`, `catalogue`, `config`, `staff`, `orders`, `attention`,
        `link`, `verdicts`."""
        return self.send(json.dumps({"topics": list(topics)}))

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


class Listener:
    """Receives hints. Only one at a time can hold the address: OSError if another process does."""

    def __init__(self, home: Path, who: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self.socket.bind(address(home, who))
        except OSError:
            self.socket.close()
            raise

    def wait(self, seconds: float | None) -> str | None:
        """The next hint; None when none came within `seconds` (None: wait for ever)."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(LONGEST).decode("utf-8", "replace")
        except (TimeoutError, BlockingIOError):
            return None

    def close(self) -> None:
        """Give the address back."""
        self.socket.close()


def topics_of(text: str) -> tuple[str, ...]:
    """The topics a hint names; anything that is no such hint names none."""
    try:
        topics = json.loads(text)["topics"]
    except (ValueError, KeyError, TypeError):
        return ()
    return tuple(t for t in topics if isinstance(t, str)) if isinstance(topics, list) else ()
