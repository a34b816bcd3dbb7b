"""Notes and coins on the window: notes are rectangles, coins are circles, the largest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.said import PieceSaid

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.stacklayout import StackLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class CashPiece(BoxLayout):
    """One note or coin, and how many of it if more than one."""

    value, times = StringProperty(""), StringProperty("")
    note = BooleanProperty(True)
    lit = BooleanProperty(False)


class CashTray(StackLayout):
    """`pieces` is a list of PieceSaid. `lit`: it lies in a window, whose ground is light in the dark theme too."""

    pieces = ListProperty([])
    lit = BooleanProperty(False)

    def on_pieces(self, _tray: Any, pieces: list[PieceSaid]) -> None:
        """As many as the change takes."""
        self.clear_widgets()
        for said in pieces:
            times = f"{said.count} ×" if said.count > 1 else ""
            self.add_widget(CashPiece(value=said.value, times=times, note=said.note, lit=self.lit))
