"""A question with its answers as chips. No task's own: whatever comes back is asked the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.kit.buttons import Chip

from kivy.lang import Builder  # isort: skip
from kivy.properties import ListProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class ChipRow(BoxLayout):
    """A question and its answers as chips, over as many lines as they need. `tell(key)` hears of a touch."""

    question = StringProperty("")
    chosen = StringProperty("")
    answers = ListProperty([])
    tell = ObjectProperty(None, allownone=True)

    def on_answers(self, _row: Any, answers: list[tuple[str, str]]) -> None:
        """As many chips as answers; their words follow the language."""
        box = self.ids.chips
        if len(box.children) != len(answers):
            box.clear_widgets()
            for _n in answers:
                chip = Chip()
                chip.bind(on_tap=lambda c: self.tell(c.tag) if self.tell else None)
                box.add_widget(chip)
        for chip, (key, words) in zip(reversed(box.children), answers, strict=True):
            chip.tag, chip.text, chip.on = key, words, key == self.chosen

    def on_chosen(self, _row: Any, chosen: str) -> None:
        """Another answer."""
        for chip in self.ids.chips.children:
            chip.on = chip.tag == chosen
