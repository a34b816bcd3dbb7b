"""What a card pays is what was approved: a part, another amount, nothing any more, and a part that goes back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos.devices.base import CardAnswer
from pos.payment.state import Phase
from sync.actions.pay import open_attempts
from sync.domain.payments import AttemptState
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


def test_f31_a_card_that_pays_a_part_is_recorded_as_that_and_the_rest_is_asked_for(counter: Counter) -> None:
    counter.card.faults.partial = 50000
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.cart.paid_by_card, "the part")
    assert counter.till.payment.state.phase is Phase.CHOOSING and counter.operations("sale") == []
    assert counter.said.startswith("The card paid only a part 265.50")
    assert '"state":"approved","amount":50000' in counter.operations("payment")[-1]
    counter.kill()
    counter.start()
    counter.sign_in()
    assert counter.till.place == "payment" and counter.till.payment.state.rest == 26550, "the disk knows the part"
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the rest")
    assert [amount for _attempt, amount in counter.card.charged] == [50000, 26550]
    tenders = counter.till.done.state.sale.body.tenders
    assert [(it.kind, it.amount) for it in tenders] == [("card", 50000), ("card", 26550)]


def test_a_part_by_card_with_cash_in_hand_asks_for_more_cash(counter: Counter) -> None:
    counter.card.faults.partial = 10000
    pay(counter)
    for key in ("5", "00"):
        counter.till.payment.key(key)
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.cart.paid_by_card, "the part")
    assert counter.till.payment.state.cash_due == 66600 and not counter.till.payment.state.covered
    counter.till.payment.quick(66600)
    counter.till.payment.cash_received()
    tenders = counter.till.done.state.sale.body.tenders
    assert sorted((it.kind, it.amount) for it in tenders) == [("card", 10000), ("cash", 66600)]


@pytest.mark.parametrize(("amount", "currency"), [(76551, "KZT"), (0, "KZT"), (-5, "KZT"), (76550, "USD")])
def test_an_approval_of_what_was_not_asked_never_counts_as_paid_f31(
    counter: Counter, amount: int, currency: str
) -> None:
    counter.card.faults.slow_s = 60
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    attempt, card = counter.till.payment.state.card.attempt, counter.terminal.devices.card
    approved = CardAnswer(device=card.name, attempt_id=attempt, state=AttemptState.APPROVED)
    counter.terminal.inbox.put(replace(approved, amount_minor=amount, currency=currency))
    counter.until(lambda: counter.till.payment.state.phase is Phase.UNKNOWN, "doubt")
    assert counter.said.startswith("The card terminal names another amount")
    assert counter.operations("sale") == [] and '"reason":"other_amount"' in counter.operations("payment")[-1]


def test_a_payment_that_the_bank_takes_back_before_the_sale_says_so_and_may_be_tried_again(counter: Counter) -> None:
    counter.card.faults.slow_s = 60
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    attempt, card = counter.till.payment.state.card.attempt, counter.terminal.devices.card
    counter.terminal.inbox.put(CardAnswer(device=card.name, attempt_id=attempt, state=AttemptState.REVERSED))
    counter.until(lambda: counter.till.payment.state.phase is Phase.DECLINED, "the end")
    assert counter.said.startswith("The card payment was taken back") and counter.operations("sale") == []


def part_paid(counter: Counter, part: int = 50000) -> str:
    """A card pays a part; the attempt."""
    counter.card.faults.partial = part
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.cart.paid_by_card, "the part")
    counter.card.faults.partial = 0
    return counter.till.payment.state.cart.attempts[-1].id


def test_a_part_that_a_card_paid_is_given_back_and_the_cart_is_free_again(counter: Counter) -> None:
    attempt = part_paid(counter)
    counter.till.payment.take_off(attempt)
    counter.till.payment.take_off(attempt)
    counter.until(lambda: counter.till.payment.state.phase is Phase.CHOOSING, "the end")
    assert counter.said.startswith("The money is back on the card 765.50")
    assert [it.state for it in counter.card.charges] == ["reversed"]
    said = [json.loads(body)["body"] for body in counter.operations("payment")]
    told = [(it["state"], it["amount"], it.get("reason", "")) for it in said]
    assert told[-2:] == [("approved", 50000, "giving_back"), ("reversed", 50000, "")]
    counter.till.payment.back()
    counter.till.sale.void()
    assert counter.lines == {} and open_attempts(counter.local) == []


def test_f31_a_till_killed_while_a_part_goes_back_asks_how_it_ended_and_sells_nothing_before(counter: Counter) -> None:
    attempt = part_paid(counter)
    counter.card.faults.silent = True
    counter.till.payment.take_off(attempt)
    counter.until(lambda: counter.card.charges[0].state == "reversed", "the money")
    counter.until(lambda: counter.till.payment.state.phase is Phase.UNKNOWN, "doubt")
    counter.till.payment.quick(76600)
    counter.till.payment.charge()
    counter.till.payment.cash_received()
    assert counter.till.place == "payment" and counter.operations("sale") == []
    counter.kill()
    counter.card.faults.silent = False
    counter.start()
    counter.sign_in()
    counter.until(lambda: counter.till.payment.state.phase is Phase.CHOOSING, "the answer")
    assert counter.till.payment.state.rest == 76550 and counter.card.charges[0].state == "reversed"


def test_a_part_that_the_terminal_keeps_goes_on_paying(counter: Counter) -> None:
    attempt = part_paid(counter)
    counter.card.faults.silent = True
    counter.card.ledger[attempt].state = "declined"  # it has nothing to give back, and says so by what follows
    counter.till.payment.take_off(attempt)
    assert counter.till.payment.state.phase is Phase.STOPPING
    kept = CardAnswer(device="card terminal", attempt_id=attempt, state=AttemptState.APPROVED)
    counter.terminal.inbox.put(replace(kept, amount_minor=50000, currency="KZT"))
    counter.until(lambda: counter.till.payment.state.phase is Phase.CHOOSING, "the end")
    assert counter.said.startswith("The card terminal gave nothing back") and counter.till.payment.state.rest == 26550
    counter.till.payment.quick(26600)
    counter.till.payment.cash_received()
    tenders = counter.till.done.state.sale.body.tenders
    assert sorted((it.kind, it.amount) for it in tenders) == [("card", 50000), ("cash", 26600)]


def test_money_that_the_bank_takes_back_after_the_sale_is_written_down_and_the_sale_stands(counter: Counter) -> None:
    counter.card.faults.reverse_after = True
    pay(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: '"state":"reversed"' in counter.operations("payment")[-1], "the bank")
    assert counter.till.place == "done" and len(counter.operations("sale")) == 1
    assert counter.till.payment.state.phase is Phase.DONE


@pytest.mark.parametrize(("paid", "rest"), [(True, 26550), (False, 76550)])
def test_after_three_lost_answers_a_person_says_by_the_slip_whether_the_part_went_back(
    counter: Counter, paid: bool, rest: int
) -> None:
    attempt = part_paid(counter)
    counter.card.faults.silent = True
    counter.till.payment.take_off(attempt)
    counter.until(lambda: counter.till.payment.state.phase is Phase.UNKNOWN, "doubt")
    counter.till.payment.act()
    assert counter.till.payment.state.phase is Phase.UNKNOWN, "nobody stops money on its way back"
    for _n in range(3):
        counter.now += 5_000
        counter.till.payment.tick()
    counter.till.payment.settle_by_hand(paid)
    assert counter.till.payment.state.phase is Phase.CHOOSING and counter.till.payment.state.rest == rest
