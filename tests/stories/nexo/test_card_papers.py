"""What a card terminal wants printed reaches paper: on the shopper's receipt, and as slips; and again on a copy."""

import sqlite3

from pos.devices.virtual.nexo_papers import NUMBER
from pos.payment.state import Phase
from sync.actions.printing import newest, unprinted
from sync.domain.card_slips import CARD_CASHIER, CARD_CUSTOMER
from tests.devices.nexoing import NexoProcess
from tests.flows.carding import on_counter, over, press, sold
from tests.stories.nexo.till import NexoTill
from tests.stories.test_card_refund import MUG


def paper(till: NexoTill, number: int) -> str:
    """That paper, in one line, once it is out; the first is number 1."""
    till.until(lambda: len(till.printer.texts) >= number)
    return " ".join(till.printer.texts[number - 1].split())


def whats(till: NexoTill) -> list[str]:
    """What was printed, the oldest first."""
    return [job.what for job in reversed(newest(till.local, 20))]


def test_the_customers_part_stands_on_the_receipt_and_on_its_copy(till: NexoTill) -> None:
    sold(till, MUG)
    first = paper(till, 1)
    assert "CUSTOMER COPY" in first and "AID A0000000031010" in first and "AMOUNT KZT 100.02" in first
    till.till.papers()
    till.until(lambda: till.till.prints.state.can_print)
    till.till.prints.print_again()
    copy = paper(till, 2)
    assert copy.startswith("Copy") and "AID A0000000031010" in copy
    assert whats(till) == ["receipt", "copy"], "no paper of its own came"


def test_a_slip_to_sign_comes_before_the_receipt_and_can_be_printed_again(till: NexoTill, card: NexoProcess) -> None:
    card.fault("receipts signature")
    till.pay(MUG)
    till.until(lambda: till.till.done.state.signs)
    assert till.till.done.state.happened.line == "Have the customer sign the slip of the card."
    till.till.next_customer()
    slip, receipt = paper(till, 1), paper(till, 2)
    assert "Card slip for the cashier" in slip and "MERCHANT COPY" in slip and "Signature of the customer" in slip
    assert "CUSTOMER COPY" in receipt and "MERCHANT COPY" not in receipt and "Signature" not in receipt
    till.until(lambda: not unprinted(till.local))
    till.till.papers()
    prints = till.till.prints
    till.until(lambda: len(prints.state.prints) == 2)
    prints.choose(next(it.job.id for it in prints.state.prints if it.kind == CARD_CASHIER))
    till.until(lambda: prints.state.can_print)
    prints.print_again()
    assert paper(till, 3).startswith("Copy") and "Signature of the customer" in paper(till, 3)


def test_a_copy_for_the_cashier_is_not_signed(till: NexoTill, card: NexoProcess) -> None:
    card.fault("receipts copy")
    sold(till, MUG)
    assert not till.till.done.state.signs
    assert "MERCHANT COPY" in paper(till, 1) and "Signature" not in paper(till, 1)


def test_a_declined_card_has_a_slip_only_if_the_terminal_gives_one(till: NexoTill, card: NexoProcess) -> None:
    card.fault("decline not enough money")
    paying = till.pay(MUG)
    till.until(lambda: paying.flow.state.phase is Phase.DECLINED)
    card.fault("receipts declined")
    paying.flow.charge()
    slip = paper(till, 1)
    assert "Card slip for the customer" in slip and "DECLINED" in slip
    till.until(lambda: paying.flow.state.phase is Phase.DECLINED)
    assert whats(till) == [CARD_CUSTOMER]


def test_money_that_goes_back_has_its_part_on_the_returns_slip(till: NexoTill, card: NexoProcess) -> None:
    receipt = sold(till, MUG)
    till.online()
    card.fault("receipts copy")
    on_counter(till, receipt, MUG)
    press(till)
    over(till)
    slip, back = paper(till, 2), paper(till, 3)
    assert "Card slip for the cashier" in slip and "REFUND" in slip
    assert 0 < back.find("VAT 12%") < back.find("CUSTOMER COPY") < back.find("REFUND"), back


def test_a_till_killed_before_its_slips_were_out_has_them_among_its_prints(till: NexoTill, card: NexoProcess) -> None:
    card.fault("receipts signature")
    card.fault("lose_answers 1")
    till.printer.faults.off = True
    till.pay(MUG)
    till.until(lambda: till.till.place == "done")
    till.off()
    till.printer.faults.off = False
    till.start()
    jobs = {job.what: job for job in unprinted(till.local)}
    assert set(jobs) == {CARD_CASHIER, "receipt"}
    till.till.papers()
    prints = till.till.prints
    till.until(lambda: len(prints.state.prints) == 2)
    prints.choose(jobs[CARD_CASHIER].id)
    till.until(lambda: prints.state.can_print)
    prints.print_again()
    assert "Signature of the customer" in paper(till, 1)
    assert [amount for _attempt, amount in card.look()["charged"]] == [10_002]


def test_a_cards_whole_number_is_on_no_paper_and_on_no_disk(till: NexoTill, card: NexoProcess) -> None:
    card.fault("receipts number")
    sold(till, MUG)
    assert "************9299" in paper(till, 1) and NUMBER not in paper(till, 1)
    till.online()
    with sqlite3.connect(till.home / "journal.db") as db:
        held = "\n".join(db.iterdump())
    assert "************9299" in held and NUMBER not in held
