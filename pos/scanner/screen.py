"""The page of a scanner on the window: at the left the codes of the sheet, at the right the one to scan, or what was
found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.scanner import view, words
from pos.scanner.flow import ScannerFlow
from pos.scanner.state import ScannerState
from pos.ui.kit.buttons import PrimaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.screens import only
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class SheetRow(BoxLayout):
    """One code of the sheet."""

    number, name = StringProperty(""), StringProperty("")
    read, chosen, skipped = (BooleanProperty(False) for _n in range(3))

    def show(self, said: view.RowSaid) -> None:
        """Show how it stands."""
        self.number, self.name = said.number, said.name
        self.read, self.chosen, self.skipped = said.read, said.chosen, said.skipped


class ScanThis(BoxLayout):
    """The code to be scanned now."""

    screen = ObjectProperty(None)
    number, title, name, line, sheet = (StringProperty("") for _n in range(5))
    optional, prints, paper = (BooleanProperty(False) for _n in range(3))

    def show(self, state: ScannerState) -> None:
        """Show it."""
        if state.wanted is None:
            return
        self.number, self.title, self.name = (
            str(state.number),
            words.scan_this(state.number),
            words.card(state.wanted.key),
        )
        self.line, self.sheet = view.hint(state), view.sheet_hint(state)
        self.optional, self.prints, self.paper = state.wanted.optional, state.prints, state.paper


class ReadBackRow(BoxLayout):
    """One thing that was found."""

    text = StringProperty("")
    right = BooleanProperty(False)


class WhatFound(BoxLayout):
    """What was found."""

    screen = ObjectProperty(None)
    title = StringProperty("")
    right = BooleanProperty(False)

    def show(self, state: ScannerState) -> None:
        """Show it."""
        self.title, self.right = words.verdict(state.right), state.right
        self.ids.rows.clear_widgets()
        for said in view.found(state):
            self.ids.rows.add_widget(ReadBackRow(text=said.text, right=said.right))


class KeepScanner(PrimaryButton):
    """The primary action."""

    kept = BooleanProperty(False)
    screen = ObjectProperty(None)


class ScannerScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(ScannerState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: ScannerFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        super().__init__(flow=flow, state=flow.state)
        self._this, self._found, self._keep = ScanThis(screen=self), WhatFound(screen=self), KeepScanner(screen=self)
        self._rows = [SheetRow() for _row in view.rows(flow.state)]
        for row in self._rows:
            self.ids.rows.add_widget(row)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def _spoken(self, *_args: Any) -> None:
        self._look(self.flow.state)

    def _look(self, state: ScannerState) -> None:
        self.state = state
        for row, said in zip(self._rows, view.rows(state), strict=True):
            row.show(said)
        self._this.show(state)
        if state.profile is None:
            only(self.ids.place, self._this)
            self.ids.action.clear_widgets()
            return
        self._found.show(state)
        self._keep.busy, self._keep.kept = state.keeping, state.kept
        only(self.ids.place, self._found)
        only(self.ids.action, self._keep)
