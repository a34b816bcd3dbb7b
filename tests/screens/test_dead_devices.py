"""Dead devices on the till's window: named in the top bar, on every screen, and gone when they are back (F50)."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pos.devices.base import DeviceState
from pos.shopper import follow
from pos.shopper_window import Patience, ShopperWindow, window_command
from sync.actions.clock import now_ms
from sync.local import files
from sync.settings import CustomerDisplaySettings, load
from tests.local.fixture import OWN, make_terminal
from tests.screens.stage import Stage
from tests.screens.test_till import Store, cut, suns


@pytest.fixture
def store(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Store]:
    made = Store(ui, window, tmp_path)
    yield made
    made.stop()


def look_now(store: Store) -> None:
    """Have the printer's driver ask it how it is, by a pulse; else it asks every few seconds."""
    printer = store.terminal.devices.printer
    assert printer is not None
    printer.kick("look")


def places(store: Store) -> dict[str, tuple[float, float]]:
    """Where the parts of the top bar stand."""
    bar = store.shell.bar
    parts = {key: (button.x, button.right) for key, button in bar._buttons.items()}
    return parts | {"light": (bar.ids.light.x, bar.ids.light.right), "person": (bar.ids.person.x, bar.ids.person.right)}


def test_f50_dead_devices_stand_in_the_top_bar_move_nothing_and_go_when_they_are_back(store: Store) -> None:
    ui = store.ui
    store.sign_in()
    look_now(store)
    ui.until(lambda: not store.till.ailing.now(), what="both devices")
    ui.language("ka")
    ui.step(3)
    before = places(store)
    store.printer.faults.paper_out = True
    look_now(store)
    ui.until(lambda: store.shell.bar.ails, what="its name")
    ui.step(3)
    assert places(store) == before and cut(ui) == []
    ui.language("en")
    store.scan("p-tea")
    ui.until(lambda: store.till.sale.state.cart.lines, what="the line")
    ui.tap(store.shell.bar._ailing)
    ui.until(lambda: ui.sees("What does not work now"), what="the dialog")
    store.card.faults.off = True
    ui.until(lambda: ui.sees("Card terminal"), what="the second one in the same dialog")
    assert suns(ui) == 1 and store.shell.bar.ails == "2 devices"
    ui.language("ka")
    ui.step(3)
    assert cut(ui) == []
    ui.language("en")
    ui.step(3)
    ui.tap("Close")
    ui.until(lambda: not ui.sees("What does not work now"), what="the end of the dialog")
    ui.tap("Take payment")
    ui.until(lambda: store.till.payment.state.ready, what="the payment")
    store.till.payment.quick(store.till.payment.state.quick[-1])
    ui.step(3)
    ui.tap("Cash received")
    ui.until(lambda: store.till.place == "done" and store.till.done.state.fault is not None, what="the sale")
    store.printer.faults.paper_out = False
    look_now(store)
    ui.until(lambda: ui.sees("The printer is ready again"), what="the printer")
    assert not ui.sees("The printer has no paper")
    ui.until(lambda: store.shell.bar.ails == "Card terminal", what="one device")


@pytest.fixture
def shoppers(store: Store) -> ShopperWindow:
    """The real window of another process, on the same display."""
    shown = CustomerDisplaySettings(window=True, width=640, height=400, left=1300, top=0)
    settings = replace(load(None, {}, {}), customer_display=shown)
    window = ShopperWindow(window_command(settings), store.terminal.inbox, Patience(again=8.0))
    store.terminal.devices.window = window
    window.open()
    follow(store.till, settings, "Dala")
    return window


def test_f50_the_shoppers_window_that_is_killed_is_named_comes_back_by_itself_and_its_name_goes(
    store: Store, shoppers: ShopperWindow
) -> None:
    ui = store.ui
    store.sign_in()
    look_now(store)
    ui.until(lambda: shoppers.state is DeviceState.READY, seconds=60, what="the window")
    ui.until(lambda: not store.till.ailing.now(), what="the other devices")
    first = shoppers.pid
    os.kill(first, signal.SIGKILL)
    ui.until(lambda: store.shell.bar.ails == "Customer screen", what="its name")
    store.scan("p-tea")
    assert store.till.sale.state.cart.lines, "selling goes on"
    ui.picture("ails-window-bar-en")
    ui.tap(store.shell.bar._ailing)
    ui.until(lambda: ui.sees("it is started again by itself"), what="what is wrong")
    ui.step(3)
    ui.picture("ails-window-en")
    assert ui.sees("on this screen and on the receipt") and suns(ui) == 1 and cut(ui) == []
    for language in ("ru", "kk", "ka"):
        ui.language(language)
        ui.step(3)
        assert cut(ui) == []
        ui.picture(f"ails-window-{language}")
    ui.language("en")
    ui.until(lambda: not store.shell.bar.ails, seconds=60, what="its return")
    ui.until(lambda: not ui.sees("What does not work now"), what="the end of the dialog")
    assert shoppers.pid not in (0, first)


def hub_tells(store: Store, *ailing: tuple[str, str, str]) -> None:
    """The hub's news of other terminals: name, device and the driver's word."""
    path = files.current(store.terminal.home)
    assert path is not None
    replica = sqlite3.connect(path)
    with replica:
        replica.execute("DELETE FROM ailment")
        rows = [(f"k-{name}", device, OWN, name, "kiosk", why, now_ms() - 1_200_000, 1) for name, device, why in ailing]
        replica.executemany("INSERT INTO ailment VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    replica.close()
    store.terminal.notice(frozenset({"attention"}))


@pytest.mark.parametrize("kind", ["till", "tablet"])
def test_f50_a_kiosk_without_paper_stands_in_the_top_bar_of_staff_and_goes_when_it_has_some(
    ui: Stage, window: Any, tmp_path: Path, kind: str
) -> None:
    ui.device(kind)
    store = Store(ui, window, tmp_path, home=make_terminal(tmp_path, kind))
    try:
        store.sign_in()
        look_now(store)
        ui.until(lambda: not store.till.ailing.now(), what="the own devices")
        store.scan("p-tea")
        before = places(store)
        hub_tells(store, ("Kiosk 2", "printer", "paper_out"))
        ui.until(lambda: store.shell.bar.ails == "Kiosk 2: no paper", what="the kiosk")
        ui.step(3)
        assert places(store) == before and ui.sees("Kiosk 2: no paper") and cut(ui) == []
        ui.picture(f"ails-kiosk-bar-{kind}-en")
        ui.tap(store.shell.bar._ailing)
        ui.until(lambda: ui.sees("Put in a roll"), what="what is to be done")
        for language in ("en", "ru", "kk", "ka"):
            ui.language(language)
            for dark in (False, True):
                ui.dark(dark)
                ui.step(3)
                assert cut(ui) == [] and suns(ui) == 1
                ui.picture(f"ails-kiosk-{kind}-{language}{'-dark' if dark else ''}")
        ui.dark(False)
        ui.language("en")
        both = ("Kiosk at the entrance from the square", "camera", "camera_gone"), ("Kiosk 2", "printer", "unheard_of")
        hub_tells(store, *both)
        ui.until(lambda: store.shell.bar.ails == "2 devices" and ui.sees("Its camera sees nothing"), what="both")
        ui.step(3)
        assert ui.sees("Kiosk 2: printer") and cut(ui) == []
        ui.picture(f"ails-kiosks-{kind}")
        hub_tells(store)
        ui.until(lambda: not store.shell.bar.ails and not ui.sees("What does not work now"), what="the end of it")
    finally:
        store.stop()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_a_kiosk_with_a_long_name_pushes_nothing_out_of_the_bar(store: Store, size: tuple[int, int]) -> None:
    ui = store.ui
    store.sign_in()
    look_now(store)
    ui.until(lambda: not store.till.ailing.now(), what="the own devices")
    ui.resize(*size)
    for language in ("en", "ru", "ka"):
        ui.language(language)
        ui.step(3)
        before = places(store)
        hub_tells(store, ("Kiosk at the entrance from the square", "printer", "printer_off"))
        ui.until(lambda: store.shell.bar.ails, what="its name")
        ui.step(3)
        assert places(store) == before and cut(ui) == []
        ui.picture(f"ails-long-{language}-{size[0]}")
        hub_tells(store)
        ui.until(lambda: not store.shell.bar.ails, what="the end of it")
