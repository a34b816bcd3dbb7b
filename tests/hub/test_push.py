"""Pushing: each operation once, with one verdict for ever, its bytes as they came; a refused push changes nothing."""

import msgspec
from sqlalchemy import select

from sync.hub import database, records, tables
from sync.hub.serving import Running
from sync.protocol.operations import SaleLine
from tests.hub.backup import Backup
from tests.hub.retailer import START, on_hand
from tests.hub.terminals import count, matters, sale_of, terminal_at, verdicts


def test_a_pushed_sale_is_recorded_and_its_goods_leave_the_stock(hub: Running) -> None:
    till = terminal_at(hub)
    sale = till.sell({"p-1": 2000, "p-2": 500})
    answer = till.push()
    assert verdicts(answer) == [("applied", "")]
    assert answer.json()["last_seq"] == 1
    assert answer.json()["last_hash"] == till.hash_at(1).hex()
    assert on_hand(hub.engine, "p-1") == START - 2000
    assert on_hand(hub.engine, "p-2") == START - 500
    totals = records.report(hub.engine).sales
    assert [(t.location, t.sales, t.lines, t.total) for t in totals] == [("store-1", 1, 2, sale.total)]


def test_I2_F1_F15_the_same_push_again_gets_the_same_verdicts_and_changes_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.sell({"p-9": 1000})
    first = till.push()
    for _ in range(3):
        assert till.push().json() == first.json()
    assert verdicts(first) == [("applied", ""), ("applied_with_exception", "product_unknown")]
    assert on_hand(hub.engine, "p-1") == START - 1000
    assert count(hub, tables.sale) == 2
    assert matters(hub) == ["product_unknown"]


def test_I2_a_push_that_overlaps_what_is_there_applies_only_what_is_new(hub: Running) -> None:
    till = terminal_at(hub)
    for _ in range(3):
        till.sell()
    till.push(1, 2)
    answer = till.push(2, 3)
    assert [v["seq"] for v in answer.json()["verdicts"]] == [2, 3]
    assert on_hand(hub.engine, "p-1") == START - 3000


def test_I4_F18_a_push_that_is_refused_changes_nothing_and_is_taken_later_as_it_is(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    refused = till.push(epoch="another")
    assert (refused.status_code, refused.json()["code"]) == (409, "epoch")
    assert refused.json()["have"] == till.epoch
    assert count(hub, tables.operation) == 0
    assert verdicts(till.push()) == [("applied", "")]


def test_a_gap_is_refused_with_the_number_that_is_wanted(hub: Running) -> None:
    till = terminal_at(hub)
    for _ in range(4):
        till.sell()
    till.push(1, 1)
    answer = till.push(3, 4)
    assert (answer.status_code, answer.json()["code"], answer.json()["want"]) == (409, "gap", 2)
    assert answer.json()["have"] == till.hash_at(1).hex()
    assert verdicts(till.push(2, 4)) == [("applied", "")] * 3


def test_F14_the_recorded_bytes_are_kept_as_they_came(hub: Running) -> None:
    till = terminal_at(hub)
    sale = sale_of({"p-1": 7250})
    raw = till.record(sale)
    spaced = raw.replace(b'"kind":"sale"', b'"kind" :  "sale"').replace(b'"language"', b'"from_tomorrow":1,"language"')
    till.raws[-1] = spaced
    assert verdicts(till.push()) == [("applied", "")]
    with hub.engine.connect() as conn:
        kept = bytes(conn.execute(select(tables.operation.c.raw)).scalar_one())
        quantity = conn.execute(select(tables.sale_line.c.quantity)).scalar_one()
    assert kept == spaced
    assert quantity == 7250


def test_a_hub_restored_from_a_backup_takes_the_journal_again_and_comes_out_equal(hub: Running) -> None:
    till = terminal_at(hub)
    backup = Backup(hub.engine)
    for _ in range(3):
        till.sell()
    first = till.push().json()
    backup.put_back()
    with database.write(hub.engine) as conn:
        database.new_epoch(conn)
    assert till.push().json()["code"] == "epoch"
    assert till.hello().json()["last_seq"] == 0
    again = till.push().json()
    assert again.pop("seal") != first.pop("seal")
    assert again == first
    assert on_hand(hub.engine, "p-1") == START - 3000
    with database.read(hub.engine) as conn:
        assert records.stock_differences(conn) == []


def test_a_push_of_nothing_of_too_much_or_of_someone_else_is_refused(hub: Running) -> None:
    till, other = terminal_at(hub), terminal_at(hub, "till-2")
    till.sell()
    assert till.push(ops=[]).json()["code"] == "bad_push"
    assert till.push(ops=["{}"] * 501).json()["code"] == "bad_push"
    assert till.push(first=0).json()["code"] == "bad_push"
    assert other.post("/v1/push", json=till.push_body()).json()["code"] == "not_yours"
    assert count(hub, tables.operation) == 0


def test_a_largest_push_goes_through_in_one_piece(hub: Running) -> None:
    till = terminal_at(hub)
    for _ in range(500):
        till.record(sale_of({"p-1": 100, "p-2": 100, "p-3": 100, "p-4": 100, "p-5": 100}))
    assert verdicts(till.push()) == [("applied", "")] * 500
    assert on_hand(hub.engine, "p-5") == START - 50_000


def test_the_sale_message_and_its_table_rows_say_the_same(hub: Running) -> None:
    till = terminal_at(hub)
    sale = till.sell({"p-1": 1000, "p-4": 3000})
    till.push()
    with hub.engine.connect() as conn:
        rows = conn.execute(select(tables.sale_line).order_by(tables.sale_line.c.n)).mappings().all()
        lines = [msgspec.convert({str(k): v for k, v in row.items()}, SaleLine) for row in rows]
        head = conn.execute(select(tables.sale)).mappings().one()
    assert lines == sale.lines
    for name in ("sale_id", "receipt", "location", "currency", "total", "vat", "rounding", "due", "change"):
        assert head[name] == getattr(sale, name)
