"""A till whose replica lost an order: it says so, nobody waits for it, and it goes on (F26)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.fixture import make_terminal
from tests.local.rotting import lose_an_order
from tests.screens.stage import Stage
from tests.screens.test_till import Store, cut

LOST = "web:100-50001"


@pytest.fixture
def store(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Store]:
    home = make_terminal(tmp_path)
    lose_an_order(home)
    made = Store(ui, window, tmp_path, home=home)
    made.sign_in()
    yield made
    made.stop()


def test_f26_a_return_of_an_order_that_cant_be_read_says_so_and_selling_goes_on(store: Store) -> None:
    ui = store.ui
    ui.tap("Returns")
    ui.until(lambda: store.till.place == "returns", what="the returns")
    ui.step(3)
    ui.keys("100-50001\n")
    ui.until(lambda: ui.sees("The order can't be read here"), what="the words")
    assert ui.sees("Goods, prices and orders are fetched anew from the hub. If it lasts, call support.")
    assert not store.till.returns.state.busy and cut(ui) == []
    ui.picture("returns-unreadable")
    for language in ("ru", "kk", "ka"):
        ui.language(language)
        ui.step(3)
        assert cut(ui) == [], language
    ui.language("en")
    ui.step(3)
    ui.keys("100-48213\n")
    ui.until(lambda: store.till.returns.state.purchase is not None, what="another order")
    ui.tap("Sale")
    store.scan("p-milk")


def test_f26_a_hand_out_of_an_order_that_cant_be_read_says_so_over_the_list(store: Store) -> None:
    ui = store.ui
    ui.tap("Collect")
    ui.until(lambda: store.till.place == "collect", what="the list")
    store.till.hand_out_order(LOST)
    ui.until(lambda: ui.sees("Some goods, prices or orders here can't be read"), what="the words")
    assert ui.sees("What was recorded before is kept.") and cut(ui) == []
    ui.picture("replica-damaged")
    ui.tap("Close")
    assert store.till.place == "collect"
    assert store.till.hand_out.state.order == ""
