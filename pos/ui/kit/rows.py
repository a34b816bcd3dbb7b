"""Rows of lists: a line of the cart, a line of anything, stock in one place with its age."""

from __future__ import annotations

from pathlib import Path

import pos.ui.kit.buttons  # noqa: F401
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.animation import Animation  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class Row(Pressable, BoxLayout):
    """A row that can be chosen: an ink border and the surface. `rule` draws the hairline above it."""

    chosen = BooleanProperty(False)
    rule = BooleanProperty(False)


class CartRow(Row):
    """A thumb on its tint, name and one line, how many, and the amount on the right edge."""

    picture = StringProperty("")
    tint = StringProperty("sand")
    initials = StringProperty("")
    name = StringProperty("")
    line = StringProperty("")
    line_icon = StringProperty("")
    line_tone = OptionProperty("", options=("", "good", "alert"))
    count = StringProperty("")
    many = BooleanProperty(False)  # more than one: the count stands on a pill
    amount = StringProperty("")
    old_amount = StringProperty("")
    drop = NumericProperty(0)

    def land(self) -> None:
        """Drop onto its line, as a thing put on a shelf does."""
        seconds = theme.seconds("land")
        Animation.cancel_all(self, "drop")
        if seconds:
            self.drop = 1
            Animation(drop=0, duration=seconds, transition="out_cubic").start(self)


class ListRow(Row):
    """Anything: an icon or a thumb, a name, one line, a value at the right."""

    picture = StringProperty("")
    tint = StringProperty("sand")
    initials = StringProperty("")
    icon = StringProperty("")
    name = StringProperty("")
    line = StringProperty("")
    line_tone = OptionProperty("", options=("", "good", "alert"))
    value = StringProperty("")


class Age(BoxLayout):
    """How old a number is: a green dot (fresh), a clock (a copy), a crossed wave (cannot be known now)."""

    mark = OptionProperty("fresh", options=("fresh", "copy", "unknown"))
    text = StringProperty("")


class StockRow(Row):
    """How many, where, one line how far and until when, how old the number is.

    `none`: "0" in grey, the row stays. An unknown number is "—", never 0. `words`: the number is words ("Mon 23").
    """

    number = StringProperty("")
    none = BooleanProperty(False)
    words = BooleanProperty(False)
    icon = StringProperty("store")
    place = StringProperty("")
    line = StringProperty("")
    mark = OptionProperty("fresh", options=("fresh", "copy", "unknown"))
    age = StringProperty("")
