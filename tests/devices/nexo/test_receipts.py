"""What a card terminal by nexo wants printed comes with its answer: bounded, with no card number, moving no money."""

import logging

import pytest

from pos.devices.base import CardAnswer
from pos.devices.nexo import NexoTerminal
from pos.devices.virtual.nexo_papers import NUMBER
from sync.actions.clock import new_id
from sync.domain.card_slips import CASHIER, CUSTOMER, LONGEST_LINE, MOST_LINES, SlipLine
from sync.domain.payments import AttemptState
from tests.devices.conftest import Heard
from tests.devices.nexoing import NexoProcess, answer, paid, states

APPROVED, DECLINED, UNKNOWN = AttemptState.APPROVED, AttemptState.DECLINED, AttemptState.UNKNOWN
REVERSED = AttemptState.REVERSED


def charged(till: NexoTerminal, heard: Heard, state: AttemptState = APPROVED) -> CardAnswer:
    """A card is charged; the answer."""
    attempt = new_id()
    till.start(attempt, 500_05, "KZT")
    return answer(heard, attempt, state)


def rows(said: CardAnswer, part: str = CUSTOMER) -> list[tuple[str, str]]:
    (found,) = [it for it in said.slips if it.part == part]
    return [(line.left, line.right) for line in found.lines]


@pytest.mark.parametrize("how", ["plain", "fields"])
def test_the_customers_part_comes_with_the_approval_however_it_is_written(
    till: NexoTerminal, bank: NexoProcess, heard: Heard, how: str
) -> None:
    bank.fault(f"receipts {how}")
    said = charged(till, heard)
    assert [it.part for it in said.slips] == [CUSTOMER]
    assert said.slips[0].lines[0] == SlipLine("CUSTOMER COPY", bold=True, centred=True)
    assert rows(said)[2:] == [
        ("TERMINAL", "P400-1"),
        ("VISA CREDIT", "************4242"),
        ("AID", "A0000000031010"),
        ("SALE", ""),
        ("AMOUNT", "KZT 500.05"),
        ("APPROVED", said.auth_code.partition("@")[0]),
    ]


@pytest.mark.parametrize(("how", "signed"), [("signature", True), ("copy", False)])
def test_the_cashiers_part_says_whether_it_is_signed(
    till: NexoTerminal, bank: NexoProcess, heard: Heard, how: str, signed: bool
) -> None:
    bank.fault(f"receipts {how}")
    said = charged(till, heard)
    assert [(it.part, it.signature) for it in said.slips] == [(CUSTOMER, False), (CASHIER, signed)]
    assert rows(said, CASHIER)[0] == ("MERCHANT COPY", "")


def test_a_lost_answer_is_asked_for_with_its_receipts(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("receipts signature")
    bank.fault("lose_answers 1")
    said = charged(till, heard)
    assert states(heard, said.attempt_id) == [UNKNOWN, APPROVED]
    assert [(it.part, it.signature) for it in said.slips] == [(CUSTOMER, False), (CASHIER, True)]


def test_money_that_goes_back_has_its_own_papers(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    attempt, original = paid(till, heard, 1_000)
    back = new_id()
    till.refund(back, 400, "KZT", original)
    assert ("REFUND", "") in rows(answer(heard, back, APPROVED))
    other, _reference = paid(till, heard, 700)
    till.reverse(other)
    gone = rows(answer(heard, other, REVERSED))
    assert ("REFUND", "") in gone and ("AMOUNT", "KZT 7.00") in gone
    assert bank.given_back(attempt, back, other) == [400, 700]


def test_a_declined_card_has_a_paper_if_the_terminal_gives_one(
    till: NexoTerminal, bank: NexoProcess, heard: Heard
) -> None:
    bank.fault("decline not enough money")
    assert charged(till, heard, DECLINED).slips == ()
    bank.fault("receipts declined")
    assert ("DECLINED", "") in rows(charged(till, heard, DECLINED))


def test_a_cards_whole_number_is_struck_out_before_anybody_hears_of_it(
    till: NexoTerminal, bank: NexoProcess, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    bank.fault("receipts number")
    with caplog.at_level(logging.DEBUG):
        said = charged(till, heard)
    assert ("VISA CREDIT", "************9299") in rows(said)
    assert NUMBER not in str(heard.events) and NUMBER not in caplog.text


@pytest.mark.parametrize("how", ["wrong", "never"])
def test_a_receipt_that_can_not_be_read_leaves_the_payment_as_it_is(
    till: NexoTerminal, bank: NexoProcess, heard: Heard, how: str
) -> None:
    bank.fault(f"receipts {how}")
    said = charged(till, heard)
    assert said.slips == () and states(heard, said.attempt_id) == [APPROVED]
    assert bank.charged(said.attempt_id) == [500_05]


def test_a_receipt_without_an_end_is_cut(till: NexoTerminal, bank: NexoProcess, heard: Heard) -> None:
    bank.fault("receipts huge")
    said = charged(till, heard)
    (found,) = said.slips
    assert len(found.lines) == MOST_LINES and bank.charged(said.attempt_id) == [500_05]
    assert all(len(line.left) <= LONGEST_LINE >= len(line.right) for line in found.lines)
