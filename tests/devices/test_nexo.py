"""A till's client of nexo Sale to POI against a card terminal in another process. What counts is the money that it says
moved: once for an attempt, and never for an answer that does not fit."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.devices import nexo_messages as wire
from pos.devices.base import CardAnswer, DeviceState, StatusUpdate
from pos.devices.card import CARD_BABBLE, CARD_LOST, CARD_NOT_BACK, CARD_OFF
from pos.devices.nexo import CARD_ELSEWHERE, CARD_FORGOT, NexoTerminal
from pos.devices.nexo_judge import CARD_BUSY, CARD_NO_BANK
from pos.devices.nexo_line import CARD_UNTRUSTED
from pos.devices.nexo_seal import Seal
from pos.devices.virtual.nexo_wrong import WRONG
from sync.actions.clock import new_id, now_ms
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.devices.nexoing import NexoProcess
from tests.link.authority import Authority

APPROVED, DECLINED, UNKNOWN = AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN
PENDING, REVERSED = AttemptState.PENDING, AttemptState.REVERSED


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NexoProcess]:
    made = NexoProcess(tmp_path_factory.mktemp("nexo"))
    yield made
    made.stop()


@pytest.fixture
def bank(process: NexoProcess) -> Iterator[NexoProcess]:
    yield process
    process.well()


@pytest.fixture
def till(bank: NexoProcess, heard: Heard) -> Iterator[NexoTerminal]:
    made = bank.till(heard)
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    yield made
    ended(made)


def ended(till: NexoTerminal) -> None:
    till.close()
    assert till.join(5.0), "the card terminal's thread did not end"


def answer(heard: Heard, attempt: str, state: AttemptState, count: int = 1) -> CardAnswer:
    return heard.wait(CardAnswer, lambda a: a.attempt_id == attempt and a.state is state, count)


def states(heard: Heard, attempt: str) -> list[AttemptState]:
    return [a.state for a in heard.of(CardAnswer) if a.attempt_id == attempt]


def paid(till: NexoTerminal, heard: Heard, amount: int = 64_990_00) -> tuple[str, str]:
    """A card was charged. The attempt, and its payment's reference."""
    attempt = new_id()
    till.start(attempt, amount, "KZT")
    return attempt, answer(heard, attempt, APPROVED).auth_code


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
    paid(till, heard, 500)


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


def test_a_terminal_whose_certificate_nobody_trusts_is_never_spoken_to(
    bank: NexoProcess, heard: Heard, tmp_path: Path
) -> None:
    import ssl

    till = bank.till(heard, tls=ssl.create_default_context(cafile=str(Authority(tmp_path).file)))
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).fault == CARD_UNTRUSTED
    assert heard.wait(StatusUpdate).fault == CARD_UNTRUSTED and bank.charged(attempt) == []
    ended(till)


def test_a_terminal_with_another_passphrase_is_not_believed(bank: NexoProcess, heard: Heard) -> None:
    till = bank.till(heard, seal=Seal("till", 1, "another one"))
    attempt = new_id()
    till.start(attempt, 500, "KZT")
    assert answer(heard, attempt, DECLINED).fault == CARD_OFF, "it drops what it can't open, so nothing is asked of it"
    assert bank.charged(attempt) == []
    ended(till)


@pytest.mark.parametrize("fault", ["off", "silent"])
def test_no_call_makes_its_caller_wait(till: NexoTerminal, bank: NexoProcess, fault: str) -> None:
    bank.fault(f"{fault} on")
    began = time.monotonic()
    for _n in range(20):
        till.status(new_id())
    assert time.monotonic() - began < 0.1


def test_a_key_file_says_what_is_wrong_with_it_and_nothing_of_what_it_holds(tmp_path: Path) -> None:
    from pos.devices.nexo_seal import WrongKeyFile, read_key

    file = tmp_path / "card.toml"
    with pytest.raises(WrongKeyFile, match="No such file"):
        read_key(file)
    for text in ('passphrase = "hidden"', "hidden", 'identifier = "a"\nversion = "hidden"\npassphrase = "hidden"'):
        file.write_text(text)
        with pytest.raises(WrongKeyFile) as said:
            read_key(file)
        assert "hidden" not in str(said.value)
    assert "secret" not in repr(Seal("a", 1, "secret"))


def test_one_attempt_has_one_service_id_for_ever() -> None:
    assert wire.service_id("a1") == wire.service_id("a1") == "Y92J4Y8FZK"
    assert wire.service_id("a1") != wire.service_id("a2") and wire.service_id("a1") != wire.service_id("a1", "reverse")


@pytest.mark.parametrize(("pan", "shown"), [("426398******4242", "•• 4242"), ("4263982640269299", "•• 9299"), ("", "")])
def test_of_a_cards_number_four_digits_are_kept_whatever_came(pan: str, shown: str) -> None:
    assert wire.masked(pan) == shown


def test_a_payments_name_at_the_terminal_is_one_text_and_two_again(till: NexoTerminal, heard: Heard) -> None:
    _attempt, reference = paid(till, heard, 500)
    named = wire.transaction_of(reference)
    assert named is not None and wire.reference_of(named) == reference
    assert [wire.transaction_of(text) for text in ("100001", "a@", "@b", "")] == [None] * 4
