"""The card terminal's client against a card terminal at the wire. What counts is `bank.charged`: money that moved."""

import time
from itertools import count

import pytest

from pos.devices.base import CardAnswer, DeviceState, StatusUpdate
from pos.devices.card import CARD_BABBLE, CARD_LOST, CARD_NOT_BACK, CARD_OFF, CardSettings, TcpCardTerminal
from pos.devices.virtual.card import VirtualCardTerminal
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.timing import at_best

APPROVED, DECLINED, UNKNOWN = AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN


def answer(heard: Heard, attempt: str, state: AttemptState, count: int = 1) -> CardAnswer:
    return heard.wait(CardAnswer, lambda a: a.attempt_id == attempt and a.state is state, count)


def states(heard: Heard, attempt: str) -> list[str]:
    return [a.state.value for a in heard.of(CardAnswer) if a.attempt_id == attempt]


def test_a_card_is_charged_once_and_says_what_the_receipt_needs(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    card.start("a1", 64990_00, "KZT")
    said = answer(heard, "a1", APPROVED)
    assert (said.amount_minor, said.currency, said.masked_pan, said.scheme) == (64990_00, "KZT", "•• 4242", "Visa")
    assert said.auth_code and said.fault is None
    assert states(heard, "a1") == ["pending", "approved"]
    assert bank.charged == [("a1", 64990_00)]


def test_a_declined_card_charges_nothing_and_says_why(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.decline = "not enough money"
    card.start("a1", 500, "KZT")
    assert answer(heard, "a1", DECLINED).reason == "not enough money"
    assert bank.charged == []


def test_f29_the_same_attempt_asked_for_twice_charges_once(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    card.start("a1", 500, "KZT")
    card.start("a1", 500, "KZT")
    answer(heard, "a1", APPROVED)
    card.start("a1", 500, "KZT")
    answer(heard, "a1", APPROVED, count=2)
    assert bank.charged == [("a1", 500)]


def test_f29_a_till_that_restarts_and_starts_the_attempt_again_charges_once(
    bank: VirtualCardTerminal, heard: Heard
) -> None:
    for _start in range(2):
        till = TcpCardTerminal(CardSettings(port=bank.port), heard.inbox)
        till.open()
        till.start("a1", 500, "KZT")
        answer(heard, "a1", APPROVED, count=_start + 1)
        till.close()
        assert till.join(5.0)
    assert bank.charged == [("a1", 500)]


def test_f31_a_lost_answer_is_unknown_and_then_resolved_by_asking(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.lose_answers = 1
    card.start("a1", 500, "KZT")
    assert answer(heard, "a1", UNKNOWN).fault == CARD_LOST
    answer(heard, "a1", APPROVED)
    assert bank.charged == [("a1", 500)]


def test_f31_an_attempt_stays_unknown_while_the_card_terminal_is_off_and_resolves_when_it_is_back(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.slow_s = 0.2
    card.start("a1", 500, "KZT")
    answer(heard, "a1", AttemptState.PENDING)
    bank.faults.off = True
    answer(heard, "a1", UNKNOWN)
    card.start("a1", 500, "KZT")
    time.sleep(0.5)
    assert states(heard, "a1") == ["pending", "unknown"], "said once, and never declined while nobody knows"
    bank.faults.off = False
    answer(heard, "a1", APPROVED)
    assert bank.charged == [("a1", 500)]


def test_f31_a_terminal_that_says_nothing_leaves_the_attempt_unknown_within_its_timeout(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.silent = True
    began = time.monotonic()
    card.start("a1", 500, "KZT")
    answer(heard, "a1", UNKNOWN)
    assert time.monotonic() - began < 3.0, "and not when the silence ends"
    bank.faults.silent = False
    answer(heard, "a1", APPROVED)
    assert len(bank.charged) == 1


def test_f31_asking_about_an_attempt_that_never_arrived_closes_it_uncharged(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    card.status("a9")
    answer(heard, "a9", DECLINED)
    late = TcpCardTerminal(CardSettings(port=bank.port), heard.inbox)
    late.open()
    late.start("a9", 500, "KZT")
    answer(heard, "a9", DECLINED, count=2)
    assert bank.charged == []
    late.close()
    assert late.join(5.0)


def test_f31_a_shopper_who_never_shows_a_card_ends_as_unknown_not_as_pending_for_ever(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.slow_s = 1.2
    card.start("a1", 500, "KZT")
    answer(heard, "a1", UNKNOWN)
    answer(heard, "a1", APPROVED)
    assert len(bank.charged) == 1


def test_a_card_terminal_that_is_off_charged_nothing_and_says_so(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.off = True
    assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF).fault == CARD_OFF
    card.start("a1", 500, "KZT")
    assert answer(heard, "a1", DECLINED).fault == CARD_OFF
    assert bank.charges == []


def test_a_dead_card_terminal_is_named_once_and_comes_back_by_itself(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.off = True
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.OFF)
    time.sleep(0.4)
    bank.faults.off = False
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY, count=2)
    assert [event.state.value for event in heard.of(StatusUpdate)] == ["ready", "off", "ready"]


def test_cancelling_stops_a_pending_attempt(card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard) -> None:
    bank.faults.slow_s = 3.0
    card.start("a1", 500, "KZT")
    answer(heard, "a1", AttemptState.PENDING)
    card.cancel("a1")
    assert answer(heard, "a1", DECLINED).reason == "cancelled"
    assert bank.charged == []


def test_cancelling_too_late_leaves_the_approval(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    card.start("a1", 500, "KZT")
    answer(heard, "a1", APPROVED)
    card.cancel("a1")
    answer(heard, "a1", APPROVED, count=2)
    assert bank.charges[0].state == "approved"


def test_reversing_gives_an_approved_amount_back(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    card.start("a1", 500, "KZT")
    answer(heard, "a1", APPROVED)
    card.reverse("a1")
    assert answer(heard, "a1", AttemptState.REVERSED).amount_minor == 500


def test_a_bank_that_takes_an_approval_back_is_heard(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    bank.faults.reverse_after = True
    card.start("a1", 500, "KZT")
    answer(heard, "a1", AttemptState.REVERSED)
    assert states(heard, "a1") == ["pending", "approved", "reversed"]


def test_two_attempts_at_once_each_get_their_own_answer(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    card.start("a1", 100, "KZT")
    card.start("a2", 200, "KZT")
    assert answer(heard, "a1", APPROVED).amount_minor == 100
    assert answer(heard, "a2", APPROVED).amount_minor == 200


@pytest.mark.parametrize("fault", ["off", "silent", "slow_s"])
def test_no_call_makes_its_caller_wait(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard, fault: str
) -> None:
    bank.set_fault(fault, "0.4" if fault == "slow_s" else "on")
    numbers = count()

    def calls() -> None:
        for _turn in range(50):
            attempt = f"a{next(numbers)}"
            card.start(attempt, 100, "KZT")
            card.status(attempt)

    assert at_best(calls) < 0.1


def test_an_amount_that_is_not_positive_is_never_sent(card: TcpCardTerminal) -> None:
    with pytest.raises(ValueError, match="positive"):
        card.start("a1", 0, "KZT")


def test_words_that_are_no_answer_are_named_and_ignored(heard: Heard) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        till = TcpCardTerminal(CardSettings(port=listener.getsockname()[1]), heard.inbox)
        till.open()
        till.start("a1", 500, "KZT")
        line, _peer = listener.accept()
        line.sendall(b'HTTP/1.1 400\n[]\n{"attempt": "a1", "state": "paid"}\n')
        assert heard.wait(StatusUpdate, lambda event: event.state is DeviceState.TROUBLE).fault == CARD_BABBLE
        line.sendall(b'{"attempt": "a1", "state": "approved", "amount": 500}\n')
        answer(heard, "a1", APPROVED)
        till.close()
        assert till.join(5.0)
        line.close()


def test_a_call_after_closing_harms_nobody(bank: VirtualCardTerminal, heard: Heard) -> None:
    till = TcpCardTerminal(CardSettings(port=bank.port), heard.inbox)
    till.open()
    till.close()
    assert till.join(5.0)
    till.start("a1", 500, "KZT")
    assert bank.charged == []


def paid(card: TcpCardTerminal, heard: Heard, amount: int = 64_990_00) -> str:
    """A card was charged. Its payment's reference."""
    card.start("paid", amount, "KZT")
    return answer(heard, "paid", APPROVED).auth_code


def test_money_goes_back_to_the_card_linked_to_its_payment_and_once(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    original = paid(card, heard)
    card.refund("b1", 10_000_00, "KZT", original)
    said = answer(heard, "b1", APPROVED)
    assert (said.amount_minor, said.masked_pan) == (10_000_00, "•• 4242") and said.auth_code != original
    card.refund("b1", 10_000_00, "KZT", original)
    answer(heard, "b1", APPROVED, count=2)
    assert bank.given_back == [("b1", 10_000_00)] and bank.charged == [("paid", 64_990_00)]


def test_no_more_goes_back_of_a_payment_than_was_charged_whoever_asks(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    original = paid(card, heard, 1_000)
    card.refund("b1", 700, "KZT", original)
    answer(heard, "b1", APPROVED)
    for attempt, amount, of, currency in (("b2", 301, original, "KZT"), ("b3", 300, original, "USD")):
        card.refund(attempt, amount, currency, of)
        assert answer(heard, attempt, DECLINED).reason == "more than was charged"
    card.refund("b4", 1, "KZT", "999999")
    assert answer(heard, "b4", DECLINED).reason == "no such payment"
    card.refund("b5", 300, "KZT", original)
    answer(heard, "b5", APPROVED)
    assert bank.given_back == [("b1", 700), ("b5", 300)]


def test_a_declined_refund_leaves_the_whole_payment_to_be_given_back(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    original = paid(card, heard, 1_000)
    bank.faults.decline = "not this card"
    card.refund("b1", 1_000, "KZT", original)
    assert answer(heard, "b1", DECLINED).reason == "not this card"
    bank.faults.decline = ""
    card.refund("b2", 1_000, "KZT", original)
    answer(heard, "b2", APPROVED)
    assert bank.given_back == [("b2", 1_000)]


def test_f31_a_refund_whose_answer_is_lost_is_unknown_and_then_found_by_asking(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    original = paid(card, heard, 1_000)
    bank.faults.lose_answers = 1
    card.refund("b1", 1_000, "KZT", original)
    answer(heard, "b1", UNKNOWN)
    answer(heard, "b1", APPROVED)
    assert bank.given_back == [("b1", 1_000)], "it is asked about, and never given back again"


def test_a_refund_that_is_never_sent_is_declined_at_once(
    card: TcpCardTerminal, bank: VirtualCardTerminal, heard: Heard
) -> None:
    original = paid(card, heard, 1_000)
    bank.faults.off = True
    heard.wait(StatusUpdate, lambda s: s.state is DeviceState.OFF)
    card.refund("b1", 1_000, "KZT", original)
    assert answer(heard, "b1", DECLINED).fault == CARD_NOT_BACK
    assert bank.given_back == []


@pytest.mark.parametrize(("amount", "original"), [(0, "1"), (5, "")])
def test_nothing_goes_back_without_an_amount_and_a_payment(card: TcpCardTerminal, amount: int, original: str) -> None:
    with pytest.raises(ValueError, match="goes back"):
        card.refund("b1", amount, "KZT", original)
