"""A window that stands upright: the screens need the width, so it says to turn it, and keeps every touch from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.pictures import path_of
from pos.ui.kit.frame import Panel

from kivy.lang import Builder  # isort: skip
from kivy.properties import StringProperty  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class Upright(Panel):
    """What stands over everything until the window lies again. What is behind goes on as it was."""

    art = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(art=path_of("vase-clay"), **kwargs)

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True  # nothing behind is touched


class Watch:
    """Puts it up while the window is higher than wide, above dialogs too."""

    def __init__(self, win: Any) -> None:
        self._win = win
        self._over: Upright | None = None
        win.bind(size=self._look)
        self._look()

    def stop(self) -> None:
        """Look no more."""
        self._win.unbind(size=self._look)
        self._lie()

    def _look(self, *_args: Any) -> None:
        width, height = self._win.size
        if height > width and self._over is None:
            self._over = Upright()
            self._win.add_widget(self._over)
        elif height <= width:
            self._lie()

    def _lie(self) -> None:
        if self._over is not None:
            self._win.remove_widget(self._over)
            self._over = None
