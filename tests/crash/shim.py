"""A shim below SQLite that writes down every write, truncation, sync and removal of the product's own database files.

Why this one. The product opens its files with Python's own sqlite3. APSW's shim would see another SQLite: its wheel
carries a copy of its own (3.5x), and a VFS that is registered there does not exist for the library that sqlite3 is
linked to. Running the product over an adapter to APSW would test that copy, its defaults and the adapter. An
LD_PRELOAD library would need a C compiler wherever the tests run. So the shim is registered, by ctypes, as the default
VFS of the very library that sqlite3 has loaded. It is a copy of SQLite's own unix VFS with four functions of a file
wrapped; nothing of the product is replaced, and reads and locks don't pass through it. What Python itself does with
files (the replica's pointer) comes from audit hooks and a wrapped os.fsync.

Source: https://sqlite.org/c3ref/vfs.html and https://sqlite.org/c3ref/io_methods.html, whose layout is frozen.
"""

import ctypes
import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POINTER = ctypes.c_void_p
OK = 0
MAIN, WAL = 0x100, 0x80000
JOURNALS = 0x800 | 0x4000 | WAL
"""SQLite's own flags of xOpen: the database, rollback journals, the write-ahead log."""


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("iVersion", ctypes.c_int),
        ("szOsFile", ctypes.c_int),
        ("mxPathname", ctypes.c_int),
        ("pNext", POINTER),
        ("zName", ctypes.c_char_p),
        ("pAppData", POINTER),
        *((name, POINTER) for name in "xOpen xDelete xAccess xFullPathname xDlOpen xDlError xDlSym xDlClose".split()),
        *((name, POINTER) for name in "xRandomness xSleep xCurrentTime xGetLastError xCurrentTimeInt64".split()),
        *((name, POINTER) for name in "xSetSystemCall xGetSystemCall xNextSystemCall".split()),
    ]


class _Methods(ctypes.Structure):
    _fields_ = [
        ("iVersion", ctypes.c_int),
        *((name, POINTER) for name in "xClose xRead xWrite xTruncate xSync xFileSize xLock xUnlock".split()),
        *((name, POINTER) for name in "xCheckReservedLock xFileControl xSectorSize xDeviceCharacteristics".split()),
        *((name, POINTER) for name in "xShmMap xShmLock xShmBarrier xShmUnmap xFetch xUnfetch".split()),
    ]


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]


_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, POINTER, POINTER, ctypes.POINTER(_File), ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_char_p, ctypes.c_int)
_RANDOM = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int, POINTER)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to the disk: `what` is write, truncate, sync, create, remove, rename, link or told.

    `at` is an offset or a size in bytes. `told` carries what a person was told at that moment, in `data`.
    """

    what: str
    name: str = ""
    at: int = 0
    data: Any = b""


class NoShim(RuntimeError):
    """This Python's SQLite can't be reached from outside: it is built in."""


def library() -> ctypes.CDLL:
    """The SQLite that sqlite3 uses, and no other. Raises NoShim."""
    maps = Path("/proc/self/maps").read_text() if sys.platform == "linux" else ""
    paths = {line.split()[-1] for line in maps.splitlines() if "libsqlite3" in line}
    for path in [*sorted(paths), None]:
        found = ctypes.CDLL(path)
        if hasattr(found, "sqlite3_vfs_find"):
            found.sqlite3_libversion.restype = ctypes.c_char_p
            if found.sqlite3_libversion().decode() == sqlite3.sqlite_version:
                return found
    raise NoShim("sqlite3 is linked into Python here, and no shim can be put below it.")


class Shim:
    """Records `events` of the files in `home`, between `install` and `remove`. The seed feeds all randomness."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home = os.path.realpath(home)
        self.events: list[Event] = []
        self.failed: list[BaseException] = []
        self._chance, self._salt = random.Random(seed), random.Random(seed)
        self._names: dict[int, str] = {}
        self._tables: dict[int, _Methods] = {}
        self._fresh: set[str] = set()
        self._on = False
        self._library = library()
        self._library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._plain = self._library.sqlite3_vfs_find(None)
        self._vfs = _Vfs.from_buffer_copy(self._plain.contents)
        self._vfs.zName, self._vfs.pNext = b"recorder", None
        self._calls = [_OPEN(self._open), _DELETE(self._delete), _RANDOM(self._random)]
        for name, call in zip(("xOpen", "xDelete", "xRandomness"), self._calls, strict=True):
            setattr(self._vfs, name, ctypes.cast(call, POINTER))
        sys.addaudithook(self._audit)

    @contextmanager
    def watching(self) -> Iterator["Shim"]:
        """Record what is opened from now on."""
        self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1)
        plain_sync, plain_random = os.fsync, os.urandom
        os.fsync, os.urandom = self._fsync(plain_sync), self._chance.randbytes
        self._on = True
        try:
            yield self
        finally:
            self._on = False
            os.fsync, os.urandom = plain_sync, plain_random
            self._library.sqlite3_vfs_register(self._plain, 1)
            self._library.sqlite3_vfs_unregister(ctypes.byref(self._vfs))
        if self.failed:
            raise self.failed[0]

    def told(self, what: Any) -> None:
        """A person was told something: from here on it may not be lost."""
        self.events.append(Event("told", data=what))

    # What SQLite does

    def _note(self, *event: Any) -> None:
        self.events.append(Event(*event))

    def _name(self, path: str) -> str:
        """The name inside the home; "" for a file that lies elsewhere."""
        folder, _, name = os.path.realpath(path).rpartition("/")
        return name if folder == self.home else ""

    def _open(self, vfs: int, name: int | None, file: Any, flags: int, out: Any) -> int:
        path = ctypes.string_at(name).decode() if name else ""
        new = bool(path) and not os.path.exists(path)
        code: int = _OPEN(self._plain.contents.xOpen)(vfs, name, file, flags, out)
        short = self._name(path) if path else ""
        if code == OK and short and flags & (MAIN | JOURNALS):
            if new:
                self._note("create", short)
                self._fresh |= {short} if flags & JOURNALS else set()
            self._names[ctypes.addressof(file.contents)] = short
            file.contents.methods = ctypes.pointer(self._wrapped(file.contents.methods))
        return code

    def _wrapped(self, plain: Any) -> _Methods:
        where = ctypes.addressof(plain.contents)
        if where not in self._tables:
            table = _Methods.from_buffer_copy(plain.contents)
            write, truncate, sync = (
                kind(getattr(table, name))
                for kind, name in ((_WRITE, "xWrite"), (_TRUNCATE, "xTruncate"), (_SYNC, "xSync"))
            )
            ours = (
                ("xWrite", _WRITE(lambda f, data, n, at: self._write(write, f, data, n, at))),
                ("xTruncate", _TRUNCATE(lambda f, size: self._then(truncate(f, size), "truncate", f, size))),
                ("xSync", _SYNC(lambda f, how: self._sync(sync(f, how), f))),
            )
            for name, call in ours:
                setattr(table, name, ctypes.cast(call, POINTER))
                self._calls.append(call)
            self._tables[where] = table
        return self._tables[where]

    def _write(self, plain: Callable[..., int], file: int, data: int, size: int, at: int) -> int:
        return self._then(plain(file, data, size, at), "write", file, at, ctypes.string_at(data, size))

    def _then(self, code: int, what: str, file: int, *values: Any) -> int:
        if code == OK and self._on:
            self._note(what, self._names[file], *values)
        return code

    def _sync(self, code: int, file: int) -> int:
        name = self._names[file]
        if name in self._fresh:  # SQLite syncs the folder with the first sync of a journal that it made
            self._fresh.discard(name)
            self._note("sync", ".")
        return self._then(code, "sync", file)

    def _delete(self, vfs: int, name: bytes, sync_folder: int) -> int:
        code: int = _DELETE(self._plain.contents.xDelete)(vfs, name, sync_folder)
        short = self._name(name.decode())
        if code == OK and short and self._on:
            self._note("remove", short)
            if sync_folder:
                self._note("sync", ".")
        return code

    def _random(self, _vfs: int, size: int, out: int) -> int:
        ctypes.memmove(out, self._salt.randbytes(size), size)
        return size

    # What Python does

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on or event not in ("os.rename", "os.link", "os.remove"):
            return
        try:
            self._python_did(event.removeprefix("os."), [os.fspath(a) for a in arguments if isinstance(a, (str, Path))])
        except OSError as error:
            self.failed.append(error)

    def _python_did(self, what: str, paths: list[str]) -> None:
        names = [self._name(path) for path in paths]
        if not names[0]:
            return
        if what != "remove":
            self._content(paths[0], names[0])
        if what == "remove" and not os.path.lexists(paths[0]):
            return  # it fails, and changes nothing
        self._note(what, names[0], 0, names[1] if len(names) > 1 else "")

    def _content(self, path: str, name: str) -> None:
        """A file that Python wrote, as it is now; what SQLite writes is known from its writes."""
        if name not in self._names.values():
            if not any(e.what == "create" and e.name == name for e in self.events):
                self._note("create", name)
            self._note("write", name, 0, Path(path).read_bytes())

    def _fsync(self, plain: Callable[[int], None]) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            plain(descriptor)
            if path == self.home:
                self._note("sync", ".")
            elif name := self._name(path):
                self._content(path, name)
                self._note("sync", name)

        return fsync
