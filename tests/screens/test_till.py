"""The till in a real window, driven by touches and by a scanner's keys."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.printer import VirtualPrinter
from pos.equipment import equip
from pos.terminal import Terminal
from sync.settings import CameraSettings, DeviceSettings, ScaleSettings, TerminalSettings, load
from tests.local.fixture import NOW, PRODUCTS, gtin, make_terminal
from tests.screens.stage import Stage

CODES = {row[0]: gtin(row[5]) for row in PRODUCTS}


class Store:
    """A till in the test's window, with its devices."""

    def __init__(
        self,
        ui: Stage,
        window: Any,
        folder: Path,
        *,
        home: Path | None = None,
        ready: bool = True,
        labels: Path | None = None,
        scale: str = "",
    ) -> None:
        from pos.app import open_shell

        self.ui = ui
        self.printer, self.card = VirtualPrinter().start(), VirtualCardTerminal().start()
        devices = DeviceSettings(f"127.0.0.1:{self.printer.port}", 48, True, f"127.0.0.1:{self.card.port}")
        home = home or make_terminal(folder)
        settings = replace(load(None, {}, {}), terminal=TerminalSettings(home=home), devices=devices)
        self.terminal = Terminal(
            home, devices=equip(devices, CameraSettings(folder=labels), scale=ScaleSettings(port=scale))
        )
        ui.less_motion(True)
        self.window, self.shell = window, open_shell(settings, self.terminal, window, lambda: NOW)
        self.till = self.shell.till
        window.add_widget(self.shell.root)
        self.terminal.start(agent=False)
        if ready:
            ui.until(lambda: self.till.signin.state.ready, what="the names")
        ui.step(3)

    def stop(self) -> None:
        self.ui.language("en")
        self.window.unbind(on_key_down=self.shell.key_down, on_textinput=self.shell.text_input)
        self.terminal.stop()
        self.printer.stop()
        self.card.stop()

    def sign_in(self) -> None:
        """By touches."""
        self.ui.tap("Aliya")
        for _n in range(4):
            self.ui.tap("1")
        self.ui.until(lambda: self.till.place == "sale" and self.till.sale.state.ready, what="the sale")
        self.ui.step(3)

    def scan(self, product: str) -> None:
        """By the keys of a scanner."""
        before = self.till.history[0] if self.till.history else None
        self.ui.keys(CODES[product] + "\n")
        self.ui.until(lambda: self.till.history and self.till.history[0] is not before, what="an answer")
        self.ui.step(3)


@pytest.fixture
def store(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Store]:
    made = Store(ui, window, tmp_path)
    yield made
    made.stop()


def cut(ui: Stage) -> list[str]:
    """Texts that do not fit where they stand."""
    from pos.ui.kit.text import ELLIPSIS, StyleLabel
    from pos.ui.theme import theme

    found = []
    for label in ui.all(StyleLabel):
        style = theme.style(label.style)
        _px, lines = label._lines(style, round(style.px))
        if any(line.endswith(ELLIPSIS) for line in lines) and not label.text.endswith(ELLIPSIS):
            found.append(label.text)
    return found


def suns(ui: Stage) -> int:
    """How many primary actions are yellow."""
    from pos.ui.kit.buttons import PrimaryButton

    return sum(not button.off for button in ui.all(PrimaryButton))


def test_a_sale_from_the_pin_to_the_change_by_touches_and_scanner_keys(store: Store) -> None:
    ui = store.ui
    store.sign_in()
    store.scan("p-milk")
    store.scan("p-milk")
    store.scan("p-bun")
    assert ui.sees("Milk 1 l") and ui.sees("× 2") and ui.sees("Bun added")
    ui.tap("Take payment")
    ui.until(lambda: store.till.place == "payment" and store.till.payment.state.quick, what="payment")
    ui.step(3)
    ui.tap("2\u202f000\u00a0₸")
    assert ui.sees("Given: 2\u202f000\u00a0₸")
    ui.tap("Cash received")
    ui.until(lambda: store.till.place == "done", what="the end of the sale")
    ui.until(lambda: ui.sees("Receipt printed"), what="the receipt")
    assert ui.sees("Change to give") and ui.sees("Drawer opened")
    assert store.printer.kicks == 1 and len(store.printer.texts) == 1
    ui.tap("Next customer")
    assert store.till.place == "sale" and ui.sees("Scan the first item")


def test_a_scan_at_the_pin_pad_types_no_pin(store: Store) -> None:
    store.ui.tap("Aliya")
    store.ui.keys(CODES["p-milk"] + "\n")
    store.ui.wait(0.3)
    assert store.till.signin.state.filled == 0 and store.ui.sees("Sign in first, then scan.")


def test_digits_of_a_keyboard_fill_the_pin(store: Store) -> None:
    store.ui.tap("Aliya")
    store.ui.keys("1111")
    store.ui.until(lambda: store.till.place == "sale", what="the sale")
    assert store.till.actor is not None and store.ui.sees("Scan the first item")


def test_typed_letters_open_the_search_and_adding_comes_back(store: Store) -> None:
    ui = store.ui
    store.sign_in()
    ui.keys("tea")
    ui.until(lambda: store.till.place == "lookup" and ui.sees("Black tea"), what="the search")
    ui.tap("Black tea")
    ui.until(lambda: ui.sees("Here"), what="its stock")
    ui.tap("Add to the sale")
    ui.until(lambda: store.till.place == "sale", what="the sale")
    ui.until(lambda: ui.sees("Black tea added"), what="the answer")
    assert [x.product.name("en") for x in store.till.sale.state.cart.lines] == ["Black tea"]


def test_a_touch_on_a_row_brings_it_into_the_window_and_the_stepper_adds(store: Store) -> None:
    from pos.ui.kit.stepper import HoldKey

    ui = store.ui
    store.sign_in()
    store.scan("p-milk")
    store.scan("p-bun")
    ui.tap("Milk 1 l")
    ui.step(3)
    assert store.till.sale.state.hero_line.product.id == "p-milk"
    ui.tap(next(k for k in ui.all(HoldKey) if k.icon == "plus"))
    assert [x.quantity for x in store.till.sale.state.cart.lines if x.product.id == "p-milk"] == [2000]
    ui.tap("Undo")
    assert [x.quantity for x in store.till.sale.state.cart.lines if x.product.id == "p-milk"] == [1000]


def test_voiding_is_asked_about_and_the_safe_answer_keeps_everything(store: Store) -> None:
    ui = store.ui
    store.sign_in()
    store.scan("p-milk")
    ui.tap("Void sale")
    ui.step(3)
    ui.tap("Keep it")
    assert store.till.sale.state.cart.lines
    ui.wait(0.3)  # a second touch within the button's guard is taken for the first
    ui.tap("Void sale")
    ui.step(3)
    ui.tap("Void the sale")
    ui.until(lambda: not store.till.sale.state.cart.lines, what="the empty cart")
    assert ui.sees("Sale voided")


def test_a_weight_is_typed_on_the_pad(store: Store) -> None:
    ui = store.ui
    store.sign_in()
    store.scan("p-apple")
    for key in ("1", "2", "5", "0"):
        ui.tap(key)
    assert ui.sees("1.250")
    ui.tap("Add 1.250 kg")
    ui.until(lambda: ui.sees("Apples added"), what="the weighed line")


def test_while_the_card_is_asked_nothing_is_yellow_and_stop_is_the_way_out(store: Store) -> None:
    ui = store.ui
    store.card.faults.slow_s = 60
    store.sign_in()
    store.scan("p-milk")
    ui.tap("Take payment")
    ui.until(lambda: store.till.payment.state.quick, what="payment")
    ui.step(3)
    ui.tap("Card")
    ui.tap("Charge the card")
    ui.until(lambda: ui.sees("Waiting for the customer") and store.card.charges, what="the card")
    ui.step(3)
    assert suns(ui) == 0
    ui.tap("Stop payment")
    ui.until(lambda: ui.sees("Payment stopped"), what="the end")
    ui.step(3)
    assert suns(ui) == 1


def test_the_network_light_says_what_waits(store: Store) -> None:
    store.sign_in()
    store.shell.show_network()
    store.ui.step(3)
    assert store.ui.sees("Nothing waits to be sent.")
    store.ui.tap("Close")


def test_the_menu_changes_language_and_shade_at_once(store: Store) -> None:
    ui = store.ui
    store.sign_in()
    store.scan("p-milk")
    store.shell.show_person()
    ui.step(3)
    ui.tap("Русский")
    ui.step(3)
    assert ui.sees("Принять оплату") and ui.sees("Добавлено: Молоко 1 л")
    store.shell.show_person()
    ui.step(3)
    ui.tap("Тёмный")
    ui.step(2)
    assert store.shell.theme.dark


@pytest.mark.parametrize("language", ["en", "ru", "kk", "ka"])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_nothing_is_cut_and_one_thing_is_yellow(store: Store, language: str, size: tuple[int, int]) -> None:
    ui, till = store.ui, store.till
    ui.resize(*size)
    store.sign_in()
    ui.language(language)
    for product in ("p-milk", "p-milk", "p-coat", "p-kefir"):
        store.scan(product)
    look(ui, f"till-sale-{language}-{size[0]}")
    till.sale.pay()
    ui.until(lambda: till.place == "payment" and till.payment.state.quick, what="payment")
    till.payment.quick(till.payment.state.quick[-1])
    look(ui, f"till-cash-{language}-{size[0]}")
    till.payment.choose("card")
    look(ui, f"till-card-{language}-{size[0]}")
    till.payment.charge()
    ui.until(lambda: till.place == "done" and ui.sees("4242"), what="the end of the sale")
    look(ui, f"till-done-{language}-{size[0]}")
    till.find()
    ui.until(lambda: till.lookup.state.results, what="the search")
    till.lookup.choose("p-milk")
    ui.until(lambda: till.lookup.state.rows, what="the stock")
    look(ui, f"till-lookup-{language}-{size[0]}")
    till.next_customer()
    till.sign_out()
    ui.step(3)
    assert cut(ui) == []


def look(ui: Stage, name: str) -> None:
    """Keep a picture; nothing is cut and at most one thing is yellow."""
    ui.step(4)
    ui.picture(name)
    assert cut(ui) == []
    assert suns(ui) <= 1


def test_a_till_that_is_gone_is_gone_whole(ui: Stage, window: Any, tmp_path: Path) -> None:
    root, till = _shown_and_gone(ui, window, tmp_path)

    def gone() -> bool:
        gc.collect()
        return (root(), till()) == (None, None)

    ui.wait(0.5)  # what was scheduled has run
    ui.until(gone, what="the end of a till whose screens a switch of the language would draw for nobody")


def _shown_and_gone(ui: Stage, window: Any, tmp_path: Path) -> tuple[Any, Any]:
    store = Store(ui, window, tmp_path)
    store.sign_in()
    screens = store.shell.screens
    ui.until(lambda: len(screens._ahead) == len(screens._factories), 20, what="every screen built ahead")
    store.stop()
    ui.clear()
    return ref(store.shell.root), ref(store.till)
