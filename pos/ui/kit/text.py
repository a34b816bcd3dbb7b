"""Text and icons. A text is drawn white once, cached, and coloured by the canvas: a switch of theme redraws nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pos.ui.kit.shape import crisp
from pos.ui.theme import Style, theme

from kivy.clock import Clock  # isort: skip
from kivy.core.text import Label as CoreLabel  # isort: skip
from kivy.graphics import Color, InstructionGroup, Rectangle  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import (  # isort: skip
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.widget import Widget  # isort: skip

ELLIPSIS = "…"
ONE_STEP = 0.84  # how much smaller the next size of type is


@lru_cache(maxsize=64)
def _ruler(font: str, px: int) -> CoreLabel:
    ruler = CoreLabel(text="0", font_name=theme.font(font), font_size=px, font_hinting="light")
    ruler.resolve_font_name()
    return ruler


@lru_cache(maxsize=8192)
def width_of(text: str, font: str, px: int) -> int:
    """How many pixels wide one line is."""
    return _ruler(font, px).get_extents(text)[0] if text else 0


@lru_cache(maxsize=64)
def descent(font: str, px: int) -> float:
    """How far the foot of a line's texture lies below its baseline, in pixels."""
    return -_ruler(font, px).get_descent()


@lru_cache(maxsize=1024)
def drawn(text: str, font: str, px: int) -> Any:
    """The texture of one line, white on clear."""
    line = CoreLabel(text=text, font_name=theme.font(font), font_size=px, font_hinting="light")
    line.refresh()
    # Icons may turn and need the blending of neighbours; words stand still on whole pixels.
    return line.texture if font == "storefloor-icons" else crisp(line.texture)


def _forget(*_args: Any) -> None:
    for cache in (_ruler, width_of, descent, drawn, wrapped):
        cache.cache_clear()


def _cut(text: str, font: str, px: int, width: float) -> str:
    """As much of the text as fits, with an ellipsis; at least one letter."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + ELLIPSIS, font, px) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS


def _broken(text: str, font: str, px: int, width: float) -> list[str]:
    """The text as lines no wider than `width`, broken at ordinary spaces only."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and width_of(longer, font, px) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


@lru_cache(maxsize=2048)
def wrapped(text: str, font: str, px: int, width: int, most: int) -> tuple[str, ...]:
    """The text in at most `most` lines (0: as many as it takes); what does not fit ends in an ellipsis."""
    lines = _broken(text, font, px, width)
    if most and len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return tuple(one if width_of(one, font, px) <= width else _cut(one, font, px, width) for one in lines)


class StyleLabel(Widget):
    """Text in one of the theme's styles.

    `lines`: at most so many, then an ellipsis (0: as many as needed). `number`: never wraps, never shortens; it gets
    smaller where it must. `fit`: "width", "height" or "both" take the text's own measure.
    """

    text = StringProperty("")
    style = StringProperty("body")
    color = ColorProperty(None, allownone=True)  # None: the theme's ink
    halign = OptionProperty("left", options=("left", "center", "right"))
    valign = OptionProperty("middle", options=("top", "middle", "bottom"))
    lines = NumericProperty(1)
    number = BooleanProperty(False)
    strike = BooleanProperty(False)
    fit = OptionProperty("", options=("", "width", "height", "both"))
    shrinks = BooleanProperty(False)  # one step smaller before it is cut
    most_width = NumericProperty(0)  # with fit: "width", no wider than this
    content_width = NumericProperty(0)
    content_height = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self._redraw = Clock.create_trigger(self._lay, -1)
        super().__init__(**kwargs)
        self._drawing = InstructionGroup()  # of its own, so that a rule's drawing does not get between
        self._colour = Color()
        self._drawing.add(self._colour)
        self.canvas.add(self._drawing)
        self._boxes: list[Rectangle] = []
        self._laid: tuple[float, float] | None = None  # where the words stand; None: what they are has changed
        self._fitting = False
        for name in ("text", "style", "halign", "valign", "lines", "number", "strike", "fit", "most_width", "shrinks"):
            self.fbind(name, self._again)
        self.fbind("size", self._sized)
        self.fbind("pos", self._redraw)
        self.fbind("color", self._tint)
        theme.follow(revision=self._again, painted=self._tint)
        self._redraw()

    def _again(self, *_args: Any) -> None:
        self._laid = None
        self._redraw()

    def _sized(self, *_args: Any) -> None:
        if not self._fitting:  # else it is taking the measure of its own words
            self._again()

    def _tint(self, *_args: Any) -> None:
        self._colour.rgba = self.color or theme.ink

    def _lay(self, *_args: Any) -> None:
        if self._laid is not None and self._moved(self.x - self._laid[0], self.y - self._laid[1]):
            return
        self._fitting = True
        self._measure()
        self._fitting = False
        self._laid = (self.x, self.y)

    def _moved(self, right: float, up: float) -> bool:
        """The same words a few pixels on; False where that is no whole number of them."""
        if right % 1 or up % 1:
            return False
        for box in self._boxes:
            box.pos = (box.pos[0] + right, box.pos[1] + up)
        self._laid = (self.x, self.y)
        return True

    def _measure(self) -> None:
        style = theme.style(self.style)
        px = round(style.px)
        natural = max((width_of(one, style.font, px) for one in self.text.split("\n")), default=0)
        self.content_width = natural
        if self.fit in ("width", "both"):
            self.size_hint_x = None
            self.width = min(natural, self.most_width) if self.most_width else natural
        px, lines = self._lines(style, px)
        step = px * style.line
        self.content_height = round(step * len(lines)) if self.text else 0
        if self.fit in ("height", "both"):
            self.size_hint_y = None
            self.height = self.content_height
        self._tint()
        self._place(style.font, px, lines, step)

    def _lines(self, style: Style, px: int) -> tuple[int, tuple[str, ...]]:
        width = int(self.width + 1)
        if not self.number:
            lines = wrapped(self.text, style.font, px, width, int(self.lines))
            if self.shrinks and lines[-1].endswith(ELLIPSIS) and not self.text.endswith(ELLIPSIS):
                px = round(px * ONE_STEP)
                lines = wrapped(self.text, style.font, px, width, int(self.lines))
            return px, lines
        wide = width_of(self.text, style.font, px)
        if wide > width > 1:
            px = max(8, int(px * width / wide))
        return px, (self.text,)

    def _place(self, font: str, px: int, lines: tuple[str, ...], step: float) -> None:
        self._room_for(len(lines) + self.strike)
        top = self.top - {"top": 0.0, "middle": (self.height - step * len(lines)) / 2}.get(
            self.valign, self.height - step * len(lines)
        )
        for at, line in enumerate(lines):
            box = self._boxes[at]
            if not line:
                box.size = (0, 0)
                continue
            texture = drawn(line, font, px)
            x = self.x + {"left": 0.0, "center": (self.width - texture.width) / 2}.get(
                self.halign, self.width - texture.width
            )
            y = top - step * at - step / 2 - texture.height / 2
            box.texture, box.size, box.pos = texture, texture.size, (round(x), round(y))
        if self.strike and lines:
            self._strike_through(px)

    def _strike_through(self, px: int) -> None:
        first, line = self._boxes[0], self._boxes[-1]
        thick = max(1, round(dp(1.5)))
        line.texture = None
        line.pos = (first.pos[0], round(first.pos[1] + first.size[1] / 2 - px * 0.04))
        line.size = (first.size[0], thick)

    def _room_for(self, count: int) -> None:
        while len(self._boxes) < count:
            box = Rectangle(size=(0, 0))
            self._drawing.add(box)
            self._boxes.append(box)
        for box in self._boxes[count:]:
            box.size = (0, 0)


class Icon(Widget):
    """One icon of the icon font, by its name, centred in the widget."""

    name = StringProperty("")
    icon_size = NumericProperty(0)  # 0: the widget's smaller side
    color = ColorProperty(None, allownone=True)  # None: the theme's ink

    def __init__(self, **kwargs: Any) -> None:
        self._redraw = Clock.create_trigger(self._lay, -1)
        super().__init__(**kwargs)
        with self.canvas:
            self._colour = Color()
            self._box = Rectangle(size=(0, 0))
        for name in ("name", "icon_size", "color", "size", "pos"):
            self.fbind(name, self._redraw)
        theme.follow(painted=self._again)
        self._redraw()

    def _again(self, *_args: Any) -> None:
        self._redraw()

    def _lay(self, *_args: Any) -> None:
        self._colour.rgba = self.color or theme.ink
        px = round(self.icon_size or min(self.size))
        if not self.name or px < 1:
            self._box.size = (0, 0)
            return
        texture = drawn(theme.icon(self.name), "storefloor-icons", px)
        self._box.texture, self._box.size = texture, texture.size
        self._box.pos = (
            round(self.center_x - texture.width / 2),
            round(self.center_y - texture.height / 2),
        )


theme.fbind("revision", _forget)
