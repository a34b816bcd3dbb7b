"""A scanned marking code beside 300,000 receipts: was this very unit sold already?"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sync.actions.cart import Cart, OnLabel
from sync.actions.clock import new_id
from sync.actions.sell import sell
from sync.actions.sold_units import elsewhere
from sync.local import Local, RecordedSale, product
from tests.bench.figures import Figure, percentile, timed
from tests.local.fixture import NOW, make_terminal
from tests.local.tills import CASHIER

RECEIPTS = 300_000
TIMES = 2_000
GOODS = "p-milk"


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: receipts in the journal (default 300,000), each with one marked unit."""
    count = size or RECEIPTS
    with tempfile.TemporaryDirectory() as name:
        local = Local.open(make_terminal(Path(name)))
        _fill(local, count)
        note = f"{count} receipts"
        chosen = iter(range(0, TIMES * 100, 97))
        sold = timed(lambda: elsewhere(local, GOODS, f"u{next(chosen) % count}", ""), TIMES)
        assert elsewhere(local, GOODS, f"u{count - 1}", "") is not None
        yield Figure("a unit that is sold, p50", percentile(sold, 0.5) * 1000, "ms", "", None, "<= 1", note)
        yield Figure("a unit that is sold, p99", percentile(sold, 0.99) * 1000, "ms", "", None, "<= 1", note)
        fresh = timed(lambda: elsewhere(local, GOODS, "a unit that nobody sold", ""), TIMES)
        yield Figure("a unit that is not, p99", percentile(fresh, 0.99) * 1000, "ms", "", None, "<= 1", note)
        local.close()


def _fill(local: Local, count: int) -> None:
    """One sale as it is recorded, and as many rows of the same shape beside it as a till has after years."""
    found = product(local, GOODS, NOW)
    assert found is not None
    cart = Cart(new_id(NOW), started_at=NOW).add(found, NOW, labelled=OnLabel("a marking code", "u"))
    assert isinstance(sell(local, cart, 10**6, CASHIER, "en", NOW), RecordedSale)
    with local.write() as db:
        for table, columns in (
            ("op", "incarnation, n, op_id, kind, at, bytes, hash, receipts"),
            ("sale", "'s' || n, 'R' || n, incarnation, n, at"),
            ("sold_unit", f"'{GOODS}', 'u' || (n - 10), 's' || n, 1"),
        ):
            db.execute(
                "WITH RECURSIVE c(n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM c WHERE n < ?)"
                f" INSERT INTO {table} SELECT {columns} FROM c, (SELECT * FROM op WHERE kind = 'sale' LIMIT 1)",
                (count + 9,),
            )
