"""The disk under a terminal's files: why it can't be written, how it stands, and a reserve for when it is full.

Why a write failed is told by SQLite's result codes (https://sqlite.org/rescode.html) and by what the file system says.
"""

import errno
import os
import sqlite3
from enum import StrEnum
from pathlib import Path

import msgspec

RESERVE = "reserve"
RESERVE_BYTES = 16 * 1024 * 1024
"""Kept free for sales by a file that holds the place: some hundred sales, and thousands once the hub has heard them."""
NEEDED = 4 * 1024 * 1024
"""With less than this left, the reserve is given free: a write-ahead log grows by a few pages with each sale."""
LEAST = 256 * 1024
"""With less than this, the next sale may not fit."""


class Reason(StrEnum):
    """Why the local files can't be worked on."""

    FULL = "disk_full"
    READ_ONLY = "disk_read_only"
    BROKEN = "disk_broken"
    BUSY = "journal_busy"
    DAMAGED = "journal_damaged"
    REPLICA = "replica_damaged"
    """Goods, prices and orders as the hub told them; it can tell them again, and nothing of the journal is touched."""


class NotRecorded(sqlite3.OperationalError):
    """The journal could not be written: nothing of the transaction is there, all that was recorded before is."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"nothing was recorded: {reason.value}")
        self.reason = reason


class Space(StrEnum):
    """How the disk stands. LOW: the reserve was given free."""

    GOOD = ""
    LOW = "disk_low"
    FULL = "disk_full"
    READ_ONLY = "disk_read_only"


_OF_CODE = {
    sqlite3.SQLITE_FULL: Reason.FULL,
    sqlite3.SQLITE_READONLY: Reason.READ_ONLY,
    sqlite3.SQLITE_IOERR: Reason.BROKEN,
    sqlite3.SQLITE_CANTOPEN: Reason.BROKEN,
    sqlite3.SQLITE_BUSY: Reason.BUSY,
    sqlite3.SQLITE_LOCKED: Reason.BUSY,
    sqlite3.SQLITE_CORRUPT: Reason.DAMAGED,
    sqlite3.SQLITE_NOTADB: Reason.DAMAGED,
}
_OF_ERRNO = {
    errno.ENOSPC: Reason.FULL,
    errno.EDQUOT: Reason.FULL,
    errno.EROFS: Reason.READ_ONLY,
    errno.EIO: Reason.BROKEN,
    errno.EFBIG: Reason.BROKEN,
}


def reason_of(error: BaseException, home: Path) -> Reason | None:
    """Why the files in `home` could not be worked on; None if the disk is not to blame for this error."""
    if isinstance(error, NotRecorded):
        return error.reason
    if isinstance(error, OSError):
        return _OF_ERRNO.get(error.errno or 0)
    code = getattr(error, "sqlite_errorcode", 0) if isinstance(error, sqlite3.Error) else 0
    found = _OF_CODE.get(code & 0xFF)
    if found is Reason.BROKEN:  # SQLite says so, too, of a shared-memory file that has no room
        found = {Space.FULL: Reason.FULL, Space.READ_ONLY: Reason.READ_ONLY}.get(space(home), found)
        return Reason.READ_ONLY if found is Reason.BROKEN and locked(home) else found
    return found


_NO_SENSE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NO_READING = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)


def unreadable(error: BaseException | None) -> bool:
    """Whether what a file holds is to blame: the disk can't read it any more, or SQLite or a decoder makes no sense of
    it. A disk that is full, locked or slow says nothing of it. Text that is none has no code of its own."""
    if isinstance(error, NotRecorded):
        return unreadable(error.__cause__)
    if isinstance(error, sqlite3.DatabaseError):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return code in _NO_READING or code & 0xFF in _NO_SENSE
    return isinstance(error, msgspec.MsgspecError)


def locked(home: Path) -> bool:
    """Whether the disk takes nothing, as tried, whatever it says of itself: a file system that met an error is locked
    under the programs that use it, and a Linux of today tells that to `df` and `statvfs` no more (ext4's
    `emergency_ro`). Writes the folder's time."""
    try:
        os.utime(home)
    except OSError as error:
        return error.errno == errno.EROFS
    return False


def space(home: Path) -> Space:
    """How the disk under `home` stands now; costs a system call or two."""
    try:
        found = os.statvfs(home)
    except OSError:
        return Space.GOOD  # no such folder yet: nothing is known to be wrong with its disk
    if found.f_flag & os.ST_RDONLY:
        return Space.READ_ONLY
    free = found.f_bavail * found.f_frsize
    if free < LEAST:
        return Space.FULL
    return Space.LOW if free < NEEDED + RESERVE_BYTES and not (home / RESERVE).exists() else Space.GOOD


class Reserve:
    """The place-holder of one home: made while there is plenty, given free when the disk is nearly full."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / RESERVE
        self.held = self._file.exists()

    def keep(self) -> None:
        """Make it, if the disk has plenty of room beside it. A disk that can't hold it goes without."""
        if self.held or _free(self._home) < 4 * RESERVE_BYTES:
            return
        descriptor = os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        except OSError:
            self._file.unlink()
        else:
            self.held = True
        finally:
            os.close(descriptor)

    def release_if_needed(self) -> bool:
        """Give it free when next to nothing is left; whether it was. Costs one system call while it is held."""
        if not self.held or _free(self._home) >= NEEDED:
            return False
        self._file.unlink(missing_ok=True)
        self.held = False
        return True


def _free(home: Path) -> int:
    found = os.statvfs(home)
    return 0 if found.f_flag & os.ST_RDONLY else found.f_bavail * found.f_frsize
