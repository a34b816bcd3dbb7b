"""A list of what was done and what is still to come: a circle, words, a line, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.said import StepSaid

from kivy.lang import Builder  # isort: skip
from kivy.properties import ListProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

ICONS = {"done": "check", "now": "hourglass", "next": "circle", "fault": "x"}


class StepRow(BoxLayout):
    """One step on the window."""

    state, title, line, time, icon = (StringProperty("") for _n in range(5))

    def show(self, said: StepSaid) -> None:
        """Show another step."""
        self.state, self.title, self.line, self.time = said.state, said.title, said.line, said.time
        self.icon = said.icon or ICONS[said.state]


class StepList(BoxLayout):
    """All steps, top to bottom. `steps` is a list of StepSaid."""

    steps = ListProperty([])

    def on_steps(self, _list: Any, steps: list[StepSaid]) -> None:
        """As many rows as steps."""
        while len(self.children) < len(steps):
            self.add_widget(StepRow())
        while len(self.children) > len(steps):
            self.remove_widget(self.children[0])
        for row, said in zip(reversed(self.children), steps, strict=True):
            row.show(said)
