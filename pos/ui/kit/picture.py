"""Pictures of goods. Read and scaled on a thread, to the very pixels they are shown at, so edges stay clean and thin.

Scaling happens with colours weighed by their opacity: a cut-out on a tint has no dark fringe, whatever colour its
clear pixels carry.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from weakref import ref

from pos.ui.kit.shape import crisp

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Rectangle  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip
from kivy.properties import OptionProperty, StringProperty  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

log = logging.getLogger(__name__)

KEPT = 192  # textures kept for the next time they are shown
Wanted = tuple[str, int, int, str]
Pixels = tuple[int, int, bytes]

_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
_textures: OrderedDict[Wanted, Texture | None] = OrderedDict()
_waiting: dict[Wanted, list[ref[Picture]]] = {}  # weak: what is still to be read keeps no screen alive


def scaled(wanted: Wanted) -> Pixels:
    """Read a file and scale it into the box ("contain") or over it ("cover"). OSError if it cannot be read."""
    from PIL import Image

    path, width, height, fit = wanted
    with Image.open(path) as file:
        image = file.convert("RGBA").convert("RGBa")
    choose = min if fit == "contain" else max
    share = choose(width / image.width, height / image.height)
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    image = image.resize(size, Image.Resampling.LANCZOS)
    if fit == "cover":
        left, top = (size[0] - width) // 2, (size[1] - height) // 2
        image = image.crop((left, top, left + width, top + height))
    image = image.convert("RGBA").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return image.width, image.height, image.tobytes()


def _keep(wanted: Wanted, texture: Texture | None) -> None:
    _textures[wanted] = texture
    while len(_textures) > KEPT:
        _textures.popitem(last=False)


def _arrived(wanted: Wanted, reading: Future[Pixels]) -> None:
    fault = reading.exception()
    texture = None
    if fault is not None:
        log.warning("the picture %s cannot be shown: %s", wanted[0], fault)
    else:
        width, height, data = reading.result()
        texture = Texture.create(size=(width, height), colorfmt="rgba")
        texture.blit_buffer(data, colorfmt="rgba", bufferfmt="ubyte")
        crisp(texture)
    _keep(wanted, texture)
    for asking in _waiting.pop(wanted, []):
        picture = asking()
        if picture is not None:
            picture.arrived(wanted, texture)


def busy() -> bool:
    """Whether pictures are still being read."""
    return bool(_waiting)


class Picture(Widget):
    """Shows `source` in its box, feet on the box's foot (`fit` "contain") or over all of it ("cover")."""

    source = StringProperty("")
    fit = OptionProperty("contain", options=("contain", "cover"))

    def __init__(self, **kwargs: Any) -> None:
        self._ask = Clock.create_trigger(self._load, -1)
        self._wanted: Wanted | None = None
        super().__init__(**kwargs)
        with self.canvas:
            self._colour = Color(1, 1, 1, 0)
            self._box = Rectangle(size=(0, 0))
        for name in ("source", "fit", "size"):
            self.fbind(name, self._ask)
        self.fbind("pos", self._place)
        self._ask()

    def _load(self, *_args: Any) -> None:
        width, height = round(self.width), round(self.height)
        if not self.source or width < 2 or height < 2:
            self._wanted = None
            self._colour.a = 0
            return
        wanted = (self.source, width, height, self.fit)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted in _textures:
            _textures.move_to_end(wanted)
            self.arrived(wanted, _textures[wanted])
            return
        self._colour.a = 0
        first = wanted not in _waiting
        _waiting.setdefault(wanted, []).append(ref(self))
        if first:
            reading = _reader.submit(scaled, wanted)
            reading.add_done_callback(lambda done: Clock.schedule_once(lambda _dt: _arrived(wanted, done)))

    def arrived(self, wanted: Wanted, texture: Texture | None) -> None:
        """The pixels for `wanted` are here; None where the file could not be read."""
        if wanted != self._wanted:
            return  # something else is to be shown by now
        self._colour.a = 1 if texture is not None else 0
        if texture is not None:
            self._box.texture, self._box.size = texture, texture.size
            self._place()

    def _place(self, *_args: Any) -> None:
        wide, _tall = self._box.size
        # Not center_x: Kivy keeps it from before while it tells of a new pos.
        self._box.pos = (round(self.x + (self.width - wide) / 2), round(self.y))
