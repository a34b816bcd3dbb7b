"""Attention on the window: both sides, the ways to settle, somebody approves, and a shelf with nothing on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.attention.state import Phase
from sync.domain.matters import Choice
from tests.flows.attention import collisions
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import look, suns


class Office(Desk):
    """A till with cases to settle, at the place where that is done."""

    def needs(self, *, online: bool = True) -> None:
        self.open(online=online)
        collisions(self.shop, self.terminal.home)
        self.till.changed(frozenset({"link", "attention"}))
        self.ui.until(lambda: self.till.sale.state.link.needs_you, what="the matters")
        self.shell.tick()
        self.ui.step(3)

    @property
    def attention(self) -> Any:
        return self.till.attention

    def opened(self) -> None:
        self.till.needs()
        self.ui.until(lambda: self.attention.state.ready and self.attention.state.matter, what="a case")
        self.ui.step(3)


@pytest.fixture
def office(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Office]:
    made = Office(ui, window, tmp_path)
    yield made
    made.stop()


def test_the_red_light_leads_to_the_case_and_a_lead_settles_it_by_touches(office: Office) -> None:
    ui = office.ui
    office.needs()
    assert ui.sees("Online · 4 need you")
    ui.tap("Online · 4 need you")
    ui.until(lambda: office.till.place == "attention" and office.attention.state.matter, what="the case")
    ui.step(3)
    assert ui.sees("4 to settle") and suns(ui) == 0, "nothing is chosen yet"
    ui.tap("The same goods came back twice")
    ui.step(3)
    for text in ("till-1", "till-2, store-2, offline", "Both stay on record."):
        assert any(text in shown for shown in ui.texts()), text
    ui.tap("We take the loss")
    ui.step(3)
    assert suns(ui) == 1 and ui.sees("A lead approves it")
    ui.tap("Settle")
    ui.until(lambda: office.attention.state.phase is Phase.APPROVAL, what="the PIN")
    ui.step(3)
    ui.tap("Damir T.")
    ui.step(2)
    ui.keys("2222")
    ui.until(lambda: len(office.attention.state.read.matters) == 3, what="it settled")
    ui.step(3)
    assert ui.sees("Settled: The same goods came back twice") and ui.sees("3 to settle")


def test_nothing_to_settle_is_a_shelf_with_nothing_on_it(office: Office) -> None:
    ui = office.ui
    office.open()
    office.till.needs()
    ui.until(lambda: office.attention.state.ready, what="the list")
    ui.step(3)
    assert ui.sees("Nothing needs you") and suns(ui) == 0


def test_pictures_of_attention(office: Office) -> None:
    ui = office.ui
    office.needs()
    office.opened()
    first, *others = office.attention.state.read.matters
    office.attention.pick(Choice.CALL)
    for language in ("en", "ru", "kk", "ka"):
        ui.language(language)
        look(ui, f"attention-{language}")
    ui.dark(True)
    look(ui, "attention-dark-ka")
    ui.language("ru")
    for n, matter in enumerate(others):
        office.attention.choose(matter.id)
        look(ui, f"attention-dark-ru-{n}")
    ui.dark(False)
    ui.resize(1920, 1080)
    look(ui, "attention-wide-ru")
    ui.resize(1280, 800)
    office.attention.choose(first.id)
    office.attention.pick(Choice.LOSS)
    office.attention.settle()
    ui.until(lambda: office.attention.state.phase is Phase.APPROVAL, what="the PIN")
    look(ui, "attention-approval-ru")


def test_pictures_of_nothing_to_settle(office: Office) -> None:
    office.open()
    office.till.needs()
    office.ui.until(lambda: office.attention.state.ready, what="the list")
    look(office.ui, "attention-nothing")
