"""A real disk of a few megabytes, which can be filled, locked against writing, and made well again.

Where this process may mount, it is a tmpfs of its own. Elsewhere the same tests run in a namespace of their own if the
system lets users make one; where it does not, they are skipped with that reason.
"""

import os
import subprocess
from pathlib import Path

MIB = 1024 * 1024


class NoDisk(RuntimeError):
    """Nothing can be mounted here; the message says why."""


class SmallDisk:
    """A tmpfs at `path`. Use it in a `with`; leaving it unmounts."""

    def __init__(self, path: Path, size: int = 4 * MIB) -> None:
        self.path, self.size = path, size

    def __enter__(self) -> "SmallDisk":
        self.path.mkdir(parents=True, exist_ok=True)
        self._mount("-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", str(self.path))
        return self

    def __exit__(self, *_fault: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)

    @property
    def _filler(self) -> Path:
        return self.path / "filler"

    def fill(self, leave: int = 0) -> None:
        """Somebody else's file takes all the room, but for `leave` bytes."""
        free = self.free() - leave
        descriptor = os.open(self._filler, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        try:
            if free > 0:
                os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, free)
        finally:
            os.close(descriptor)

    def free(self) -> int:
        """Bytes that are left."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def empty(self) -> None:
        """Somebody made room."""
        self._filler.unlink(missing_ok=True)

    def lock(self) -> None:
        """Mount it read-only: possible while no file is open for writing."""
        self._mount("-o", "remount,ro", str(self.path))

    def unlock(self) -> None:
        """Let it be written again."""
        self._mount("-o", "remount,rw", str(self.path))

    def _mount(self, *words: str) -> None:
        try:
            done = subprocess.run(["mount", *words], capture_output=True, text=True)
        except FileNotFoundError:
            raise NoDisk("there is no mount program here") from None
        if done.returncode:
            raise NoDisk(f"nothing can be mounted here: {done.stderr.strip()}")
