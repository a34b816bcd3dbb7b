"""A field for words and numbers. Keys reach it from the window, or from keys on the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit.buttons  # noqa: F401
from pos.ui.kit.text import width_of
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.base import EventLoop  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

BACKSPACE, ENTER, KEYPAD_ENTER, DELETE = 8, 13, 271, 127


class SearchField(Pressable, BoxLayout):
    """What is typed stands here, with a caret at its end while it has the `focus`. `on_enter(text)` after Enter.

    With `focus` it reads the window's keys itself. A screen that shares the keyboard with a scanner leaves `focus` off
    and `lit` on, and calls `insert`, `backspace` and `enter` with what the scanner did not take.
    """

    text = StringProperty("")
    hint = StringProperty("")
    icon = StringProperty("search")
    focus = BooleanProperty(False)
    lit = BooleanProperty(False)
    shown = StringProperty("")  # the end of the text, as much as there is room for
    most = NumericProperty(120)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_enter")
        self._reading = False
        super().__init__(**kwargs)
        self.fbind("focus", self._listen)
        self.fbind("parent", self._listen)
        self.fbind("text", self._show_end)
        self._listen()

    def on_enter(self, text: str) -> None:
        """Enter was pressed."""

    def insert(self, words: str) -> None:
        """Add to the end; control characters are left out."""
        self.text = (self.text + "".join(c for c in words if c.isprintable()))[: int(self.most)]

    def backspace(self) -> None:
        """Take the last letter away."""
        self.text = self.text[:-1]

    def clear(self) -> None:
        """Empty it."""
        self.text = ""

    def enter(self) -> None:
        """Act as if Enter was pressed."""
        self.dispatch("on_enter", self.text)

    def tap(self) -> None:
        """A touch takes the focus."""
        self.focus = True
        super().tap()

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        self.ids.words.bind(width=self._show_end)
        self._show_end()

    def _show_end(self, *_args: Any) -> None:
        """What was typed last is in view, however long the text is."""
        if "words" not in self.ids:
            return
        style, room, start = theme.style("search"), self.ids.words.width, 0
        while start < len(self.text) - 1 and width_of(self.text[start:], style.font, round(style.px)) > room > 1:
            start += 1
        self.shown = self.text[start:]

    def _listen(self, *_args: Any) -> None:
        wanted = self.focus and self.parent is not None
        if wanted == self._reading:
            return
        self._reading = wanted
        keys = EventLoop.window
        act = keys.bind if wanted else keys.unbind  # weak, so that the window keeps no screen that was left alive
        act(on_textinput=self._typed, on_key_down=self._key)

    def _typed(self, _window: Any, words: str) -> bool:
        if self.get_root_window() is None:
            return False  # on a screen that is not shown
        self.insert(words)
        return True

    def _key(self, _window: Any, key: int, *_args: Any) -> bool:
        action = {BACKSPACE: self.backspace, ENTER: self.enter, KEYPAD_ENTER: self.enter, DELETE: self.clear}.get(key)
        if action is None or self.get_root_window() is None:
            return False
        action()
        return True


class TillField(SearchField):
    """The field without a keyboard of its own: a till's keys come through the one place that knows scanners."""

    def tap(self) -> None:
        """A touch asks for the keyboard on the screen."""
        Pressable.tap(self)
