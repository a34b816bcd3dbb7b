"""A signature on the glass: strokes drawn under a finger or a pen. It keeps none of them: who asked gets them once."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, InstructionGroup, SmoothLine  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

STEP = 2
"""Pixels that a finger moves before the line goes on: fewer points draw the same line."""


class SignaturePad(Widget):
    """Draws what a finger draws on it, in `color`, as wide as `pen` (pixels). `empty`: nothing is drawn.

    `on_signed(strokes)` after each lifted finger, with all strokes up to then: tuples of (x, y) in whole pixels from
    the lower left corner. While `off` nothing is drawn. `clear()` wipes the glass.
    """

    color = ColorProperty([0, 0, 0, 1])
    pen = NumericProperty(0)
    off = BooleanProperty(False)
    empty = BooleanProperty(True)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_signed")
        self._strokes: list[list[tuple[int, int]]] = []
        self._lines: list[SmoothLine] = []
        self._finger: Any = None
        super().__init__(**kwargs)
        self._ink = Color(rgba=self.color)
        self._drawing = InstructionGroup()
        self.canvas.add(self._ink)
        self.canvas.add(self._drawing)
        self.fbind("color", self._coloured)
        self.fbind("pos", self._moved)

    def on_signed(self, strokes: tuple[tuple[tuple[int, int], ...], ...]) -> None:
        """A finger was lifted."""

    def clear(self) -> None:
        """Wipe the glass."""
        self._strokes, self._lines, self._finger = [], [], None
        self._drawing.clear()
        self.empty = True

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos) or getattr(touch, "button", "left") not in ("left", None):
            return False
        if self.off or self._finger is not None:
            return True  # a second finger, or the hand that rests on the glass
        self._finger = touch
        touch.grab(self)
        self._strokes.append([])
        self._lines.append(SmoothLine(width=self.pen or dp(2), overdraw_width=1.2, joint="round", cap="round"))
        self._drawing.add(self._lines[-1])
        self._draw_to(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch is not self._finger:
            return False
        if touch.grab_current is self:
            self._draw_to(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch is not self._finger:
            return False
        if touch.grab_current is not self:
            return True
        touch.ungrab(self)
        self._finger = None
        self.empty = False
        self.dispatch("on_signed", tuple(tuple(stroke) for stroke in self._strokes))
        return True

    def _draw_to(self, touch: Any) -> None:
        """The line goes on to where the finger is, and never beyond the glass."""
        x = round(min(max(touch.x, self.x), self.right) - self.x)
        y = round(min(max(touch.y, self.y), self.top) - self.y)
        stroke = self._strokes[-1]
        if stroke and max(abs(stroke[-1][0] - x), abs(stroke[-1][1] - y)) < STEP:
            return
        stroke.append((x, y))
        self._lines[-1].points = self._points(stroke)

    def _points(self, stroke: list[tuple[int, int]]) -> list[float]:
        return [v for x, y in stroke for v in (self.x + x, self.y + y)]

    def _coloured(self, *_args: Any) -> None:
        self._ink.rgba = self.color

    def _moved(self, *_args: Any) -> None:
        for line, stroke in zip(self._lines, self._strokes, strict=True):
            line.points = self._points(stroke)
