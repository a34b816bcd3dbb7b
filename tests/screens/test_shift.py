"""The shift in a real window: a float, a blind count and a close by touches; nothing is cut in four languages."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pos.printing import PaperState
from pos.receipt.fiscal import FiscalMark
from pos.receipt.shift import MoveSum, ShiftReport, TenderSum
from pos.shift.state import Phase
from sync.protocol.fiscal import Z_REPORT
from tests.flows.shifts import wants_shifts
from tests.local.fixture import make_terminal
from tests.screens.stage import Stage
from tests.screens.test_till import Store, look, suns


class Drawer(Store):
    """A till with shifts, at its sign-in."""

    @property
    def flow(self) -> Any:
        return self.till.shift

    def sign_in(self, name: str = "Aliya", digit: str = "1") -> None:
        """By touches; the shift comes first."""
        self.ui.tap(name)
        for _n in range(4):
            self.ui.tap(digit)
        self.settle(lambda: self.till.place != "signin", "the next screen")

    def settle(self, true: Any, what: str) -> None:
        self.ui.until(true, what=what)
        self.ui.step(3)

    def phase(self, phase: Phase) -> None:
        self.settle(lambda: self.flow.state.phase is phase and not self.flow.state.busy, phase.value)

    def tap(self, *words: str) -> None:
        for one in words:
            self.ui.tap(one)
            self.ui.wait(0.06)

    def open(self) -> None:
        """A shift with a float of 20 000, and the drawer's page."""
        self.sign_in()
        self.flow.key("20000")
        self.flow.open_shift()
        self.settle(lambda: self.till.place == "sale", "the sale")
        self.till.drawer()
        self.phase(Phase.PAGE)

    def count(self, tens: int) -> None:
        """So many notes of ten thousand, and nothing else."""
        self.flow.count()
        self.phase(Phase.COUNTING)
        self.flow.choose(1_000_000)
        self.flow.key(str(tens))
        self.settle(lambda: self.flow.state.around.shift and "10" in self.flow.state.happened.title, "the count")


@pytest.fixture
def drawer(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Drawer]:
    made = Drawer(ui, window, tmp_path, home=wants_shifts(make_terminal(tmp_path)))
    yield made
    made.stop()


def test_a_shift_by_touches_from_the_float_to_the_z_report(drawer: Drawer) -> None:
    ui = drawer.ui
    drawer.sign_in()
    drawer.settle(lambda: ui.sees("Aliya, your shift begins"), "the float")
    assert suns(ui) == 0, "nothing is said of the float yet"
    drawer.tap("2", "0", "000")
    assert ui.sees("float 20\u202f000\u00a0₸") and suns(ui) == 1
    drawer.tap("Open the shift")
    drawer.settle(lambda: drawer.till.place == "sale" and drawer.till.sale.state.ready, "the sale")
    drawer.tap("A", "Drawer and shift")
    drawer.phase(Phase.PAGE)
    assert ui.sees("Shift 1") and ui.sees("Opening float")
    drawer.tap("Count and close")
    drawer.phase(Phase.COUNTING)
    drawer.tap("10\u202f000", "2")
    assert drawer.flow.state.counts == {1_000_000: 2}
    drawer.tap("That is all of it")
    drawer.phase(Phase.COMPARING)
    assert ui.sees("Exact")
    drawer.tap("Close and hand over 1")
    drawer.phase(Phase.CLOSED)
    drawer.settle(lambda: ui.sees("Z report printed"), "the Z report")
    drawer.tap("Sign in")
    assert drawer.till.place == "signin"


def test_a_drop_by_touches_and_its_note_by_the_keyboard_on_the_screen(drawer: Drawer) -> None:
    ui = drawer.ui
    drawer.open()
    drawer.tap("Drop")
    drawer.phase(Phase.MOVING)
    drawer.tap("5", "000", "Something else")
    drawer.settle(lambda: drawer.flow.state.noting, "the keyboard")
    drawer.tap("b", "a", "g")
    assert drawer.flow.state.note == "bag"
    ui.keys("s7")
    ui.wait(0.3)
    assert drawer.flow.state.note == "bags7" and drawer.flow.state.amount == 500_000
    drawer.tap("Record the drop")
    drawer.phase(Phase.PAGE)
    drawer.settle(lambda: ui.sees("−5\u202f000\u00a0₸"), "the row")


def test_digits_of_a_keyboard_count_and_enter_goes_on(drawer: Drawer) -> None:
    drawer.open()
    drawer.flow.count()
    drawer.phase(Phase.COUNTING)
    drawer.ui.keys("3\n")
    drawer.ui.keys("14")
    drawer.settle(lambda: drawer.flow.state.counts == {2_000_000: 3, 1_000_000: 14}, "the count")


SHADES = [("en", False), ("ru", True), ("kk", False), ("ka", False)]
LARGE = os.environ.get("STOREFLOOR_LARGE_PICTURES", "")


class Album:
    """States of the screen as they were met, to be looked at in every language."""

    def __init__(self, drawer: Drawer) -> None:
        self.drawer = drawer
        self.kept: list[tuple[str, Any, Any]] = []

    def keep(self, name: str) -> None:
        from pos.ui.kit.dialog import Dialog

        assert self.drawer.ui.all(Dialog) == [], "nothing is wrong meanwhile"
        self.kept.append((name, self.drawer.flow.state, self.drawer.flow._saying))

    def look(self) -> None:
        """Nothing is cut. Whoever looks for themselves may ask for the other shade and the large window too."""
        ui, flow = self.drawer.ui, self.drawer.flow
        for language, dark in SHADES:
            ui.language(language)
            for shade in (dark, not dark) if LARGE else (dark,):
                ui.dark(shade)
                for name, flow.state, flow._saying in self.kept:
                    flow.spoken()
                    self._seen(ui, f"{name}-{language}{'-dark' if shade else ''}")

    def _seen(self, ui: Stage, name: str) -> None:
        look(ui, name)
        if LARGE:
            ui.resize(1920, 1080)
            look(ui, f"{name}-large")
            ui.resize(1280, 800)


def at_the_tax_office(report: ShiftReport, number: str = "") -> ShiftReport:
    """The report of a till with a fiscal printer: its number there, or that there is none yet."""
    at = report.stub.local_time if number else None
    return replace(report, stub=replace(report.stub, fiscal=FiscalMark(at, number=number, kind=Z_REPORT)))


def long(report: ShiftReport) -> ShiftReport:
    """The report of a shift in which everything happened."""
    tenders = ("cash", "card", "online", "points", "gift_card", "store_credit", "exchange")
    sums = tuple(TenderSum(kind, 418_500_00, 4_990_00) for kind in tenders)
    moves = tuple(MoveSum(kind, 2, 10_000_00) for kind in ("drop", "pay_in", "pay_out", "owed"))
    return replace(report, tenders=sums, moves=moves, orders=3, ordered=64_990_00)


def _float_pictures(drawer: Drawer, album: Album) -> None:
    flow = drawer.flow
    flow.way(True)
    flow.key("1")
    album.keep("shift-float-pieces")
    flow.way(False)
    flow.key("20000")
    album.keep("shift-float")
    flow.open_shift()
    drawer.settle(lambda: drawer.till.place == "sale", "the sale")


def _move_pictures(drawer: Drawer, album: Album) -> None:
    flow = drawer.flow
    drawer.till.drawer()
    drawer.phase(Phase.PAGE)
    flow.move("pay_in")
    flow.key("1500")
    album.keep("shift-pay-in")
    flow.because("other")
    flow.noted("42")
    album.keep("shift-pay-in-note")
    flow.back()
    drawer.phase(Phase.PAGE)
    flow.move("pay_out")
    flow.key("10000")
    flow.because("expense")
    flow.record()
    drawer.phase(Phase.APPROVAL)
    album.keep("shift-approval")
    for digit in "2222":
        flow.key(digit)
    drawer.phase(Phase.PAGE)
    drawer.settle(lambda: flow.state.around.moves, "the row")
    album.keep("shift-page")


def _close_pictures(drawer: Drawer, album: Album) -> None:
    flow = drawer.flow
    drawer.count(1)
    album.keep("shift-count")
    flow.give()
    drawer.phase(Phase.COMPARING)
    album.keep("shift-exact")
    flow.count_again()
    flow.choose(20_000)
    flow.key("17")
    flow.give()
    drawer.phase(Phase.COMPARING)
    flow.because("wrong_change")
    album.keep("shift-difference")
    flow.because("other")
    flow.noted("42")
    album.keep("shift-difference-note")
    flow.close()
    drawer.phase(Phase.CLOSED)
    drawer.settle(lambda: flow.state.slip.paper is PaperState.PRINTED, "the Z report")
    album.keep("shift-closed")
    flow._to(shown=at_the_tax_office(flow.state.shown))
    album.keep("shift-closed-not-fiscalised")
    flow._to(shown=long(flow.state.shown))
    album.keep("shift-closed-long")


def _past_pictures(drawer: Drawer, album: Album) -> None:
    flow = drawer.flow
    flow.finish()
    drawer.till.signin.choose("s-marat")
    for digit in "2222":
        drawer.till.signin.key(digit)
    drawer.settle(lambda: drawer.till.place == "shift", "the float")
    flow.past()
    drawer.settle(lambda: flow.state.shown is not None, "the Z report")
    album.keep("shift-past")
    flow._to(shown=at_the_tax_office(flow.state.shown, "1207"))
    album.keep("shift-past-fiscalised")
    flow._to(shown=long(flow.state.shown))
    album.keep("shift-past-long")


def test_nothing_is_cut_from_the_float_to_the_closed_shifts_in_any_language(drawer: Drawer) -> None:
    album = Album(drawer)
    drawer.sign_in()
    _float_pictures(drawer, album)
    _move_pictures(drawer, album)
    _close_pictures(drawer, album)
    _past_pictures(drawer, album)
    album.look()
