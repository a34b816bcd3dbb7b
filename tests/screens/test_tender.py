"""Store credit and gift cards in a real window: nothing is cut in any language, one thing is yellow at most."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.returns.state import Phase
from sync.domain.returns import Condition, Destination, Reason
from tests.flows.exchanging import worth
from tests.flows.paying import gift_card
from tests.flows.returning import code
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import look

SHADES = [("en", False), ("kk", True), ("ka", False), ("ru", False)]
LARGE = (1920, 1080)


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(ui, window, tmp_path)
    yield made
    made.stop()


def seen(ui: Stage, name: str, *, large: bool = False) -> None:
    """Pictures of what is up, in every language."""
    for language, dark in SHADES:
        ui.language(language)
        ui.dark(dark)
        ui.step(3)
        shade = "-dark" if dark else ""
        look(ui, f"{name}-{language}{shade}")
    if large:
        ui.resize(*LARGE)
        look(ui, f"{name}-ru-1920")
        ui.resize(1280, 800)
    ui.language("en")
    ui.step(2)


def test_a_return_becomes_store_credit_by_one_touch(desk: Desk) -> None:
    ui = desk.ui
    desk.shop.receive()
    desk.open()
    desk.order()
    desk.counter()
    seen(ui, "tender-choice")
    ui.tap("Store credit")
    assert desk.flow.state.to is Destination.CREDIT and ui.sees("71\u202f570\u00a0₸ to store credit")
    seen(ui, "tender-credit", large=True)
    ui.tap("Refund")
    ui.until(lambda: desk.flow.state.phase is Phase.DONE, what="the end")
    ui.until(lambda: desk.flow.state.slip.paper.value == "printed", what="the slip")
    seen(ui, "tender-credited")
    assert len(desk.printer.texts) == 1


def test_a_gift_card_is_shown_taken_and_taken_off_by_touches(desk: Desk) -> None:
    ui = desk.ui
    desk.open()
    desk.till.tab("sale")
    for number in (5, 2, 1):
        desk.till.scanned(code(number))
    ui.until(lambda: len(desk.till.sale.state.cart.lines) == 3, what="the cart")
    ui.tap("Take payment")
    ui.until(lambda: desk.till.place == "payment" and desk.till.payment.state.ready, what="payment")
    ui.tap("Gift card")
    seen(ui, "tender-value")
    pay = desk.till.payment
    ui.keys(gift_card(desk.shop, 12_500) + "\n")
    ui.until(lambda: pay.state.by_value, what="what is on it")
    ui.step(3)
    seen(ui, "tender-value-found", large=True)
    ui.tap("Take 125\u00a0₸")
    ui.until(lambda: pay.state.cart.held, what="the part")
    ui.step(3)
    seen(ui, "tender-value-part")
    ui.keys("4930112258130000\n")
    ui.until(lambda: pay.state.stored.trouble, what="the refusal")
    ui.step(3)
    seen(ui, "tender-value-wrong")


def test_an_exchange_by_touches_from_the_order_to_the_paper(desk: Desk) -> None:
    ui = desk.ui
    worth(desk.shop, 25_002, ("cash", 25_002))
    desk.open()
    desk.order()
    desk.scan(1)
    desk.flow.reason("1", Reason.NOT_AS_EXPECTED)
    desk.flow.condition("1", Condition.SEALED)
    ui.tap("Exchange")
    seen(ui, "tender-exchange-choice")
    ui.tap("Choose other goods")
    sale = desk.till.sale
    ui.until(lambda: desk.till.place == "sale" and sale.state.cart.back, what="the sale")
    ui.step(3)
    seen(ui, "tender-exchange-empty")
    for number in (5, 2, 1):
        desk.till.scanned(code(number))
    ui.until(lambda: len(sale.state.cart.lines) == 3, what="the cart")
    ui.step(3)
    seen(ui, "tender-exchange-pay", large=True)
    for line in sale.state.cart.lines[:2]:
        sale.remove(line.line_id)
    ui.until(lambda: len(sale.state.cart.lines) == 1, what="the cart")
    ui.step(3)
    seen(ui, "tender-exchange-back")
    ui.tap("Exchange")
    ui.until(lambda: desk.till.place == "done", what="the end")
    ui.until(lambda: ui.sees("Receipt printed"), what="the paper")
    seen(ui, "tender-exchanged")
    assert len(desk.printer.texts) == 1 and desk.printer.kicks == 1
