"""Closing a sale: priced, recorded and numbered once (F3, F11, F16, F40)."""

from pathlib import Path

import msgspec
import pytest

from sync.actions.cart import CartHasPayments, discard_cart, open_cart, save_cart
from sync.actions.pay import AlreadySold, PaymentOpen, UnknownAttempt, begin_attempt, open_attempts, resolve_attempt
from sync.actions.printing import PrintState, printed, queue_print, unprinted
from sync.actions.sell import sell, series
from sync.domain.payments import AttemptState, BadStep
from sync.domain.sales import Refused, SaleRefusal
from sync.local import Local, RecordedSale
from sync.local.journal import read_from
from sync.protocol.operations import Payment, open_envelope
from tests.local.fixture import INCARNATION, NOW, make_terminal
from tests.local.tills import CASHIER, cart_of, sold

APPROVED, UNKNOWN, DECLINED = AttemptState.APPROVED, AttemptState.UNKNOWN, AttemptState.DECLINED


def kinds(local: Local) -> list[str]:
    return [open_envelope(it.raw).kind for it in read_from(local.raw, INCARNATION, 1, 100)]


def test_a_cash_sale_is_rounded_and_gives_change(local: Local) -> None:
    done = sold(local, "p-bun", cash=20_000)  # 145.50 rounds to 146.00 in cash
    assert (done.body.total, done.body.rounding, done.body.due, done.body.change) == (14_550, 50, 14_600, 5_400)
    assert (done.envelope.actor, done.envelope.business_day) == ("s-aliya", "2025-10-09")


def test_the_business_day_is_that_of_the_store_and_not_of_utc(local: Local) -> None:
    late = 1_760_036_400_000  # 19:00 UTC is midnight in Almaty
    done = sell(local, cart_of(local, "p-milk"), 100_000, CASHIER, "en", late)
    assert isinstance(done, RecordedSale) and done.envelope.business_day == "2025-10-10"


def test_f16_the_recorded_lines_add_up_to_the_recorded_total(local: Local) -> None:
    body = sold(local, "p-milk", "p-tea", "p-book").body
    assert body.total == sum(line.amount for line in body.lines) == sum(v.gross for v in body.by_rate)
    assert body.vat == sum(line.vat for line in body.lines) == sum(v.vat for v in body.by_rate)


def test_a_refused_sale_records_nothing(local: Local) -> None:
    assert sell(local, cart_of(local, "p-milk"), 100, CASHIER, "en", NOW) == Refused(SaleRefusal.UNDERPAID, 61_900)
    assert sell(local, open_cart(local, NOW), 100, CASHIER, "en", NOW) == Refused(SaleRefusal.EMPTY)
    assert kinds(local) == []


def test_a_product_without_a_price_is_not_sold(local: Local) -> None:
    refused = sell(local, cart_of(local, "p-unpriced"), 100, CASHIER, "en", NOW)
    assert refused == Refused(SaleRefusal.BAD_LINE)


def test_f3_selling_the_same_cart_again_gives_the_same_sale(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    first = sell(local, cart, 100_000, CASHIER, "en", NOW)
    assert sell(local, cart, 100_000, CASHIER, "en", NOW + 5) == first
    assert kinds(local) == ["sale"]


def test_f11_receipts_count_up_and_bear_the_terminals_own_series(local: Local) -> None:
    mine = series("t-till-1", INCARNATION)
    assert [sold(local, "p-milk").body.receipt for _ in range(3)] == [f"{mine}-1", f"{mine}-2", f"{mine}-3"]


def test_f40_two_offline_terminals_never_make_the_same_number(tmp_path: Path) -> None:
    made = []
    for name in ("t-1", "t-2"):
        local = Local.open(make_terminal(tmp_path, terminal=name))
        made += [sold(local, "p-milk").body.receipt for _ in range(3)]
        local.close()
    assert len(set(made)) == 6


def test_f40_a_new_journal_of_the_same_terminal_begins_a_new_series(local: Local) -> None:
    first = sold(local, "p-milk").body.receipt
    with local.write() as db:
        db.execute("UPDATE identity SET incarnation = 'another'")
    assert sold(local, "p-milk").body.receipt.split("-")[0] != first.split("-")[0]


def test_pieces_share_a_line_and_weighed_goods_do_not(local: Local) -> None:
    cart = cart_of(local, "p-milk", "p-apple", "p-milk", "p-apple")
    assert [(x.product.id, x.quantity) for x in cart.lines] == [("p-milk", 2000), ("p-apple", 1000), ("p-apple", 1000)]


def test_a_quantity_of_nothing_takes_the_line_out(local: Local) -> None:
    cart = cart_of(local, "p-milk", "p-bread")
    assert [x.product.id for x in cart.set_quantity(cart.lines[0].line_id, 0).lines] == ["p-bread"]


def test_f30_a_card_attempt_is_in_the_journal_before_anyone_is_charged(local: Local) -> None:
    attempt = begin_attempt(local, cart_of(local, "p-milk"), 62_000, CASHIER, NOW)
    body = msgspec.json.decode(open_envelope(read_from(local.raw, INCARNATION, 1, 1)[0].raw).body, type=Payment)
    assert (body.attempt, body.state, body.amount) == (attempt.id, "pending", 62_000)


def test_a_card_sale_takes_the_approved_attempt_as_its_tender(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    attempt = begin_attempt(local, cart, 62_000, CASHIER, NOW)
    resolve_attempt(local, attempt.id, APPROVED, "ref-1", "**** 4242", "", NOW)
    done = sell(local, cart, 0, CASHIER, "en", NOW)
    assert isinstance(done, RecordedSale)
    assert [(t.kind, t.amount, t.reference, t.masked) for t in done.body.tenders] == [
        ("card", 62_000, "ref-1", "**** 4242")
    ]
    assert open_attempts(local) == []


def test_f31_an_unknown_payment_stays_open_until_it_is_resolved(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    attempt = begin_attempt(local, cart, 62_000, CASHIER, NOW)
    resolve_attempt(local, attempt.id, UNKNOWN, "", "", "timeout", NOW)
    assert sell(local, cart, 0, CASHIER, "en", NOW) == Refused(SaleRefusal.UNDERPAID, 62_000)
    assert [a.state for a in open_attempts(local, cart.sale_id)] == [UNKNOWN]
    resolve_attempt(local, attempt.id, APPROVED, "ref", "", "", NOW)
    assert isinstance(sell(local, cart, 0, CASHIER, "en", NOW), RecordedSale)


def test_f29_the_same_answer_again_is_not_recorded_twice(local: Local) -> None:
    attempt = begin_attempt(local, cart_of(local, "p-milk"), 62_000, CASHIER, NOW)
    for _ in range(2):
        resolve_attempt(local, attempt.id, APPROVED, "ref", "", "", NOW)
    assert kinds(local) == ["payment", "payment"]
    with pytest.raises(BadStep):
        resolve_attempt(local, attempt.id, DECLINED, "", "", "", NOW)


def test_an_attempt_that_is_not_ours_is_named(local: Local) -> None:
    with pytest.raises(UnknownAttempt, match="nobody"):
        resolve_attempt(local, "nobody", APPROVED, "", "", "", NOW)


def test_nothing_more_is_charged_for_a_cart_that_is_sold(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    sell(local, cart, 100_000, CASHIER, "en", NOW)
    with pytest.raises(AlreadySold):
        begin_attempt(local, cart, 62_000, CASHIER, NOW)


def test_a_cart_with_money_in_it_can_not_be_thrown_away(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    attempt = begin_attempt(local, cart, 62_000, CASHIER, NOW)
    with pytest.raises(CartHasPayments):
        discard_cart(local, cart)
    resolve_attempt(local, attempt.id, DECLINED, "", "", "no funds", NOW)
    discard_cart(local, cart)
    assert open_cart(local, NOW).lines == ()


def test_a_saved_cart_is_open_again_after_a_restart(home: Path) -> None:
    local = Local.open(home)
    cart = cart_of(local, "p-milk", "p-apple")
    save_cart(local, cart)
    local.close()
    local = Local.open(home)
    assert open_cart(local, NOW) == cart
    local.close()


def test_a_cart_that_was_sold_does_not_come_back(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    save_cart(local, cart)
    sell(local, cart, 100_000, CASHIER, "en", NOW)
    save_cart(local, cart)
    assert open_cart(local, NOW).lines == ()


def test_f46_a_sale_waits_to_be_printed_until_the_printer_said_so(local: Local) -> None:
    done = sold(local, "p-milk")
    [job] = unprinted(local)
    assert (job.ref, job.what, job.state) == (done.body.receipt, "receipt", PrintState.QUEUED)
    assert queue_print(local, done.body.receipt, "receipt", NOW) == job.id
    printed(local, job.id, PrintState.FAILED, "paper out", NOW)
    assert [j.reason for j in unprinted(local)] == ["paper out"]
    printed(local, job.id, "printed", "", NOW)
    assert unprinted(local) == []
    assert kinds(local) == ["sale"]  # a jam never undoes money, a reprint never pays again


def test_f48_a_copy_is_a_job_of_its_own(local: Local) -> None:
    done = sold(local, "p-milk")
    printed(local, unprinted(local)[0].id, PrintState.PRINTED, "", NOW)
    again = queue_print(local, done.body.receipt, "receipt", NOW)
    assert [j.id for j in unprinted(local)] == [again]


def test_a_job_that_is_none_is_named(local: Local) -> None:
    with pytest.raises(KeyError, match="17"):
        printed(local, 17, PrintState.PRINTED, "", NOW)


def test_f29_no_second_payment_is_begun_while_the_first_is_not_settled(local: Local) -> None:
    cart = cart_of(local, "p-milk")
    first = begin_attempt(local, cart, 62_000, CASHIER, NOW)
    with pytest.raises(PaymentOpen):
        begin_attempt(local, cart, 62_000, CASHIER, NOW)
    resolve_attempt(local, first.id, UNKNOWN, "", "", "timeout", NOW)
    with pytest.raises(PaymentOpen):
        begin_attempt(local, cart, 62_000, CASHIER, NOW)
    resolve_attempt(local, first.id, DECLINED, "", "", "", NOW)
    assert begin_attempt(local, cart, 62_000, CASHIER, NOW).id != first.id
