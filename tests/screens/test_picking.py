"""Picking in a real window over a real hub: touches, scanner keys, and nothing cut in four languages."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pos.picking import words
from pos.picking.state import Phase
from pos.printing import PaperState
from sync.protocol.pickups import PickedBy
from tests.flows.attention import heard
from tests.flows.collecting import MINUTE, Floor
from tests.flows.picking import FIRST, SECOND, ordered, wanted
from tests.flows.returning import code
from tests.link.store import now
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import look, suns

SHADES = [("en", False), ("ru", True), ("kk", False), ("ka", True)]
LARGE = os.environ.get("STOREFLOOR_LARGE_PICTURES", "")


class PickDesk(Desk):
    """A tablet at the picking page."""

    kind = "tablet"

    def __init__(self, ui: Stage, window: Any, folder: Path) -> None:
        super().__init__(ui, window, folder)
        self.shop.stop()
        self.shop = self.floor = Floor(folder / "floor")

    def open(self, *, online: bool = True, orders: bool = True) -> None:
        self.ui.device(self.kind)
        if orders:
            wanted(self.floor)
        super().open(online=online)
        self.till.pick()
        self.settle(lambda: self.pick.state.ready, "the orders")

    @property
    def pick(self) -> Any:
        return self.till.picking

    def settle(self, true: Any, what: str) -> None:
        self.ui.until(true, what=what)
        self.ui.step(3)

    def phase(self, phase: Phase) -> None:
        self.settle(lambda: self.pick.state.phase is phase, phase.value)

    def accepts(self, number: str) -> None:
        """Accept an order by touches."""
        self.ui.tap(f"Order {number}")
        self.ui.step(2)
        self.ui.tap("Accept")
        self.phase(Phase.PICK)

    def scans(self, *goods: int) -> None:
        """By the scanner's keys."""
        for number in goods:
            before = self.pick.state.in_hand
            self.ui.keys(code(number) + "\n")
            self.settle(lambda before=before: self.pick.state.in_hand > before, "the scan")

    def hears(self) -> None:
        """A round of the agent."""
        heard(self.terminal.home)
        self.terminal.run(lambda local: local.refresh())
        self.till.changed(frozenset({"stock", "orders"}))


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[PickDesk]:
    made = PickDesk(ui, window, tmp_path)
    yield made
    made.stop()


def test_an_order_is_accepted_fetched_by_the_scanners_keys_and_packed(desk: PickDesk) -> None:
    ui = desk.ui
    desk.open()
    assert ui.sees("3 orders to pick") and ui.sees("7 min late") and suns(ui) == 1
    desk.accepts(FIRST)
    assert ui.sees("Next, from shelf") and ui.sees("Kept for you until") and suns(ui) == 0, "nothing is in the hand"
    desk.scans(2, 1)
    assert suns(ui) == 1 and ui.sees("1 of 3")
    desk.scans(2, 2)
    assert ui.sees("Nothing else is to be fetched")
    ui.tap("Pack the parcel")
    desk.phase(Phase.DONE)
    desk.settle(lambda: ui.sees("Label printed"), "the label")
    assert suns(ui) == 1
    ui.tap("On to the shelf")
    desk.settle(lambda: desk.till.place == "collect" and ui.sees("Where does it lie?"), "the shelf")


def test_a_line_that_cant_be_given_is_told_by_touches_and_goes_back(desk: PickDesk) -> None:
    ui = desk.ui
    desk.open()
    desk.accepts(SECOND)
    ui.tap("All · 1003")
    ui.wait(0.2)
    ui.tap("Not found")
    desk.settle(lambda: ui.sees("Kettle Samal can't be given"), "the reason")
    ui.tap("Send it back")
    desk.phase(Phase.DONE)
    assert ui.sees("Went back")
    ui.tap("Next order")
    desk.phase(Phase.LIST)
    desk.settle(lambda: ui.sees("2 orders to pick"), "the list")


def test_an_order_that_comes_meanwhile_moves_nothing_and_is_counted_at_the_tab(desk: PickDesk) -> None:
    ui = desk.ui
    desk.open()
    before = list(desk.pick.state.shown)
    ordered(desk.floor, "100-48399", (2, 1), ready_by=now() - 60 * MINUTE)
    desk.hears()
    desk.settle(lambda: len(desk.pick.state.shown) == 4, "the new order")
    assert list(desk.pick.state.shown)[:3] == before and ui.sees("New order 100-48399")
    desk.shell.bar_changed()
    [tab] = [tab for tab in desk.shell.bar.tabs if tab.key == "collect"]
    assert tab.count == 4
    ui.tap("Show it")
    ui.step(3)
    assert desk.pick.state.shown[0] not in before


class Album:
    """States of the screen as they were met, to be looked at in every language."""

    def __init__(self, desk: PickDesk) -> None:
        self.desk = desk
        self.kept: list[tuple[str, Any, Any]] = []

    def keep(self, name: str) -> None:
        self.kept.append((name, self.desk.pick.state, self.desk.pick._saying))

    def look(self) -> None:
        """Nothing is cut. Whoever looks for themselves may ask for the other shade and the large window too."""
        ui, flow = self.desk.ui, self.desk.pick
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


def test_nothing_is_cut_from_the_list_to_the_label_in_any_language(desk: PickDesk) -> None:
    desk.open()
    flow, album = desk.pick, Album(desk)
    album.keep("picking-list")
    by = PickedBy("Tablet 3", "Aigerim Sarsenbayeva")
    flow._to(taken={flow.state.open: by}, fresh=frozenset(flow.state.shown[-1:]))
    flow._say(lambda: words.taken(SECOND, by))
    album.keep("picking-list-taken")
    flow.choose(flow.state.shown[1])
    flow.accept()
    desk.phase(Phase.PICK)
    album.keep("picking-walk")
    desk.scans(2)
    flow.open_line("1")
    album.keep("picking-line-open")
    flow.cant("1", "not_found")
    album.keep("picking-cant")
    flow._to(kept_until=0)
    flow.scanned(code(3))
    desk.settle(lambda: "not in this order" in flow.state.happened.title, "the wrong article")
    album.keep("picking-wrong-offline")
    desk.scans(2, 2)
    album.keep("picking-all")
    flow.pack()
    desk.phase(Phase.DONE)
    desk.settle(lambda: flow.state.made[0].label is PaperState.PRINTED, "the label")
    album.keep("picking-packed")
    made = flow.state.made[0]
    flow._to(made=(made, replace(made, label=PaperState.FAILED)))
    album.keep("picking-label-failed")
    flow.next()
    flow._to(read=replace(flow.state.read, orders=()), shown=(), open="")
    flow._greet()
    album.keep("picking-nothing")
    album.look()
    flow.changed(frozenset({"orders"}))
    desk.settle(lambda: flow.state.read.orders, "the orders")
