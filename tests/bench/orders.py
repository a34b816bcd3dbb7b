"""An order found by its number among 200,000 on the terminal, own returns laid over; nothing is asked of the hub."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sync.actions.clock import new_id
from sync.actions.take_back import Wish, take_back
from sync.domain.orders import Purchase
from sync.domain.returns import Basis, Condition, Item, Reason
from sync.local import Local, RecordedReturn, Staff, files, purchases_by_number
from tests.bench._orders import AT, MANY, number, order, orders_home
from tests.bench.figures import Figure, load, percentile, timed

TIMES = 5000
OWN = 300
"""Returns of this terminal that wait for their verdict meanwhile."""
CASHIER = Staff("c0", "Asel K.", "cashier", AT * 2)


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: orders (default 200,000; at least 1,000)."""
    count = max(1000, size or MANY)
    kept = orders_home(count)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        place = Path(folder) / "home"
        shutil.copytree(kept, place)
        local = Local.open(place)
        for n in range(OWN):
            assert isinstance(_return(local, n), RecordedReturn)
        path = files.current(place)
        assert path is not None
        path.read_bytes()  # from memory: the disk is no part of this
        yield from _found(local, count)
        local.close()


def _return(local: Local, n: int) -> object:
    items = (Item("1", 1000, Reason.CHANGED_MIND, Condition.SEALED),)
    return take_back(
        local,
        Wish(new_id(AT), order(n), items, Basis.HELD, claim="", approver=None, actor=CASHIER, language="en", now=AT),
    )


def _found(local: Local, count: int) -> Iterator[Figure]:
    chance = random.Random(11)
    for name, among in (("of all", range(OWN, count)), ("that came back here in part", range(OWN))):
        wanted = [chance.choice(among) for _ in range(TIMES)]
        asked, found = iter(wanted), list[list[Purchase]]()
        took = timed(lambda a=asked, f=found: f.append(purchases_by_number(local, number(next(a)))), TIMES)  # type: ignore[misc]
        assert [[purchase.id for purchase in each] for each in found] == [[f"web:{n}"] for n in wanted]
        assert all((each[0].lines[0].returned == 1000) is (n < OWN) for each, n in zip(found, wanted, strict=True))
        note = f"{count:,} orders, p50 {percentile(took, 0.5) * 1e3:.3f} ms, load {load()}"
        yield Figure(f"order by number, {name}, p99", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 5", note)
