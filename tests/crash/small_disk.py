"""Real disks of a few megabytes, which can be filled, locked against writing, and made well again.

Where this process may mount, each is a file system of its own. Elsewhere the same tests run in a namespace of their own
if the system lets users make one; where it does not, they are skipped with that reason.
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
        _run("mount", *words)


class RealDisk:
    """An ext4 in a file, at `path`. It fails as a worn flash chip does: under programs that keep their files open.

    No `mount -o remount,ro` does that (the kernel refuses while a file is open for writing), nor does any `remount,rw`
    end it: that takes a repair with nobody using it, as at the start of a machine.
    """

    def __init__(self, image: Path, path: Path, size: int = 96 * MIB) -> None:
        self.image, self.path, self.size = image, path, size

    def __enter__(self) -> "RealDisk":
        self.path.mkdir(parents=True, exist_ok=True)
        with self.image.open("wb") as file:
            file.truncate(self.size)
        _run("mkfs.ext4", "-q", "-F", str(self.image))
        self._mount()
        return self

    def __exit__(self, *_fault: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)

    def fail(self) -> None:
        """The file system meets an error, and is locked against writing from now on."""
        _run("mount", "-o", "remount,abort", str(self.path))

    def repair(self) -> None:
        """Checked and mounted again. No program may have a file open there."""
        subprocess.run(["umount", str(self.path)], check=True)
        found = subprocess.run(["e2fsck", "-f", "-y", str(self.image)], capture_output=True, text=True)
        assert found.returncode in (0, 1), found.stdout  # 1: errors were put right
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.path))


def _run(*words: str) -> None:
    try:
        done = subprocess.run(words, capture_output=True, text=True)
    except FileNotFoundError:
        raise NoDisk(f"there is no {words[0]} here") from None
    if done.returncode:
        raise NoDisk(f"nothing can be mounted here: {done.stderr.strip()}")
