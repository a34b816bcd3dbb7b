"""What stands where goods would: nothing yet, still asking, could not ask. Each says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit.window  # noqa: F401
from pos.ui.kit.frame import Panel
from pos.ui.kit.shape import Boxed

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import NumericProperty, StringProperty  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class ShelfState(Panel):
    """A shelf, a title and a line. `shelf_height` is the part above the line."""

    title = StringProperty("")
    line = StringProperty("")
    tint = StringProperty("lemon")
    picture = StringProperty("")
    shelf_height = NumericProperty(120)


class EmptyState(ShelfState):
    """A shelf with nothing on it, and the way to fill it."""


class LoadingState(ShelfState):
    """Grey shapes on the shelf, and what is being asked. Show it after 0.3 s, not before."""

    SHAPES = ((60, 0.60), (44, 0.80), (78, 0.47), (50, 0.70))  # dp wide, share of the shelf's height

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        goods = self.ids.goods
        self._shapes = [Boxed(fill=(0.1, 0.1, 0.08, 0.13), radius=[dp(12), dp(12), 0, 0]) for _ in self.SHAPES]
        for shape in self._shapes:
            goods.add_widget(shape)
        goods.bind(pos=self._stand, size=self._stand)

    def _stand(self, goods: Any, *_args: Any) -> None:
        gap = dp(14)
        x = goods.x + goods.width / 2 - sum(dp(wide) + gap for wide, _tall in self.SHAPES) / 2
        for shape, (wide, tall) in zip(self._shapes, self.SHAPES, strict=True):
            shape.pos, shape.size = (x, goods.y), (dp(wide), goods.height * tall)
            x += dp(wide) + gap


class ErrorState(ShelfState):
    """A dark bag on the shelf: what happened, what was kept, what to do."""
