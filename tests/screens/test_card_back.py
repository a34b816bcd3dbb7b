"""Money back to a card in a real window: what the customer is asked to do, and the ways on from there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.card_back.state import Phase
from sync.domain.returns import Condition, Reason
from tests.flows.carding import stocked
from tests.flows.returning import code
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import look, suns

MUG = 2


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(ui, window, tmp_path)
    made.shop.put("config", "setting", {"key": "refund_days", "value": "5"})
    stocked(made.shop)
    made.open()
    made.ui.until(lambda: made.till.card_back.at_hand, what="the card terminal")
    yield made
    made.stop()


def sold(desk: Desk) -> str:
    """A mug that was paid by card; the receipt's number."""
    ui, till = desk.ui, desk.till
    till.tab("sale")
    till.scanned(code(MUG))
    ui.until(lambda: till.sale.state.cart.lines, what="the mug")
    till.sale.pay()
    ui.until(lambda: till.place == "payment" and till.payment.state.ready, what="payment")
    till.payment.choose("card")
    till.payment.charge()
    ui.until(lambda: till.place == "done", what="the end of the sale")
    receipt = till.done.state.sale.body.receipt
    till.next_customer()
    return str(receipt)


def brought_back(desk: Desk, receipt: str) -> None:
    """The mug is on the counter, and the primary action was touched."""
    desk.till.tab("returns")
    desk.flow.find(receipt)
    desk.ui.until(lambda: desk.flow.state.phase.value == "order", what="the sale")
    desk.scan(MUG)
    desk.flow.reason("1", Reason.CHANGED_MIND)
    desk.flow.condition("1", Condition.SEALED)
    desk.ui.step(3)
    desk.ui.tap("Refund")


def test_the_customer_holds_the_card_or_has_none_and_an_answer_may_be_missing(desk: Desk) -> None:
    ui, flow = desk.ui, desk.till.card_back
    receipt = sold(desk)
    desk.card.faults.slow_s = 60
    brought_back(desk, receipt)
    ui.until(lambda: flow.state.phase is Phase.WAITING, what="the card terminal")
    for language in ("ru", "en"):
        ui.language(language)
        look(ui, f"till-card-back-{language}")
    assert ui.sees("Hold the card to the terminal") and suns(ui) == 0, "the next move is the customer's"
    ui.tap("The card is not here")
    ui.until(lambda: desk.till.place == "returns" and ui.sees("Back through the bank"), what="the end")
    assert ui.sees("It goes back through the bank, within 5 days. The customer need not come again.")
    look(ui, "till-card-back-bank")

    desk.card.faults.slow_s = 0
    desk.till.next_customer()
    receipt = sold(desk)
    desk.card.faults.silent = True
    brought_back(desk, receipt)
    ui.until(lambda: flow.state.phase is Phase.UNKNOWN, what="no answer")
    assert ui.sees("No answer yet")
    look(ui, "till-card-back-unknown")
    ui.tap("Go on, ask later")
    ui.until(lambda: ui.sees("Card answer is missing"), what="the end")
    desk.card.faults.silent = False
    ui.until(lambda: ui.sees("Back on the card"), what="the answer")
    assert len(desk.card.given_back) == 1


def test_f26_what_cant_be_read_of_it_says_so_with_nothing_yet_on_its_way_and_is_tried_again_by_a_touch(
    desk: Desk,
) -> None:
    ui, flow = desk.ui, desk.till.card_back
    receipt = sold(desk)
    hidden = (sqlite3.SQLITE_READ, "card_refund", "masked")

    def shut(*what: Any) -> int:
        return sqlite3.SQLITE_DENY if what[:3] == hidden else sqlite3.SQLITE_OK

    desk.terminal.run(lambda local: local.raw.set_authorizer(shut))
    brought_back(desk, receipt)
    ui.until(lambda: ui.sees("Nothing else was recorded."), what="what can't be read")
    look(ui, "till-card-back-unread-told")
    ui.tap("Close")
    assert flow.state.phase is Phase.HELD
    for size in ((1280, 800), (1920, 1080)):
        ui.resize(*size)
        for language in ("ru", "kk", "ka", "en"):
            for dark in (False, True):
                ui.language(language)
                ui.dark(dark)
                look(ui, f"till-card-back-unread-{language}-{size[0]}{'-dark' if dark else ''}")
    assert ui.sees("This till can't work on its files") and ui.find("Back to the card") and suns(ui) == 1
    desk.terminal.run(lambda local: local.raw.set_authorizer(None))
    ui.tap("Try again")
    ui.until(lambda: desk.till.place == "returns" and ui.sees("Back on the card"), what="the end")
    assert len(desk.card.given_back) == 1
