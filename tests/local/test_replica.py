"""The replica: pages whole and in order, files verified and renamed, and losing it loses nothing."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync.domain import codes
from sync.domain.search import terms
from sync.local import Local, files, find_code, link_status, product, search, settings
from sync.local.changes import MANY, BadPage
from sync.local.install import BadSnapshot, Part, install
from sync.local.replica import Replica
from sync.protocol.messages import Change, Page, Version
from sync.protocol.pages import SentPage
from sync.protocol.replica import FORMAT
from tests.local.fixture import INCARNATION, NOW, OWN, fill, gtin, in_four
from tests.local.tills import sold


def page(scope: str, since: int, *versions: list[Change], head: int | None = None, epoch: str = "epoch-1") -> Page:
    made = [Version(since + n, NOW, list(changes)) for n, changes in enumerate(versions, 1)]
    upto = since + len(made)
    return Page(scope, epoch, since, upto, upto if head is None else head, 0, NOW, made)


def sent(*pages: Page) -> list[SentPage]:
    return [msgspec.json.decode(msgspec.json.encode(page), type=SentPage) for page in pages]


def tea(name: str, sku: str = "100007", **more: Any) -> Change:
    row = {
        "id": "p-tea", "sku": sku, "department": "drinks", "unit": "pcs", "vat_rate": 1200, "picture": "",
        "tint": "sand",
        "names": in_four((name, name, name, name)), "details": "{}", "descriptions": "{}", "popularity": 1,
        "terms": terms(name, sku), "serial": 0, **more,
    }  # fmt: skip
    return Change("product", "p-tea", row)


def found(local: Local, query: str) -> list[str]:
    return [p.id for p in search(local, query, NOW)]


@pytest.fixture
def replica(home: Path) -> Any:
    opened = Replica(home)
    yield opened
    opened.close()


def test_a_changed_name_is_found_and_the_old_one_is_not(local: Local, replica: Replica) -> None:
    replica.apply(page("catalogue", 1, [tea("Oolong")]), INCARNATION, NOW)
    assert found(local, "oolong") == ["p-tea"]
    assert found(local, "black") == []
    replica.db.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_a_deleted_product_is_gone_from_search_too(local: Local, replica: Replica) -> None:
    replica.apply(
        page("catalogue", 1, [Change("product", "p-tea"), Change("barcode", "04870000000074")]), INCARNATION, NOW
    )
    assert found(local, "black tea") == []
    assert find_code(local, codes.read("100007"), NOW) is None
    replica.db.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_a_new_product_is_ranked_behind_those_that_are_there(local: Local, replica: Replica) -> None:
    new = Change("product", "p-new", {**(tea("Black pepper", "200000").row or {}), "id": "p-new"})
    replica.apply(page("catalogue", 1, [new]), INCARNATION, NOW)
    assert found(local, "black") == ["p-tea", "p-new"]


def test_an_older_row_never_overwrites_a_newer_one(local: Local, replica: Replica) -> None:
    replica.db.execute("UPDATE product SET v = 9 WHERE id = 'p-tea'")
    replica.db.execute("UPDATE price SET v = 9 WHERE product = 'p-tea'")
    row = {"id": "base:p-tea", "list": "base", "product": "p-tea", "unit": 1, "label": ""}
    replica.apply(page("catalogue", 1, [tea("Oolong"), Change("product", "p-milk")]), INCARNATION, NOW)
    replica.apply(page("pricelist:base", 1, [Change("price", "base:p-tea", row)]), INCARNATION, NOW)
    tea_now = find_code(local, codes.read("100007"), NOW)
    assert tea_now is not None and tea_now.product.names["en"] == "Black tea"
    assert tea_now.product.price is not None and tea_now.product.price.unit == 129000


def priced(unit: int, product: str = "p-tea") -> Change:
    row = {"id": "base:p-tea", "list": "base", "product": product, "unit": unit, "label": ""}
    return Change("price", "base:p-tea", row)


def price_of(local: Local, id: str) -> int | None:
    found = product(local, id, NOW)
    assert found is not None
    return found.price.unit if found.price else None


def test_a_price_is_known_by_its_id_though_it_changes_goes_to_another_product_and_ends(
    local: Local, replica: Replica
) -> None:
    replica.apply(page("pricelist:base", 1, [priced(5)]), INCARNATION, NOW)
    assert price_of(local, "p-tea") == 5
    replica.apply(page("pricelist:base", 2, [priced(6, "p-unpriced")]), INCARNATION, NOW)
    assert (price_of(local, "p-tea"), price_of(local, "p-unpriced")) == (None, 6)
    replica.apply(page("pricelist:base", 3, [Change("price", "base:p-tea")]), INCARNATION, NOW)
    assert price_of(local, "p-unpriced") is None


def test_a_barcode_that_comes_before_its_product_finds_it_all_the_same(local: Local, replica: Replica) -> None:
    code = Change("barcode", "0" + gtin("487000000777"), {"gtin": "0" + gtin("487000000777"), "product": "p-new"})
    replica.apply(page("catalogue", 1, [code]), INCARNATION, NOW)
    assert find_code(local, codes.read(gtin("487000000777")), NOW) is None
    new = Change("product", "p-new", {**(tea("Pepper", "200000").row or {}), "id": "p-new"})
    replica.apply(page("catalogue", 2, [new]), INCARNATION, NOW)
    found = find_code(local, codes.read(gtin("487000000777")), NOW)
    assert found is not None and found.product.id == "p-new"


def test_a_barcode_never_finds_another_product_that_took_the_place_of_its_own(local: Local, replica: Replica) -> None:
    last = replica.db.execute("SELECT id FROM product ORDER BY rank DESC LIMIT 1").fetchone()[0]
    gtin14 = replica.db.execute("SELECT gtin FROM barcode WHERE product = ?", (last,)).fetchone()[0]
    new = Change("product", "p-new", {**(tea("Pepper", "200000").row or {}), "id": "p-new"})
    replica.apply(page("catalogue", 1, [Change("product", last)]), INCARNATION, NOW)
    replica.apply(page("catalogue", 2, [new]), INCARNATION, NOW)
    ranks = replica.db.execute(
        "SELECT b.rank = p.rank FROM barcode b, product p WHERE b.gtin = ? AND p.id = 'p-new'", (gtin14,)
    )
    assert ranks.fetchone() == (1,)
    assert find_code(local, codes.read(gtin14), NOW) is None


def test_f26_a_replica_of_an_older_format_is_set_aside_and_the_journal_stays(home: Path, local: Local) -> None:
    sold(local, "p-tea")
    path = files.current(home)
    assert path is not None
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(FORMAT - 1),))
    again = Local.open(home)
    assert files.current(home) != path
    assert product(again, "p-tea", NOW) is None
    assert link_status(again, NOW).waiting == 1
    again.close()
    opened = Replica(home)
    assert opened.cursors() == {}  # so the agent fills it anew
    opened.close()


def test_f26_columns_and_entities_of_a_newer_hub_are_passed_over(local: Local, replica: Replica) -> None:
    changes = [tea("Oolong", colour="green"), Change("planogram", "x", {"id": "x"})]
    replica.apply(page("catalogue", 1, changes), INCARNATION, NOW)
    assert found(local, "oolong") == ["p-tea"]


def test_f20_a_page_with_a_hole_is_not_applied(replica: Replica) -> None:
    whole = page("catalogue", 1, [tea("Oolong")], [tea("Matcha")])
    torn = Page("catalogue", "epoch-1", 1, 3, 3, 0, NOW, whole.versions[1:])
    for bad in (page("catalogue", 5, [tea("Oolong")]), torn, page("catalogue", 1, [tea("Oolong")], epoch="other")):
        with pytest.raises(BadPage):
            replica.apply(bad, INCARNATION, NOW)
    assert replica.cursors()["catalogue"].version == 1


def test_f21_a_page_that_fails_halfway_leaves_no_trace(local: Local, replica: Replica) -> None:
    with pytest.raises(BadPage):
        replica.apply(page("catalogue", 1, [tea("Oolong"), Change("product", "p-x", {"id": "p-x"})]), INCARNATION, NOW)
    assert found(local, "black tea") == ["p-tea"]
    assert replica.apply(page("catalogue", 1, [tea("Oolong")]), INCARNATION, NOW)


@pytest.mark.parametrize("row", ["5", '"tea"', "[1]", '{"id":["p-x"]}'])
def test_f21_a_row_that_is_none_leaves_no_trace_of_its_page(local: Local, replica: Replica, row: str) -> None:
    bad = Change("product", "p-x", msgspec.Raw(row.encode()))  # type: ignore[arg-type]
    with pytest.raises(BadPage):
        replica.apply(page("catalogue", 1, [tea("Oolong"), bad]), INCARNATION, NOW)
    assert found(local, "black tea") == ["p-tea"]


def test_more_rows_than_go_into_one_statement_are_all_there_and_none_of_an_older_version(replica: Replica) -> None:
    def level(number: int, on_hand: int) -> Change:
        row = {"product": f"p-{number:03}", "location": OWN, "on_hand": on_hand, "reserved": 0, "shelf": "", "at": NOW}
        return Change("stock", f"p-{number:03}\x1f{OWN}", row)

    many = 2 * MANY + 3
    first = [level(n, 1) for n in range(many)]
    replica.apply(page(f"location:{OWN}", 1, first), INCARNATION, NOW)
    replica.db.execute("UPDATE stock SET v = 3 WHERE product = 'p-007'")
    replica.apply(page(f"location:{OWN}", 2, [level(n, 2) for n in range(many)]), INCARNATION, NOW)
    rows = replica.db.execute("SELECT on_hand, v, count(*) FROM stock WHERE product LIKE 'p-0__' GROUP BY 1, 2")
    assert sorted(rows) == [(1, 3, 1), (2, 3, many - 1)]


def test_a_product_that_changes_its_number_and_department_is_found_by_the_new_ones(
    local: Local, replica: Replica
) -> None:
    replica.apply(page("catalogue", 1, [tea("Black tea", "555001", department="toys")]), INCARNATION, NOW)
    assert find_code(local, codes.read("100007"), NOW) is None
    known = find_code(local, codes.read("555001"), NOW)
    assert known is not None and known.product.department == "toys"
    assert replica.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_pages_applied_together_leave_what_each_alone_would(local: Local, replica: Replica) -> None:
    later = Page("catalogue", "epoch-1", 3, 4, 4, 0, NOW, [Version(4, NOW, [Change("product", "p-milk")])])
    first = page("catalogue", 1, [tea("Oolong"), Change("product", "p-soap")], [tea("Matcha")], head=4)
    assert replica.apply_all(sent(first, later), INCARNATION, NOW)
    assert (found(local, "oolong"), found(local, "matcha"), found(local, "milk")) == ([], ["p-tea"], [])
    assert product(local, "p-soap", NOW) is None
    assert replica.cursors()["catalogue"].version == 4
    replica.db.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_f20_pages_with_a_hole_between_them_are_not_applied(local: Local, replica: Replica) -> None:
    first = page("catalogue", 1, [tea("Oolong")], head=3)
    later = Page("catalogue", "epoch-1", 3, 4, 4, 0, NOW, [Version(4, NOW, [tea("Matcha")])])
    with pytest.raises(BadPage):
        replica.apply_all(sent(first, later), INCARNATION, NOW)
    assert found(local, "black tea") == ["p-tea"]


def test_the_same_page_again_changes_nothing(local: Local, replica: Replica) -> None:
    for _ in range(2):
        replica.apply(page("catalogue", 1, [tea("Oolong")]), INCARNATION, NOW)
    assert replica.cursors()["catalogue"].version == 2
    assert found(local, "oolong") == ["p-tea"]


def test_f43_only_a_page_that_reaches_the_head_vouches_for_the_numbers(replica: Replica) -> None:
    later = NOW + 60_000
    stock = {"product": "p-tea", "location": OWN, "on_hand": 1, "reserved": 0, "shelf": "", "at": NOW}
    change = Change("stock", f"p-tea\x1f{OWN}", stock)
    replica.apply(page(f"location:{OWN}", 1, [change], head=9), INCARNATION, later)
    assert replica.cursors()[f"location:{OWN}"].seen_at == NOW
    replica.apply(page(f"location:{OWN}", 2, [change]), INCARNATION, later)
    assert replica.cursors()[f"location:{OWN}"].seen_at == later


def test_a_price_that_goes_over_to_another_product_is_no_longer_the_first_ones(replica: Replica) -> None:
    price = dict(id="x-1", list="base", product="p-tea", unit=5, regular=None, start=None, end=None, label="{}")
    for version, row in enumerate((price, price | {"unit": 6}, price | {"unit": 7, "product": "p-milk"}), 1):
        replica.apply(page("pricelist:base", version, [Change("price", "x-1", row)]), INCARNATION, NOW)
        rows = replica.db.execute("SELECT product, unit, v FROM price WHERE id = 'x-1'").fetchall()
        assert rows == [(row["product"], row["unit"], version + 1)]
    assert replica.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_scope_that_is_followed_no_more_is_unknown_again(local: Local, replica: Replica) -> None:
    replica.forget("location:wh-1")
    assert local.raw.execute("SELECT count(*) FROM replica.stock WHERE location = 'wh-1'").fetchone() == (0,)
    assert local.raw.execute("SELECT count(*) FROM replica.stock WHERE location = ?", (OWN,)).fetchone() != (0,)


def test_f26_a_corrupt_replica_is_set_aside_and_the_journal_goes_on(home: Path) -> None:
    local = Local.open(home)
    sold(local, "p-milk")
    local.close()
    bad = files.current(home)
    assert bad is not None
    bad.write_bytes(b"not a database at all, but of some length" * 200)
    local = Local.open(home)
    assert files.current(home) != bad
    assert [p.suffix for p in home.glob("*.corrupt")] == [".corrupt"]
    assert link_status(local, NOW).waiting == 1
    assert settings(local).retailer == ""
    local.close()


def test_f25_a_half_written_replica_is_never_the_one_in_force(home: Path) -> None:
    good = files.current(home)
    assert good is not None
    (home / "replica-9.db").write_bytes(good.read_bytes()[:8192])
    (home / "replica-9.db.part").write_bytes(b"half")
    local = Local.open(home)
    assert find_code(local, codes.read(gtin("487000000001")), NOW) is not None
    local.close()


def test_a_replica_of_another_format_is_replaced(home: Path) -> None:
    path = files.current(home)
    assert path is not None
    db = sqlite3.connect(path)
    db.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    db.commit()
    db.close()
    local = Local.open(home)
    assert files.current(home) != path
    local.close()


def snapshot(folder: Path, scope: str, name: str = "Snapshot tea") -> Part:
    """A snapshot file as a hub makes it, with a catalogue or the stock of one location."""
    path = folder / f"{scope.replace(':', '-')}.db"
    db = sqlite3.connect(path)
    with db:
        files.fill_shape(db)
        fill(db)
        keep = {"catalogue": ("department", "product", "barcode")}.get(scope, ("stock",))
        for table in {"department", "product", "barcode", "price", "stock", "location", "staff", "setting"} - set(keep):
            db.execute(f"DELETE FROM {table}")
        db.execute("UPDATE product SET names = ?, terms = ?", (in_four((name,) * 4), terms(name)))
        db.execute("UPDATE stock SET on_hand = 77000")
        db.execute("INSERT INTO search(search) VALUES ('rebuild')")
        db.execute("DELETE FROM cursor WHERE scope <> ?", (scope,))
    db.close()
    return Part(scope, "epoch-2", 5, 0, path, NOW)


FOLLOWED = ["catalogue", "config", "pricelist:base", f"staff:{OWN}", f"location:{OWN}", "location:wh-1"]


def test_a_new_catalogue_is_joined_with_what_is_already_here(local: Local, home: Path, tmp_path: Path) -> None:
    install(home, [snapshot(tmp_path, "catalogue")], INCARNATION, FOLLOWED)
    assert local.refresh()
    assert len(found(local, "snapshot")) == 13
    assert settings(local).retailer == "Dala Market"
    cursors = Replica(home).cursors()
    assert (cursors["catalogue"].version, cursors["catalogue"].epoch) == (5, "epoch-2")
    assert cursors["config"].version == 1
    assert "location:store-near" not in cursors
    assert not list(home.glob("*.part*"))
    assert [p.name for p in home.glob("replica-*.db")] == [str(files.current(home).name)]  # type: ignore[union-attr]


def test_a_snapshot_of_one_location_replaces_that_location_only(local: Local, home: Path, tmp_path: Path) -> None:
    install(home, [snapshot(tmp_path, "location:wh-1")], INCARNATION, FOLLOWED)
    local.refresh()
    levels = dict(local.raw.execute("SELECT location, on_hand FROM replica.stock WHERE product = 'p-tea'").fetchall())
    assert (levels["wh-1"], levels[OWN]) == (77000, 10_000)
    assert found(local, "black tea") == ["p-tea"]


def test_f25_a_damaged_snapshot_never_takes_the_place_of_what_works(local: Local, home: Path, tmp_path: Path) -> None:
    part = snapshot(tmp_path, "catalogue")
    raw = bytearray(part.path.read_bytes())
    raw[8192:20480] = b"\xff" * 12288
    part.path.write_bytes(raw)
    before = files.current(home)
    with pytest.raises(BadSnapshot):
        install(home, [part], INCARNATION, FOLLOWED)
    assert files.current(home) == before
    assert found(local, "black tea") == ["p-tea"]


def test_a_reader_keeps_its_file_until_it_looks_again(local: Local, home: Path, tmp_path: Path) -> None:
    install(home, [snapshot(tmp_path, "catalogue")], INCARNATION, FOLLOWED)
    assert found(local, "black tea") == ["p-tea"]
    assert local.refresh()
    assert not local.refresh()
    assert found(local, "black tea") == []
