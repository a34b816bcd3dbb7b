"""What a power cut leaves of a write-ahead log (SQLite's file format, section 4: header 32 bytes, frames with salts).

The app commits with `synchronous=FULL`: all that the log holds then is on the disk. What the agent commits behind it
(NORMAL) may be lost, from any byte on, and the last sector may be torn.
"""

import random
import struct
from dataclasses import dataclass
from pathlib import Path

_HEADER, _FRAME = 32, 24


@dataclass(frozen=True)
class Durable:
    """A log with that salt has reached the disk up to `end` bytes."""

    salt: bytes
    end: int


def after_commit(known: dict[str, Durable], file: str) -> None:
    """A commit that waited for the disk returned: note how much of the log is safe."""
    path = Path(file + "-wal")
    known[file] = _valid(path, known.get(file))


def _valid(path: Path, known: Durable | None = None) -> Durable:
    """The log's salt, and where its last frame of that salt ends."""
    with path.open("rb") as log:
        header = log.read(_HEADER)
        if len(header) < _HEADER:
            return Durable(b"", 0)
        page = struct.unpack(">I", header[8:12])[0]
        salt, at = header[16:24], _HEADER
        if known is not None and known.salt == salt:
            at = known.end
        while True:
            log.seek(at)
            frame = log.read(_FRAME)
            if len(frame) < _FRAME or frame[8:16] != salt:
                return Durable(salt, at)
            at += _FRAME + page


def after_power_cut(chance: random.Random, name: str, content: bytes, safe: Durable | None) -> bytes:
    """The log as it is found when the power is back: what was not yet on the disk lost from some byte on, or torn."""
    if not content:
        return content
    least = safe.end if safe is not None and safe.salt == content[16:24] else 0
    if len(content) <= least:
        return content
    keep = chance.choice([least, len(content), chance.randint(least, len(content))])
    torn = chance.randbytes(min(512, len(content) - keep)) if chance.random() < 0.5 else b""
    return content[:keep] + torn
