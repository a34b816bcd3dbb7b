"""Pushing: each operation once, with one verdict for ever; forks kept; one bad operation blocks nothing."""

import copy
import threading
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import func, select

from sync.hub import database, records, tables
from sync.hub.judge_sale import differences_of
from sync.hub.serving import Running
from sync.protocol.operations import LARGEST, Gap, Payment, SaleLine
from tests.hub.retailer import START, on_hand
from tests.hub.terminals import Terminal, new_code, payment_of, sale_of, terminal_at


def verdicts(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [(v["outcome"], v["code"]) for v in answer.json()["verdicts"]]


def count(hub: Running, table: Any) -> int:
    with hub.engine.connect() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def matters(hub: Running) -> list[str]:
    with hub.engine.connect() as conn:
        return list(conn.execute(select(tables.attention.c.code).order_by(tables.attention.c.id)).scalars())


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


def test_F5_ten_connections_that_push_the_same_at_once_have_one_effect_and_one_answer(hub: Running) -> None:
    till = terminal_at(hub)
    for _ in range(20):
        till.sell()
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(till.push())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.status_code for a in answers] == [200] * 10
    assert len({a.text for a in answers}) == 1
    assert on_hand(hub.engine, "p-1") == START - 20_000
    assert count(hub, tables.operation) == 20


def test_tills_that_sell_the_same_goods_at_once_lose_no_movement(hub: Running) -> None:
    tills = [terminal_at(hub, f"till-{n}") for n in range(6)]
    for n, till in enumerate(tills):
        for _ in range(10):
            goods = ["p-1", "p-2", "p-3"] if n % 2 else ["p-3", "p-2", "p-1"]
            till.sell(dict.fromkeys(goods, 1000))
    answers: list[list[int]] = []

    def push_in_pieces(till: Terminal) -> None:
        answers.append([till.push(n, n + 1).status_code for n in range(1, 11, 2)])

    threads = [threading.Thread(target=push_in_pieces, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[200] * 5] * 6
    assert [on_hand(hub.engine, p) for p in ("p-1", "p-2", "p-3")] == [START - 60_000] * 3
    with database.read(hub.engine) as conn:
        assert records.stock_differences(conn) == []


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


def test_F4_F27_the_same_number_with_other_bytes_is_kept_aside_and_shown_and_overwrites_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    twin = copy.copy(till)
    twin.raws = list(till.raws)
    till.sell({"p-2": 1000})
    twin.sell({"p-3": 1000})
    twin.sell({"p-3": 1000})
    before = till.push().json()
    for _ in range(2):
        answer = twin.push()
        assert (answer.status_code, answer.json()["code"], answer.json()["want"]) == (409, "fork", 2)
    with hub.engine.connect() as conn:
        forks = conn.execute(select(tables.fork).order_by(tables.fork.c.seq)).all()
    assert [(row.seq, bytes(row.raw)) for row in forks] == [(2, twin.raws[1]), (3, twin.raws[2])]
    assert matters(hub) == ["fork"]
    assert on_hand(hub.engine, "p-3") == START
    assert till.push().json() == before
    assert records.report(hub.engine).journals[0].forked == 2


def test_F27_a_journal_that_parted_before_the_pushed_numbers_is_told_where_and_a_person_is_told(hub: Running) -> None:
    till = terminal_at(hub)
    twin = copy.copy(till)
    twin.raws = []
    till.sell()
    till.push()
    twin.sell({"p-2": 1000})
    twin.sell({"p-2": 1000})
    answer = twin.push(2, 2)
    assert (answer.status_code, answer.json()["code"]) == (409, "chain")
    assert answer.json()["have"] == till.hash_at(1).hex() != twin.hash_at(1).hex()
    assert matters(hub) == ["chain"]
    assert count(hub, tables.operation) == 1


def test_a_push_with_a_signature_of_another_key_changes_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    stranger = Terminal(hub.url, incarnation=till.incarnation)
    till.sell()
    stranger.raws = till.raws
    answer = till.push(signature=stranger.push_body()["signature"])
    assert (answer.status_code, answer.json()["code"]) == (409, "chain")
    assert count(hub, tables.operation) == 0


def test_F24_a_restored_terminal_begins_a_new_journal_and_nothing_of_either_is_dropped(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.sell()
    till.push()
    restored = Terminal(hub.url, key=till.key)
    welcome = restored.hello().json()
    assert (welcome["last_seq"], welcome["older"]) == (0, [[till.incarnation, 2]])
    restored.sell()
    assert verdicts(restored.push()) == [("applied", "")]
    assert on_hand(hub.engine, "p-1") == START - 3000
    assert [(j.last_seq, j.current) for j in records.report(hub.engine).journals] == [(2, False), (1, True)]


def test_F27_a_twin_that_speaks_under_the_earlier_journal_is_heard_and_shown(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    Terminal(hub.url, key=till.key).hello()
    assert till.hello().status_code == 200
    assert verdicts(till.push()) == [("applied", "")]
    assert matters(hub) == ["twin"]


def test_a_lost_disk_is_a_new_machine_under_the_old_name_and_the_lost_numbers_are_declared(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.push()
    new = Terminal(hub.url)
    assert new.enrol(new_code(hub)).status_code == 200
    new.hello()
    new.record(Gap(till.incarnation, 2, 5), "gap")
    assert verdicts(new.push()) == [("applied", "")]
    assert matters(hub) == ["journal_lost"]
    assert till.hello().status_code == 401  # the old machine's key is no longer the terminal's


def test_I3_what_the_stock_does_not_have_is_sold_all_the_same_and_becomes_an_exception(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell({"p-1": START})
    till.sell({"p-1": 1000})
    assert verdicts(till.push()) == [("applied", ""), ("applied_with_exception", "stock_below_zero")]
    assert on_hand(hub.engine, "p-1") == -1000
    assert matters(hub) == ["stock_below_zero"]


def test_I3_F16_F39_a_total_that_the_pricing_engine_does_not_find_is_recorded_and_flagged(hub: Running) -> None:
    till = terminal_at(hub)
    right = sale_of({"p-1": 1000})
    till.record(msgspec.structs.replace(right, total=right.total - 1, due=right.due - 1, change=right.change + 1))
    answer = till.push()
    assert verdicts(answer) == [("applied_with_exception", "total_differs")]
    assert answer.json()["verdicts"][0]["detail"] == "total: recorded 29899, should be 29900"
    assert records.report(hub.engine).sales[0].total == right.total - 1
    assert on_hand(hub.engine, "p-1") == START - 1000


@pytest.mark.parametrize("field", ["vat", "due", "change", "rounding"])
def test_F16_every_other_amount_of_a_sale_is_checked_too(field: str) -> None:
    right = sale_of({"p-1": 1333, "p-4": 1000})
    assert differences_of(right) == []
    assert differences_of(msgspec.structs.replace(right, **{field: getattr(right, field) + 1})) != []


def test_F3_F28_two_sales_alike_are_two_facts(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell()
    till.sell()
    assert verdicts(till.push()) == [("applied", "")] * 2
    assert count(hub, tables.sale) == 2


def test_I2_a_sale_that_comes_under_two_numbers_is_one_sale(hub: Running) -> None:
    till, other = terminal_at(hub), terminal_at(hub, "till-2")
    sale = till.sell()
    till.record(sale)
    assert verdicts(till.push()) == [("applied", ""), ("applied_with_exception", "duplicate_sale")]
    other.record(sale)
    assert verdicts(other.push()) == [("applied_with_exception", "duplicate_sale")]
    assert count(hub, tables.sale) == 1
    assert on_hand(hub.engine, "p-1") == START - 1000


def test_F15_one_operation_id_is_applied_once_wherever_it_stands(hub: Running) -> None:
    till = terminal_at(hub)
    raw = till.record(sale_of({"p-1": 1000}))
    till.push()
    restored = Terminal(hub.url, key=till.key, raws=[raw])
    restored.hello()
    answer = restored.push()
    assert verdicts(answer) == [("applied_with_exception", "duplicate_operation")]
    assert "the same bytes" in answer.json()["verdicts"][0]["detail"]
    assert on_hand(hub.engine, "p-1") == START - 1000


BAD = {
    "not JSON": b"{nonsense",
    "deep nesting": b"[" * 50_000 + b"]" * 50_000,
    "no envelope": b"[1, 2]",
    "half a surrogate": b'{"a": "\\ud800"}',
    "an empty text": b"",
}


def test_I5_F12_bytes_that_nobody_can_read_are_set_aside_and_those_behind_go_on(hub: Running) -> None:
    till = terminal_at(hub)
    for bad in BAD.values():
        till.sell()
        till.raws.append(bad)
    till.sell()
    answer = till.push()
    expected = [("applied", ""), ("applied_with_exception", "unreadable")] * len(BAD) + [("applied", "")]
    assert verdicts(answer) == expected
    assert on_hand(hub.engine, "p-1") == START - 1000 * (len(BAD) + 1)
    with hub.engine.connect() as conn:
        kept = conn.execute(select(tables.operation.c.raw).order_by(tables.operation.c.seq)).scalars()
        assert [bytes(raw) for raw in kept] == till.raws
    assert till.push().json() == answer.json()


def _falsified(old: bytes, new: bytes) -> Any:
    def record(till: Terminal) -> None:
        raw = till.record(sale_of({"p-1": 1000}, receipt="mark"))
        assert old in raw
        till.raws[-1] = raw.replace(old, new)

    return record


def _gap(till: Terminal) -> None:
    till.record(Gap("x", 5, 2), "gap")


WRONG = {
    "a kind from tomorrow": (_falsified(b'"sale"', b'"dance"'), "kind_unknown"),
    "a schema from tomorrow": (_falsified(b'"schema":1', b'"schema":99'), "schema_unknown"),
    "a schema before the first": (_falsified(b'"schema":1', b'"schema":0'), "schema_unknown"),
    "a number that is not its place": (_falsified(b'"seq":', b'"seq":9'), "unreadable"),
    "a float of money": (_falsified(b'"rounding":0', b'"rounding":0.5'), "unreadable"),
    "a number that no database holds": (_falsified(b'"rounding":0', b'"rounding":' + b"9" * 30), "unreadable"),
    "a NUL that PostgreSQL refuses": (_falsified(b'"mark"', b'"\\u0000"'), "unreadable"),
    "an id that no index holds": (_falsified(b'"mark"', b'"' + b"x" * 9000 + b'"'), "unreadable"),
    "a body without its lines": (_falsified(b'"lines"', b'"lanes"'), "unreadable"),
    "lines that are no list": (_falsified(b'"lines":[', b'"lines":7,"x":['), "unreadable"),
    "an operation above the largest": (_falsified(b'"mark"', b'"mark"' + b" " * LARGEST), ""),
    "a payment in no state": (lambda till: till.record(payment_of("dancing"), "payment"), "unreadable"),
    "a gap of nothing": (_gap, "unreadable"),
}


def test_I5_F12_a_wrong_operation_gets_its_verdict_and_those_behind_go_on(hub: Running) -> None:
    till = terminal_at(hub)
    expected = []
    for wrong, code in WRONG.values():
        wrong(till)
        till.sell()
        expected += [code, ""]
    assert [code for _, code in verdicts(till.push())] == expected
    assert on_hand(hub.engine, "p-1") == START - 1000 * (len(WRONG) + expected[::2].count(""))


def test_I3_a_sale_at_an_unknown_place_or_of_another_store_is_recorded_and_flagged(hub: Running) -> None:
    till = terminal_at(hub)
    till.sell(place="store-9")
    till.sell(place="store-2")
    assert [code for _, code in verdicts(till.push())] == ["location_unknown", "not_allowed"]
    assert on_hand(hub.engine, "p-1") == START
    assert on_hand(hub.engine, "p-1", "store-2") == START - 1000


def test_F41_a_sale_from_the_future_is_recorded_and_its_clock_flagged(hub: Running) -> None:
    till = terminal_at(hub)
    till.record(sale_of({"p-1": 1000}), at=4_000_000_000_000)
    assert verdicts(till.push()) == [("applied_with_exception", "clock_wrong")]
    assert on_hand(hub.engine, "p-1") == START - 1000


def test_F29_an_attempt_goes_its_steps_and_a_wrong_step_changes_nothing(hub: Running) -> None:
    till = terminal_at(hub)
    for state in ("pending", "unknown", "approved", "declined"):
        till.record(payment_of(state), "payment")
    till.record(Payment("a-1", "s-1", "reversed", 999, "KZT"), "payment")
    assert [code for _, code in verdicts(till.push())] == ["", "", "", "payment_step", "payment_step"]
    report = records.report(hub.engine)
    assert report.paid_without_sale == ["a-1"]
    assert report.unknown_payments == []


def test_F31_an_unknown_payment_is_put_before_a_person_until_it_is_known(hub: Running) -> None:
    till = terminal_at(hub)
    till.record(payment_of("pending"), "payment")
    till.record(payment_of("unknown"), "payment")
    till.push()
    till.push()
    assert records.report(hub.engine).attention == {"payment_unknown": 1}
    till.record(payment_of("declined"), "payment")
    till.push(3)
    assert records.report(hub.engine).attention == {}


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
    for _ in range(3):
        till.sell()
    first = till.push().json()
    with database.write(hub.engine) as conn:  # what a backup of before the push looks like
        for table in (tables.operation, tables.sale, tables.sale_line, tables.sale_tender, tables.sale_vat):
            conn.execute(table.delete())
        conn.execute(tables.movement.delete().where(tables.movement.c.key.like("op:%")))
        conn.execute(tables.stock.update().where(tables.stock.c.on_hand < START).values(on_hand=START))
        conn.execute(tables.incarnation.update().values(last_seq=0, last_hash=bytes(32)))
        database.new_epoch(conn)
    assert till.push().json()["code"] == "epoch"
    assert till.hello().json()["last_seq"] == 0
    assert till.push().json() == first
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
