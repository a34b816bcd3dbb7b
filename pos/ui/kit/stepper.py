"""A number that two keys make larger and smaller; a finger that stays goes on, five a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit.frame  # noqa: F401
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.properties import NumericProperty, StringProperty  # isort: skip
from kivy.uix.anchorlayout import AnchorLayout  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class HoldKey(Pressable, AnchorLayout):
    """One end of a stepper: acts when it is let go, and again and again while it is held."""

    icon = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_repeat")
        self._again: Any = None
        super().__init__(**kwargs)
        self.fbind("pressed", self._held)

    def on_repeat(self) -> None:
        """It is still held."""

    def _held(self, *_args: Any) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self.pressed:
            self._repeated = False
            self._again = Clock.schedule_once(self._repeat, theme.look.raw["motion"]["hold_first"] / 1000)

    def _repeat(self, _dt: float) -> None:
        if not self.pressed or self.off:
            return
        self._repeated = True
        self.dispatch("on_repeat")
        self._again = Clock.schedule_once(self._repeat, theme.look.raw["motion"]["hold_next"] / 1000)

    def tap(self) -> None:
        """A tap; letting go after a hold is not one more."""
        if not getattr(self, "_repeated", False):
            super().tap()
        self._repeated = False


class Stepper(Boxed, BoxLayout):
    """`value` between `least` and `most`. A touch asks with `on_change(value)`; the screen sets `value`."""

    value = NumericProperty(1)
    least = NumericProperty(1)
    most = NumericProperty(999)
    text = StringProperty("")  # shown instead of the value, for weights

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_change")
        super().__init__(**kwargs)

    def on_change(self, value: int) -> None:
        """A finger asks for this value."""

    def step(self, by: int) -> None:
        """Ask for `by` more, within the ends."""
        wanted = min(max(self.value + by, self.least), self.most)
        if wanted != self.value:
            self.dispatch("on_change", wanted)
