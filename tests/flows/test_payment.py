"""Taking payment: cash with change, card by its own terminal, and everything that goes wrong between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.payment.state import Phase
from pos.printing import PaperState
from sync.actions.clock import now_ms
from sync.actions.pay import open_attempts
from sync.actions.sell import sell
from tests.flows.till import Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path).sign_in()
    made.scan("p-milk", "p-bun")  # 620.00 and 145.50: 765.50, in cash 766
    yield made
    made.stop()


def pay(counter: Counter) -> None:
    counter.till.sale.pay()
    assert counter.till.place == "payment"


def test_quick_amounts_are_exact_and_round(counter: Counter) -> None:
    pay(counter)
    assert counter.till.payment.state.quick == (76600, 100000, 200000)


def test_cash_with_change_records_the_sale_then_opens_the_drawer_then_prints(counter: Counter) -> None:
    pay(counter)
    counter.till.payment.quick(100000)
    assert counter.till.payment.state.change == 23400
    counter.till.payment.cash_received()
    assert counter.till.place == "done" and len(counter.operations("sale")) == 1
    assert counter.printer.wait(receipts=1, kicks=1)
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the printed receipt")
    body = counter.till.done.state.sale.body
    assert (body.total, body.rounding, body.due, body.change) == (76550, 50, 76600, 23400)


def test_a_cart_that_the_disk_shows_as_sold_once_it_is_to_be_paid_is_not_paid_again(counter: Counter) -> None:
    """A till that is killed while it commits may find at its next start that the sale is not there, and then that it
    is: SQLite shows what is whole in its log when somebody has to read the log anew."""
    sale, actor = counter.till.sale.state, counter.till.actor
    assert actor is not None and sale.cart.lines
    sell(counter.local, sale.cart, 76600, actor, "en", now_ms())
    counter.till.sale.pay()
    assert counter.till.place == "sale" and counter.till.sale.state.cart.lines == ()
    assert len(counter.operations("sale")) == 1


def test_digits_fill_whole_tenge_and_the_keypad_has_three_zeros(counter: Counter) -> None:
    pay(counter)
    for key in ("1", "000"):
        counter.till.payment.key(key)
    assert counter.till.payment.state.given == 100000
    counter.till.payment.key("delete")
    assert counter.till.payment.state.given == 10000
    counter.till.payment.clear()
    assert counter.till.payment.state.given == 0


def test_too_little_cash_books_nothing(counter: Counter) -> None:
    pay(counter)
    counter.till.payment.key("5")
    counter.till.payment.cash_received()
    assert counter.till.place == "payment" and counter.operations("sale") == []


def test_the_change_is_counted_out_in_notes_and_coins(counter: Counter) -> None:
    pay(counter)
    counter.till.payment.quick(100000)
    pieces = counter.till.payment.state.change_pieces
    assert [(p.count, p.value, p.note) for p in pieces] == [(1, 20000, False), (1, 2000, False), (1, 1000, False)]


def test_a_card_is_journaled_before_it_is_asked_f30(counter: Counter) -> None:
    counter.card.faults.slow_s = 60
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    assert '"state":"pending"' in counter.operations("payment")[0]
    assert counter.till.payment.state.phase is Phase.WAITING


def test_an_approved_card_finishes_the_sale_by_itself(counter: Counter) -> None:
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the end of the sale")
    tender = counter.till.done.state.sale.body.tenders[0]
    assert (tender.kind, tender.amount, tender.masked) == ("card", 76550, "•• 4242")
    assert counter.till.done.state.sale.body.rounding == 0, "a card pays exactly"
    assert counter.printer.wait(receipts=1) and counter.printer.kicks == 0, "no cash, no drawer"


def test_a_declined_card_charges_nothing_and_another_try_may_follow(counter: Counter) -> None:
    counter.card.faults.decline = "insufficient_funds"
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.phase is Phase.DECLINED, "the refusal")
    assert counter.operations("sale") == [] and counter.said.startswith("The card was declined")
    counter.card.faults.decline = ""
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the end of the sale")
    assert len(counter.card.charged) == 1


def test_a_lost_answer_is_asked_for_again_and_never_charged_again_f29_f31(counter: Counter) -> None:
    counter.card.faults.lose_answers = 1
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.phase is Phase.UNKNOWN or counter.till.place == "done", "doubt")
    counter.until(lambda: counter.till.place == "done", "the answer")
    assert len(counter.card.charged) == 1 and len(counter.operations("sale")) == 1


def test_while_the_answer_is_missing_nothing_else_can_be_done(counter: Counter) -> None:
    counter.card.faults.silent = True
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.phase is Phase.UNKNOWN, "doubt")
    counter.till.payment.choose("cash")
    counter.till.payment.back()
    counter.till.payment.charge()
    counter.till.tab("lookup")
    counter.till.sign_out()
    assert counter.till.place == "payment" and counter.till.payment.state.tender == "card"
    assert len(open_attempts(counter.local)) == 1


def test_a_till_killed_while_the_card_is_asked_asks_again_and_ends_the_sale_f29(counter: Counter) -> None:
    counter.card.faults.slow_s = 0.3
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.card.charges != [], "the charge at the card terminal")
    counter.kill()
    counter.start()
    counter.sign_in()
    assert counter.till.place == "payment"
    counter.until(lambda: counter.till.place == "done", "the end of the sale")
    assert len(counter.card.charged) == 1 and len(counter.operations("sale")) == 1


def test_a_till_killed_after_the_approval_ends_the_sale_by_itself_f30(counter: Counter) -> None:
    from sync.actions.cart import open_cart
    from sync.actions.pay import begin_attempt, resolve_attempt
    from sync.domain.payments import AttemptState

    actor = counter.till.actor
    cart = open_cart(counter.local, counter.now)
    attempt = begin_attempt(counter.local, cart, 76550, actor, counter.now)
    resolve_attempt(counter.local, attempt.id, AttemptState.APPROVED, "A1", "•• 4242", "", counter.now)
    counter.kill()
    counter.start()
    counter.sign_in()
    counter.until(lambda: counter.till.place == "done", "the end of the sale")
    assert counter.card.charged == [], "nothing is charged again"
    assert counter.till.done.state.sale.body.tenders[0].attempt == attempt.id


def test_stopping_says_so_and_keeps_the_cart(counter: Counter) -> None:
    counter.card.faults.slow_s = 60
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.card.charges != [], "the card terminal")
    counter.till.payment.stop()
    counter.until(lambda: counter.till.payment.state.phase is Phase.DECLINED, "the end of the attempt")
    assert counter.card.charged == []
    counter.till.payment.back()
    assert counter.till.place == "sale" and counter.lines == {"p-milk": 1000, "p-bun": 1000}


def test_the_rest_goes_to_the_card_and_the_cash_with_it(counter: Counter) -> None:
    pay(counter)
    for key in ("5", "00"):
        counter.till.payment.key(key)
    assert counter.till.payment.state.by_card == 26550
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the end of the sale")
    body = counter.till.done.state.sale.body
    assert sorted((t.kind, t.amount) for t in body.tenders) == [("card", 26550), ("cash", 50000)]
    assert (body.change, body.rounding) == (0, 0)


def test_a_card_that_paid_a_part_locks_what_is_in_the_cart(counter: Counter) -> None:
    from sync.actions.cart import open_cart
    from sync.actions.pay import begin_attempt, resolve_attempt
    from sync.domain.payments import AttemptState

    cart = open_cart(counter.local, counter.now)
    attempt = begin_attempt(counter.local, cart, 50000, counter.till.actor, counter.now)
    resolve_attempt(counter.local, attempt.id, AttemptState.APPROVED, "A1", "", "", counter.now)
    pay(counter)
    assert counter.said.startswith("500")
    counter.till.payment.back()
    counter.till.sale.remove(counter.till.sale.state.hero)
    counter.till.sale.void()
    assert counter.lines == {"p-milk": 1000, "p-bun": 1000} and counter.said.startswith("A card has paid")
    pay(counter)
    assert counter.till.payment.state.cash_due == 26600
    counter.till.payment.quick(26600)
    counter.till.payment.cash_received()
    assert counter.till.place == "done"


def test_a_printer_without_paper_keeps_the_sale_and_says_so_f46_f49(counter: Counter) -> None:
    counter.printer.faults.paper_out = True
    pay(counter)
    counter.till.payment.quick(76600)
    counter.till.payment.cash_received()
    counter.until(lambda: counter.till.done.state.paper is PaperState.FAILED, "the fault")
    assert len(counter.operations("sale")) == 1
    assert counter.said.startswith("The receipt is not printed The printer has no paper. The sale is kept.")
    assert counter.printer.wait(kicks=1), "the drawer opens all the same (F50)"
    counter.printer.faults.paper_out = False
    counter.till.done.print_again()
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the receipt")
    assert len(counter.operations("sale")) == 1 and counter.printer.kicks == 1
    assert "Copy" not in counter.printer.texts[-1], "it is the first on paper"


def test_a_receipt_that_may_be_on_paper_says_so_on_its_second_print_f48(counter: Counter) -> None:
    counter.printer.faults.dies_after = 40
    pay(counter)
    counter.till.payment.quick(76600)
    counter.till.payment.cash_received()
    counter.until(lambda: counter.till.done.state.paper is PaperState.DOUBTFUL, "the doubt")
    counter.printer.faults.dies_after = None
    counter.printer.faults.off = False
    counter.till.done.print_again()
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the receipt")
    assert "Possible duplicate" in counter.printer.texts[-1]


def test_a_scan_before_money_is_given_goes_back_and_adds(counter: Counter) -> None:
    pay(counter)
    counter.scan("p-tea")
    assert counter.till.place == "sale" and counter.lines["p-tea"] == 1000


def test_a_scan_while_a_card_is_asked_is_answered_f52(counter: Counter) -> None:
    counter.card.faults.slow_s = 60
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.scan("p-tea")
    assert counter.till.place == "payment" and counter.said.endswith("The last scan was not added.")


def test_a_scan_after_the_sale_begins_the_next_one(counter: Counter) -> None:
    pay(counter)
    counter.till.payment.quick(76600)
    counter.till.payment.cash_received()
    counter.scan("p-tea")
    assert counter.till.place == "sale" and counter.lines == {"p-tea": 1000}


def test_without_devices_the_sale_is_kept_and_it_says_what_is_absent(tmp_path: Path) -> None:
    counter = Counter(tmp_path, devices=False).sign_in()
    try:
        counter.scan("p-milk")
        pay(counter)
        assert not counter.till.payment.state.has_card
        counter.till.payment.choose("card")
        assert counter.till.payment.state.tender == "cash"
        counter.till.payment.quick(62000)
        counter.till.payment.cash_received()
        assert counter.till.place == "done" and counter.till.done.state.paper is PaperState.ABSENT
        counter.till.next_customer()
        counter.till.sale.reprint()
        assert counter.said.startswith("This till has no printer")
    finally:
        counter.stop()


def test_a_second_touch_on_cash_received_sells_once_f53(counter: Counter) -> None:
    pay(counter)
    counter.till.payment.quick(76600)
    counter.till.payment.cash_received()
    counter.till.payment.cash_received()
    assert len(counter.operations("sale")) == 1


def test_after_three_lost_answers_a_person_may_say_what_the_slip_says(counter: Counter) -> None:
    counter.card.faults.silent = True
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.phase is Phase.UNKNOWN, "doubt")
    counter.till.payment.settle_by_hand(False)
    assert counter.till.payment.state.phase is Phase.UNKNOWN, "not before it was asked again"
    for _n in range(3):
        counter.now += 5_000
        counter.till.payment.tick()
    counter.till.payment.settle_by_hand(False)
    assert counter.till.payment.state.phase is Phase.DECLINED
    assert '"reason":"by_hand"' in counter.operations("payment")[-1]


def test_f29_payment_that_is_asked_for_again_while_a_card_is_asked_charges_it_once(counter: Counter) -> None:
    counter.sign_in().scan("p-milk")
    counter.till.sale.pay()
    counter.card.faults.slow_s = 0.2
    counter.till.payment.charge()
    counter.till.sale.pay()
    counter.till.payment.start(counter.till.payment._actor)
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the sale")
    assert len(counter.card.charged) == 1
