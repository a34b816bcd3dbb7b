"""Request bodies in, answers out: size limits that hold after decompression too, JSON both ways, zstd when it pays."""

from typing import Any, TypeVar

import msgspec
import zstandard
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sync.hub.faults import Refusal

SMALL = 64 * 1024
"""Largest body of everything but a push, in bytes."""
PUSH = 24 * 1024 * 1024
"""Largest body of a push: PUSH_BYTES of operations, escaped inside JSON."""
WORTH = 1024
"""Answers above this many bytes are compressed for those who accept it."""
WINDOW = 8 * 1024 * 1024
"""Largest zstd window: memory that a stranger may make us take."""
CHUNK = 256 * 1024
"""Bytes unpacked at a time."""

Message = TypeVar("Message")
_encoder = msgspec.json.Encoder()


async def read(request: Request, kind: type[Message], limit: int = SMALL) -> Message:
    """The body as a message. Raises Refusal: too large, unknown encoding, not the message asked for."""
    raw = _unpack(await _collect(request, limit), request.headers.get("content-encoding", ""), limit)
    try:
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, RecursionError) as fault:
        raise Refusal(400, "bad_body", f"The body is not a {kind.__name__} as JSON: {fault}.") from None


async def _collect(request: Request, limit: int) -> bytes:
    chunks = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            chunks.append(chunk)
    except ClientDisconnect:  # a line was cut, or a person's patience ended: nobody hears the answer
        raise Refusal(400, "cut_body", "The request ended in the middle of its body.") from None
    return b"".join(chunks)


def _too_large(limit: int) -> Refusal:
    return Refusal(413, "too_large", f"The body is larger than {limit} bytes.")


def _unpack(raw: bytes, encoding: str, limit: int) -> bytes:
    if encoding in ("", "identity"):
        return raw
    if encoding != "zstd":
        raise Refusal(415, "bad_encoding", f"Bodies come plain or as zstd, not as {encoding[:32]!r}.")
    try:
        out = _unzstd(raw, limit + 1)
    except zstandard.ZstdError:
        raise Refusal(400, "bad_body", "The body is not zstd.") from None
    if len(out) > limit:
        raise _too_large(limit)
    return out


def _unzstd(raw: bytes, most: int) -> bytes:
    """Up to `most` bytes: one more than is allowed tells a bomb without unpacking it."""
    reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(raw)
    chunks, size = [], 0
    while size < most and (chunk := reader.read(min(CHUNK, most - size))):  # asked for all, it takes the memory at once
        chunks.append(chunk)
        size += len(chunk)
    return b"".join(chunks)


def answer(request: Request, message: Any, status: int = 200) -> Response:
    """A message as the response, compressed if it is large and the asker takes zstd."""
    raw = _encoder.encode(message)
    headers = {"cache-control": "no-store", "vary": "accept-encoding"}
    if len(raw) > WORTH and "zstd" in request.headers.get("accept-encoding", ""):
        raw = zstandard.ZstdCompressor(level=3).compress(raw)
        headers["content-encoding"] = "zstd"
    return Response(raw, status, headers, "application/json")
