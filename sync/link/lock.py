"""One agent for each home: a lock that dies with its process (F2)."""

import fcntl
import os
from pathlib import Path

NAME = "agent.lock"


class Busy(RuntimeError):
    """Another agent works on this home."""


class AgentLock:
    """Holds the lock until closed or until the process ends, however it ends. Raises Busy."""

    def __init__(self, home: Path) -> None:
        self._file = os.open(home / NAME, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise Busy(f"Another agent already works on {home}.") from None

    def close(self) -> None:
        """Let it go."""
        os.close(self._file)
