"""Goods that are sold by serial number: the retailer's file says so, the hub keeps what was sold, a return names it."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, text

from sync.domain.special import SerialFault, serial_fault
from sync.hub import database, purchases, tables
from sync.hub.csvfiles import Kind
from sync.hub.serving import Running
from sync.protocol.operations import Sale, SaleLine, open_envelope
from tests.hub.retailer import PRODUCTS
from tests.hub.terminals import sale_of, terminal_at
from tests.hub.test_import import NOW, bring, changes, heads
from tests.hub.test_released import JOURNALS, operations

HEAD = "sku,name,vat"
FIRST, SECOND = list(PRODUCTS)[:2]


@pytest.fixture
def empty(hub_url: str):
    """An open hub with nothing in it."""
    opened = database.open(hub_url)
    yield opened
    opened.dispose()


def numbered(engine: Engine) -> dict[str, int]:
    with database.read(engine) as conn:
        return {row.id: row.serial for row in conn.execute(tables.product.select())}


def test_a_column_of_the_file_says_which_goods_have_numbers_and_terminals_hear_of_it(
    empty: Engine, tmp_path: Path
) -> None:
    before = "\n".join((HEAD, "M-1,Phone,12", "M-2,Cover,12"))
    assert bring(empty, tmp_path, products=before).bad == []
    assert numbered(empty) == {"M-1": 0, "M-2": 0}, "a file of before the column imports as ever"
    since = heads(empty)["catalogue"]
    report = bring(empty, tmp_path, products="\n".join((f"{HEAD},serial", "M-1,Phone,12,Yes", "M-2,Cover,12,")))
    assert (report.bad, report.counts[Kind.PRODUCTS].changed) == ([], 1)
    told = changes(empty, "catalogue", since)
    assert [(key, row["serial"]) for _entity, key, row in told] == [("M-1", 1)]
    wrong = bring(empty, tmp_path, products="\n".join((f"{HEAD},serial", "M-1,Phone,12,perhaps")))
    assert [(bad.column, bad.reason) for bad in wrong.bad] == [("serial", "Write yes or no.")]


def test_F26_products_of_a_hub_that_is_older_than_the_column_have_no_numbers(empty: Engine, tmp_path: Path) -> None:
    bring(empty, tmp_path, products="\n".join((HEAD, "M-1,Phone,12")))
    with database.write(empty) as conn:
        conn.execute(text("ALTER TABLE product DROP COLUMN serial"))
        tables.sale_serial.drop(conn)
        conn.execute(tables.hub.update().values(format=1))
    database.prepare(empty)
    assert numbered(empty) == {"M-1": 0}
    bring(empty, tmp_path, now=NOW + 1, products="\n".join((f"{HEAD},serial", "M-1,Phone,12,1")))
    assert numbered(empty) == {"M-1": 1}


def with_units(sale: Sale, *serials: list[str]) -> Sale:
    """The sale with the numbers of the units of each line."""
    lines = [msgspec.structs.replace(x, units=s) if s else x for x, s in zip(sale.lines, serials, strict=True)]
    return msgspec.structs.replace(sale, lines=lines)


def test_what_was_sold_by_number_is_a_purchase_that_asks_for_it(hub: Running) -> None:
    till = terminal_at(hub)
    sold = with_units(sale_of({FIRST: 2000, SECOND: 1000}), ["SN-0002", "SN-0001"], [])
    till.record(sold)
    assert [v["code"] for v in till.push().json()["verdicts"]] == [""]
    with database.read(hub.engine) as conn:
        [bought] = purchases.of_sales(conn, [sold.sale_id])
    assert [line.serials for line in bought.lines] == [("SN-0002", "SN-0001"), ()]
    phones = bought.lines[0]
    assert serial_fault(phones, ["SN-0009"], 1000) == (SerialFault.WRONG, "SN-0009")
    assert serial_fault(phones, [], 1000) == (SerialFault.MISSING, "")
    assert serial_fault(phones, ["SN-0001"], 1000) is None


def test_I5_a_number_that_no_index_holds_sets_its_sale_aside_alone(hub: Running) -> None:
    till = terminal_at(hub)
    till.record(with_units(sale_of({FIRST: 1000}), ["7" * 5000]))
    till.record(with_units(sale_of({FIRST: 1000}, receipt="1-2"), ["SN-0003"]))
    assert [v["code"] for v in till.push().json()["verdicts"]] == ["unreadable", ""]


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda path: path.stem)
def test_I7_the_bytes_of_sales_of_earlier_releases_are_made_as_they_were(journal: Path) -> None:
    bodies = [e.body for raw in operations(journal) if (e := open_envelope(raw)).kind == "sale"]
    assert bodies
    for body in bodies:
        again = msgspec.json.decode(msgspec.json.encode(msgspec.json.decode(body, type=Sale)))
        before = msgspec.json.decode(body)
        assert list(again["lines"][0]) == list(before["lines"][0]), "no field more, none less, in the same order"
        assert msgspec.json.encode(again["lines"]) == msgspec.json.encode(before["lines"])


def test_a_line_without_numbers_has_no_field_for_them() -> None:
    line = SaleLine("p", "s", "n", 1000, 100, 100, 1200, 11)
    assert b"serials" not in msgspec.json.encode(line) and line.serials == []
    named = msgspec.structs.replace(line, units=["SN-0001"])
    assert msgspec.json.decode(msgspec.json.encode(named), type=SaleLine).serials == ["SN-0001"]
