"""A year of real grocery receipts through terminals' journals to the hub: cents off, stock off, receipts a second."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from sync.actions.cart import Cart
from sync.actions.clock import new_id
from sync.actions.sell import sell
from sync.domain.pricing import PIECE, Price
from sync.hub import database, tables
from sync.hub.enrolment import create_code
from sync.hub.importing import import_files
from sync.hub.records import sales_by_location
from sync.hub.seed import set_settings
from sync.hub.serving import Running, Serving
from sync.link.enrol import enrol
from sync.link.first import fill_replica
from sync.local import Local, RecordedSale, Staff, product
from tests.bench import _receipts
from tests.bench._receipts import Basket
from tests.bench.figures import Figure

STORES = 24
CASHIER = Staff("bench", "Bench", "cashier", 2**53)


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: receipts (default 12,000) over 24 stores with a terminal each."""
    baskets, products = _receipts.load(STORES, size or 12_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _receipts.write_files(folder, baskets, products)
        where = Serving(f"sqlite:///{folder / 'hub.db'}", folder / "snapshots", port=0)
        with Running(where) as hub:
            yield _imported(hub, files, len(products))
            homes = _open_terminals(hub, folder, sorted({b.store for b in baskets}))
            yield from _replay(hub, homes, baskets)
            yield from _proofs(hub, baskets)


def _imported(hub: Running, files: dict[str, Path], products: int) -> Figure:
    start = time.perf_counter()
    set_settings(hub.engine, {"currency": "USD", "retailer": "Complete Journey", "timezone": "UTC"}, _now())
    report = import_files(hub.engine, files, currency="USD", strict=True)
    took = time.perf_counter() - start
    assert not report.bad_count, report.bad[:3]
    rows = sum(m.added for m in report.counts.values())
    return Figure("import of the receipts' files", rows / took, "rows/s", "", None, ">= 10000", f"{products} products")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _open_terminals(hub: Running, folder: Path, stores: list[str]) -> dict[str, Path]:
    homes = {}
    for store in stores:
        with database.write(hub.engine) as conn:
            said = {"terminal_id": f"{store}-till-1", "name": "Till 1", "kind": "till", "place": store}
            code = create_code(conn, now=_now(), **said)
        homes[store] = folder / store
        enrol(homes[store], hub.url, code, _now())
        fill_replica(homes[store])
    return homes


def _replay(hub: Running, homes: dict[str, Path], baskets: list[Basket]) -> Iterator[Figure]:
    selling = pushing = 0.0
    lines = 0
    for store, home in homes.items():
        own = [b for b in baskets if b.store == store]
        start = time.perf_counter()
        lines += _sell_all(home, own)
        middle = time.perf_counter()
        fill_replica(home)  # one round of the agent: hello, push until nothing waits, pull
        selling, pushing = selling + middle - start, pushing + time.perf_counter() - middle
    note = f"{len(baskets)} receipts, {lines} lines, {len(homes)} terminals"
    yield Figure("receipts recorded", len(baskets) / selling, "1/s", "", None, ">= 100", note)
    yield Figure("receipts drained to the hub", len(baskets) / pushing, "1/s", "", None, ">= 100", "SQLite hub, HTTP")


def _sell_all(home: Path, baskets: list[Basket]) -> int:
    local = Local.open(home)
    lines = 0
    for basket in baskets:
        cart = _cart(local, basket)
        lines += len(cart.lines)
        done = sell(local, cart, basket.cents, CASHIER, "en", basket.at)
        assert isinstance(done, RecordedSale), done
        assert done.body.total == basket.cents
    local.close()
    return lines


def _cart(local: Local, basket: Basket) -> Cart:
    cart = Cart(new_id(basket.at), started_at=basket.at)
    for item, pieces, cents in basket.priced():
        found = product(local, item, basket.at)
        assert found is not None, item
        cart = cart.add(replace(found, price=Price(cents)), basket.at, pieces * PIECE)
    return cart


def _proofs(hub: Running, baskets: list[Basket]) -> Iterator[Figure]:
    paid: Counter[str] = Counter()
    for basket in baskets:
        paid[basket.store] += basket.cents
    with database.read(hub.engine) as conn:
        sold = {row.location: row for row in sales_by_location(conn)}
        levels = {(r.location, r.product): r.on_hand for r in conn.execute(select(tables.stock))}
    off = sum(abs(paid[s] - (sold[s].total if s in sold else 0)) for s in paid | dict.fromkeys(sold, 0))
    cents, count = sum(paid.values()), sum(row.sales for row in sold.values())
    note = f"{cents / 100:,.2f} in {count} sales of {len(paid)} stores"
    yield Figure("cents_off", off, "cents", "", None, "= 0", note)
    yield Figure("receipts_off", abs(count - len(baskets)), "sales", "", None, "= 0", "at the hub less in the data")
    wanted = {k: (_receipts.start_of(*k, n) - n) * PIECE for k, n in _receipts.sold_by_store(baskets).items()}
    wrong = sum(levels.get(k) != n for k, n in wanted.items()) + len(set(levels) - set(wanted))
    yield Figure("stock_off", wrong, "levels", "", None, "= 0", f"{len(wanted)} levels, start less sales")
