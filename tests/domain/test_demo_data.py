"""The demo retailer is whole: words in four languages, right check digits, prices, stock and a picture everywhere."""

import json
from pathlib import Path

import pytest
from PIL import Image

from sync.domain.catalogue import LANGUAGES
from sync.hub.csvfiles import BadRow, Kind, read_rows

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture(scope="module")
def demo():
    """All rows of the demo retailer by kind."""
    return {kind: list(read_rows(ASSETS / "demo" / f"{kind}.csv", kind, "KZT")) for kind in Kind}


def test_no_row_of_the_demo_files_is_bad_and_no_column_unknown(demo):
    assert [row for rows in demo.values() for row in rows if isinstance(row, BadRow)] == []
    for kind in Kind:
        with read_rows(ASSETS / "demo" / f"{kind}.csv", kind, "KZT") as rows:
            assert rows.ignored == ()


def test_there_are_three_stores_a_warehouse_and_an_online_channel(demo):
    kinds = sorted(row.kind for row in demo[Kind.LOCATIONS])
    assert kinds == ["online", "store", "store", "store", "warehouse"]
    stores = [row for row in demo[Kind.LOCATIONS] if row.kind == "store"]
    assert all(row.latitude and row.longitude and row.opens and row.closes and row.shorts for row in stores)


def test_there_are_at_least_320_products_in_at_least_8_departments(demo):
    assert len(demo[Kind.PRODUCTS]) >= 320
    used = {row.department for row in demo[Kind.PRODUCTS]}
    assert used == {row.department for row in demo[Kind.DEPARTMENTS]}
    assert len(used) >= 8


def test_every_product_and_department_has_its_words_in_all_four_languages(demo):
    for row in demo[Kind.PRODUCTS]:
        for words in (row.names, row.details, row.descriptions):
            assert set(words) == set(LANGUAGES), row.sku
    for row in [*demo[Kind.DEPARTMENTS], *demo[Kind.LOCATIONS]]:
        assert set(row.names) == set(LANGUAGES), row


def test_each_language_is_written_in_its_own_letters(demo):
    for row in demo[Kind.PRODUCTS]:
        assert any("\u0400" <= c <= "\u04ff" for c in row.names["ru"]), row.sku
        assert any("\u0400" <= c <= "\u04ff" for c in row.names["kk"]), row.sku
        assert any("\u10d0" <= c <= "\u10ff" for c in row.names["ka"]), row.sku
        assert all(c < "\u0400" or c > "\u10ff" for c in row.names["en"]), row.sku


def test_no_two_products_look_the_same_on_a_receipt(demo):
    for language in LANGUAGES:
        seen = [(row.names[language], row.details[language]) for row in demo[Kind.PRODUCTS]]
        assert len(set(seen)) == len(seen)


def test_every_product_has_a_barcode_and_some_have_other_kinds(demo):
    assert {row.sku for row in demo[Kind.BARCODES]} == {row.sku for row in demo[Kind.PRODUCTS]}
    written = [line.split(",")[0] for line in (ASSETS / "demo/barcodes.csv").read_text().splitlines()[1:]]
    assert {len(code) for code in written} == {8, 12, 13}
    assert len(written) > len(demo[Kind.PRODUCTS])


def test_every_product_has_one_price_without_dates_and_a_struck_price_is_higher(demo):
    plain = [row.sku for row in demo[Kind.PRICES] if row.start is None and row.end is None]
    assert sorted(plain) == sorted(row.sku for row in demo[Kind.PRODUCTS])
    for row in demo[Kind.PRICES]:
        assert row.price > 0
        assert row.regular is None or (row.regular > row.price and set(row.labels) == set(LANGUAGES)), row.sku


def test_every_location_has_a_number_for_every_product_and_some_are_zero(demo):
    pairs = {(row.sku, row.location): row for row in demo[Kind.STOCK]}
    for product in demo[Kind.PRODUCTS]:
        for place in demo[Kind.LOCATIONS]:
            row = pairs[product.sku, place.location]
            assert row.on_hand >= 0
            assert product.unit == "kg" or row.on_hand % 1000 == 0
            assert row.shelf or place.kind == "online"
    assert len(pairs) == len(demo[Kind.PRODUCTS]) * len(demo[Kind.LOCATIONS])
    assert sum(row.on_hand == 0 for row in demo[Kind.STOCK]) >= 20


def test_every_product_has_a_picture_in_both_sizes_that_stands_on_the_shelf(demo):
    for stem in {row.picture for row in demo[Kind.PRODUCTS]} | {"missing"}:
        for suffix, size in (("", 400), ("@2x", 800)):
            with Image.open(ASSETS / "art" / f"{stem}{suffix}.png") as picture:
                assert picture.size == (size, size)
                alpha = picture.convert("RGBA").getchannel("A")
            assert alpha.getpixel((2, 2)) == 0, stem
            assert alpha.getbbox()[3] >= size - size // 50, stem


def test_all_pictures_together_stay_under_six_megabytes():
    assert sum(path.stat().st_size for path in (ASSETS / "art").glob("*.png")) < 6_000_000


def test_rates_units_and_icons_are_ones_that_exist(demo):
    icons = json.loads((ASSETS / "icons" / "icons.json").read_text())
    assert {row.icon for row in demo[Kind.DEPARTMENTS]} <= set(icons)
    assert {row.vat_rate for row in demo[Kind.PRODUCTS]} == {0, 500, 1600}
    assert {row.unit for row in demo[Kind.PRODUCTS]} == {"pcs", "kg"}


def test_staff_work_at_known_locations_in_every_role(demo):
    places = {row.location for row in demo[Kind.LOCATIONS]} | {""}
    assert {row.role for row in demo[Kind.STAFF]} == {"cashier", "lead", "manager"}
    assert all(row.location in places for row in demo[Kind.STAFF])
