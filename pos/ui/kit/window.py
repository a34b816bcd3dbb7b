"""The shop window: a tint with a shelf line, goods standing on the line, facts below it."""

from __future__ import annotations

from pathlib import Path

import pos.ui.kit.frame  # noqa: F401
from pos.ui.kit.touch import Pressable

from kivy.lang import Builder  # isort: skip
from kivy.properties import NumericProperty, OptionProperty, StringProperty  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class ShopWindow(Pressable, FloatLayout):
    """`picture` stands with its feet on a line `line_height` above the window's foot.

    `picture_share` is the part of the height above the line that it fills, `picture_x` where its middle stands across
    the window. Children are laid over it by pos_hint; `foot` says a fact below the line, `foot_x` from where (pixels).
    """

    picture = StringProperty("")
    tint = StringProperty("sand")
    line_height = NumericProperty(0)
    picture_share = NumericProperty(0.92)
    picture_x = NumericProperty(0.5)
    foot = StringProperty("")
    foot_icon = StringProperty("")
    foot_x = NumericProperty(0)
    ink = OptionProperty("ink_on_tint", options=("ink_on_tint", "ink"))  # the line's colour
