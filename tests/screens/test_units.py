"""Serial numbers and the gift receipt in a real window: what stands there, touches, keys, pictures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.test_units import numbered
from tests.local.bought import allow
from tests.local.fixture import make_terminal
from tests.screens.stage import Stage
from tests.screens.test_till import CODES, Store, look, suns


@pytest.fixture
def store(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Store]:
    home = numbered(make_terminal(tmp_path), "p-bread")
    allow(home, pass_retailer="dala", return_days=14)
    made = Store(ui, window, tmp_path, home=home)
    made.sign_in()
    yield made
    made.stop()


def read(store: Store, text: str) -> None:
    """Scan any code by the keys of a scanner."""
    before = store.till.history[0] if store.till.history else None
    store.ui.keys(text + "\n")
    store.ui.until(lambda: store.till.history and store.till.history[0] is not before, what="an answer")
    store.ui.step(3)


def test_a_number_is_asked_for_scanned_and_typed(store: Store) -> None:
    from pos.ui.kit.field import TillField

    ui, sale = store.ui, store.till.sale
    store.scan("p-milk")
    store.scan("p-bread")
    assert ui.sees("Serial number") and ui.sees("Not in the sale yet") and suns(ui) == 0
    look(ui, "sale-number-en")
    store.scan("p-bun")
    assert ui.sees("1 more scan waits for this number")
    for key in "sn-0001":
        ui.keys(key)
        ui.wait(0.12)
    assert sale.state.numbering is not None and sale.state.numbering.typed == "sn-0001"
    look(ui, "sale-number-typed-en")
    assert suns(ui) == 1
    ui.tap("Add with this number")
    ui.until(lambda: len(sale.state.cart.lines) == 3, what="the unit, and the bun that waited")
    ui.step(3)
    assert not ui.sees("Serial number")
    ui.tap("Rye bread")
    ui.step(3)
    assert ui.sees("number SN-0001")
    look(ui, "sale-number-cart-en")
    store.scan("p-bread")
    read(store, "SN-0001")
    assert ui.sees("Number SN-0001 is in the sale already")
    ui.tap(ui.all(TillField)[0])
    ui.step(3)
    for key in "T0-29":
        ui.tap(key)
    ui.step(2)
    look(ui, "sale-number-keyboard-en")
    ui.tap("Add with this number")
    ui.until(lambda: sale.state.numbering is None, what="the second unit")
    assert [line.serials for line in sale.state.cart.lines if line.serials] == [("SN-0001", "T0-29")]


def test_a_gift_receipt_is_one_quiet_touch_at_the_end(store: Store) -> None:
    ui = store.ui
    store.scan("p-milk")
    ui.tap("Take payment")
    ui.until(lambda: store.till.place == "payment" and store.till.payment.state.quick, what="payment")
    ui.step(3)
    ui.tap("1\u202f000\u00a0₸")
    ui.tap("Cash received")
    ui.until(lambda: store.till.place == "done" and ui.sees("Receipt printed"), what="the receipt")
    assert suns(ui) == 1
    ui.tap("Gift receipt, without prices")
    ui.until(lambda: ui.sees("Gift receipt printed"), what="the gift receipt")
    look(ui, "sale-gift-en")
    assert "Gift receipt" in store.printer.texts[1]


def test_scanner_keys_leave_nothing_of_a_code_in_the_field(store: Store) -> None:
    ui, sale = store.ui, store.till.sale
    store.scan("p-bread")
    read(store, CODES["p-bread"])
    assert ui.sees("That is the barcode of Rye bread") and sale.state.numbering.typed == ""
    read(store, "SN-0007")
    ui.until(lambda: sale.state.cart.lines, what="the unit")
    assert sale.state.cart.lines[0].serials == ("SN-0007",)
