"""The store's day in a real window: touches lead in and on, nothing is cut in four languages, and nothing moves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.collect.listing import Filter
from pos.day.state import Topic
from tests.flows.attention import heard
from tests.flows.managing import DayFloor
from tests.screens.stage import Stage
from tests.screens.test_collect import FloorDesk
from tests.screens.test_tablet import SHADES, small
from tests.screens.test_till import look, suns


class DayDesk(FloorDesk):
    """A tablet of a store in the midst of its day, with its manager at it."""

    def __init__(self, ui: Stage, window: Any, folder: Path) -> None:
        super().__init__(ui, window, folder)
        self.shop.stop()
        self.shop = self.floor = DayFloor(folder / "day")

    def open(self, *, online: bool = True, day: bool = True) -> None:
        if day:
            self.floor.busy()  # type: ignore[attr-defined]
        super().open(online=online, day=False)
        self.till.sign_out()
        self.ui.until(lambda: self.till.signin.state.ready, what="the names")
        self.till.signin.choose("s-3")
        for digit in "3333":
            self.till.signin.key(digit)
        self.ui.until(lambda: self.till.place == "sale", what="the sale")
        self.till.tab("collect")
        self.settled()

    def hears_of_a_day(self) -> None:
        """Much happens in the store, and the agent hears of it."""
        self.floor.busy()  # type: ignore[attr-defined]
        heard(self.terminal.home)
        self.terminal.notice(frozenset({"stock", "orders"}))
        self.ui.until(lambda: self.till.day.state.read.figures.hand_outs == 30, what="the figures")
        self.ui.step(3)

    def sees(self) -> None:
        """Touch "The day"."""
        self.ui.tap("The day")
        self.ui.until(lambda: self.till.place == "day" and self.till.day.state.ready, what="the day")
        self.ui.step(4)


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[DayDesk]:
    made = DayDesk(ui, window, tmp_path)
    yield made
    made.stop()


def test_a_quiet_day_fills_and_its_figures_lead_to_where_something_is_to_be_done(desk: DayDesk) -> None:
    ui = desk.ui
    desk.open(day=False)
    desk.sees()
    assert ui.sees("A quiet day so far") and ui.sees("Nothing was handed out yet today.") and suns(ui) == 0
    look(ui, "day-empty")
    stood = {figure.tag: (figure.name, figure.pos, figure.size) for figure in _figures(ui)}
    desk.hears_of_a_day()
    assert not ui.sees("A quiet day so far")
    assert stood == {figure.tag: (figure.name, figure.pos, figure.size) for figure in _figures(ui)}, "nothing moved"
    assert desk.till.day.state.topic is Topic.OUT, "what was open stays open"
    ui.tap("Late")
    ui.step(3)
    assert ui.sees("the longest") and ui.sees("Pick orders") and suns(ui) == 1
    ui.tap("On shelves")
    ui.step(3)
    ui.tap("Show what goes back")
    ui.until(lambda: desk.till.place == "collect", what="the list")
    assert desk.tab.state.filter is Filter.LATE
    desk.settled()
    desk.sees()
    ui.tap("Back to the list")
    ui.until(lambda: desk.till.place == "collect", what="the list")


def _figures(ui: Stage) -> list[Any]:
    from pos.day.screen import DayFigure

    return ui.all(DayFigure)


def test_nothing_of_the_day_is_cut_and_all_is_for_thumbs(desk: DayDesk) -> None:
    ui = desk.ui
    desk.open(online=False)
    for language, dark in SHADES[1::2]:
        ui.language(language)
        ui.dark(dark)
        look(ui, f"collect-of-a-manager-{language}")
    assert small(ui) == []
    desk.till.collect.see_day()
    ui.until(lambda: desk.till.place == "day" and desk.till.day.state.ready, what="the day")
    for language, dark in SHADES:
        ui.language(language)
        ui.dark(dark)
        for topic in Topic if language in ("ru", "ka") else (Topic.SHELVES,):  # the longest words
            desk.till.day.choose(topic)
            look(ui, f"day-{topic}-{language}{'-dark' if dark else ''}")
    assert small(ui) == []
    ui.resize(1920, 1080)
    look(ui, "day-1920")
