"""Paper that came out of a printer, one piece after the other on one long strip: the newest at the foot.

Pictures of any height are cut into strips of one, so that only what is in view is on the window.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pos.ui.kit.lists import VirtualList
from pos.ui.kit.shape import crisp
from pos.ui.theme import theme

from kivy.animation import Animation  # isort: skip
from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip
from kivy.properties import ListProperty, NumericProperty, ObjectProperty  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

log = logging.getLogger(__name__)

STRIP = 48
"""Pixels of a strip."""
BETWEEN = 20
"""Pixels of nothing above each piece."""
Strips = tuple[bytes, ...]

_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="roll")


def cut(path: str, width: int, edge: int) -> Strips:
    """A picture without the desk of `edge` pixels that it lies on, scaled to that width, in strips from the top.
    OSError if it can't be read."""
    from PIL import Image, ImageChops

    with Image.open(path) as file:
        image = file.convert("RGB")
    desk = Image.new("RGB", image.size, image.getpixel((0, 0)))
    shape = ImageChops.difference(image, desk).convert("L").point([0] + [255] * 255)
    image.putalpha(shape)
    image = image.crop((edge, edge, image.width - edge, image.height - edge)).convert("RGBa")
    image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    count = -(-(image.height + BETWEEN) // STRIP)
    whole = Image.new("RGBA", (width, count * STRIP))
    whole.paste(image.convert("RGBA"), (0, whole.height - image.height))
    flipped = whole.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    rows = flipped.tobytes()
    size = width * 4 * STRIP
    return tuple(rows[at : at + size] for at in range(len(rows) - size, -1, -size))


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip of a piece of paper; `number` counts from its top."""

    path: str
    number: int
    texture: Any


class StripRow(Widget):
    """A strip on the window."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.canvas:
            self._colour = Color(1, 1, 1, 0)
            self._box = Rectangle()
        for name in ("pos", "size", "item"):
            self.fbind(name, self._draw)

    def _draw(self, *_args: Any) -> None:
        self._colour.a = 0 if self.item is None else 1
        if self.item is not None:
            self._box.texture = self.item.texture
            self._box.pos, self._box.size = self.pos, self.size


class Roll(VirtualList):
    """Shows `pictures`, paths of files, the newest last; each is `edge` pixels larger on every side than its paper.

    `on_tap`: it was touched, and not pulled.
    """

    pictures = ListProperty([])
    edge = NumericProperty(24)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_tap")
        self._cut: dict[tuple[str, int], tuple[Strip, ...] | None] = {}
        super().__init__(row_class=StripRow, row_height=STRIP, **kwargs)
        for name in ("pictures", "size"):
            self.fbind(name, self._wanted)

    def on_tap(self) -> None:
        """A finger was put down on the paper and lifted from it."""

    def on_touch_up(self, touch: Any) -> bool:
        ours = touch.grab_current is self and not touch.ud.get("scrolls")
        done = super().on_touch_up(touch)
        if ours and self.pictures and self.collide_point(*touch.pos):
            self.dispatch("on_tap")
        return done

    def _wanted(self, *_args: Any) -> None:
        """Have read what was not yet read at this width."""
        width = round(self.width)
        if width < STRIP:
            return
        wanted = {(path, width) for path in self.pictures}
        for key in set(self._cut) - wanted:
            del self._cut[key]
        for key in sorted(wanted - set(self._cut)):
            self._cut[key] = None
            reading = _reader.submit(cut, *key, round(self.edge))
            reading.add_done_callback(lambda done, key=key: Clock.schedule_once(lambda _dt: self._arrived(key, done)))
        self._laid(False)

    def _arrived(self, key: tuple[str, int], reading: Future[Strips]) -> None:
        if key not in self._cut:
            return
        if (fault := reading.exception()) is not None:
            log.warning("the paper %s can't be shown: %s", key[0], fault)
            return
        strips = [Strip(key[0], n, _texture(data, key[1])) for n, data in enumerate(reading.result())]
        self._cut[key] = tuple(strips)
        self._laid(True)

    def _laid(self, moves: bool) -> None:
        """One strip after the other; where there are few, they lie at the foot."""
        width = round(self.width)
        strips = [strip for path in self.pictures for strip in self._cut.get((path, width)) or ()]
        empty = max(0, -(-round(self.height) // STRIP) - len(strips))
        before, self.rows = self.furthest, [*([None] * empty), *strips]
        Animation.cancel_all(self, "offset")
        seconds = theme.seconds("screen") * 2 if moves and strips else 0
        if seconds and self.furthest - before < 40 * STRIP:
            self.offset = min(self.offset, max(0.0, self.furthest - STRIP))
            Animation(offset=self.furthest, duration=seconds, t="out_cubic").start(self)
        else:
            self.offset = self.furthest


def _texture(data: bytes, width: int) -> Any:
    texture = Texture.create(size=(width, STRIP), colorfmt="rgba")
    texture.blit_buffer(data, colorfmt="rgba", bufferfmt="ubyte")
    return crisp(texture)
