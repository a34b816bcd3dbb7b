"""The gift receipt: a paper without prices, whose code makes what comes back a gift."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.printing import PaperState
from pos.ui.i18n import set_language
from sync.domain.passes import Answer
from sync.domain.returns import Destination
from sync.local.passes import verify_pass
from tests.flows.till import Counter
from tests.local.bought import allow
from tests.local.fixture import make_terminal


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    home = make_terminal(tmp_path)
    allow(home, pass_retailer="dala", return_days=14)
    made = Counter(tmp_path, home=home).sign_in()
    yield made
    set_language("en")
    made.stop()


def sell(counter: Counter) -> None:
    counter.scan("p-milk", "p-milk", "p-bun")
    counter.till.sale.pay()
    for digit in "5000":
        counter.till.payment.key(digit)
    counter.till.payment.cash_received()
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED)


def test_a_gift_receipt_names_the_goods_and_no_amount(counter: Counter) -> None:
    sell(counter)
    counter.till.done.print_gift()
    counter.until(lambda: counter.till.done.state.gift is PaperState.PRINTED)
    paper = counter.printer.texts[1]
    body = counter.till.done.state.sale.body
    assert "Gift receipt" in paper and "Milk 1 l" in paper and "x 2" in paper
    money = [f"{amount // 100}" for amount in (body.total, body.due, *(x.amount for x in body.lines))]
    goods = paper.split("STF")[0]
    assert not [x for x in money if re.search(rf"\b{x}\b", goods.replace(" ", ""))]
    assert counter.till.done.state.paper is PaperState.PRINTED, "the receipt itself stands as it stood"
    assert counter.printer.kicks == 1, "a gift receipt opens no drawer"


def test_a_gift_receipt_that_does_not_come_out_is_printed_again_and_the_receipt_is_not(counter: Counter) -> None:
    sell(counter)
    counter.printer.faults.paper_out = True
    counter.till.done.print_gift()
    counter.until(lambda: counter.till.done.state.gift in (PaperState.FAILED, PaperState.DOUBTFUL))
    assert counter.said.startswith("The gift receipt is not printed")
    counter.printer.faults.paper_out = False
    counter.till.done.act()
    counter.until(lambda: counter.till.done.state.gift is PaperState.PRINTED)
    assert [("Gift receipt" in text) for text in counter.printer.texts] == [False, True]


def test_its_code_makes_what_comes_back_a_gift_and_the_receipt_does_not(counter: Counter) -> None:
    sell(counter)
    counter.till.done.print_gift()
    counter.until(lambda: counter.till.done.state.gift is PaperState.PRINTED)
    receipt, gift = [re.search(r"\[ (STF3:.+?) \]", text)[1] for text in counter.printer.texts]
    shown = [verify_pass(counter.local, text, counter.now) for text in (receipt, gift)]
    assert [(x.answer, x.purchase.gift) for x in shown] == [(Answer.OK, False), (Answer.OK, True)]
    assert shown[0].purchase.lines == shown[1].purchase.lines
    counter.till.tab("returns")
    counter.till.scanned(gift)
    returns = counter.till.returns
    counter.until(lambda: returns.state.purchase is not None)
    assert returns.state.purchase.gift and returns.state.to is Destination.CREDIT
    assert "until" in counter.printer.texts[1] and "store credit" in counter.printer.texts[1]
