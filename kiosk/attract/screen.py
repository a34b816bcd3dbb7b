"""The resting screen: goods on the shelf before the rising sun, their labels hanging from the line, and a way in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from kiosk.attract.flow import AttractState, Goods
from kiosk.frame.screen import KioskScreen, picture_file
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.animation import Animation  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

RISE = 48
"""How far the sun rises after a wake, in dp."""
SECONDS = 0.9

LABELS = 3
"""How many goods have a label: the largest ones."""


@lru_cache(maxsize=2)
def disc(size: int) -> Texture:
    """A white disc with clean edges, `size` pixels wide."""
    drawn = Image.new("L", (size * 2, size * 2), 0)
    ImageDraw.Draw(drawn).ellipse((0, 0, size * 2 - 1, size * 2 - 1), fill=255)
    cover = drawn.resize((size, size), Image.Resampling.BOX)
    white = Image.new("L", (size, size), 255)
    texture = Texture.create(size=(size, size), colorfmt="rgba")
    texture.blit_buffer(Image.merge("RGBA", (white, white, white, cover)).tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    return texture


def arranged(goods: tuple[Goods, ...]) -> list[Goods]:
    """The largest in the middle, the others to its left and right by turns."""
    left, right = list(goods[1::2]), list(goods[2::2])
    return [*left, *goods[:1], *reversed(right)]


class Thing(Pressable, FloatLayout):
    """One of the goods; a touch opens its card."""

    picture = StringProperty("")


class PriceTag(Pressable, BoxLayout):
    """A label that hangs from the shelf line."""

    goods = ObjectProperty(None, allownone=True, rebind=True)
    most = NumericProperty(0)
    middle = NumericProperty(0)


class WayIn(Pressable, BoxLayout):
    """A tile: an icon, a word, a line."""

    icon = StringProperty("search")
    title = StringProperty("")
    line = StringProperty("")
    tint = StringProperty("sky")


class Headline(BoxLayout):
    """Three short lines in one size, however long they are in a language."""

    most = NumericProperty(0)
    shrink = NumericProperty(1)

    def add_widget(self, line: Any, *args: Any, **kwargs: Any) -> None:
        """One more line, watched for how wide it is in each language."""
        super().add_widget(line, *args, **kwargs)
        line.fbind("content_width", self._fit)

    def on_most(self, *_args: Any) -> None:
        """There is more or less room."""
        self._fit()

    def _fit(self, *_args: Any) -> None:
        widest = max((line.content_width for line in self.children), default=0)
        self.shrink = min(1.0, self.most / widest) if widest and self.most else 1


class AttractScreen(KioskScreen):
    """Reads `state` of the resting screen's flow. `line_y`: the top of the shelf line."""

    state = ObjectProperty(AttractState(), rebind=True)
    rise = NumericProperty(0)
    line_y = NumericProperty(0)
    sun = NumericProperty(0)
    sun_x = NumericProperty(0)
    disc = ObjectProperty(None, allownone=True)

    def __init__(self, flow: Any, visit: Any, **kwargs: Any) -> None:
        super().__init__(flow=flow, visit=visit, **kwargs)
        for name in ("size", "wide", "low", "bar", "shelf", "foot"):
            self.fbind(name, self._stand)
        flow.on_state = self._show
        self._show(flow.state)

    def shown(self) -> None:
        """It came onto the window: the sun rises once."""
        Animation.cancel_all(self, "rise")
        self.rise = 0
        if not theme.less_motion:
            self.rise = -dp(RISE)
            Animation(rise=0, duration=SECONDS, transition="out_quint").start(self)

    def hidden(self) -> None:
        """It left the window."""
        Animation.cancel_all(self, "rise")

    def _show(self, state: AttractState) -> None:
        self.state = state
        self._stand()

    def _stand(self, *_args: Any) -> None:
        """Put goods and labels where the window has room for them."""
        below = dp(300) if self.wide else dp(236 + 192 + 52)
        self.line_y = self.shelf + self.foot + below
        room = self.height - self.head - self.line_y
        self.sun = min(dp(450), room * (0.72 if self.wide else 0.62))
        self.sun_x = self.width * (0.74 if self.wide else 0.5)
        self.disc = disc(max(2, round(2 * self.sun)))
        self._line_up(room)

    def _line_up(self, room: float) -> None:
        things, tags = self.ids.things, self.ids.tags
        things.clear_widgets()
        tags.clear_widgets()
        goods = arranged(self.state.goods)
        scale = dp(1) * min(1.12, room / dp(660 if self.wide else 1020))
        left, right = self.width * (0.49 if self.wide else 0.03), self.width * (0.985 if self.wide else 0.97)
        whole = sum(g.size for g in goods) or 1
        x, middles = left, {}
        for one in goods:
            step = (right - left) * one.size / whole
            middles[one.product] = x + step / 2
            x += step
        for one in self.state.goods:  # the largest first, so that small ones stand before it
            self._place(one, middles[one.product], one.size * scale)
        for one in (g for g in goods if g in self.state.goods[:LABELS]):
            self._label(one, middles[one.product])

    def _place(self, goods: Goods, middle: float, size: float) -> None:
        thing = Thing(picture=picture_file(goods.picture), tag=goods.product, size=(size, size))
        thing.pos = (middle - size / 2, self.line_y)
        thing.bind(on_tap=lambda touched: self.visit.choose(touched.tag))
        self.ids.things.add_widget(thing)

    def _label(self, goods: Goods, middle: float) -> None:
        tag = PriceTag(goods=goods, tag=goods.product, most=self.width * (0.19 if self.wide else 0.33))
        tag.bind(on_tap=lambda touched: self.visit.choose(touched.tag))
        tag.middle = middle
        tag.fbind("width", self._hang)
        self.ids.tags.add_widget(tag)
        self._hang()

    def _hang(self, *_args: Any) -> None:
        """Labels hang below their goods, from the right to the left, and never touch; nor do they lie on the tiles."""
        margin, free = self.ids.ways.right + dp(14) if self.wide else dp(40), self.width - dp(40)
        for tag in self.ids.tags.children:
            tag.off = self.wide and free - tag.width < margin
            tag.opacity = 0 if tag.off else 1
            if tag.off:
                continue
            tag.x = round(max(margin, min(tag.middle - tag.width / 2, free - tag.width)))
            tag.y = self.line_y - dp(8) - tag.height
            free = tag.x - dp(16)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
