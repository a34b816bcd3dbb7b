"""Rounded boxes with clean edges, without multisampling: small textures of exact coverage, drawn as nine slices."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, sqrt
from typing import Any

from pos.ui.kit.rules import nearest_rule_decides
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.graphics import BorderImage, Color, InstructionGroup, Rectangle  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip
from kivy.properties import ColorProperty, NumericProperty, ObjectProperty  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

CLEAR = (0.0, 0.0, 0.0, 0.0)
Radii = tuple[int, int, int, int]  # top left, top right, bottom right, bottom left
Sides = tuple[int, int, int, int]  # bottom, right, top, left


def crisp(texture: Texture) -> Texture:
    """For what is drawn pixel by pixel: no blending of neighbours, which changes nothing but costs a third more."""
    texture.mag_filter = texture.min_filter = "nearest"
    texture.wrap = "clamp_to_edge"
    return texture


@lru_cache(maxsize=1)
def _white() -> Texture:
    texture = Texture.create(size=(2, 2), colorfmt="rgba")
    texture.blit_buffer(b"\xff" * 16, colorfmt="rgba", bufferfmt="ubyte")
    return crisp(texture)


@lru_cache(maxsize=64)
def _corner(radius: int) -> tuple[bytes, ...]:
    """Coverage (0 to 255) of the top left corner of a circle, one row of `radius` pixels after another."""
    rows = []
    for y in range(radius):
        dy = radius - y - 0.5
        outer = radius - sqrt(max(0.0, (radius + 0.5) ** 2 - dy * dy))
        inner = radius - sqrt(max(0.0, (radius - 0.5) ** 2 - dy * dy))
        row = bytearray(radius)
        full = min(radius, ceil(inner))
        for x in range(max(0, floor(outer)), full):
            away = sqrt((radius - x - 0.5) ** 2 + dy * dy)
            row[x] = int(255 * min(1.0, max(0.0, radius - away + 0.5)))
        row[full:] = b"\xff" * (radius - full)
        rows.append(bytes(row))
    return tuple(rows)


def _filled(width: int, height: int, radii: Radii) -> list[bytearray]:
    """A box of coverage, row by row from the top, with its corners rounded."""
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for at, radius in enumerate(radii):
        for y, corner in enumerate(_corner(radius)):
            right, below = at in (1, 2), at in (2, 3)
            row = rows[height - 1 - y if below else y]
            if right:
                row[width - radius :] = corner[::-1]
            else:
                row[:radius] = corner
    return rows


@lru_cache(maxsize=256)
def rounded(radii: Radii, border: int = 0) -> tuple[Texture, Sides]:
    """A white box with these radii (pixels), or only its border; and how wide the corners are on each side."""
    top_left, top_right, bottom_right, bottom_left = radii
    top, bottom = max(top_left, top_right, border), max(bottom_left, bottom_right, border)
    left, right = max(top_left, bottom_left, border), max(top_right, bottom_right, border)
    width, height = left + right + 4, top + bottom + 4
    rows = _filled(width, height, radii)
    if border:
        _hollow(rows, width, height, radii, border)
    pixels = bytearray(b"\xff" * (width * height * 4))
    pixels[3::4] = b"".join(reversed(rows))  # the texture's first row is its lowest
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return crisp(texture), (bottom, right, top, left)


@lru_cache(maxsize=8)
def notch(radius: int) -> Texture:
    """What is outside of a box's rounded top left corner, white: laid over a picture, it rounds the picture's."""
    pixels = bytearray(b"\xff" * (radius * radius * 4))
    pixels[3::4] = bytes(255 - covered for row in reversed(_corner(radius)) for covered in row)
    texture = Texture.create(size=(radius, radius), colorfmt="rgba")
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return crisp(texture)


def _hollow(rows: list[bytearray], width: int, height: int, radii: Radii, border: int) -> None:
    inner: Any = tuple(max(0, r - border) for r in radii)
    for y, hole in enumerate(_filled(width - 2 * border, height - 2 * border, inner)):
        row = rows[y + border]
        for x, covered in enumerate(hole):
            row[x + border] = max(0, row[x + border] - covered)


def fit_radii(radius: Any, width: int, height: int) -> Radii:
    """One radius or four, as whole pixels that fit the box."""
    four = [max(0.0, r) for r in (radius if isinstance(radius, (list, tuple)) else (radius,) * 4)]
    a, b, c, d = four
    tight = max((a + b) / width, (c + d) / width, (a + d) / height, (b + c) / height, 1.0)
    a, b, c, d = (round(r / tight) for r in four)
    if a + b > width or c + d > width or a + d > height or b + c > height:
        a, b, c, d = (int(r / tight + 0.001) for r in four)
    return (a, b, c, d)


class _Layer:
    """One box of a Boxed: its colour and its shape. What can't be seen is not in the canvas: it would be drawn."""

    def __init__(self) -> None:
        self.colour: Color | None = None
        self._shapes: dict[type, Any] = {}
        self.drawn: Any = None  # a plain rectangle, nine slices, or None

    def show(self, colour: Any, pos: tuple[float, float], size: tuple[int, int], radii: Any, border: int) -> None:
        """Be this box; `radii` in pixels, `border` 0 fills it."""
        if not colour[3] or size[0] < 1 or size[1] < 1:
            self.drawn = None
            return
        if self.colour is None:
            self.colour = Color()
        self.colour.rgba = colour
        sliced = border or any(radii)
        self.drawn = self._shape(BorderImage if sliced else Rectangle)
        if sliced:
            self.drawn.texture, self.drawn.border = rounded(fit_radii(radii, *size), border)
        self.drawn.pos, self.drawn.size = pos, size

    def _shape(self, kind: type) -> Any:
        if kind not in self._shapes:
            self._shapes[kind] = kind(texture=_white())
        return self._shapes[kind]


class Boxed(Widget):
    """A widget on a rounded box: `fill`, and an `outline` of `outline_width`; `inset` shrinks it on all sides."""

    fill = ColorProperty(CLEAR)
    outline = ColorProperty(CLEAR)
    outline_width = NumericProperty(0)
    radius = ObjectProperty(0)
    inset = NumericProperty(0)
    ring = ColorProperty(CLEAR)  # the ring of what has the keyboard's focus

    def __init__(self, **kwargs: Any) -> None:
        self._reshape = Clock.create_trigger(self._shape, -1)
        super().__init__(**kwargs)
        self._drawing = InstructionGroup()
        self._layers = (_Layer(), _Layer(), _Layer())  # the ring, the fill, the outline
        self._shown: list[Any] = []
        self.canvas.before.insert(0, self._drawing)  # under whatever a rule draws there
        for name in ("size", "pos", "radius", "inset", "outline_width", "fill", "outline", "ring"):
            self.fbind(name, self._reshape)
        self._reshape()

    def _shape(self, *_args: Any) -> None:
        lined = round(self.outline_width) if self.outline[3] else 0
        gap, wide = theme.size["focus_gap"], theme.size["focus_ring"]
        ring, filled, line = self._layers
        self._box(ring, self.ring, -gap - wide, round(wide))
        self._box(filled, self.fill, self.inset + lined // 2, 0)
        self._box(line, self.outline if lined else CLEAR, self.inset, lined)
        self._draw()

    def _box(self, layer: _Layer, colour: Any, inset: float, border: int) -> None:
        size = (round(self.width - 2 * inset), round(self.height - 2 * inset))
        four = self.radius if isinstance(self.radius, (list, tuple)) else (self.radius,) * 4
        grown = [r - inset if r else 0 for r in four]
        layer.show(colour, (round(self.x + inset), round(self.y + inset)), size, grown, border)

    def _draw(self) -> None:
        """Put what is to be seen into the canvas, when that is another set than before."""
        wanted = [x for layer in self._layers if layer.drawn is not None for x in (layer.colour, layer.drawn)]
        if wanted != self._shown:
            self._shown = wanted
            self._drawing.clear()
            for one in wanted:
                self._drawing.add(one)


nearest_rule_decides(Boxed)
