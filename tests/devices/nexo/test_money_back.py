"""Money that goes back to a card by nexo Sale to POI: linked to its payment, and once, also after a lost answer."""

import pytest

from pos.devices.base import DeviceState, StatusUpdate
from pos.devices.card import CARD_NOT_BACK
from pos.devices.nexo import CARD_ELSEWHERE, NexoTerminal
from sync.actions.clock import new_id
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.devices.nexoing import NexoProcess, answer, ended, paid

APPROVED, DECLINED, UNKNOWN = AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN
PENDING, REVERSED = AttemptState.PENDING, AttemptState.REVERSED


def test_a_payment_is_taken_back_whole_and_once_also_by_a_till_that_was_started_anew(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    attempt, _reference = paid(till, heard, 500)
    till.reverse(attempt)
    assert answer(heard, attempt, REVERSED).amount_minor == 500
    again = Heard()
    other = bank.till(again)
    other.reverse(attempt)
    answer(again, attempt, REVERSED)
    other.status(attempt)
    answer(again, attempt, REVERSED, count=2)
    assert bank.given_back(attempt) == [500]
    ended(other)


def test_f31_a_lost_answer_to_taking_back_is_asked_for_and_not_given_twice(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    attempt, _reference = paid(till, heard, 500)
    bank.fault("lose_answers 1")
    till.reverse(attempt)
    answer(heard, attempt, REVERSED)
    assert bank.given_back(attempt) == [500]


def test_money_goes_back_linked_to_its_payment_and_once(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    _attempt, original = paid(till, heard, 1_000)
    back = new_id()
    for count in (1, 2):
        till.refund(back, 700, "KZT", original)
        said = answer(heard, back, APPROVED, count)
        assert (said.amount_minor, said.currency) == (700, "KZT") and said.auth_code != original
    more = new_id()
    till.refund(more, 301, "KZT", original)
    assert answer(heard, more, DECLINED).reason == "more than was charged"
    assert bank.given_back(back, more) == [700]


def test_f31_a_refund_whose_answer_is_lost_is_found_by_another_till_process(bank: NexoProcess, heard: Heard) -> None:
    first = bank.till(heard)
    _attempt, original = paid(first, heard, 1_000)
    bank.fault("lose_answers 1")
    back = new_id()
    first.refund(back, 1_000, "KZT", original)
    answer(heard, back, UNKNOWN)
    ended(first)
    again = Heard()
    second = bank.till(again)
    second.status(back)
    assert answer(again, back, APPROVED).masked_pan == ""
    assert bank.given_back(back) == [1_000]
    ended(second)


@pytest.mark.parametrize(("original", "fault"), [("100001", CARD_ELSEWHERE), ("P9.1@2026-01-01T00:00:00Z", None)])
def test_nothing_goes_back_of_a_payment_that_the_terminal_does_not_know(
    till: NexoTerminal, bank: NexoProcess, heard: Heard, original: str, fault: object
) -> None:
    back = new_id()
    till.refund(back, 500, "KZT", original)
    assert answer(heard, back, DECLINED).fault == fault
    assert bank.given_back(back) == []


def test_a_refund_that_is_never_sent_is_declined_at_once(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    _attempt, original = paid(till, heard, 1_000)
    bank.fault("off on")
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    back = new_id()
    till.refund(back, 1_000, "KZT", original)
    assert answer(heard, back, DECLINED).fault == CARD_NOT_BACK
