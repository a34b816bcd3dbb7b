"""Goods past their expiry in a real window: who may and why stand at the left, the PIN at the right."""

from pathlib import Path
from typing import Any

import pytest

from tests.screens.stage import Stage
from tests.screens.test_till import CODES, Store, look, suns


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_what_expired_is_approved_by_touches(ui: Stage, window: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    store = Store(ui, window, tmp_path)
    sale = store.till.sale
    try:
        ui.resize(*size)
        store.sign_in()
        store.scan("p-kefir")
        store.till.scanned(f"]d201{CODES['p-milk'].zfill(14)}17251008")
        ui.until(lambda: ui.sees("Ask for approval"), what="the refusal")
        look(ui, f"sale-expired-refused-{size[0]}")
        ui.tap("Ask for approval")
        ui.until(lambda: ui.sees("Who lets this be sold?") and sale.state.approval.people, what="who may")
        ui.step(3)
        assert suns(ui) == 0 and ui.sees("Marked down for today") and not ui.sees("Take payment")
        for spoken in ("ru", "kk", "ka", "en"):
            ui.language(spoken)
            look(ui, f"sale-expired-{spoken}-{size[0]}")
        ui.dark(True)
        look(ui, f"sale-expired-dark-{size[0]}")
        ui.dark(False)
        ui.tap("The date is printed wrong")
        for _n in range(4):
            ui.tap("2")
        ui.until(lambda: ui.sees("Milk 1 l added past its expiry"), what="the approval")
        ui.step(3)
        assert suns(ui) == 1 and ui.sees("Take payment")
        look(ui, f"sale-expired-added-{size[0]}")
        assert [x.labelled.expired.reason for x in sale.state.cart.lines if x.labelled.expired] == ["date_wrong"]
        store.till.scanned(f"]d201{CODES['p-milk'].zfill(14)}17251008")
        ui.until(lambda: ui.sees("Ask for approval"), what="the refusal")
        ui.tap("Ask for approval")
        ui.until(lambda: ui.sees("Do not add it"), what="the way back")
        ui.tap("Do not add it")
        ui.until(lambda: ui.sees("Milk 1 l was not added"), what="the sale")
        assert len(sale.state.cart.lines) == 2 and ui.sees("Take payment")
    finally:
        ui.resize(1280, 800)
        store.stop()


def test_a_unit_that_was_sold_says_when_and_on_what_receipt(ui: Stage, window: Any, tmp_path: Path) -> None:
    store = Store(ui, window, tmp_path)
    text = f"]d201{CODES['p-milk'].zfill(14)}21SN-77"
    try:
        store.sign_in()
        store.till.scanned(text)
        ui.until(lambda: store.till.sale.state.cart.lines, what="the line")
        store.till.sale.pay()
        ui.until(lambda: store.till.place == "payment" and store.till.payment.state.quick, what="payment")
        for digit in "99999":
            store.till.payment.key(digit)
        store.till.payment.cash_received()
        ui.until(lambda: store.till.place == "done", what="the end of the sale")
        store.till.next_customer()
        ui.until(lambda: store.till.place == "sale" and store.till.sale.state.ready, what="the next sale")
        store.till.scanned(text)
        ui.until(lambda: ui.sees("This very Milk 1 l was sold at"), what="the refusal")
        for spoken in ("ru", "kk", "ka", "en"):
            ui.language(spoken)
            look(ui, f"sale-sold-before-{spoken}")
        assert store.till.sale.state.cart.lines == ()
    finally:
        store.stop()
