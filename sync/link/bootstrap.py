"""Snapshots: downloaded with resumption, verified, joined into a new replica (F21, F25)."""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import zstandard

from sync.link.wire import NoAnswer, Wire
from sync.local.install import Part, install
from sync.protocol.messages import SnapshotInfo

FOLDER = "snapshots"
PIECE = 1 << 20
IDLE_S = 30.0


def bootstrap(
    home: Path,
    wire: Wire,
    scopes: list[str],
    followed: list[str],
    incarnation: str,
    stopping: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Fetch snapshots of `scopes` and make the replica of them and of the other `followed` ones that are here.

    None if told to stop. What was downloaded is kept for the next try. Raises NoAnswer, Refused, install.BadSnapshot.
    """
    folder = home / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    infos = [wire.get(f"snapshot/{quote(scope, safe=':')}", SnapshotInfo, timeout=600.0) for scope in scopes]
    _remove_others(folder, {info.digest for info in infos})
    parts = []
    for number, info in enumerate(infos):
        if not download(wire, info, folder / info.digest, stopping):
            return None
        raw = folder / f"{number}.db"
        _unpack(info, folder / info.digest, raw)
        parts.append(Part(info.scope, info.epoch, info.version, info.included, raw, _seen_at(raw, info.scope)))
    made = install(home, parts, incarnation, followed)
    _remove_others(folder, set())
    return made


def _remove_others(folder: Path, digests: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in digests:
            path.unlink()


def download(wire: Wire, info: SnapshotInfo, path: Path, stopping: Callable[[], bool]) -> bool:
    """The blob, from where an earlier try ended; False if told to stop. Raises NoAnswer, Refused."""
    if not (len(info.digest) == 64 and info.digest.isalnum()):
        raise NoAnswer("not_the_hub", "the snapshot has no digest")
    digest = hashlib.sha256()
    with open(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+b") as out:
        have = _hash_present(out, digest, info.size)
        if have < info.size and not _fetch(wire, info, out, have, digest, stopping):
            return False
    if digest.hexdigest() != info.digest:
        path.unlink()
        raise NoAnswer("damaged", f"the snapshot of {info.scope} is not what the hub named")
    return True


def _hash_present(out, digest, size: int) -> int:  # type: ignore[no-untyped-def]
    have = 0
    while piece := out.read(PIECE):
        have += len(piece)
        digest.update(piece)
    if have > size:
        out.truncate(0)
        out.seek(0)
    return have


def _fetch(wire: Wire, info: SnapshotInfo, out, have: int, digest, stopping: Callable[[], bool]) -> bool:  # type: ignore[no-untyped-def]
    headers = {"Accept-Encoding": "identity", "Accept": "*/*"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with wire.stream(f"blob/{info.digest}", IDLE_S, headers) as response:
        if have and response.status_code != 206:
            raise NoAnswer("not_the_hub", "the hub does not go on where the download ended")
        for piece in response.iter_raw():  # as they come: gathering them costs a third of the download's time
            out.write(piece)
            digest.update(piece)
            if stopping():
                return False
    return True


def _unpack(info: SnapshotInfo, blob: Path, raw: Path) -> None:
    if info.encoding == "identity":
        os.replace(blob, raw)
        return
    if info.encoding != "zstd":
        raise NoAnswer("not_the_hub", f"snapshots encoded as {info.encoding!r} are not known here")
    digest, size = hashlib.sha256(), 0
    with open(blob, "rb") as source, open(os.open(raw, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as out:
        for piece in zstandard.ZstdDecompressor().read_to_iter(source, write_size=PIECE):
            size += len(piece)
            if size > info.raw_size:
                break
            digest.update(piece)
            out.write(piece)
    if size != info.raw_size or digest.hexdigest() != info.raw_digest:
        blob.unlink()
        raise NoAnswer("damaged", f"the snapshot of {info.scope} does not unpack to what the hub named")


def _seen_at(raw: Path, scope: str) -> int:
    """When the hub made it, as its own cursor row says; 0 if it has none."""
    db = sqlite3.connect(raw)
    try:
        row = db.execute("SELECT seen_at FROM cursor WHERE scope = ?", (scope,)).fetchone()
    except sqlite3.DatabaseError as error:
        raise NoAnswer("damaged", f"the snapshot of {scope} can't be read: {error}") from error
    finally:
        db.close()
    return int(row[0]) if row else 0
