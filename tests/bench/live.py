"""A commit at the hub until 1,000 live subscribers know of it, beside bare asyncio; memory of an idle subscriber."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench._hub import Sales, Till, enrolled, new_database, open_retailer, postgres, serving
from tests.bench.figures import Figure, load, percentile

SUBSCRIBERS = 1000
ROUNDS = 30
STORES = [f"store-{n}" for n in range(4)]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: subscribers (default 1,000). They all follow the store that sells."""
    count = size or SUBSCRIBERS
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = new_database(server, "hub")
        open_retailer(url, STORES)
        tills = enrolled(url, {f"till-{n}": STORES[0] for n in range(count)})
        with serving(url, Path(folder)) as (address, process):
            waits, kib = asyncio.run(_hub(address, process.pid, tills))
    with subprocess.Popen([sys.executable, "-m", "tests.bench._fan_out"], stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdout is not None
        bare = asyncio.run(_bare(peer.stdout.readline().split()[1], count))
        peer.terminate()
    limit, ours = (percentile(samples, 0.99) * 1000 for samples in (bare, waits))
    note = f"{count} streams, {ROUNDS} sales pushed, from sending one; p50 {percentile(waits, 0.5) * 1000:.0f} ms"
    yield Figure("live, commit to all subscribers, p99", ours, "ms", "", None, "<= 150", f"{note}; load {load()}")
    yield Figure("live, beside a bare fan-out, p99", ours, "ms", "bare asyncio", limit, "<= 10", f"load {load()}")
    yield Figure("live, hub memory of an idle subscriber", kib, "KiB", "", None, "<= 20", f"{count} streams, resident")


async def _hub(address: str, pid: int, tills: list[Till]) -> tuple[list[float], float]:
    """Waits of each subscriber in each round, and KiB of the hub for each of them."""
    makes, seller = Sales(), await _connect(address)
    await _sell(seller, tills[0].push(1, makes))  # what is made once is made
    before = _resident(pid)
    streams = [await _subscribe(address, _follow(till)) for till in tills]
    await asyncio.sleep(3)
    kib = (_resident(pid) - before) / len(tills)
    waits = []
    for _ in range(ROUNDS):
        waits += await _round(streams, seller, tills[0].push(1, makes))
        await _answered(seller)
    _close([*streams, seller])
    return waits, kib


async def _bare(address: str, count: int) -> list[float]:
    streams = [await _subscribe(address, b"follow\n") for _ in range(count)]
    seller = await _connect(address)
    seller[1].write(b"sell\n")  # says that it does not follow
    waits = []
    for _ in range(ROUNDS):
        waits += await _round(streams, seller, b"again\n")
    _close([*streams, seller])
    return waits


async def _connect(address: str) -> Stream:
    where = urlsplit(address)
    return await asyncio.open_connection(where.hostname, where.port)


def _close(streams: list[Stream]) -> None:
    for _, writer in streams:
        writer.close()


def _follow(till: Till) -> bytes:
    head = "GET /v1/live?scope=location:store-0 HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {}\r\n\r\n"
    return head.format(till.token).encode()


async def _subscribe(address: str, request: bytes) -> Stream:
    stream = await _connect(address)
    stream[1].write(request)
    await stream[0].readuntil(b"}\n\n")  # where it stands
    return stream


async def _round(streams: list[Stream], seller: Stream, request: bytes) -> list[float]:
    """Seconds from sending the request until each subscriber has its event."""

    async def told(reader: asyncio.StreamReader) -> float:
        await reader.readuntil(b"}\n\n")
        return time.perf_counter()

    listening = [asyncio.create_task(told(reader)) for reader, _ in streams]
    await asyncio.sleep(0.1)
    start = time.perf_counter()
    seller[1].write(request)
    return [at - start for at in await asyncio.gather(*listening)]


async def _sell(seller: Stream, request: bytes) -> None:
    seller[1].write(request)
    await _answered(seller)


async def _answered(seller: Stream) -> None:
    head = await seller[0].readuntil(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0], head
    await seller[0].readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))


def _resident(pid: int) -> float:
    """KiB of a process in memory."""
    return float(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0])
