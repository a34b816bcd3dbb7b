"""The window: Kivy's environment, the one input provider, the fonts, the clock that sleeps until it is needed.

Import this before anything of Kivy: `prepare()` decides what Kivy reads at its own import. It turns off everything a
kiosk must not have: arguments, a config file in the home directory, Escape as exit, F1 as settings, the emulated second
finger of a right click, and any input provider but one (two of them make a touch fire twice, fault F53).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kivy.uix.widget import Widget

MOUSE = "mouse,disable_multitouch"  # SDL reports a touch screen's first finger as its mouse
_ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONFIG": "1",
    "KIVY_NO_FILELOG": "1",
    "KIVY_CLIPBOARD": "dummy",
    "KIVY_DPI": "96",  # else the first measure in dp opens a window, before its size is known
    "KIVY_CLOCK": "interrupt",  # the base that pos.ui.clock builds on
    "KIVY_LOG_MODE": "MIXED",  # leave the app's own loggers alone
}


class WindowError(RuntimeError):
    """No window could be opened; the message says what to look at."""


def prepare(input_provider: str = MOUSE) -> None:
    """Set Kivy's environment and options. Call before Kivy's window exists; calling again changes nothing.

    `input_provider` is one line of Kivy's [input] section, e.g. "mtdev,/dev/input/event4".
    """
    if "kivy" not in sys.modules:
        for key, value in _ENVIRONMENT.items():
            os.environ.setdefault(key, value)
        if not os.environ.get("STOREFLOOR_KIVY_LOG"):  # set it to see what Kivy itself says
            os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
    if _opened():
        return
    from kivy.config import Config

    for name, _value in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "pointer", input_provider)
    for key, value in {"multisamples": 0, "maxfps": 60, "resizable": 1, "show_cursor": 1}.items():
        Config.set("graphics", key, value)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("kivy", "pause_on_minimize", 0)
    Config.set("kivy", "log_level", "warning")


def _opened() -> bool:
    base = sys.modules.get("kivy.base")
    return base is not None and base.EventLoop.window is not None


def open_window(
    title: str,
    size: tuple[int, int] = (1280, 800),
    *,
    fullscreen: bool = False,
    device: str = "till",
    input_provider: str = MOUSE,
    cursor: bool = True,
    theme_path: str | None = None,
) -> Any:
    """Open the one window of this process and return Kivy's Window.

    `device` is "till", "tablet" or "kiosk" and sets the type and the measures. WindowError if there is no display,
    ThemeError if the theme file is wrong.
    """
    prepare(input_provider)
    from kivy.config import Config

    Config.set("graphics", "width", size[0])
    Config.set("graphics", "height", size[1])
    Config.set("graphics", "fullscreen", "auto" if fullscreen else 0)
    Config.set("graphics", "show_cursor", int(cursor))
    from pos.ui import theme as themes

    if theme_path:
        themes.theme.use(themes.read(theme_path))
    themes.theme.kind = device
    win = _window()
    win.set_title(title)
    win.softinput_mode = ""
    themes.theme.bind(ground=lambda _t, value: setattr(win, "clearcolor", value))
    win.clearcolor = themes.theme.ground
    from pos.ui import clock

    clock.install(poll=not input_provider.startswith("mouse"))
    return win


def _window() -> Any:
    from kivy.core.window import Window

    if Window is None:
        display = os.environ.get("DISPLAY") or "not set"
        raise WindowError(f"No window could be opened (DISPLAY is {display}). Start a display, or xvfb-run.")
    return Window


def run(root: Widget, on_stop: Callable[[], None] | None = None) -> None:
    """Show `root` and handle input until the window closes, then call `on_stop`."""
    from kivy.base import EventLoop, runTouchApp

    if on_stop is not None:
        EventLoop.bind(on_stop=lambda *_args: on_stop())
    runTouchApp(root)


def tidy() -> None:
    """Collect now what building left, and seldom from here on: not in the middle of a scan."""
    gc.collect()
    gc.set_threshold(20_000, 20, 50)


def stop() -> None:
    """End `run` from the UI thread."""
    from kivy.base import stopTouchApp

    stopTouchApp()


def wake() -> None:
    """From any thread: let the loop look at its work now."""
    from pos.ui import clock

    clock.wake()
