"""What a price was before it was raised is kept where an import changes it, and followers of the list are told."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.hub import database, feed, price_past
from sync.hub.tables import price_past as past
from tests.hub.test_import import DAY, FILES, NOW, bring, changes, empty, heads, rows  # noqa: F401  a fixture

LIST = "pricelist:standard"


def kept(engine: Engine) -> list[tuple[str, int, int]]:
    return [(row.product, row.unit, row.until) for row in rows(engine, past, past.c.until, past.c.product)]


def bring_prices(engine: Engine, folder: Path, now: int, *lines: str):
    return bring(
        engine, folder, now, prices="sku,price,regular,valid_from,valid_until\n" + "".join(f"{x}\n" for x in lines)
    )


@pytest.fixture
def shop(empty: Engine, tmp_path: Path) -> Engine:  # noqa: F811
    bring(empty, tmp_path, **FILES)
    return empty


def test_a_price_that_is_raised_is_kept_until_then_and_told(shop: Engine, tmp_path: Path) -> None:
    before = heads(shop)[LIST]
    bring_prices(shop, tmp_path, NOW + DAY, "M-1,500,,,", "M-2,990.50,,,")
    assert kept(shop) == [("M-1", 45_000, NOW + DAY)]
    told = [(e, row["product"], row["unit"]) for e, _key, row in changes(shop, LIST, before)]
    assert sorted(told) == [("price", "M-1", 50_000), ("price_past", "M-1", 45_000)]
    bring_prices(shop, tmp_path, NOW + 2 * DAY, "M-1,500,,,")
    assert len(kept(shop)) == 1, "the same file again changes nothing"


def test_a_price_that_falls_ends_what_it_undercuts(shop: Engine, tmp_path: Path) -> None:
    bring_prices(shop, tmp_path, NOW + DAY, "M-1,500,,,", "M-2,1200,,,")
    bring_prices(shop, tmp_path, NOW + 2 * DAY, "M-1,480,,,")
    assert kept(shop) == [("M-1", 45_000, NOW + DAY), ("M-2", 99_050, NOW + DAY)]
    before = heads(shop)[LIST]
    bring_prices(shop, tmp_path, NOW + 3 * DAY, "M-1,450,,,")
    assert kept(shop) == [("M-2", 99_050, NOW + DAY)]
    assert [(e, row) for e, _key, row in changes(shop, LIST, before) if e == "price_past"] == [("price_past", None)]


def test_a_dated_price_is_kept_as_far_as_it_was_asked(shop: Engine, tmp_path: Path) -> None:
    days = ("2026-09-01", "2026-09-10"), ("2027-09-01", "2027-09-10")
    bring_prices(shop, tmp_path, NOW, *(f"M-1,300,,{start},{end}" for start, end in days))
    bring_prices(shop, tmp_path, NOW + DAY, *(f"M-1,400,,{start},{end}" for start, end in days))
    (product, unit, until) = kept(shop)[0]
    assert (product, unit) == ("M-1", 30_000) and until < NOW, "what is to come was never asked"
    assert len(kept(shop)) == 1


def test_what_is_older_than_a_year_is_forgotten(shop: Engine, tmp_path: Path) -> None:
    bring_prices(shop, tmp_path, NOW + DAY, "M-1,500,,,")
    bring_prices(shop, tmp_path, NOW + 2 * DAY + price_past.KEPT_MS, "M-2,1200,,,")
    assert [row[0] for row in kept(shop)] == ["M-2"]


def test_many_at_once_send_followers_to_the_snapshot(shop: Engine, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(price_past, "BULK", 1)
    bring_prices(shop, tmp_path, NOW + DAY, "M-1,500,,,", "M-2,1200,,,")
    assert len(kept(shop)) == 2
    with database.read(shop) as conn:
        stands = feed.heads(conn, [LIST])[LIST]
    assert stands.floor == stands.version
