"""What the hub says of operations: facts are never refused, one bad operation blocks nothing."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.hub import records, tables
from sync.hub.judge_sale import differences_of
from sync.hub.serving import Running
from sync.protocol.operations import LARGEST, Gap, Payment, SaleTender
from tests.hub.retailer import START, on_hand
from tests.hub.terminals import Terminal, count, matters, payment_of, sale_of, terminal_at, verdicts


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
    "a card that no index holds": (_falsified(b'"reference":""', b'"reference":"' + b"x" * 9000 + b'"'), "unreadable"),
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


def test_F31_a_card_may_be_approved_for_a_part_of_what_was_asked_and_never_for_more(hub: Running) -> None:
    till = terminal_at(hub)
    for attempt, amounts in (("a-1", (100, 40)), ("a-2", (100, 101)), ("a-3", (100, 0))):
        for state, amount in zip(("pending", "approved"), amounts, strict=True):
            till.record(payment_of(state, attempt, amount=amount), "payment")
    till.record(payment_of("reversed", "a-1", amount=40), "payment")
    codes = [code for _, code in verdicts(till.push())]
    assert codes == ["", "", "", "payment_step", "", "payment_step", ""]


def test_F31_money_that_the_bank_takes_back_after_the_sale_is_put_before_a_person(hub: Running) -> None:
    till = terminal_at(hub)
    sold = sale_of({"p-1": 1000})
    paid = msgspec.structs.replace(sold, tenders=[SaleTender("card", sold.total, "a-1")], due=sold.total, change=0)
    for state in ("pending", "approved"):
        till.record(payment_of(state, "a-1", paid.sale_id, sold.total), "payment")
    till.record(paid)
    till.record(payment_of("reversed", "a-1", paid.sale_id, sold.total), "payment")
    assert [code for _, code in verdicts(till.push())][-1] == "payment_step"
    assert records.report(hub.engine).attention == {"payment_step": 1}


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
