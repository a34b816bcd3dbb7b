"""Buttons and chips. The primary is the one sun of a screen; danger lives in dialogs only."""

from __future__ import annotations

from pathlib import Path

import pos.ui.kit.frame  # noqa: F401  the parts that these are made of
from pos.ui.kit.touch import Pressable

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty  # isort: skip
from kivy.uix.anchorlayout import AnchorLayout  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class PrimaryButton(Pressable, BoxLayout):
    """What to do next. `line` says the consequence; while `busy` it says `busy_text` and a ring turns."""

    text = StringProperty("")
    line = StringProperty("")
    icon = StringProperty("arrow-right")
    busy_text = StringProperty("")
    lines = NumericProperty(2)


class WordButton(Pressable, AnchorLayout):
    """Icon and words in the middle of a box; `fit` takes the width that they need."""

    text = StringProperty("")
    icon = StringProperty("")
    shown_icon = StringProperty("")
    checked = BooleanProperty(False)
    style = StringProperty("button")
    fit = BooleanProperty(False)
    pad = NumericProperty(0)
    lines = NumericProperty(2)
    icon_size = NumericProperty(0)
    color = ColorProperty([0, 0, 0, 1])


class SecondaryButton(WordButton):
    """The other way: an ink border."""


class QuietButton(WordButton):
    """Words that can be touched; a ground appears while pressed."""


class DangerButton(WordButton):
    """What cannot be undone, in a dialog only."""


class PillButton(WordButton):
    """A pill of the surface; without words a circle."""


class IconButton(WordButton):
    """One icon in a circle: back, delete, close, more. Everything else has words."""


class Chip(WordButton):
    """One of several choices; `on` turns it inverse, with a check mark unless it has an icon of its own."""

    on = BooleanProperty(False)


class TileButton(Pressable, BoxLayout):
    """An icon over a word."""

    text = StringProperty("")
    icon = StringProperty("")
    chosen = BooleanProperty(False)
