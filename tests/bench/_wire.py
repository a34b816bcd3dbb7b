"""Many HTTP connections for little processor time: ready requests out, answers in, one after the other on each."""

import asyncio
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit


class _Connection(asyncio.Protocol):
    """One connection: sends the next request when the answer to the one before has come."""

    def __init__(self, requests: Iterable[bytes], took: Callable[[float, int, bytes], None]) -> None:
        self._requests = iter(requests)
        self._took = took
        self._buffer = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._buffer = b""
        self._took(time.perf_counter() - self._sent, int(head[9:12]), body)
        self._next()

    def connection_lost(self, fault: Exception | None) -> None:
        if self.done.done():
            return
        if fault or next(self._requests, None) is not None:
            self.done.set_exception(fault or ConnectionError("the hub hung up before all was sent"))
        else:
            self.done.set_result(None)


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.index(b"content-length:") + 15
    return int(lowered[at:].split(b"\r\n", 1)[0])


async def _drive(url: str, queues: list[Iterable[bytes]], took: Callable[[float, int, bytes], None]) -> float:
    loop, where = asyncio.get_running_loop(), urlsplit(url)
    start = time.perf_counter()
    opening = [
        loop.create_connection(lambda queue=queue: _Connection(queue, took), where.hostname, where.port)  # type: ignore[misc]
        for queue in queues
    ]
    connections = [protocol for _, protocol in await asyncio.gather(*opening)]
    await asyncio.gather(*(c.done for c in connections))
    return time.perf_counter() - start


def drive(url: str, queues: list[Iterable[bytes]]) -> tuple[float, list[float], list[tuple[int, bytes]]]:
    """Send each queue over a connection of its own, all at once. Seconds in all, seconds of each, status and body."""
    times: list[float] = []
    answers: list[tuple[int, bytes]] = []

    def took(seconds: float, status: int, body: bytes) -> None:
        times.append(seconds)
        answers.append((status, body))

    return asyncio.run(_drive(url, queues, took)), times, answers
