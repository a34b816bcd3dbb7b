"""What the apps read: codes, search, browsing, stock by place, people, settings, the link."""

import sqlite3
from pathlib import Path

import pytest

from sync.actions.day import day_now
from sync.domain import codes
from sync.domain.stock import Known
from sync.local import (
    Local,
    browse,
    departments,
    files,
    find_code,
    last_sale,
    link_status,
    own_location,
    product,
    sale_by_receipt,
    search,
    settings,
    staff,
    stock_rows,
)
from tests.local.bought import allow
from tests.local.fixture import NOW, OWN, PRODUCTS, gtin, make_terminal
from tests.local.tills import sold


def change(home: Path, sql: str, *values: object) -> None:
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path)
    with db:
        db.execute(sql, values)
    db.close()


def test_a_barcode_finds_its_product_with_the_price_of_now(local: Local) -> None:
    found = find_code(local, codes.read(gtin("487000000002")), NOW)
    assert found is not None
    assert (found.product.id, found.scanned) == ("p-kefir", gtin("487000000002"))
    assert found.product.price is not None
    assert (found.product.price.unit, found.product.price.regular) == (58000, 64000)


def test_an_article_number_finds_it_too(local: Local) -> None:
    found = find_code(local, codes.read(" 100003 "), NOW)
    assert found is not None and found.product.id == "p-bread"


@pytest.mark.parametrize("raw", ["4870000000013", "nothing", "", "STF1:ABC-1", "'; DROP TABLE product; --"])
def test_f52_what_is_not_known_finds_nothing(local: Local, raw: str) -> None:
    assert find_code(local, codes.read(raw), NOW) is None


def test_a_product_without_a_price_here_has_none(local: Local) -> None:
    found = product(local, "p-unpriced", NOW)
    assert found is not None and found.price is None


def test_an_offer_holds_from_its_start_up_to_its_end_with_its_words(local: Local, home: Path) -> None:
    offer = ("offer", "base", "p-milk", 50000, 62000, NOW, NOW + 1000, '{"en": "Friday"}', 1)
    change(home, "INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *offer)
    units = [product(local, "p-milk", at).price.unit for at in (NOW - 1, NOW, NOW + 999, NOW + 1000)]  # type: ignore[union-attr]
    assert units == [62000, 50000, 50000, 62000]
    assert product(local, "p-milk", NOW).price_label == {"en": "Friday"}  # type: ignore[union-attr]


def test_prices_of_another_list_are_not_taken(local: Local, home: Path) -> None:
    change(home, "INSERT INTO price VALUES ('x', 'outlet', 'p-milk', 1, NULL, NULL, NULL, '', 1)")
    assert product(local, "p-milk", NOW).price.unit == 62000  # type: ignore[union-attr]


@pytest.mark.parametrize("query", ["молок", "МОЛОКО", "milk", "сүт", "რძ", "1000", "локо"])
def test_search_finds_in_every_language_and_by_number(local: Local, query: str) -> None:
    assert "p-milk" in [p.id for p in search(local, query, NOW)]


def test_search_gives_the_most_popular_first_and_no_more_than_asked(local: Local) -> None:
    assert [p.id for p in search(local, "1000", NOW, limit=3)] == ["p-milk", "p-kefir", "p-bread"]


def test_search_can_stay_in_a_department(local: Local) -> None:
    assert [p.id for p in search(local, "1000", NOW, department="fruit")] == ["p-apple", "p-pear"]


def test_an_empty_search_finds_nothing(local: Local) -> None:
    assert search(local, "  ", NOW) == []


def test_browsing_goes_on_where_it_ended(local: Local) -> None:
    first = browse(local, "", NOW, limit=5)
    rest = browse(local, "", NOW, after_rank=first[-1][0], limit=100)
    assert [p.id for _, p in first + rest] == [row[0] for row in PRODUCTS]
    assert [p.id for _, p in browse(local, "dairy", NOW)] == ["p-milk", "p-kefir"]


def test_departments_without_products_are_not_offered(local: Local) -> None:
    assert "empty" not in [d.id for d in departments(local)]
    assert departments(local)[0].names["ru"] == "Молочное"


def test_stock_is_shown_here_first_then_near_then_far_then_warehouse_then_online(local: Local) -> None:
    rows = stock_rows(local, "p-milk", NOW)
    assert [r.location.id for r in rows] == [OWN, "store-near", "store-far", "wh-1", "online"]
    assert [r.own for r in rows] == [True, False, False, False, False]
    assert 2_000 < (rows[1].distance_m or 0) < 3_000
    assert rows[4].distance_m is None


def test_f43_each_number_says_how_well_it_is_known(local: Local, home: Path) -> None:
    def states(at: int) -> dict[str, Known]:
        return {r.location.id: r.known for r in stock_rows(local, "p-milk", at)}

    assert states(NOW)[OWN] is Known.CONFIRMED
    assert states(NOW)["store-far"] is Known.UNKNOWN
    assert states(NOW + 301_000)[OWN] is Known.COPY
    change(home, "UPDATE link SET online = 0")
    assert states(NOW)[OWN] is Known.COPY


def test_a_product_that_a_place_never_had_counts_zero_there(local: Local, home: Path) -> None:
    change(home, "DELETE FROM stock WHERE product = 'p-milk' AND location = 'wh-1'")
    row = next(r for r in stock_rows(local, "p-milk", NOW) if r.location.id == "wh-1")
    assert row.level is not None and row.level.on_hand == 0


def test_settings_staff_and_place_are_those_of_the_retailer(local: Local) -> None:
    found = settings(local)
    assert (found.retailer, found.policy.cash_step, found.timezone) == ("Dala Market", 100, "Asia/Almaty")
    assert [s.name for s in staff(local)] == ["Aliya", "Marat", "Old"]
    assert own_location(local).id == OWN  # type: ignore[union-attr]


def test_f41_a_store_in_another_time_zone_has_its_own_day(local: Local, home: Path) -> None:
    night = 1_759_953_600_000 - 30 * 60_000  # half past midnight in Almaty, half past eleven in Tbilisi
    assert day_now(local, night, settings(local).timezone) == "2025-10-09"
    allow(home, timezones={OWN: "Asia/Tbilisi", "store-far": "Asia/Tokyo"})
    assert settings(local).timezone == "Asia/Tbilisi"
    assert day_now(local, night, settings(local).timezone) == "2025-10-08"
    for nothing in ({}, {"store-far": "Asia/Tokyo"}, {OWN: "Nowhere/Else"}, {OWN: ""}, {OWN: 5}, "Asia/Tokyo"):
        allow(home, timezones=nothing)
        assert settings(local).timezone == "Asia/Almaty", nothing


def test_an_empty_replica_has_defaults(tmp_path: Path) -> None:
    local = Local.open(tmp_path / "fresh")
    assert settings(local).currency == "KZT"
    assert (own_location(local), staff(local), departments(local), last_sale(local)) == (None, [], [], None)
    assert not link_status(local, NOW).online
    local.close()


def test_a_kiosk_holds_no_verifiers(tmp_path: Path) -> None:
    local = Local.open(make_terminal(tmp_path, "kiosk"))
    assert staff(local) == []
    local.close()


def test_a_link_of_which_nothing_was_heard_for_long_is_offline(local: Local) -> None:
    assert link_status(local, NOW + 9 * 60_000).online
    late = link_status(local, NOW + 11 * 60_000)
    assert (late.online, late.reason, late.since) == (False, "agent_silent", NOW)


def test_a_sale_is_found_by_its_receipt(local: Local) -> None:
    first, second = sold(local, "p-milk"), sold(local, "p-bread")
    assert sale_by_receipt(local, first.body.receipt) == first
    assert last_sale(local) == second
    assert sale_by_receipt(local, "none") is None
