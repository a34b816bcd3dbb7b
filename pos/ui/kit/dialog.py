"""A dialog: one question, one line what is kept, two buttons, the safe one left. The only thing with a shadow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pos.ui.kit.buttons import DangerButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.theme import theme

from kivy.animation import Animation  # isort: skip
from kivy.base import EventLoop  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, ColorProperty, ListProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class DialogCard(Panel):
    """The card itself; a touch on it goes no further."""

    def on_touch_down(self, touch: Any) -> bool:
        return super().on_touch_down(touch) or self.collide_point(*touch.pos)


class Dialog(FloatLayout):
    """`title` asks, `text` says what is kept; `keep_text` (left) is safe, `act_text` (right) does it. Escape keeps.

    `open()` lays it over the window. Either button closes it, then tells `on_keep` or `on_act`. Put more of a question
    between text and buttons with `add_widget`.
    """

    title = StringProperty("")
    text = StringProperty("")
    keep_text = StringProperty("")
    act_text = StringProperty("")
    act_icon = StringProperty("")
    veil = ColorProperty([0, 0, 0, 0.5])
    shade = ListProperty([0, 0, 1, 1])
    danger = BooleanProperty(False)
    body = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_keep")
        self.register_event_type("on_act")
        super().__init__(**kwargs)

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now: the right button takes its kind."""
        for name in ("danger", "act_text", "act_icon"):
            self.fbind(name, self._dress)
        self._act: Any = None
        self._dress()

    def _dress(self, *_args: Any) -> None:
        if self._act is not None:
            self.ids.answers.remove_widget(self._act)
        kind = DangerButton if self.danger else SecondaryButton
        self._act = kind(text=self.act_text, icon=self.act_icon, fit=True)
        self._act.bind(on_tap=lambda _button: self.answer(True))
        self.ids.answers.add_widget(self._act)

    def on_keep(self) -> None:
        """The safe answer."""

    def on_act(self) -> None:
        """Do it."""

    def add_widget(self, widget: Any, *args: Any, **kwargs: Any) -> None:
        """The card first; what comes later goes into it."""
        if "body" in self.ids:
            self.ids.body.add_widget(widget, *args, **kwargs)
        else:
            super().add_widget(widget, *args, **kwargs)

    def open(self) -> None:
        """Show it over everything."""
        if self.parent is not None:
            return
        EventLoop.window.add_widget(self)
        EventLoop.window.bind(on_key_down=self._key)  # weak, so that the window keeps no dialog that was left alive
        seconds = theme.seconds("dialog_in")
        if seconds:
            self.opacity = 0
            Animation(opacity=1, duration=seconds, transition="out_cubic").start(self)

    def close(self) -> None:
        """Take it away without an answer."""
        Animation.cancel_all(self)
        EventLoop.window.unbind(on_key_down=self._key)
        if self.parent is not None:
            self.parent.remove_widget(self)

    def answer(self, act: bool) -> None:
        """Close and tell which."""
        self.close()
        self.dispatch("on_act" if act else "on_keep")

    def _key(self, _window: Any, key: int, *_args: Any) -> bool:
        if self.parent is None:
            return False  # it was left open with its screen
        if key == 27:
            self.answer(False)
        return True  # a scan while a question is open answers nothing

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True  # nothing behind is touched

    def on_touch_move(self, touch: Any) -> bool:
        super().on_touch_move(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        super().on_touch_up(touch)
        return True
