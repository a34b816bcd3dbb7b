"""The kiosk's app: one window, one visit, one terminal. It only ties them together."""

import time
from typing import Any

from kiosk.visit import Rules, Visit
from pos.devices.wedge import Scan, Wedge
from pos.terminal import Terminal
from pos.ui import window
from sync.settings import Settings

BACKSPACE = 8
DESIGNED = {True: (1920, 1080), False: (1080, 1920)}
"""The sizes that the screens are drawn for, by whether the window lies."""


def now_ms() -> int:
    """The time of day, UTC in milliseconds."""
    return time.time_ns() // 1_000_000


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


class Keys:
    """Keys of the window: scans to the visit, the rest to the search. No key leaves or opens anything."""

    def __init__(self, visit: Visit, frame: Any) -> None:
        self.visit, self.frame, self.wedge = visit, frame, Wedge()

    def bind(self, win: Any) -> None:
        """Listen to the window."""
        win.bind(on_key_down=self.down, on_textinput=self.text)

    def down(self, _win: Any, key: int, scancode: int, codepoint: str | None, *_rest: Any) -> bool:
        """A key went down. Always swallowed: Escape, F1 and their like do nothing here."""
        self.visit.touched()
        scan = self.wedge.key(scancode, codepoint, steady_ms())
        if scan is not None:
            self.scanned(scan)
        elif key == BACKSPACE and self.visit.state.place == "browse":
            self.frame.ids.screens.screen.ids.field.backspace()
        return True

    def text(self, _win: Any, words: str) -> bool:
        """The system made text of the key."""
        self.wedge.text(words, steady_ms())
        if self.visit.state.place == "browse":
            self.frame.ids.screens.screen.typed(words)
        return True

    def scanned(self, scan: Scan) -> None:
        """A scanner read a code, on whatever screen."""
        if self.visit.state.place == "browse":
            self.frame.ids.screens.screen.take_back(scan.typed)
        self.visit.scanned(scan.text)


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
    """Open the window and serve shoppers until it closes."""
    own = settings.terminal
    win = window.open_window(
        "Storefloor kiosk",
        (own.width, own.height),
        fullscreen=own.fullscreen,
        device="kiosk",
        cursor=not own.fullscreen,
        theme_path=str(own.theme_file) if own.theme_file else None,
    )
    from kivy.clock import Clock

    from pos.ui.theme import theme

    fit_density(*win.size)
    theme.dark, theme.less_motion = own.theme == "dark", theme.less_motion or own.less_motion
    terminal = Terminal(settings.home)
    terminal.wake = Clock.create_trigger(lambda _dt: terminal.pump())
    visit = Visit(terminal, rules(settings), now_ms, steady_ms)
    frame = build(visit)
    Keys(visit, frame).bind(win)
    terminal.on_changed(visit.changed)
    Clock.schedule_interval(lambda _dt: visit.tick(), 1)
    visit.open()
    terminal.start()
    if demo:
        from pos.ui import locate

        locate.listen(settings.home)
    window.run(frame, on_stop=terminal.stop)
