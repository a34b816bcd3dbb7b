"""Money as the hero: digits, then a smaller and quieter sign on the same line. It counts from old to new."""

from __future__ import annotations

from typing import Any

from pos.ui import i18n
from pos.ui.kit.text import descent, drawn, width_of
from pos.ui.theme import Style, theme

from kivy.animation import Animation  # isort: skip
from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.properties import (  # isort: skip
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget  # isort: skip


class MoneyText(Widget):
    """An amount of minor units, tabular, on one line for ever: it gets smaller where it must, never shorter.

    A change counts from the old amount to the new in the theme's time, unless `counts` is off or motion is less.
    """

    minor = NumericProperty(0)
    currency = StringProperty("KZT")
    style = StringProperty("hero_total")
    color = ColorProperty(None, allownone=True)  # None: the theme's ink, and its second ink for the sign
    sign_color = ColorProperty(None, allownone=True)
    halign = OptionProperty("left", options=("left", "center", "right"))
    counts = BooleanProperty(True)
    unknown = BooleanProperty(False)
    fit = OptionProperty("height", options=("", "height", "both"))
    shown = NumericProperty(0)  # the amount on the screen while it counts
    content_width = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._redraw = Clock.create_trigger(self._lay, -1)
        self._begun = False
        super().__init__(**kwargs)
        with self.canvas:
            self._colour, self._digits = Color(), Rectangle(size=(0, 0))
            self._sign_colour, self._sign = Color(), Rectangle(size=(0, 0))
        for name in ("shown", "currency", "style", "color", "sign_color", "halign", "unknown", "pos", "fit"):
            self.fbind(name, self._redraw)
        self._fits = False
        self.fbind("size", self._sized)
        self.fbind("minor", self._changed)
        theme.follow(revision=self._again, painted=self._again, language=self._again)
        self.shown = self.minor
        self._redraw()

    def _again(self, *_args: Any) -> None:
        self._redraw()

    def _sized(self, *_args: Any) -> None:
        if not self._fits:  # else it is taking the measure of its own digits
            self._redraw()

    def _changed(self, *_args: Any) -> None:
        Animation.cancel_all(self, "shown")
        seconds = theme.seconds("count")
        if not (self._begun and self.counts and seconds and self.get_root_window()):
            self.shown = self.minor
            return
        run = Animation(shown=self.minor, duration=seconds, transition="out_cubic")
        run.bind(on_complete=self._arrived)
        run.start(self)

    def settle(self) -> None:
        """Show the amount at once: it is another thing's, there is nothing to count from."""
        Animation.cancel_all(self, "shown")
        self.shown = self.minor

    def _arrived(self, *_args: Any) -> None:
        self.shown = self.minor  # the last frame is the amount itself, whatever the animation rounded

    def _parts(self) -> tuple[str, str]:
        if self.unknown:
            return i18n.UNKNOWN, ""
        minor = int(self.shown)
        if minor != self.minor and self.currency in i18n.WHOLE_WHEN_ZERO:
            minor -= minor % 10 ** i18n.exponent(self.currency)  # no flicker of decimals while it counts
        return i18n.money_parts(minor, self.currency, theme.language)

    def _lay(self, *_args: Any) -> None:
        self._begun = True
        style, (digits, sign) = theme.style(self.style), self._parts()
        money = theme.look.raw["money"]
        large = style.size >= money["sign_small_from"]
        ratio, gap = (money["sign_ratio"], money["sign_gap_ratio"]) if large else (1.0, 0.25)
        self._fits = True
        px = self._fitting(style, digits, sign, ratio, gap)
        if self.fit:
            self.size_hint_y = None
            self.height = round(style.px * style.line)
        self._fits = False
        ink = self.color or theme.ink
        self._colour.rgba = ink
        self._sign_colour.rgba = (self.sign_color or theme.ink_2) if large else ink
        self._place(style.font, px, digits, sign, round(px * ratio), round(px * gap) if sign else 0)

    def _fitting(self, style: Style, digits: str, sign: str, ratio: float, gap: float) -> int:
        px = round(style.px)
        wide = width_of(digits, style.font, px) + width_of(sign, style.font, round(px * ratio)) + px * gap
        self.content_width = round(wide)
        if self.fit == "both":
            self.size_hint_x = None
            self.width = self.content_width
        elif wide > self.width > 1:
            px = max(8, int(px * self.width / wide))
        return px

    def _place(self, font: str, px: int, digits: str, sign: str, sign_px: int, gap: int) -> None:
        number = drawn(digits, font, px)
        tail = drawn(sign, font, sign_px) if sign else None
        whole = number.width + gap + (tail.width if tail else 0)
        x = round(self.x + {"left": 0.0, "center": (self.width - whole) / 2}.get(self.halign, self.width - whole))
        y = round(self.center_y - number.height / 2)
        self._digits.texture, self._digits.size, self._digits.pos = number, number.size, (x, y)
        if tail is None:
            self._sign.size = (0, 0)
            return
        foot = y + descent(font, px) - descent(font, sign_px)
        self._sign.texture, self._sign.size = tail, tail.size
        self._sign.pos = (x + number.width + gap, round(foot))
