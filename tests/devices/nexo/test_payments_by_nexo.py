"""A till's client of nexo Sale to POI against a card terminal in another process. What counts is the money that it says
moved: once for an attempt, and never for an answer that does not fit."""

import time

import pytest

from pos.devices.base import DeviceState, StatusUpdate
from pos.devices.card import CARD_BABBLE, CARD_LOST, CARD_OFF
from pos.devices.nexo import CARD_FORGOT, NexoTerminal
from pos.devices.nexo_judge import CARD_BUSY, CARD_NO_BANK
from pos.devices.virtual.nexo_wrong import WRONG
from sync.actions.clock import new_id, now_ms
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.devices.nexoing import NexoProcess, answer, ended, paid, states
from tests.timing import at_best

APPROVED, DECLINED, UNKNOWN = AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN
PENDING, REVERSED = AttemptState.PENDING, AttemptState.REVERSED


def test_a_card_is_charged_once_and_says_what_the_receipt_needs(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    attempt = new_id()
    till.start(attempt, 64990_05, "KZT")
    said = answer(heard, attempt, APPROVED)
    assert (said.amount_minor, said.currency, said.masked_pan, said.scheme) == (64990_05, "KZT", "•• 4242", "Visa")
    assert said.fault is None and states(heard, attempt) == [APPROVED]
    assert "4263" not in str(said), "of the card's number the last four digits are known here, and no more"
    assert bank.charged(attempt) == [64990_05]


def test_a_declined_card_charges_nothing_and_says_why(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("decline not enough money")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).reason == "not enough money"
    assert bank.charged(attempt) == []


def test_a_bank_that_can_not_be_reached_is_named(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("no_bank on")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).fault == CARD_NO_BANK
    assert bank.charged(attempt) == []


def test_a_card_that_is_good_for_less_pays_that(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("partial 20000")
    attempt = new_id()
    till.start(attempt, 50000, "KZT")
    assert answer(heard, attempt, APPROVED).amount_minor == 20000
    assert bank.charged(attempt) == [20000]


def test_f31_a_lost_answer_is_unknown_and_then_found_by_asking_once_charged(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    bank.fault("lose_answers 1")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, UNKNOWN).fault == CARD_LOST
    assert answer(heard, attempt, APPROVED).amount_minor == 500
    assert bank.charged(attempt) == [500]


def test_f31_a_slow_shopper_is_waited_for(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("slow_s 0.5")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    answer(heard, attempt, APPROVED)
    assert states(heard, attempt) == [APPROVED] and bank.charged(attempt) == [500]


def test_f31_a_shopper_who_never_shows_a_card_ends_as_unknown_and_is_asked_about(
    bank: NexoProcess, heard: Heard
) -> None:
    till = bank.till(heard, shopper_s=0.3)
    bank.fault("by_hand on")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    answer(heard, attempt, UNKNOWN)
    answer(heard, attempt, PENDING)
    bank.fault("by_hand off")
    answer(heard, attempt, APPROVED)
    assert bank.charged(attempt) == [500]
    ended(till)


def test_f29_the_same_attempt_asked_for_twice_charges_once(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    attempt = new_id()
    for count in (1, 2):
        till.start(attempt, 500, "KZT")
        answer(heard, attempt, APPROVED, count)
    assert bank.charged(attempt) == [500]


@pytest.mark.parametrize("how", ["start", "status"])
def test_f29_f30_a_till_killed_in_the_middle_asks_again_and_charges_nothing_more(
    bank: NexoProcess, heard: Heard, how: str
) -> None:
    bank.fault("by_hand on")
    attempt, first = new_id(), bank.till(heard)
    first.start(attempt, 500, "KZT")
    bank.until(lambda it: it["asks"])
    ended(first)
    again = Heard()
    second = bank.till(again)
    again.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    second.start(attempt, 500, "KZT") if how == "start" else second.status(attempt)
    answer(again, attempt, PENDING)
    bank.fault("by_hand off")
    said = answer(again, attempt, APPROVED)
    assert (said.amount_minor, said.currency, said.masked_pan) == (500, "KZT", "•• 4242")
    assert bank.charged(attempt) == [500]
    ended(second)


def test_f31_a_payment_that_never_came_in_is_closed_uncharged_but_not_at_the_first_word(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    bank.fault("drop_requests 1")
    attempt, began = new_id(), time.monotonic()
    till.start(attempt, 500, "KZT")
    answer(heard, attempt, UNKNOWN)
    assert answer(heard, attempt, DECLINED).reason == "never received"
    assert time.monotonic() - began >= till.settings.sure_s
    assert bank.charged(attempt) == []


def test_f31_an_old_attempt_that_the_terminal_forgot_stays_unknown_for_a_person(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    attempt = new_id(now_ms() - 3 * 24 * 3_600_000)
    till.status(attempt)
    assert answer(heard, attempt, UNKNOWN).fault == CARD_FORGOT
    time.sleep(2 * till.settings.sure_s)
    assert states(heard, attempt) == [UNKNOWN], "that nobody remembers it is no proof that nobody was charged"


def test_f31_an_attempt_stays_unknown_while_the_terminal_is_off_and_resolves_when_it_is_back(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    bank.fault("lose_answers 1")
    bank.fault("by_hand on")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    bank.until(lambda it: it["asks"])
    bank.fault("off on")
    bank.press("tap")
    assert answer(heard, attempt, UNKNOWN).fault == CARD_LOST
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    till.start(attempt, 500, "KZT")
    bank.fault("off off")
    answer(heard, attempt, APPROVED)
    assert states(heard, attempt) == [UNKNOWN, APPROVED] and bank.charged(attempt) == [500]
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)


def test_a_terminal_that_is_off_charged_nothing_and_says_so(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    bank.fault("off on")
    assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF).fault == CARD_OFF
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).fault == CARD_OFF
    assert bank.charged(attempt) == []


def test_a_silent_terminal_leaves_the_attempt_unknown_until_it_speaks(bank: NexoProcess, heard: Heard) -> None:
    till = bank.till(heard, shopper_s=0.3, answer_s=0.3)
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    bank.fault("silent on")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    answer(heard, attempt, UNKNOWN)
    bank.fault("silent off")
    answer(heard, attempt, APPROVED)
    assert bank.charged(attempt) == [500]
    ended(till)


def test_stopping_stops_a_pending_attempt(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("by_hand on")
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    bank.until(lambda it: it["asks"])
    till.cancel(attempt)
    assert answer(heard, attempt, DECLINED).reason == "cancelled"
    assert bank.charged(attempt) == []


def test_stopping_too_late_leaves_the_approval(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    attempt, _reference = paid(till, heard, 500)
    till.cancel(attempt)
    answer(heard, attempt, APPROVED, count=2)
    assert bank.charged(attempt) == [500] and bank.given_back(attempt) == []


def test_two_tills_at_one_terminal_the_second_is_told_that_it_is_busy(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    bank.fault("by_hand on")
    first, second = new_id(), new_id()
    till.start(first, 500, "KZT")
    bank.until(lambda it: it["asks"])
    others = Heard()
    other = bank.till(others, "till-2")
    other.start(second, 700, "KZT")
    assert answer(others, second, DECLINED).fault == CARD_BUSY
    other.status(first)
    assert answer(others, first, DECLINED).reason == "never received", "another till's payment is none of its own"
    bank.fault("by_hand off")
    answer(heard, first, APPROVED)
    assert bank.charged(first, second) == [500]
    ended(other)


def test_a_terminal_that_wants_a_login_gets_one(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("logged_out on")
    bank.until(lambda it: not it["faults"]["logged_out"])
    attempt, _reference = paid(till, heard, 500)
    assert bank.charged(attempt) == [500]


def test_what_does_not_answer_the_question_never_approves_and_the_truth_is_found_later(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    for wrong in WRONG:
        bank.fault(f"wrong {wrong}")
        attempt, asked = new_id(), bank.look()["asked"]
        till.start(attempt, 500, "KZT")
        assert answer(heard, attempt, UNKNOWN).fault in (CARD_BABBLE, CARD_LOST), wrong
        bank.until(lambda it, before=asked: it["asked"] >= before + 3)
        assert states(heard, attempt) == [UNKNOWN], wrong
        bank.fault("wrong off")
        assert answer(heard, attempt, APPROVED).amount_minor == 500
        assert bank.charged(attempt) == [500], wrong


@pytest.mark.parametrize("fault", ["off", "silent"])
def test_no_call_makes_its_caller_wait(till: NexoTerminal, bank: NexoProcess, fault: str) -> None:
    bank.fault(f"{fault} on")
    assert at_best(lambda: [till.status(new_id()) for _n in range(20)]) < 0.1
