"""The shelf along the bottom of every screen: what just happened at the left, the one thing to do next at the right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit.buttons  # noqa: F401
from pos.ui.happened import Happened
from pos.ui.kit.frame import Panel
from pos.ui.theme import theme

from kivy.animation import Animation  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class JustHappened(BoxLayout):
    """An icon in a circle, a title, a line, and one way to act on it. A touch on the words asks for the history."""

    happened = ObjectProperty(None, allownone=True)
    kind = StringProperty("")
    title = StringProperty("")
    line = StringProperty("")
    icon = StringProperty("")
    action_text = StringProperty("")
    action_icon = StringProperty("")
    lift = NumericProperty(0)  # the newest rises into place and pushes the old one up

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_action")
        self.register_event_type("on_history")
        super().__init__(**kwargs)
        self.fbind("happened", self._tell)
        self._tell()

    def on_action(self) -> None:
        """The action (undo) was touched."""

    def on_history(self) -> None:
        """The words were touched: show the last ten."""

    def _tell(self, *_args: Any) -> None:
        now = self.happened or Happened("working", "", icon="circle")
        self.kind = now.kind if self.happened else ""
        self.title, self.line, self.icon = now.title, now.line, now.picture if self.happened else ""
        self.action_text, self.action_icon = now.action, now.action_icon
        seconds = theme.seconds("strip")
        Animation.cancel_all(self, "lift")
        self.lift = 0
        if self.happened and seconds and self.get_root_window():
            self.lift = 1
            Animation(lift=0, duration=seconds, transition="out_cubic").start(self)

    def on_touch_up(self, touch: Any) -> bool:
        if super().on_touch_up(touch):
            return True
        if self.happened and self.ids.words.collide_point(*touch.pos) and touch.ud.get("strip") is self:
            self.dispatch("on_history")
            return True
        return False

    def on_touch_down(self, touch: Any) -> bool:
        if super().on_touch_down(touch):
            return True
        touch.ud["strip"] = self if self.collide_point(*touch.pos) else None
        return False


class Shelf(Panel):
    """The bottom bar with its ink line. What is put into it stands at the right, after what just happened."""

    happened = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_action")
        self.register_event_type("on_history")
        super().__init__(**kwargs)

    def on_action(self) -> None:
        """The action of what just happened was touched."""

    def on_history(self) -> None:
        """What just happened was touched."""
