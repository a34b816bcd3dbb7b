"""F49: what is paid and what is fiscalised are two facts; the second has states of its own and undoes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sync.actions.cart import save_cart
from sync.actions.exchange import Exchanged, exchange
from sync.actions.fiscal import Registered, hindered, not_registered, registered, take
from sync.actions.settle import settle
from sync.domain.exchange import GoodsBack
from sync.domain.matters import Choice
from sync.domain.pricing import PIECE
from sync.domain.returns import Basis
from sync.local import Local, link_status
from sync.local.attention import matters
from sync.local.fiscal import FiscalState, fiscal_of, not_fiscalised, waits
from sync.local.journal import KEPT_MS, Ruling, prune, rule, verify_chain
from sync.protocol.fiscal import CASH_OUT, REFUND, content_of
from sync.protocol.operations import CashPaid, Return, ReturnLine, ReturnRefund
from sync.protocol.shifts import CashMoved
from tests.local.bought import allow, item, know, order, taken
from tests.local.fixture import INCARNATION, NOW
from tests.local.tills import CASHIER, cart_of, sold

BY = Registered("SIM-1", "17", "1234567890", NOW + 5, "t=1")


@pytest.fixture
def till(home: Path) -> Iterator[Local]:
    opened = Local.open(home, fiscal=True)
    yield opened
    opened.close()


def test_f49_a_sale_and_its_document_are_recorded_together_and_the_document_is_made_of_the_sale(till: Local) -> None:
    body = sold(till, "p-milk", "p-bread").body
    row = fiscal_of(till, body.receipt)
    assert row is not None and (row.state, row.at) == (FiscalState.WAITING, NOW)
    task = take(till, NOW)
    assert task is not None and not task.ask
    made = task.document
    assert (made.id, made.number, made.cashier, made.currency) == (row.document, body.receipt, "Aliya", body.currency)
    assert [x.quantity for x in made.lines] == [PIECE, PIECE]
    assert sum(x.amount for x in made.lines) + made.rounding == made.total == body.due
    assert [(x.kind, x.amount) for x in made.tenders] == [("cash", body.due)]


def test_a_till_without_a_fiscal_printer_writes_down_nothing_of_it(local: Local) -> None:
    sold(local, "p-milk")
    assert not_fiscalised(local) == [] and take(local, NOW) is None


def test_f49_what_was_sent_is_asked_about_after_a_crash_and_not_sent_again(till: Local, home: Path) -> None:
    receipt = sold(till, "p-milk").body.receipt
    sent = take(till, NOW)
    assert sent is not None and not sent.ask
    again = Local.open(home, fiscal=True)
    asked = take(again, NOW + 1)
    assert asked is not None and asked.ask and asked.document == sent.document
    not_registered(again, sent.document.id, FiscalState.WAITING, "", NOW + 2)
    now_sent = take(again, NOW + 3)
    assert now_sent is not None and not now_sent.ask and now_sent.document.id == sent.document.id
    registered(again, sent.document.id, BY, NOW + 4)
    row = fiscal_of(again, receipt)
    assert row is not None and (row.state, row.number, row.sign, row.registered_at) == (
        FiscalState.DONE, "17", "1234567890", NOW + 5,
    )  # fmt: skip
    again.close()


def test_what_is_done_stays_done_whatever_is_said_later(till: Local) -> None:
    receipt = sold(till, "p-milk").body.receipt
    task = take(till, NOW)
    assert task is not None
    registered(till, task.document.id, BY, NOW)
    not_registered(till, task.document.id, FiscalState.FAILED, "wrong", NOW)
    registered(till, task.document.id, Registered("SIM-2", "1", "2", 3), NOW)
    row = fiscal_of(till, receipt)
    assert row is not None and (row.state, row.device, row.number) == (FiscalState.DONE, "SIM-1", "17")
    with pytest.raises(ValueError, match="number"):
        not_registered(till, task.document.id, FiscalState.DONE, "", NOW)


def test_documents_go_in_the_order_of_the_journal_and_a_wrong_one_holds_up_no_other(till: Local) -> None:
    first, second = sold(till, "p-milk").body.receipt, sold(till, "p-bread").body.receipt
    task = take(till, NOW)
    assert task is not None and task.document.number == first
    not_registered(till, task.document.id, FiscalState.FAILED, "the sums differ", NOW)
    task = take(till, NOW)
    assert task is not None and task.document.number == second
    found = waits(till.raw)
    assert (found.waiting, found.since, found.failed) == (1, NOW, 1)


def test_what_is_in_the_way_is_kept_with_the_first_and_the_link_says_how_many_wait(till: Local) -> None:
    sold(till, "p-milk")
    sold(till, "p-bread")
    hindered(till, "fiscal_off", NOW + 7)
    changes = till.raw.total_changes
    hindered(till, "fiscal_off", NOW + 8)
    assert till.raw.total_changes == changes, "said again it writes nothing"
    fiscal = link_status(till, NOW).fiscal
    assert (fiscal.waiting, fiscal.since, fiscal.why) == (2, NOW, "fiscal_off")


def test_an_operation_that_is_not_fiscalised_is_kept_however_old_it_is(till: Local) -> None:
    sold(till, "p-milk")
    sold(till, "p-bread")
    with till.write() as db:
        rule(db, INCARNATION, [Ruling(1, "applied"), Ruling(2, "applied")], NOW)
    later = NOW + 2 * KEPT_MS
    assert prune(till, later) == 0
    for _document in range(2):
        task = take(till, later)
        assert task is not None
        registered(till, task.document.id, BY, later)
    assert prune(till, later) > 0 and verify_chain(till) == []


def back(*refunds: ReturnRefund, basis: str = "claim", total: int = 1000) -> Return:
    line = ReturnLine("1", "p", "s", "Tea", PIECE, 700, 1200, 75, "faulty", "new", "shelf")
    rest = ReturnLine("2", "q", "t", "Cup", PIECE, 300, 1200, 32, "faulty", "new", "shelf")
    return Return("r", "K-1", "o", "N", "l", "KZT", [line, rest], list(refunds), total, 107, 0, basis)


def test_a_return_is_fiscalised_as_what_goes_back_now_and_a_promise_not_before_it_is_paid() -> None:
    cash, card = ReturnRefund("1", "cash", 600), ReturnRefund("2", "card", 400)
    whole = content_of("return", back(cash, card))
    assert whole is not None and whole.kind == REFUND
    assert ([x.amount for x in whole.lines], whole.total) == ([700, 300], 1000)
    assert [(x.kind, x.amount) for x in whole.tenders] == [("cash", 600), ("card", 400)]
    assert content_of("return", back(cash, card, basis="promise")) is None


def test_cash_that_is_fetched_later_is_a_document_of_its_own_when_it_is_paid() -> None:
    later, card = ReturnRefund("1", "cash", 600, to="counter"), ReturnRefund("2", "card", 400)
    now = content_of("return", back(later, card))
    assert now is not None and ([x.amount for x in now.lines], now.total) == ([280, 120], 400)
    assert content_of("return", back(ReturnRefund("1", "cash", 1000, to="counter"))) is None
    paid = content_of("cash_paid", CashPaid("p", "K-2", "k", "c", 600, "KZT", "l", "en", "K-1"))
    assert paid is not None and (paid.kind, paid.total, paid.lines[0].name) == (REFUND, 600, "K-1")


def test_cash_that_is_moved_by_hand_is_fiscalised_and_what_moves_no_money_is_not() -> None:
    dropped = content_of("cash_moved", CashMoved("m", "s", "drop", 500, ""))
    assert dropped is not None and (dropped.kind, dropped.total) == (CASH_OUT, 500)
    assert content_of("payment", dropped) is None


def test_a_document_that_was_taken_for_wrong_is_put_before_a_person_once(till: Local) -> None:
    receipt = sold(till, "p-milk").body.receipt
    task = take(till, NOW)
    assert task is not None
    for _said in range(2):
        not_registered(till, task.document.id, FiscalState.FAILED, "the sums differ", NOW)
    (matter,) = matters(till)
    assert (matter.code, matter.facts.detail) == ("fiscal_failed", f"{receipt}: the sums differ")
    assert [row.ref for row in not_fiscalised(till)] == [receipt]
    settle(till, matter.id, Choice.PUT_RIGHT, "", approver=None, actor=replace(CASHIER, role="manager"), now=NOW)
    assert matters(till) == [] and not_fiscalised(till) == [] and waits(till.raw).failed == 0


def all_add_up(till: Local) -> list[str]:
    """Register everything that waits; the kinds. Lines and rounding, tenders and total are one number each time."""
    kinds = []
    while (task := take(till, NOW)) is not None:
        made = task.document
        sums = sum(x.amount for x in made.lines) + made.rounding, sum(x.amount for x in made.tenders), made.total
        assert len(set(sums)) == 1, (made, sums)
        registered(till, made.id, BY, NOW)
        kinds.append(made.kind)
    return kinds


@pytest.mark.parametrize("included", [True, False])
def test_a_document_adds_up_whether_its_prices_hold_the_vat_or_not(till: Local, home: Path, included: bool) -> None:
    allow(home, vat_included=included)
    sold(till, "p-milk", "p-bread", "p-tea")
    assert all_add_up(till) == ["sale"]


def test_an_exchange_is_a_refund_and_a_sale_that_each_add_up(till: Local, home: Path) -> None:
    know(home, order())
    goods = GoodsBack("r-1", order(), (item("1", 3),), (), 100_000, Basis.CLAIM, "claim-1")
    cart = replace(cart_of(till, "p-milk"), back=goods)
    save_cart(till, cart)
    assert isinstance(exchange(till, cart, 0, CASHIER, "en", NOW), Exchanged)
    assert all_add_up(till) == [REFUND, "sale"]


def test_a_return_is_fiscalised_with_what_goes_back_and_a_promise_is_not(till: Local, home: Path) -> None:
    know(home, order())
    taken(till, order(), item("2"), basis=Basis.CLAIM)
    assert all_add_up(till) == [REFUND]
    taken(till, order("100-48214"), item("2"))
    assert all_add_up(till) == []


def test_a_document_whose_entry_is_gone_from_the_journal_stops_nothing_that_comes_after(till: Local) -> None:
    sold(till, "p-milk")
    second = sold(till, "p-bread").body.receipt
    till.raw.execute("DELETE FROM waiting")
    till.raw.execute("DELETE FROM op WHERE seq = 1")
    task = take(till, NOW)
    assert task is not None and task.document.number == second
    assert [matter.code for matter in matters(till)] == ["fiscal_failed"]
