"""One screen at a time: the next slides in from the right and fades, the way back comes from the left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pos.ui.theme import theme
from pos.ui.window import tidy

from kivy.animation import Animation  # isort: skip
from kivy.clock import Clock  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.relativelayout import RelativeLayout  # isort: skip


class Screens(RelativeLayout):
    """Holds screens by name. A screen is built when it is first shown, and stays built.

    `current` is the name on the screen, `screen` its widget. A screen may have `shown()` and `hidden()`, called after
    it came and went, and `ahead()`, called once while nobody waits, to build rows that it will need.
    """

    current = StringProperty("")
    screen = ObjectProperty(None, allownone=True)
    slide = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._factories: dict[str, Callable[[], Any]] = {}
        self._built: dict[str, Any] = {}
        self._ahead: set[str] = set()
        self._pause = 0.0
        super().__init__(**kwargs)
        self.fbind("slide", self._follow)

    def add(self, name: str, factory: Callable[[], Any]) -> None:
        """Name a screen and how to build it."""
        self._factories[name] = factory

    def built(self, name: str) -> Any:
        """The widget of a screen, built if it is not yet. KeyError for a name that was not added."""
        if name not in self._built:
            self._built[name] = self._factories[name]()
        return self._built[name]

    def build_ahead(self, after: float = 1.0, pause: float = 0.15) -> None:
        """Build what was not shown yet, one screen at a time, `after` seconds: nobody waits for it at its first use."""
        self._pause = pause
        Clock.schedule_once(self._build_next, after)  # a method: Kivy's clock holds it weakly after a frame

    def _build_next(self, _dt: float) -> None:
        if self.get_root_window() is None:
            return
        missing = [name for name in self._factories if name not in self._ahead]
        if not missing:
            tidy()
            return
        name = missing[0]
        if name not in self._built:
            self.built(name).size = self.size  # its words are laid out where they will stand
        else:
            self._ahead.add(name)
            _tell(self._built[name], "ahead")
        Clock.schedule_once(self._build_next, self._pause)

    def show(self, name: str, back: bool = False) -> Any:
        """Bring a screen; the one before it goes at once, so no touch meets two. Returns the widget."""
        if name == self.current:
            return self.screen
        coming, going = self.built(name), self.screen
        if going is not None:
            self.remove_widget(going)
            _tell(going, "hidden")
        self.screen, self.current = coming, name
        coming.size_hint = (1, 1)
        self.add_widget(coming)
        self._enter(coming, back, first=going is None)
        _tell(coming, "shown")
        return coming

    def _enter(self, coming: Any, back: bool, first: bool) -> None:
        Animation.cancel_all(self, "slide")
        seconds = theme.seconds("screen")
        self.slide = 0
        coming.opacity = 1
        if first or not seconds:
            return
        self.slide = dp(theme.look.raw["motion"]["screen_distance"]) * (-1 if back else 1)
        coming.opacity = 0
        Animation(slide=0, duration=seconds, transition="out_cubic").start(self)
        Animation(opacity=1, duration=seconds, transition="out_cubic").start(coming)

    def _follow(self, *_args: Any) -> None:
        if self.screen is not None:
            self.screen.x = round(self.slide)


def only(box: Any, widget: Any) -> None:
    """Make `widget` the one child of `box`."""
    if box.children != [widget]:
        box.clear_widgets()
        box.add_widget(widget)


def _tell(screen: Any, verb: str) -> None:
    told = getattr(screen, verb, None)
    if callable(told):
        told()
