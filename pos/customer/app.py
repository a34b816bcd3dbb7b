"""The shopper's window: opens, hears from the till, tells it that it shows what it heard, and closes with it."""

import argparse
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from pos.shown import Shown
from pos.ui import window
from pos.ui.i18n import _

log = logging.getLogger(__name__)


class Heard:
    """The newest state that came on standard input, and how many `lines` that were. `told` wakes the window; `over`:
    the till ended."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.newest: Shown | None = None
        self.lines = 0
        self.over = False
        self._told = told
        threading.Thread(target=self._listen, name="the till", daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            try:
                self.newest = msgspec.json.decode(line, type=Shown)
            except msgspec.DecodeError as error:  # a line that was cut; the next one is whole
                log.warning("the till said something that can't be read: %s", error)
            self.lines += 1
            self._told()
        self.over = True
        self._told()


def run(options: argparse.Namespace) -> None:
    """Show what the till says until it ends. Raises WindowError, ThemeError."""
    _place(options)
    own = str(options.theme_file) if options.theme_file else None
    win = window.open_window(
        _("Your purchase"),
        (options.width, options.height),
        fullscreen=options.fullscreen,
        device="kiosk",
        cursor=False,
        theme_path=own,
    )
    from kivy.clock import Clock

    from pos.customer.screen import CustomerScreen
    from pos.ui.theme import theme

    theme.dark = options.dark
    screen = CustomerScreen(art=str(options.art) if options.art else "")
    Clock.schedule_once(lambda _dt: _say(0), 0)
    tell: Any = Clock.create_trigger(lambda _dt: _show(screen, heard))
    heard = Heard(tell)
    win.bind(on_request_close=lambda *_args: True)  # the till closes it, and nobody else
    window.run(screen)


def _place(options: argparse.Namespace) -> None:
    """Where the desktop puts it, and without a frame where it was told its place."""
    window.prepare()
    from kivy.config import Config

    if options.left is None and options.top is None:
        return
    Config.set("graphics", "position", "custom")
    Config.set("graphics", "left", options.left or 0)
    Config.set("graphics", "top", options.top or 0)
    Config.set("graphics", "borderless", 1)


def _show(screen: Any, heard: Heard) -> None:
    if heard.over:
        window.stop()
    elif heard.newest is not None:
        lines = heard.lines  # before what is shown: a line that comes now is shown, and said, in the next frame
        screen.show(heard.newest)
        _say(lines)


def _say(lines: int) -> None:
    """Tell the till that the window is up, and how many of its lines are shown; a till that is gone ends it."""
    try:
        sys.stdout.write(f"{lines}\n")
        sys.stdout.flush()
    except OSError as error:
        log.warning("the till is gone: %s", error)
        window.stop()
