"""Importing a retailer's own files, on both databases."""

import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, func, select

from sync.domain.search import terms
from sync.hub import database, feed, importing, movements
from sync.hub.csv_source import FileRefused
from sync.hub.import_kinds import VERIFIER_LIFE_MS, _Terms
from sync.hub.importing import ImportReport
from sync.hub.movements import Move
from sync.hub.tables import barcode, location, movement, price, product, staff, stock, version
from tests.hub.retailer import as_sent

NOW = 1_790_000_000_000
DAY = 86_400_000
FILES = {
    "locations": "location,kind,name_en,name_ru,pricelist\nS1,store,Central,Центр,\nW1,warehouse,Depot,Склад,\n",
    "departments": "department,name,icon\ndairy,Dairy,milk\n",
    "products": (
        "sku,name_en,name_ru,department,vat,unit,popularity\n"
        "M-1,Milk,Молоко,dairy,12,pcs,5\nM-2,Butter,Масло,dairy,12,pcs,90\nM-3,Cheese,Сыр,,16,kg,\n"
    ),
    "barcodes": "barcode,sku\n4870000000012,M-1\n96385074,M-2\n",
    "prices": "sku,price,regular\nM-1,450,500\nM-2,990.50,\nM-3,3500,\n",
    "stock": "sku,location,on_hand,shelf\nM-1,S1,12,A-1\nM-1,W1,100,\nM-3,S1,2.350,\n",
    "staff": "staff,name,role,location,pin\naida,Aida,cashier,S1,2580\nboris,Boris,manager,,7777\n",
}


@pytest.fixture
def empty(hub_url: str):
    """An open hub with nothing in it."""
    opened = database.open(hub_url)
    yield opened
    opened.dispose()


def bring(engine: Engine, folder: Path, now: int = NOW, strict: bool = False, **files: str | bytes) -> ImportReport:
    """Write the files and import them."""
    paths = {}
    for kind, text in files.items():
        paths[kind] = folder / f"{kind}.csv"
        paths[kind].write_bytes(text if isinstance(text, bytes) else text.encode())
    return importing.import_files(engine, paths, currency="KZT", strict=strict, now=now)


def rows(engine: Engine, table, *order):
    """All rows of a table."""
    with database.read(engine) as conn:
        return conn.execute(select(table).order_by(*(order or table.primary_key.columns))).all()


def heads(engine: Engine) -> dict[str, int]:
    """Versions by scope."""
    with database.read(engine) as conn:
        return {name: head.version for name, head in feed.heads(conn).items()}


def changes(engine: Engine, scope: str, since: int) -> list:
    """What a follower that stands at `since` is told."""
    with database.read(engine) as conn:
        epoch = feed.heads(conn, [scope])[scope].epoch
        page = as_sent(feed.page(conn, scope, epoch, since, NOW))
    return [(c.entity, c.key, c.row) for v in page.versions for c in v.changes]


def test_a_retailers_files_become_what_terminals_follow(empty, tmp_path):
    report = bring(empty, tmp_path, **FILES)
    assert report.bad == []
    assert {k.value: v.added for k, v in report.counts.items()} == {
        "locations": 2, "departments": 1, "products": 3, "barcodes": 2, "prices": 3, "stock": 3, "staff": 2,
    }  # fmt: skip
    milk = next(p for p in rows(empty, product) if p.id == "M-1")
    assert json.loads(milk.names) == {"en": "Milk", "ru": "Молоко"}
    assert (milk.sku, milk.department, milk.vat_rate, milk.unit) == ("M-1", "dairy", 1200, "pcs")
    assert milk.terms == terms("Milk", "Молоко", "M-1")
    assert [(b.gtin, b.product) for b in rows(empty, barcode)] == [("00000096385074", "M-2"), ("04870000000012", "M-1")]
    assert {(p.product, p.list, p.unit, p.regular) for p in rows(empty, price)} == {
        ("M-1", "standard", 45000, 50000), ("M-2", "standard", 99050, None), ("M-3", "standard", 350000, None),
    }  # fmt: skip
    assert {(s.product, s.location, s.on_hand, s.shelf) for s in rows(empty, stock)} == {
        ("M-1", "S1", 12_000, "A-1"), ("M-1", "W1", 100_000, ""), ("M-3", "S1", 2_350, ""),
    }  # fmt: skip
    assert {place.pricelist for place in rows(empty, location)} == {"standard"}


def test_the_same_files_again_change_nothing(empty, tmp_path):
    bring(empty, tmp_path, **FILES)
    before, moved, people = heads(empty), rows(empty, movement), rows(empty, staff)
    report = bring(empty, tmp_path, now=NOW + DAY, **FILES)
    assert all(m.added == m.changed == 0 and m.unchanged for m in report.counts.values())
    assert heads(empty) == before
    assert rows(empty, movement) == moved
    assert rows(empty, staff) == people


def test_only_what_differs_is_told_to_followers(empty, tmp_path):
    bring(empty, tmp_path, **FILES)
    before = heads(empty)
    dearer = FILES["prices"].replace("450,500", "470,500")
    report = bring(empty, tmp_path, now=NOW + 1, products=FILES["products"], prices=dearer)
    assert (report.counts["prices"].changed, report.counts["prices"].unchanged) == (1, 2)
    told = changes(empty, "pricelist:standard", before["pricelist:standard"])
    assert sorted((entity, row["product"], row["unit"]) for entity, _, row in told) == [
        ("price", "M-1", 47000), ("price_past", "M-1", 45000),
    ]  # fmt: skip
    assert heads(empty)["catalogue"] == before["catalogue"]


def test_bad_rows_are_named_by_line_column_and_reason_and_the_others_come_in(empty, tmp_path):
    broken = "sku,name,vat\nM-1,Milk,12\nM-2,,12\nM-3,Cheese,0.16\n"
    report = bring(empty, tmp_path, products=broken, barcodes="barcode,sku\n4870000000019,M-1\n4870000000012,M-1\n")
    assert [(b.file, b.line, b.column) for b in report.bad] == [
        ("products.csv", 3, "name"), ("products.csv", 4, "vat"), ("barcodes.csv", 2, "barcode"),
    ]  # fmt: skip
    assert all(b.reason for b in report.bad)
    assert [p.id for p in rows(empty, product)] == ["M-1"]
    assert [b.gtin for b in rows(empty, barcode)] == ["04870000000012"]


def test_rows_that_refer_to_nothing_are_bad_rows_with_their_line(empty, tmp_path):
    report = bring(
        empty,
        tmp_path,
        locations=FILES["locations"],
        products="sku,name,vat,department\nM-1,Milk,12,\nM-9,Lost,12,nowhere\n",
        barcodes="barcode,sku\n4870000000012,M-9\n96385074,M-1\n",
        prices='sku,price,label\nM-1,10,"two\nlines"\nX,20,\n',
        stock="sku,location,on_hand\nM-1,S1,1\nM-1,S9,1\nM-7,S1,1\n",
        staff="staff,name,role,location,pin\na,A,lead,S9,1234\n",
    )
    assert [(b.file, b.line, b.column, b.value) for b in report.bad] == [
        ("products.csv", 3, "department", "nowhere"), ("barcodes.csv", 2, "sku", "M-9"), ("prices.csv", 4, "sku", "X"),
        ("stock.csv", 4, "sku", "M-7"), ("stock.csv", 3, "location", "S9"), ("staff.csv", 2, "location", "S9"),
    ]  # fmt: skip
    assert [(s.product, s.location) for s in rows(empty, stock)] == [("M-1", "S1")]
    assert rows(empty, staff) == []


def test_strict_imports_nothing_if_one_row_is_bad(empty, tmp_path):
    report = bring(empty, tmp_path, strict=True, **FILES | {"prices": FILES["prices"] + "M-1,free,\n"})
    assert report.refused
    assert report.bad_count == 1
    assert heads(empty) == {}
    assert rows(empty, product) == []


def test_a_file_that_is_none_stops_the_import_before_anything_is_written(empty, tmp_path):
    with pytest.raises(FileRefused):
        bring(empty, tmp_path, locations=FILES["locations"], stock="where,what\nS1,M-1\n")
    assert heads(empty) == {}
    assert list(tmp_path.glob(".import-*")) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
def test_files_of_any_office_program_are_read(empty, tmp_path, encoding):
    text = "sku;name_ru;vat\r\nM-1;Молоко отборное;12\r\n".encode(encoding)
    assert bring(empty, tmp_path, products=text).bad == []
    assert json.loads(rows(empty, product)[0].names)["ru"] == "Молоко отборное"


def test_ranks_follow_popularity_and_later_products_stand_behind(empty, tmp_path):
    bring(empty, tmp_path, products="sku,name,vat,popularity\nA,A,12,1\nB,B,12,9\nC,C,12,1\n")
    bring(empty, tmp_path, products="sku,name,vat,popularity\nE,E,12,50\nA,A,12,99\nD,D,12,70\n")
    assert [(p.rank, p.id) for p in rows(empty, product)] == [(1, "B"), (2, "A"), (3, "C"), (4, "D"), (5, "E")]


def test_a_stock_count_becomes_the_movement_that_leads_to_it(empty, tmp_path):
    bring(empty, tmp_path, **FILES)
    with feed.recording(empty, NOW + 1) as (conn, recorder):
        movements.post(conn, recorder, [Move("sold", "M-1", "S1", -3_000, "sale", NOW + 1, "till")])
    before = heads(empty)
    bring(empty, tmp_path, now=NOW + 2, stock="sku,location,on_hand\nM-1,S1,10\nM-1,W1,100\nM-2,S1,0\n")
    with database.read(empty) as conn:
        sums = select(movement.c.product, movement.c.location, func.sum(movement.c.delta)).group_by(
            movement.c.product, movement.c.location
        )
        added_up = {(p, place): int(total) for p, place, total in conn.execute(sums)}
    levels = {(s.product, s.location): s.on_hand for s in rows(empty, stock)}
    assert levels == {("M-1", "S1"): 10_000, ("M-1", "W1"): 100_000, ("M-3", "S1"): 2_350, ("M-2", "S1"): 0}
    assert added_up == {place: n for place, n in levels.items() if n}
    assert [m.delta for m in rows(empty, movement)[-1:]] == [1_000]
    assert next(s for s in rows(empty, stock) if s[:2] == ("M-1", "S1")).shelf == "A-1"
    assert heads(empty)["location:W1"] == before["location:W1"]


def test_pins_are_kept_as_argon2_only_and_go_to_the_right_terminals(empty, tmp_path):
    bring(empty, tmp_path, **FILES)
    people = {s.id: s for s in rows(empty, staff)}
    assert PasswordHasher().verify(people["aida"].verifier, "2580")
    assert people["aida"].expires == NOW + VERIFIER_LIFE_MS
    with database.read(empty) as conn:
        assert "2580" not in repr(conn.execute(select(staff)).all())
    assert {key for _, key, _ in changes(empty, "staff:S1", 0)} == {"aida", "boris"}
    assert {key for _, key, _ in changes(empty, "staff:W1", 0)} == {"boris"}


def test_someone_who_moves_is_taken_off_the_terminals_of_the_place_before(empty, tmp_path):
    bring(empty, tmp_path, **FILES)
    before = heads(empty)
    bring(empty, tmp_path, now=NOW + 1, staff="staff,name,role,location,pin\naida,Aida,cashier,W1,2580\n")
    assert changes(empty, "staff:S1", before["staff:S1"]) == [("staff", "aida", None)]
    assert [key for _, key, row in changes(empty, "staff:W1", before["staff:W1"]) if row] == ["aida"]


def test_a_verifier_is_renewed_before_it_ends(empty, tmp_path):
    bring(empty, tmp_path, **FILES)
    later = NOW + VERIFIER_LIFE_MS * 3 // 4
    bring(empty, tmp_path, now=later, locations=FILES["locations"], staff=FILES["staff"])
    assert {s.expires for s in rows(empty, staff)} == {later + VERIFIER_LIFE_MS}


def test_a_bulk_raises_the_floor_and_writes_no_change_rows(empty, tmp_path, monkeypatch):
    monkeypatch.setattr("sync.hub.import_merge.BULK", 4)
    bring(empty, tmp_path, locations=FILES["locations"], products=FILES["products"].replace("dairy", ""))
    many = "sku,location,on_hand\n" + "".join(f"M-{i},{place},1\n" for place in ("S1", "W1") for i in (1, 2, 3))
    bring(empty, tmp_path, stock=many)
    with database.read(empty) as conn:
        stands = feed.heads(conn)
        told = {v.scope: v.rows for v in conn.execute(select(version))}
    assert (stands["location:S1"].floor, told["location:S1"]) == (0, 3)
    assert (stands["location:W1"].floor, told["location:W1"]) == (1, 0)


def test_progress_counts_every_byte_and_every_kind(empty, tmp_path):
    seen = []
    paths = {}
    for kind, text in FILES.items():
        paths[kind] = tmp_path / f"{kind}.csv"
        paths[kind].write_text(text, encoding="utf-8")
    importing.import_files(empty, paths, currency="KZT", progress=seen.append)
    read = [p.done for p in seen if p.step == "read"]
    assert read == sorted(read)
    assert read[-1] == sum(len(text.encode()) for text in FILES.values())
    assert [p for p in seen if p.step == "write"][-1].done == len(FILES)


@pytest.mark.parametrize(
    "text", ["Ёлка-Ель 5 кг", "Café Crème №1", "a  ̈b c", "İstanbul ﬁne ½", "ქართული ყავა 250გ", "Қаймақ 20%"]
)
def test_remembered_words_fold_as_the_domain_folds_them(text):
    remembered = _Terms()
    assert remembered([text, text.upper()]) == terms(text, text.upper())
    assert remembered([text, text.upper()]) == terms(text, text.upper())
