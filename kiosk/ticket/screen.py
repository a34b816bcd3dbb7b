"""The ticket on the window: its paper with notches, the line to tear along, and the steps of the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from kiosk.frame.screen import picture_file
from kiosk.ticket.stage import Stage
from pos.ui.theme import theme

from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import (  # isort: skip
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.floatlayout import FloatLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

DASH, GAP, THICK = 18, 12, 4
"""In dp."""


class Dashes(Widget):
    """A line to tear along."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size"):
            self.fbind(name, self._draw)
        theme.follow(painted=self._draw)
        self._draw()

    def _draw(self, *_args: Any) -> None:
        self.canvas.clear()
        step, wide = dp(DASH + GAP), dp(DASH)
        count = max(0, int((self.width + dp(GAP)) // step))
        left = self.x + (self.width - count * step + dp(GAP)) / 2
        with self.canvas:
            Color(*theme.line)
            for n in range(count):
                Rectangle(pos=(round(left + n * step), round(self.center_y - dp(THICK) / 2)), size=(wide, dp(THICK)))


class StageRow(FloatLayout):
    """One step: a circle, what it is, one line more. `last`: nothing follows."""

    stage = ObjectProperty(Stage("", "", "check", "next"), rebind=True)
    last = BooleanProperty(False)


class TicketPage(FloatLayout):
    """The ticket on its line, and the three steps. `line_y`: where it stands; `far`: how wide its window is;
    `tear_y`: the notches."""

    screen = ObjectProperty(None, rebind=True)
    number = StringProperty("")
    wait = StringProperty("")
    says = StringProperty("")
    steps = ListProperty([Stage("", "", "check", "next")] * 3)
    parcel = StringProperty(picture_file("parcel"))
    bag = StringProperty(picture_file("bag-pine"))
    wide = BooleanProperty(False)
    far = NumericProperty(0)
    line_y = NumericProperty(0)
    tear_y = NumericProperty(0)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
