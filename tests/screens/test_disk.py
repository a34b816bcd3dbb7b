"""A full or locked disk on the till's own window: what the cashier reads, and that it goes on (I-1, F29)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.crash.small_disk import SmallDisk
from tests.screens.stage import Stage
from tests.screens.test_till import Store, cut, suns


@pytest.fixture
def store(ui: Stage, window: Any, disk: SmallDisk) -> Iterator[Store]:
    made = Store(ui, window, disk.path)
    yield made
    ui.dark(False)
    made.stop()


def every_look(ui: Stage, name: str) -> None:
    """A picture in two languages and in light and dark; nothing is cut in any language."""
    for language in ("en", "ru", "kk", "ka"):
        ui.language(language)
        ui.step(3)
        assert cut(ui) == [], language
        for dark in (False, True) if language in ("en", "ru") else ():
            ui.dark(dark)
            ui.picture(f"{name}-{language}{'-dark' if dark else ''}")
        ui.dark(False)
    ui.language("en")
    ui.step(3)


def test_a_sale_on_a_full_disk_waits_in_words_and_is_done_by_a_touch_when_there_is_room(
    store: Store, disk: SmallDisk
) -> None:
    ui = store.ui
    store.sign_in()
    store.scan("p-tea")
    ui.tap("Take payment")
    ui.until(lambda: store.till.payment.state.ready, what="the payment")
    store.till.payment.quick(store.till.payment.state.quick[-1])
    disk.fill()
    ui.step(3)
    ui.tap("Cash received")
    ui.until(lambda: ui.sees("This sale is not recorded"), what="the words")
    store.shell.tick()
    store.till.changed(frozenset({"link"}))
    ui.until(lambda: store.shell.light().says == "The disk is full", what="the light")
    store.shell.bar_changed()
    ui.step(3)
    assert ui.sees("The cart is kept. The drawer stays shut and nothing is printed.")
    assert suns(ui) == 1 and store.printer.kicks == 0
    every_look(ui, "disk-full-payment")
    disk.empty()
    ui.tap("Try again")
    ui.until(lambda: store.till.place == "done", what="the sale")
    ui.until(lambda: store.printer.receipts and store.printer.kicks, what="the receipt")


def test_goods_that_can_not_be_kept_say_so_on_the_sale_screen(store: Store, disk: SmallDisk) -> None:
    ui = store.ui
    store.sign_in()
    disk.fill()
    store.scan("p-coat")
    ui.until(lambda: store.till.sale.state.unkept, what="the refusal")
    ui.step(3)
    assert ui.sees("The disk is full: the cart is not kept")
    every_look(ui, "disk-full-sale")
    ui.tap("Take payment")
    ui.step(5)
    assert store.till.place == "sale"
    disk.empty()


def test_a_wrong_pin_on_a_full_disk_says_why_it_must_wait(store: Store, disk: SmallDisk) -> None:
    ui = store.ui
    disk.fill()
    ui.tap("Aliya")
    for _n in range(4):
        ui.tap("9")
    ui.until(lambda: store.till.signin.state.wrong, what="the refusal")
    ui.step(3)
    assert any(text.startswith("The disk is full, so this PIN could not be checked") for text in ui.texts())
    every_look(ui, "disk-full-signin")
    disk.empty()


def test_a_till_that_finds_its_disk_locked_says_so_and_opens_when_it_is_unlocked(
    ui: Stage, window: Any, disk: SmallDisk
) -> None:
    from tests.local.fixture import make_terminal

    home = make_terminal(disk.path)
    disk.lock()
    store = Store(ui, window, disk.path, home=home, ready=False)
    ui.until(lambda: store.till.signin.state.wrong, what="the words")
    ui.step(3)
    assert any(text.startswith("The disk can't be written") for text in ui.texts())
    every_look(ui, "disk-locked-signin")
    disk.unlock()
    store.till.changed(frozenset({"link"}))
    ui.until(lambda: store.till.signin.state.ready, what="the names")
    store.sign_in()
    store.stop()
