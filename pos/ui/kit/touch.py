"""What a finger does. Every touchable part is a Pressable, so a change of toolkit or of rules is made here once."""

from __future__ import annotations

from typing import Any

from pos.ui.kit.shape import Boxed

from kivy.clock import Clock  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty  # isort: skip

TWIN = 0.03  # seconds: one finger reported twice comes faster than any finger can (fault F53)


class Pressable(Boxed):
    """Press, slide off to think better of it, let go to act: `on_tap`.

    `guard` is how many seconds after a tap another one is taken for the same wish; 0 still drops a touch that was
    reported twice. While `busy` or `off` nothing happens.
    """

    off = BooleanProperty(False)
    busy = BooleanProperty(False)
    pressed = BooleanProperty(False)
    focused = BooleanProperty(False)
    guard = NumericProperty(0)
    tag = ObjectProperty(None, allownone=True)  # the screen's own: which line, which tab

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_tap")
        self._finger: Any = None
        self._last_tap = -1.0
        super().__init__(**kwargs)

    def on_tap(self) -> None:
        """A finger was put down on this and lifted from it."""

    def tap(self) -> None:
        """Act as if touched; the rules of `guard`, `busy` and `off` hold."""
        now = Clock.get_time()
        if self.off or self.busy or now - self._last_tap < max(self.guard, TWIN):
            return
        self._last_tap = now
        self.dispatch("on_tap")

    def on_touch_down(self, touch: Any) -> bool:
        if super().on_touch_down(touch):
            return True
        if not self.collide_point(*touch.pos) or not _left(touch):
            return False
        if self.off or self.busy or self._finger is not None:
            return True  # it is still ours: a touch must not fall through to what lies behind
        self._finger = touch
        touch.grab(self)
        self.pressed = True
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch is not self._finger:
            return super().on_touch_move(touch)
        if touch.grab_current is self:
            self.pressed = self.collide_point(*touch.pos) and not touch.ud.get("scrolls")
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch is not self._finger:
            return super().on_touch_up(touch)
        if touch.grab_current is not self:
            return True
        touch.ungrab(self)
        self._finger = None
        meant = self.pressed and not touch.ud.get("scrolls")
        self.pressed = False
        if meant:
            self.tap()
        return True


def _left(touch: Any) -> bool:
    """One finger or the left button: not the wheel, not the other buttons."""
    return getattr(touch, "button", "left") in ("left", None)
