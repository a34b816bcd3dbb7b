"""What becomes of a snapshot's bytes as they come: hashed, unpacked, hashed again; and a thread to do it meanwhile."""

import contextlib
import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from sync.link.wire import NoAnswer
from sync.protocol.messages import SnapshotInfo

PIECE = 1 << 20
DEEP = 64
"""Pieces that may wait for the other thread: 64 MiB at most."""


class Aside:
    """Jobs in their order, in a thread of its own while others are given; in place where `threads` are not worth it.

    What a job raises comes out of the next `do`, or of `settle`.
    """

    def __init__(self, name: str, threads: bool) -> None:
        self._pool = ThreadPoolExecutor(1, name) if threads else None
        self._due: deque[Future[None]] = deque()

    def do(self, job: Callable[..., None], *given: Any) -> None:
        """Have it done; waits while too many are due."""
        if self._pool is None:
            job(*given)
            return
        self._due.append(self._pool.submit(job, *given))
        while len(self._due) > DEEP or (self._due and self._due[0].done()):
            self._due.popleft().result()

    def settle(self) -> None:
        """Wait until all is done."""
        while self._due:
            self._due.popleft().result()

    def close(self) -> None:
        """End the thread; what is due and not begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


class Arriving:
    """One snapshot on its way: its bytes at `blob`, and in the end the SQLite file at `raw`, hashed both.

    `take` each piece in order, then `end`. A wrong byte removes the blob and raises NoAnswer("damaged"); OSError where
    the disk fails.
    """

    def __init__(self, info: SnapshotInfo, folder: Path, number: int) -> None:
        if not (len(info.digest) == 64 and info.digest.isalnum()):
            raise NoAnswer("not_the_hub", "the snapshot has no digest")
        if info.encoding not in ("identity", "zstd"):
            raise NoAnswer("not_the_hub", f"snapshots encoded as {info.encoding!r} are not known here")
        self.info = info
        self.blob = folder / info.digest
        self.raw = folder / f"{number}.db"
        self._digest = hashlib.sha256()
        self._inside = None if info.encoding == "identity" else _Inside(info, self.raw)

    def take(self, piece: bytes) -> None:
        """The next bytes of the blob."""
        self._digest.update(piece)
        if self._inside is not None:
            with self._thrown_away_if_damaged():
                self._inside.take(piece)

    def end(self) -> None:
        """All bytes are there: check them."""
        with self._thrown_away_if_damaged():
            if self._digest.hexdigest() != self.info.digest:
                raise NoAnswer("damaged", f"the snapshot of {self.info.scope} is not what the hub named")
            if self._inside is not None:
                self._inside.end()
        if self._inside is None:
            os.replace(self.blob, self.raw)

    def close(self) -> None:
        """Close what is open, at any time."""
        if self._inside is not None:
            self._inside.close()

    @contextlib.contextmanager
    def _thrown_away_if_damaged(self) -> Iterator[None]:
        try:
            yield
        except NoAnswer:
            self.blob.unlink(missing_ok=True)
            raise


class _Inside:
    """The file inside a compressed blob, written as it comes. Never larger than the hub said."""

    def __init__(self, info: SnapshotInfo, path: Path) -> None:
        self._info = info
        self._digest = hashlib.sha256()
        self._size = 0
        self._out = open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb", 0)  # noqa: SIM115 - closed by close()
        self._unpacking = zstandard.ZstdDecompressor().stream_writer(
            cast(BinaryIO, self), write_size=PIECE, closefd=False
        )

    def take(self, piece: bytes) -> None:
        try:
            self._unpacking.write(piece)
        except zstandard.ZstdError as error:
            raise self._damaged() from error

    def write(self, piece: bytes) -> int:
        """What the decompressor calls with what was inside."""
        self._size += len(piece)
        if self._size > self._info.raw_size:
            raise self._damaged()
        self._digest.update(piece)
        rest = memoryview(piece)
        while rest:
            rest = rest[self._out.write(rest) :]
        return len(piece)

    def end(self) -> None:
        if self._size != self._info.raw_size or self._digest.hexdigest() != self._info.raw_digest:
            raise self._damaged()
        self.close()

    def close(self) -> None:
        self._out.close()

    def _damaged(self) -> NoAnswer:
        return NoAnswer("damaged", f"the snapshot of {self._info.scope} does not unpack to what the hub named")
