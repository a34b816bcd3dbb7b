"""The panel of the virtual store in a real window."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.control import Control
from pos.devices.virtual.printer import VirtualPrinter
from pos.devices.virtual.store import KINDS, Standing
from pos.panel import words
from pos.panel.flow import PanelFlow
from tests.screens.stage import Stage
from tests.screens.test_till import cut, suns


@pytest.fixture
def panel(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Any]:
    """The panel over a printer and a card terminal; the other devices are listed, and dead."""
    from pos.panel.screen import PanelScreen

    printer, card = VirtualPrinter(out=tmp_path).start(), VirtualCardTerminal().start()
    controls = {"printer": Control(printer, 0), "card": Control(card, 0)}
    listed = [
        Standing(kind.name, "here", controls[kind.name].port if kind.name in controls else 9, str(tmp_path))
        for kind in KINDS
    ]
    flow = PanelFlow(listed)
    ui.less_motion(True)
    screen = PanelScreen(flow)
    screen.printer, screen.card = printer, card
    window.add_widget(screen)
    flow.start()
    look(ui, screen, lambda: flow.state.devices["card"].alive and flow.state.devices["printer"].alive)
    yield screen
    ui.language("en")
    flow.stop()
    for control in controls.values():
        control.stop()
    printer.stop()
    card.stop()


def look(ui: Stage, screen: Any, true: Any) -> None:
    """Let the panel see what there is until it is true."""

    def seen() -> bool:
        screen.flow.pump()
        return bool(true())

    ui.until(seen, what="the devices")
    ui.step(3)


def test_f50_a_drawer_is_shut_by_a_touch_and_a_dead_device_is_shown_as_such(ui: Stage, panel: Any) -> None:
    flow = panel.flow
    panel.printer.head.kicks = 1
    look(ui, panel, lambda: flow.state.devices["printer"].shows["drawer_open"])
    assert ui.sees("The drawer is open")
    drawer = next(part for part in panel._panes["printer"].walk() if type(part).__name__ == "DrawerBody")
    ui.tap(drawer)
    look(ui, panel, lambda: not flow.state.devices["printer"].shows["drawer_open"])
    assert not panel.printer.drawer_open
    ui.tap(next(chip for chip in panel._panes["printer"].ids.chips.children if chip.tag.name == "off"))
    look(ui, panel, lambda: flow.state.devices["printer"].on("off"))
    assert panel.printer.faults.off and panel._panes["printer"].said == "Off" and not panel._panes["printer"].lit
    assert panel._panes["scanner"].said == "Starting", "nothing answers there"
    assert suns(ui) == 0, "no payment waits for a hand"


def test_nothing_is_cut_and_no_chip_lies_below_the_shelf_where_words_are_long(ui: Stage, panel: Any) -> None:
    for language in ("ru", "ka"):
        ui.language(language)
        for page in words.PAGES:
            panel.flow.turn(page)
            panel._panes[page].ids.chips.show(_knowing(panel.flow.state.devices[page]))
            ui.step(3)
            assert cut(ui) == [], (language, page)
            for pane in (panel._panes[kind] for kind in ("printer", "card", page)):
                assert min(chip.y for chip in pane.ids.chips.children) >= pane.ids.chips.y, (language, page)


def _knowing(seen: Any) -> Any:
    """A device that knows every fault that there are words for."""
    return replace(seen, alive=True, shows={"faults": {chip.name: False for chip in words.FAULTS[seen.kind]}})
