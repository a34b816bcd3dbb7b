"""Keys for digits, and the dots of a PIN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit.frame  # noqa: F401
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty  # isort: skip
from kivy.uix.anchorlayout import AnchorLayout  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.gridlayout import GridLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

DELETE = "delete"


class Key(Pressable, AnchorLayout):
    """One key: a word or an icon; inverse while it is down."""

    key = StringProperty("")
    text = StringProperty("")
    icon = StringProperty("")
    style = StringProperty("key")
    ground = ColorProperty([0, 0, 0, 0])
    ink = ColorProperty([0, 0, 0, 1])


class PadKey(Key):
    """A key of a keypad."""


class Keypad(GridLayout):
    """Digits in three columns. `zeros`: "000" for amounts without change, "00" with it, "" for codes.

    `on_key(key)`: "0" to "9", the zeros, or "delete". Keys from a scanner or a keyboard come through `press(key)`.
    """

    zeros = StringProperty("")
    keys = ("1", "2", "3", "4", "5", "6", "7", "8", "9")

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_key")
        super().__init__(**kwargs)
        for name in (*self.keys, "zeros", "0", DELETE):
            self.add_widget(self._key(name))
        self.fbind("zeros", self._zeros)
        self._zeros()

    def on_key(self, key: str) -> None:
        """A key was touched."""

    def press(self, key: str) -> None:
        """Act as if a key was touched."""
        self.dispatch("on_key", key)

    def _key(self, name: str) -> Key:
        key = PadKey(key=name, icon=DELETE if name == DELETE else "", text=name if name.isdigit() else "")
        key.bind(on_tap=lambda touched: self.press(touched.key))
        if name == "zeros":
            self._blank = key
        return key

    def _zeros(self, *_args: Any) -> None:
        self._blank.key = self._blank.text = self.zeros
        self._blank.off = not self.zeros
        self._blank.opacity = 1 if self.zeros else 0


class PinDots(BoxLayout):
    """How many digits are in: `filled` of `length`; `wrong` turns them to the colour of refusals."""

    length = NumericProperty(4)
    filled = NumericProperty(0)
    wrong = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("length", "filled", "wrong"):
            self.fbind(name, self._show)
        self._show()

    def _show(self, *_args: Any) -> None:
        while len(self.children) < self.length:
            self.add_widget(PinDot())
        while len(self.children) > self.length:
            self.remove_widget(self.children[0])
        for at, dot in enumerate(reversed(self.children)):
            dot.filled, dot.wrong = at < self.filled, self.wrong


class PinDot(Boxed):
    """One digit of a PIN."""

    filled = BooleanProperty(False)
    wrong = BooleanProperty(False)
