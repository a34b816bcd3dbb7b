"""A new web order from the hub's commit until a terminal of the store has it to pick: a real agent, a live line."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sync.hub import orders
from sync.local import Local, link_status
from sync.local.picking import to_pick
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from tests.bench.figures import Figure, load, percentile
from tests.link.store import OWN, Store, now, until

ORDERS = 200
PAUSE_S = 0.05
"""Between two orders: one at a time, as they come."""
LOOKED_S = 0.002


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: orders (default 200)."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "hub")
        home = store.terminal(Path(folder), "tablet-1", "tablet")
        agent = subprocess.Popen([sys.executable, "-m", "sync", "agent", "--home", str(home), "--hub", store.url])
        local = Local.open(home)
        try:
            until(lambda: local.refresh() or link_status(local, now()).online, 30)
            _arrives(store, local, 0)
            took = [_arrives(store, local, n) for n in range(1, 1 + (size or ORDERS))]
        finally:
            local.close()
            agent.terminate()
            agent.wait(10)
            store.stop()
    note = (
        f"p50 {percentile(took, 0.5) * 1e3:.0f} ms, slowest {max(took) * 1e3:.0f} ms, {len(took)} orders; load {load()}"
    )
    yield Figure("a new order is at the tablet, p99", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 1000", note)


def _arrives(store: Store, local: Local, n: int) -> float:
    """Seconds from the hub's commit until the terminal's files have it."""
    number = f"700-{n}"
    lines = [ReceivedLine("1", "p1", 1000, 15_000, fulfilment="pickup", pickup_at=OWN)]
    told = ChannelReceived(number, number, lines, [OrderPayment("a", "online", 15_000)], now())
    orders.receive(store.engine, "web", told, now())
    began = time.perf_counter()
    while not _is_here(local, f"web:{number}"):
        assert time.perf_counter() - began < 30, "the order did not come"
        time.sleep(LOOKED_S)
    took = time.perf_counter() - began
    time.sleep(PAUSE_S)
    return took


def _is_here(local: Local, id: str) -> bool:
    local.refresh()
    return any(it.order == id for it in to_pick(local))
