"""Snapshots: downloaded with resumption, verified, joined into a new replica (F21, F25).

While one comes over the line, the bytes before it are hashed and unpacked, and the one before it is joined: three
threads, as far as the catalogue is large enough to be worth them. The file is what the hub checked and named by its
hash, so after the hash nothing of it is checked a second time.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from sync.link.arriving import PIECE, Arriving, Aside
from sync.link.wire import NoAnswer, Wire
from sync.local.disk import Reason, reason_of
from sync.local.install import Assembly, Part
from sync.protocol import replica
from sync.protocol.messages import SnapshotInfo

FOLDER = "snapshots"
IDLE_S = 30.0
WORTH_THREADS = 8 * PIECE
"""Bytes of snapshots from which on threads are worth their start."""
LEFT_FREE = 64 * PIECE
"""Room on the disk that no download takes: sales need it."""


def bootstrap(
    home: Path,
    wire: Wire,
    scopes: list[str],
    followed: list[str],
    incarnation: str,
    stopping: Callable[[], bool] = lambda: False,
) -> Path | None:
    """Fetch snapshots of `scopes` and make the replica of them and of the other `followed` ones that are here.

    None if told to stop. What was downloaded is kept for the next try, unless the disk is full. Raises NoAnswer (with
    a `disk.Reason` where it lies on this side), Refused, install.BadSnapshot.
    """
    folder = home / FOLDER
    with _said(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        infos = [_info(wire, scope) for scope in scopes]
        infos.sort(key=lambda info: (info.scope != "catalogue", -info.raw_size))
        _remove_others(folder, {info.digest for info in infos})
        _require_room(folder, infos)
        made = _fetch_and_join(home, wire, infos, Assembly(home, scopes, incarnation, followed), stopping)
        if made is not None:
            _remove_others(folder, set())
    return made


def _info(wire: Wire, scope: str) -> SnapshotInfo:
    """What there is to fetch. The hub may be of another version than we are: better said before half a gigabyte."""
    encoding = "identity" if wire.near else "zstd"
    info = wire.get(f"snapshot/{quote(scope, safe=':')}", SnapshotInfo, timeout=600.0, encoding=encoding)
    if info.format != replica.FORMAT:
        raise NoAnswer("format", f"the hub's snapshots have format {info.format}, this software reads {replica.FORMAT}")
    return info


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """Say what the disk did. A full one gets back what was downloaded: a sale needs the room more."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = reason_of(error, folder.parent)
        if reason is Reason.FULL:
            shutil.rmtree(folder, ignore_errors=True)
        raise NoAnswer((reason or Reason.BROKEN).value, str(error)) from error


def _require_room(folder: Path, infos: list[SnapshotInfo]) -> None:
    """Don't begin what can't be ended. The largest becomes the replica itself; the others are in it and beside it."""
    need = sum(info.raw_size + (info.size if info.encoding != "identity" else 0) for info in infos)
    need += sum(info.raw_size for info in infos[1:]) + LEFT_FREE
    have = sum(path.stat().st_size for path in folder.iterdir())
    free = shutil.disk_usage(folder).free + have
    if free < need:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoAnswer(Reason.FULL.value, f"the snapshots need {need >> 20:,} MiB, {free >> 20:,} MiB are free")


def _remove_others(folder: Path, digests: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in digests:
            path.unlink()


def _fetch_and_join(
    home: Path, wire: Wire, infos: list[SnapshotInfo], assembly: Assembly, stopping: Callable[[], bool]
) -> Path | None:
    threads = sum(info.raw_size for info in infos) >= WORTH_THREADS
    unpacking, joining = Aside("unpack", threads), Aside("join", threads)
    with ExitStack() as ends:
        ends.callback(assembly.drop)
        all_arriving = [Arriving(info, home / FOLDER, number) for number, info in enumerate(infos)]
        for arriving in all_arriving:
            ends.callback(arriving.close)
        ends.callback(joining.close)
        ends.callback(unpacking.close)
        for arriving in all_arriving:
            if not download(wire, arriving, stopping, unpacking):
                return None
            unpacking.do(_arrived, arriving, assembly, joining)
        unpacking.settle()
        joining.settle()
        return assembly.finish()


def _arrived(arriving: Arriving, assembly: Assembly, joining: Aside) -> None:
    arriving.end()
    info = arriving.info
    if info.raw_size >= WORTH_THREADS:
        _to_disk(arriving.raw)  # now, while the next one comes, rather than all at the end
    joining.do(_join, assembly, info, arriving.raw)


def _join(assembly: Assembly, info: SnapshotInfo, raw: Path) -> None:
    seen_at = _seen_at(raw, info.scope)
    part = Part(info.scope, info.epoch, info.version, info.included, raw, seen_at, hashed=True, seal=info.seal)
    assembly.add(part)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def download(wire: Wire, arriving: Arriving, stopping: Callable[[], bool], unpacking: Aside) -> bool:
    """The blob, from where an earlier try ended, each piece given to `arriving`; False if told to stop.

    Raises NoAnswer, Refused, OSError. `arriving.end` is the caller's.
    """
    with open(os.open(arriving.blob, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+b", 0) as out:
        have = _present(out, arriving, unpacking)
        return have == arriving.info.size or _fetch(wire, arriving, out, have, unpacking, stopping)


def _present(out: BinaryIO, arriving: Arriving, unpacking: Aside) -> int:
    """Hand on what an earlier try left; how much it is."""
    have = os.fstat(out.fileno()).st_size
    if have > arriving.info.size:
        out.truncate(0)
        return 0
    while piece := out.read(PIECE):
        unpacking.do(arriving.take, piece)
    return have


def _fetch(
    wire: Wire, arriving: Arriving, out: BinaryIO, have: int, unpacking: Aside, stopping: Callable[[], bool]
) -> bool:
    headers = {"Accept-Encoding": "identity", "Accept": "*/*"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with wire.stream(f"blob/{arriving.info.digest}", IDLE_S, headers, bulk=True) as response:
        if have and response.status_code != 206:
            raise NoAnswer("not_the_hub", "the hub does not go on where the download ended")
        for piece in response.iter_raw():
            have += len(piece)
            if have > arriving.info.size:
                raise NoAnswer("not_the_hub", "more came than the hub named")
            _write(out, piece)
            unpacking.do(arriving.take, piece)
            if stopping():
                return False
    if have < arriving.info.size:
        raise NoAnswer("no_connection", "the download ended early")
    return True


def _write(out: BinaryIO, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[out.write(rest) :]


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
