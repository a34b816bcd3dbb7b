"""What a person does to a window, for tests and for the tour: show, step, touch, type, look."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

TWIN = 0.035  # seconds between two taps of a test, or the second is taken for one finger reported twice


@contextmanager
def private_display(size: str = "1960x1960x24") -> Iterator[str]:
    """Start an X server of our own on a free display and point this process at it."""
    if shutil.which("Xvfb") is None:
        raise RuntimeError("Screens are tested in a real window: install Xvfb (apt-get install xvfb).")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start: it ended with status {server.wait(5)}.")
        os.environ["DISPLAY"] = f":{number}"
        os.environ["SDL_VIDEODRIVER"] = "x11"
        yield os.environ["DISPLAY"]
    finally:
        server.terminate()
        server.wait(10)


def pictures() -> Path:
    """The folder for pictures: $STOREFLOOR_PICTURES, or one in the temporary folder."""
    folder = Path(os.environ.get("STOREFLOOR_PICTURES") or Path(tempfile.gettempdir()) / "storefloor-pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pressable_of(widget: Any) -> Any:
    """What a finger presses when it touches `widget`: itself or what it stands in; None when nothing does."""
    while widget is not None and not hasattr(widget, "guard"):
        widget = widget.parent if widget.parent is not widget else None
    return widget


class Stage:
    """The window of the tests and what fingers, scanners and eyes do to it."""

    def __init__(self, window: Any) -> None:
        self.window = window
        self._last_tap = 0.0
        # What was touched: its words, and when. Weak: a stage keeps no screen alive.
        self._touched: WeakKeyDictionary[Any, tuple[str, float]] = WeakKeyDictionary()

    # ------------------------------------------------------------------ set-up

    def reset(self) -> None:
        """Back to a light, English till of 1280 x 800 with nothing on it."""
        self._start()
        self.leave()
        self.device("till")
        self.dark(False)
        self.language("en")
        self.less_motion(False)
        self.resize(1280, 800)

    def _start(self) -> None:
        from kivy.base import EventLoop

        if EventLoop.status != "started":
            EventLoop.start()

    def clear(self) -> None:
        for child in list(self.window.children):
            self.window.remove_widget(child)

    def leave(self) -> None:
        """Take all off the window and let it go: it would draw for every later test."""
        self.clear()
        self.step(2)
        self._let_go()

    def _let_go(self) -> None:
        """Screens that are gone live on while anything of them moves, and until Python collects them."""
        from kivy.animation import Animation

        Animation.cancel_all(None)
        gc.collect()

    def device(self, kind: str) -> None:
        from pos.ui.theme import theme

        if theme.kind != kind:
            self._let_go()  # what is gone would be drawn in styles that its own device has not
        theme.kind = kind

    def dark(self, on: bool) -> None:
        from pos.ui.theme import theme

        theme.dark = on

    def less_motion(self, on: bool) -> None:
        from pos.ui.theme import theme

        theme.less_motion = on

    def language(self, code: str) -> None:
        from pos.ui.i18n import set_language

        set_language(code)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size and wait until it has it."""
        if tuple(self.window.size) == (width, height):
            return
        self.window.size = (width, height)
        self.until(lambda: tuple(self.window.size) == (width, height), what=f"a window of {width} x {height}")
        self.wait(0.15)  # the X server tells of it once more, a little later

    # ------------------------------------------------------------------ time

    def show(self, widget: Any) -> Any:
        """Put a widget on the window, alone, and let it be laid out."""
        self.clear()
        self.window.add_widget(widget)
        self.step(3)
        return widget

    def step(self, frames: int = 2) -> None:
        """Let the loop run this many times; never sleeps."""
        from kivy.base import EventLoop

        from pos.ui import clock

        for _ in range(frames):
            clock.wake()
            EventLoop.idle()
            self.window.mainloop()

    def wait(self, seconds: float) -> None:
        """Let the loop run for a while, as for an animation to end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.step(1)
            time.sleep(0.004)

    def until(self, true: Callable[[], Any], seconds: float = 20.0, what: str = "what the test waits for") -> Any:
        """Step until `true()` is; AssertionError names what never came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = true()
            if found:
                return found
            self.step(1)
            time.sleep(0.002)
        raise AssertionError(f"{what} did not come within {seconds} s")

    # ------------------------------------------------------------------ eyes

    def walk(self, root: Any = None) -> Iterator[Any]:
        """Every widget that can be seen, front to back in the order of the tree."""
        roots = [root] if root is not None else list(self.window.children)
        for one in roots:
            if one.opacity <= 0:
                continue
            yield one
            for child in one.children:
                yield from self.walk(child)

    def all(self, cls: type) -> list[Any]:
        """The visible widgets of a class."""
        return [widget for widget in self.walk() if isinstance(widget, cls)]

    def texts(self) -> list[str]:
        """Every text that can be read now."""
        return [w.text for w in self.walk() if getattr(w, "text", "") and hasattr(w, "content_width")]

    def find(self, text: str) -> Any:
        """The widget that reads `text`: whole first, then a part of it. AssertionError lists what is there."""
        labels = [w for w in self.walk() if hasattr(w, "content_width") and getattr(w, "text", "")]
        for same in (lambda seen: seen == text, lambda seen: text in seen):
            found = next((label for label in labels if same(label.text)), None)
            if found is not None:
                return found
        raise AssertionError(f"no {text!r} on the screen; there is: {self.texts()}")

    def sees(self, text: str) -> bool:
        """Whether `text` can be read on the screen."""
        return any(text in seen for seen in self.texts())

    def picture(self, name: str) -> Path:
        """Save what the window shows as <name>.png and return where."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
        from PIL import Image

        self.step(1)
        self.window.canvas.ask_update()
        self.window.dispatch("on_draw")
        width, height = self.window.size
        data = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        image = Image.frombytes("RGB", (width, height), data).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        path = pictures() / f"{name}.png"
        image.save(path)
        return path

    # ------------------------------------------------------------------ hands

    def tap(self, target: Any) -> None:
        """Touch the middle of a widget, or of the text that reads so."""
        widget = self.find(target) if isinstance(target, str) else target
        if isinstance(target, str):
            self._read(widget, target)
        x, y = widget.to_window(*widget.center)
        self.touch(x, y)
        button = pressable_of(widget) if isinstance(target, str) else None
        if button is not None:
            self._touched[button] = (target, time.monotonic())

    def _read(self, label: Any, text: str) -> None:
        """Whoever touches the same button for its new word has read it first: no faster than the button's guard,
        whatever else was touched in between."""
        button = pressable_of(label)
        before, at = self._touched.get(button, (text, 0.0)) if button is not None else (text, 0.0)
        if button is not None and text != before:
            self.wait(button.guard - (time.monotonic() - at) + 0.05)

    def touch(self, x: float, y: float) -> None:
        """One finger down and up at a place in the window."""
        left = TWIN - (time.monotonic() - self._last_tap)
        if left > 0:
            time.sleep(left)
        self.step(1)
        finger = self.press(x, y)
        self.step(1)
        finger.touch_up()
        self._last_tap = time.monotonic()
        self.step(2)

    def press(self, x: float, y: float) -> Any:
        """Put a finger down; end it with .touch_up(), move it with .touch_move(x, y)."""
        from kivy.tests.common import UnitTestTouch

        finger = UnitTestTouch(x, y)
        finger.profile = ["pos"]
        finger.touch_down()
        return finger

    def keys(self, text: str) -> None:
        """Type, as a person or a keyboard scanner does; a newline is Enter."""
        for letter in text:
            code = 13 if letter == "\n" else ord(letter.lower())
            if not self.window.dispatch("on_key_down", code, 0, letter, []):
                self.window.dispatch("on_keyboard", code, 0, letter, [])
            if letter != "\n":
                self.window.dispatch("on_textinput", letter)
            self.window.dispatch("on_key_up", code, 0)
        self.step(2)

    def key(self, code: int) -> None:
        """One key by Kivy's code: 8 backspace, 13 enter, 27 escape."""
        if not self.window.dispatch("on_key_down", code, 0, None, []):
            self.window.dispatch("on_keyboard", code, 0, None, [])
        self.window.dispatch("on_key_up", code, 0)
        self.step(2)
