"""The page that learns a scanner in a real window: a scanner's keys lead through it, and nothing is cut or moves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.devices.layouts import POSITION, US
from pos.devices.scanner_learning import SHEET
from pos.devices.scanner_profile import GS, Press, load
from tests.screens.stage import Stage
from tests.screens.test_tablet import SHADES
from tests.screens.test_till import CODES, Store, look, suns

SHIFTED = {US[position][1]: position for position in US}
SHIFT, CONTROL, ENTER = 225, 224, 40
QWERTZ = {"y": "z", "z": "y", "Y": "Z", "Z": "Y"}


class ManagersStore(Store):
    """A till with its manager at it, and a scanner that types."""

    swaps: dict[str, str]

    def sign_in(self) -> None:
        self.swaps = {}
        self.till.signin.choose("s-marat")
        for digit in "2222":
            self.till.signin.key(digit)
        self.ui.until(lambda: self.till.place == "sale" and self.till.sale.state.ready, what="the sale")
        self.ui.step(3)

    def press(self, position: int, *under: int) -> None:
        """A key of the scanner, under others."""
        for each in (*under, position):
            self.shell.key_down(self.window, 0, each, None, [])

    def send(self, text: str) -> None:
        """A code and Enter, by the keys that the scanner has for its signs."""
        for sign in text:
            us = self.swaps.get(sign, sign)
            if us == GS:
                self.press(POSITION["]"], CONTROL)
            elif us in POSITION:
                self.press(POSITION[us])
            else:
                self.press(SHIFTED[us], SHIFT)
        self.press(ENTER)

    def opens(self) -> None:
        """Through the menu."""
        self.shell.show_person()
        self.ui.step(3)
        self.ui.tap("Scanner")
        self.ui.until(lambda: self.till.place == "scanner", what="the page")
        self.ui.step(4)

    def learns(self, first: int, last: int) -> None:
        """Scan codes of the sheet, by their numbers."""
        for card in SHEET[first - 1 : last]:
            self.send(card.text)
            self.ui.until(lambda card=card: card.key in self.till.scanner.state.read, what=card.key)

    def learns_badly(self) -> None:
        """The rest of it comes from a scanner that swallows separators and reads no square code."""
        for card in SHEET[2:6]:
            self.till.scanner.heard("wedge", tuple(Press(sign) for sign in card.text.replace(GS, "") + "\r"))
        self.ui.step(2)
        self.ui.tap("This one can't be read")


@pytest.fixture
def store(ui: Stage, window: Any, tmp_path: Path) -> Iterator[ManagersStore]:
    made = ManagersStore(ui, window, tmp_path)
    yield made
    made.stop()


def test_a_scanner_with_german_keys_is_learned_and_its_next_code_is_sold(store: ManagersStore) -> None:
    ui = store.ui
    store.sign_in()
    store.swaps = QWERTZ
    store.opens()
    store.learns(1, 1)
    assert ui.sees("Scan code 2") and suns(ui) == 0
    store.learns(2, 7)
    ui.step(3)
    assert ui.sees("This scanner reads everything") and suns(ui) == 1
    ui.tap("Keep this")
    ui.until(lambda: ui.sees("The scanner was learned"), what="its end")
    assert load(store.terminal.home, "wedge").table == {"28": "z", "29": "y", "28s": "Z", "29s": "Y"}
    store.send("xYz-1")
    ui.until(lambda: ui.sees("xYz-1"), what="what was read")
    ui.tap("Back to the sale")
    ui.until(lambda: store.till.place == "sale", what="the sale")
    store.send(CODES["p-milk"])
    ui.until(lambda: ui.sees("Milk 1 l"), what="the milk")


def test_a_cashier_sees_no_way_to_it(store: ManagersStore) -> None:
    Store.sign_in(store)
    store.shell.show_person()
    store.ui.step(3)
    assert store.ui.sees("Sign out") and not store.ui.sees("Scanner")


def test_it_fits_in_four_languages_light_and_dark_and_nothing_moves(store: ManagersStore) -> None:
    ui = store.ui
    store.sign_in()
    store.opens()
    row = store.shell.screens.screen.ids.rows
    before = (row.pos, row.size)
    for name, step in (("begun", lambda: store.learns(1, 2)), ("found", store.learns_badly)):
        step()
        for language, dark in SHADES:
            ui.language(language)
            ui.dark(dark)
            look(ui, f"scanner-{name}-{language}{'-dark' if dark else ''}")
            assert suns(ui) <= 1
        ui.language("en")
        ui.dark(False)
        ui.step(2)
        assert (row.pos, row.size) == before
