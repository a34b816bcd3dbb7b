"""Snapshots: a scope at one version as an immutable SQLite file, named by its content.

A build is kept until too much has changed since, and is handed to everyone who asks; deltas do the rest. Each is there
twice: as it is for the same machine, and as zstd for a network, where fewer bytes are worth the unpacking.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import zstandard
from sqlalchemy import Connection, Engine, func, select

from sync.hub import database, feed, seals, snapshot_build
from sync.hub.tables import version
from sync.protocol.messages import SnapshotInfo

BEHIND_ROWS = 20_000
"""A snapshot is built anew once this many rows changed since,"""
BEHIND_VERSIONS = 5_000
"""or this many versions passed: more would be slower to pull than to take."""
GRACE_S = 3600
"""How long a replaced file stays, for those who are in the middle of taking it."""
LEVEL = 1
"""Of zstd: on a catalogue, level 3 is twice as slow for files that are 5 % smaller."""

_DIGEST = re.compile("[0-9a-f]{64}")


class Kept(msgspec.Struct, frozen=True):
    """What the folder says of a scope's newest snapshot: the version it stands for, the hub's seal on that, and its two
    files."""

    format: int
    scope: str
    epoch: str
    version: int
    raw_digest: str
    raw_size: int
    packed_digest: str
    packed_size: int
    seal: str = ""


def snapshot_info(engine: Engine, folder: Path, scope: str, encoding: str = "zstd") -> SnapshotInfo:
    """The scope's snapshot, built now if none is recent enough; those who ask meanwhile wait for the one build.

    `encoding`: `zstd` or `identity`. `included` is 0: what is included depends on who asks.
    Raises OSError when the folder can't be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = _read(folder, scope)
    if kept is None or not _recent(engine, folder, kept):
        with _only_one(folder, scope):
            kept = _read(folder, scope)
            if kept is None or not _recent(engine, folder, kept):
                kept = _build(engine, folder, scope)
    packed = encoding == "zstd"
    return SnapshotInfo(
        scope=scope,
        epoch=kept.epoch,
        version=kept.version,
        included=0,
        digest=kept.packed_digest if packed else kept.raw_digest,
        size=kept.packed_size if packed else kept.raw_size,
        encoding="zstd" if packed else "identity",
        raw_digest=kept.raw_digest,
        raw_size=kept.raw_size,
        format=kept.format,
        seal=kept.seal,
    )


def is_recent(engine: Engine, folder: Path, scope: str) -> bool:
    """Whether the scope's snapshot is there, and recent enough to be handed out."""
    kept = _read(folder, scope)
    return kept is not None and _recent(engine, folder, kept)


def blob_path(folder: Path, digest: str) -> Path | None:
    """The file of that content; None if there is none (any more), or if that is no digest."""
    if not _DIGEST.fullmatch(digest):
        return None
    path = folder / f"{digest}.blob"
    return path if path.is_file() else None


def _name(scope: str) -> str:
    # Scopes hold what retailers call their places; file names hold a hash of it.
    return hashlib.sha256(scope.encode()).hexdigest()[:24]


def _read(folder: Path, scope: str) -> Kept | None:
    try:
        kept = msgspec.json.decode((folder / f"{_name(scope)}.kept").read_bytes(), type=Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return kept if kept.format == snapshot_build.FORMAT else None


def _recent(engine: Engine, folder: Path, kept: Kept) -> bool:
    """Whether deltas lead on from this snapshot, and are fewer than a new one is worth."""
    if not all(blob_path(folder, digest) for digest in (kept.raw_digest, kept.packed_digest)):
        return False
    with database.read(engine) as conn:
        head = feed.heads(conn, [kept.scope])[kept.scope]
        if head.epoch != kept.epoch or not head.floor <= kept.version <= head.version:
            return False
        if kept.seal != _seal(conn, kept.scope, kept.version):
            return False  # of a database that a backup took the place of
        return head.version - kept.version <= BEHIND_VERSIONS and _rows_since(conn, kept) <= BEHIND_ROWS


def _seal(conn: Connection, scope: str, number: int) -> str:
    return seals.seal_at(conn, database.hub_row(conn), scope, number)


def _rows_since(conn: Connection, kept: Kept) -> int:
    later = (version.c.scope == kept.scope, version.c.version > kept.version)
    return int(conn.execute(select(func.coalesce(func.sum(version.c.rows), 0)).where(*later)).scalar_one())


@contextlib.contextmanager
def _only_one(folder: Path, scope: str) -> Iterator[None]:
    """One builder of a scope at a time, over threads and processes; the lock dies with its process."""
    handle = os.open(folder / f"{_name(scope)}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _build(engine: Engine, folder: Path, scope: str) -> Kept:
    before = _read(folder, scope)
    draft, packing = folder / f"{_name(scope)}.draft", folder / f"{_name(scope)}.packing"
    with _removed_at_the_end(draft, packing):
        built = snapshot_build.build(engine, scope, draft)
        packed_digest = _pack(draft, packing)
        kept = Kept(
            format=snapshot_build.FORMAT,
            scope=scope,
            epoch=built.epoch,
            version=built.version,
            raw_digest=_digest(draft),
            raw_size=draft.stat().st_size,
            packed_digest=packed_digest,
            packed_size=packing.stat().st_size,
            seal=built.seal,
        )
        _place(draft, folder / f"{kept.raw_digest}.blob")
        _place(packing, folder / f"{packed_digest}.blob")
    _keep(folder, kept)
    _clean(folder, before, time.time())
    return kept


@contextlib.contextmanager
def _removed_at_the_end(*paths: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pack(source: Path, target: Path) -> str:
    compressor = zstandard.ZstdCompressor(level=LEVEL, threads=-1)
    with source.open("rb") as read, open(os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as write:
        compressor.copy_stream(read, write, size=source.stat().st_size, read_size=1 << 20, write_size=1 << 20)
    return _digest(target)


def _place(draft: Path, final: Path) -> None:
    """On disk in full before it gets its name: a name always means the whole content."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, final)


def _keep(folder: Path, kept: Kept) -> None:
    draft = folder / f"{_name(kept.scope)}.kept.draft"
    draft.write_bytes(msgspec.json.encode(kept))
    _place(draft, folder / f"{_name(kept.scope)}.kept")


def _clean(folder: Path, before: Kept | None, now: float) -> None:
    """Remove files that nothing names and that were replaced, or left by a crash, GRACE_S ago."""
    if before is not None:
        for digest in (before.raw_digest, before.packed_digest):
            with contextlib.suppress(FileNotFoundError):
                os.utime(folder / f"{digest}.blob", (now, now))
    named = {digest for path in folder.glob("*.kept") for digest in _digests(path)}
    for path in folder.glob("*.blob"):
        with contextlib.suppress(FileNotFoundError):  # another builder was faster
            if path.stem not in named and now - path.stat().st_mtime > GRACE_S:
                path.unlink()


def _digests(path: Path) -> tuple[str, str]:
    kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    return kept.raw_digest, kept.packed_digest
