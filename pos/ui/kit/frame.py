"""What parts stand on: panels, hairlines, the mark, thumbs, dots, and the ring that turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pos.ui.kit.shape import CLEAR, Boxed
from pos.ui.kit.text import Icon
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.graphics import PopMatrix, PushMatrix, Rotate  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import (  # isort: skip
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.anchorlayout import AnchorLayout  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class Panel(Boxed, BoxLayout):
    """A BoxLayout on a ground of the theme; an empty tone draws none. Touches stop here, nothing behind feels them."""

    tone = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("tone", self._ground)
        theme.follow(painted=self._ground)
        self._ground()

    def _ground(self, *_args: Any) -> None:
        if self.tone:  # without one the fill is the screen's own, if it sets any
            self.fill = theme.tint(self.tone)


class HairLine(Widget):
    """A line between rows; `orientation` "vertical" stands."""

    color = ColorProperty(CLEAR)
    orientation = OptionProperty("horizontal", options=("horizontal", "vertical"))


class Mark(Widget):
    """The half sun on its bar."""


class Dot(Boxed):
    """A filled circle."""


class Thumb(Boxed, FloatLayout):
    """A small picture of goods on its tint, or a person's initials on it."""

    picture = StringProperty("")
    tint = StringProperty("sand")
    initials = StringProperty("")


class Circle(Boxed, AnchorLayout):
    """An icon in a filled circle."""

    icon = StringProperty("")
    icon_size = NumericProperty(0)
    color = ColorProperty([0, 0, 0, 1])


class Ring(Icon):
    """An icon that turns while `turning`: the only thing in the look that loops."""

    turning = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._turn: Any = None
        super().__init__(**kwargs)
        with self.canvas.before:
            PushMatrix()
            self._angle = Rotate(angle=0, axis=(0, 0, 1))
        with self.canvas.after:
            PopMatrix()
        self.fbind("turning", self._start)
        self.fbind("center", self._centre)
        self.fbind("parent", self._start)
        self._start()

    def _centre(self, *_args: Any) -> None:
        self._angle.origin = self.center

    def _start(self, *_args: Any) -> None:
        self._centre()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        self._angle.angle = 0
        if self.turning and self.parent is not None and not theme.less_motion:
            self._turn = Clock.schedule_interval(self._step, 1 / 30)

    def _step(self, dt: float) -> bool:
        if self.get_root_window() is None:
            self._turn = None
            return False  # gone from the screen: a ring nobody sees costs nothing
        self._angle.angle = (self._angle.angle - 300 * dt) % 360
        return True
