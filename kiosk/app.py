"""The kiosk's app: one window, one visit, one terminal. It only ties them together."""

import logging
import time
from collections.abc import Callable
from typing import Any

from kiosk.visit import Rules, Visit
from pos.equipment import agent_environment, agent_flags
from pos.keys import Keys
from pos.terminal import Terminal
from pos.ui import window
from sync.actions.clock import now_ms
from sync.settings import Settings

log = logging.getLogger(__name__)

DESIGNED = {True: (1920, 1080), False: (1080, 1920)}
"""The sizes that the screens are drawn for, by whether the window lies."""


def steady_ms() -> int:
    """A clock that nobody sets, in milliseconds."""
    return time.monotonic_ns() // 1_000_000


def fit_density(width: int, height: int) -> None:
    """Make a dp so large that the screens fill a window of this size as they were drawn."""
    from pos.ui.theme import theme

    from kivy.metrics import Metrics  # isort: skip

    wide, high = DESIGNED[width > height]
    Metrics.density = min(width / wide, height / high)
    theme.use(theme.look)


class Hands:
    """What hears the keys (see pos.keys.Hearer): scans go to the visit, words to the search, digits to the number."""

    at_once = True

    def __init__(self, visit: Visit, frame: Any) -> None:
        self.visit, self.frame = visit, frame

    def scanned(self, text: str) -> None:
        """A scanner read a code, on whatever screen."""
        self.visit.scanned(text)

    def typed(self, text: str) -> None:
        """A keyboard is plugged in: its letters go to the search, its digits to the number under the bars."""
        if self.visit.state.place == "browse":
            self.frame.ids.screens.screen.typed(text)
        elif self.visit.state.place == "scan":
            for letter in text:
                self.visit.scan.key(letter)

    def erase(self, count: int) -> None:
        """Letters or digits are taken back."""
        for _n in range(count):
            if self.visit.state.place == "browse":
                self.frame.ids.screens.screen.erase()
            elif self.visit.state.place == "scan":
                self.visit.scan.key("delete")

    def enter(self) -> None:
        """Enter looks the typed number up."""
        if self.visit.state.place == "scan":
            self.visit.typed_number()


def listen(win: Any, visit: Visit, frame: Any) -> Callable[[], None]:
    """Hear the window's keys; the answer stops it. Each is swallowed: Escape, F1 and their like do nothing here."""
    keys = Keys(Hands(visit, frame), _later, steady_ms)

    def down(_win: Any, key: int, scancode: int, codepoint: str | None, *_rest: Any) -> bool:
        visit.touched()
        keys.down(key, scancode, codepoint)
        return True

    def text(_win: Any, words: str) -> bool:
        keys.text(words)
        return True

    win.bind(on_key_down=down, on_textinput=text)
    return lambda: win.unbind(on_key_down=down, on_textinput=text)


def _later(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    from kivy.clock import Clock

    return Clock.schedule_once(lambda _dt: call(), seconds).cancel


def build(visit: Visit) -> Any:
    """The frame with every screen; each is built when it is first shown."""
    from kiosk.frame.screen import Frame

    return Frame(
        visit,
        {
            "attract": lambda: _screen("attract", "AttractScreen", visit.attract, visit),
            "browse": lambda: _screen("browse", "BrowseScreen", visit.browse, visit),
            "product": lambda: _screen("product", "ProductScreen", visit.product, visit),
            "scan": lambda: _screen("scan", "ScanScreen", visit.scan, visit),
        },
    )


def _screen(task: str, name: str, flow: Any, visit: Visit) -> Any:
    from importlib import import_module

    return getattr(import_module(f"kiosk.{task}.screen"), name)(flow, visit)


def rules(settings: Settings) -> Rules:
    """The visit's rules as the settings say."""
    kiosk = settings.kiosk
    return Rules(kiosk.idle_seconds * 1000, kiosk.warning_seconds * 1000, settings.terminal.language)


def run(settings: Settings, *, demo: bool = False) -> None:
    """Open the window and serve shoppers until it closes. Raises WindowError, ThemeError, AlreadyOpen."""
    own = settings.terminal
    terminal = Terminal(settings.home, agent_flags=agent_flags(own), agent_environment=agent_environment(own))
    try:
        win = window.open_window(
            "Storefloor kiosk",
            (own.width, own.height),
            fullscreen=own.fullscreen,
            device="kiosk",
            cursor=not own.fullscreen,
            theme_path=str(own.theme_file) if own.theme_file else None,
        )
        fit_density(*win.size)
        _serve(settings, terminal, win, demo)
    finally:
        terminal.stop()


def _serve(settings: Settings, terminal: Terminal, win: Any, demo: bool) -> None:
    from kivy.clock import Clock

    from pos.ui.theme import theme

    theme.dark = settings.terminal.theme == "dark"
    theme.less_motion = theme.less_motion or settings.terminal.less_motion
    terminal.wake = Clock.create_trigger(lambda _dt: terminal.pump())
    visit = Visit(terminal, rules(settings), now_ms, steady_ms)
    frame = build(visit)
    listen(win, visit, frame)
    terminal.on_changed(visit.changed)
    terminal.on_trouble = lambda error: _trouble(visit, error)
    visit.open()
    terminal.listen()
    Clock.schedule_once(lambda _dt: terminal.start(), 0)
    Clock.schedule_interval(lambda _dt: visit.tick(), 1)
    if demo:
        from pos.ui import locate

        locate.listen(settings.home)
    window.run(frame)


def _trouble(visit: Visit, error: Exception) -> None:
    log.error("work on the local files failed", exc_info=error)
    visit.fell_ill()
