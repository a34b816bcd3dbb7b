"""The kiosk's app: one window, one visit, one terminal. It only ties them together."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.ailing import Ailing
from kiosk.visit import Rules, Visit
from pos.devices.base import DeviceEvent, ScanRead
from pos.equipment import agent_environment, agent_flags, equip
from pos.keys import Keys
from pos.printing import Paper, Printing
from pos.scanners import Scanners
from pos.terminal import Terminal
from pos.ui import window
from sync.actions.clock import now_ms
from sync.settings import DeviceSettings, Settings

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
        elif self.visit.state.place == "collect":
            self.frame.ids.screens.screen.typed(text.upper())

    def erase(self, count: int) -> None:
        """Letters or digits are taken back."""
        for _n in range(count):
            if self.visit.state.place == "browse":
                self.frame.ids.screens.screen.erase()
            elif self.visit.state.place == "scan":
                self.visit.scan.key("delete")
            elif self.visit.state.place == "collect":
                self.frame.ids.screens.screen.erase()

    def enter(self) -> None:
        """Enter looks the typed number up."""
        if self.visit.state.place == "scan":
            self.visit.typed_number()
        elif self.visit.state.place == "collect":
            self.visit.collect.look_up()


def listen(win: Any, visit: Visit, frame: Any, terminal: Terminal | None = None) -> Callable[[], None]:
    """Hear the window's keys; the answer stops it. Each is swallowed: Escape, F1 and their like do nothing here. With
    `terminal` its scanners are read by what was learned of them."""
    from pos.ui.clock import stalled_ms

    keys = Keys(Hands(visit, frame), _later, lambda: steady_ms() - stalled_ms())
    if terminal is not None:
        Scanners(keys, terminal.devices.scanner).use_kept(terminal.home)

    def down(_win: Any, key: int, scancode: int, codepoint: str | None, *rest: Any) -> bool:
        visit.touched()
        keys.down(key, scancode, codepoint, bool(rest) and "capslock" in rest[0])
        return True

    def text(_win: Any, words: str) -> bool:
        keys.text(words)
        return True

    win.bind(on_key_down=down, on_textinput=text)
    return lambda: win.unbind(on_key_down=down, on_textinput=text)


def _later(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    from kivy.clock import Clock

    return Clock.schedule_once(lambda _dt: call(), seconds).cancel


def build(visit: Visit, camera: Any = None) -> Any:
    """The frame with every screen; each is built when it is first shown. `camera`: what the scan page looks through."""
    from kiosk.frame.screen import Frame

    return Frame(
        visit,
        {
            "attract": lambda: _screen("attract", "AttractScreen", visit.attract, visit),
            "browse": lambda: _screen("browse", "BrowseScreen", visit.browse, visit),
            "product": lambda: _screen("product", "ProductScreen", visit.product, visit),
            "scan": lambda: _screen("scan", "ScanScreen", visit.scan, visit, camera),
            "collect": lambda: _screen("collect", "MyOrderScreen", visit.collect, visit, camera),
        },
    )


def _screen(task: str, name: str, flow: Any, visit: Visit, *more: Any) -> Any:
    from importlib import import_module

    return getattr(import_module(f"kiosk.{task}.screen"), name)(flow, visit, *more)


def hear(visit: Visit) -> Callable[[DeviceEvent], None]:
    """What devices have to say to a visit: a scanner's codes, and the camera's while a page that asks for one is up."""

    def heard(event: DeviceEvent) -> None:
        if not isinstance(event, ScanRead):
            return
        if event.device == "scanner":
            visit.touched()
            visit.scanned(event.code)
        elif visit.state.place in ("scan", "collect"):
            visit.scanned(event.code)

    return heard


def papers(devices: DeviceSettings) -> DeviceSettings:
    """Of a terminal's devices those that a kiosk has: a printer for tickets."""
    return replace(devices, drawer=False, card_terminal="")


def give_paper(visit: Visit, terminal: Terminal) -> None:
    """Tickets are printed where there is a printer."""
    if terminal.devices.printer is None:
        return
    printing = Printing(terminal)
    visit.collect.prints = printing.ticket
    printing.listen(lambda said: visit.collect.papered(said) if isinstance(said, Paper) else None)


def rules(settings: Settings) -> Rules:
    """The visit's rules as the settings say."""
    kiosk = settings.kiosk
    return Rules(kiosk.idle_seconds * 1000, kiosk.warning_seconds * 1000, settings.terminal.language)


def run(settings: Settings, *, demo: bool = False) -> None:
    """Open the window and serve shoppers until it closes. Raises WindowError, ThemeError, AlreadyOpen."""
    own = settings.terminal
    terminal = Terminal(
        settings.home,
        devices=equip(papers(settings.devices), settings.camera, scanner=settings.scanner),
        agent_flags=agent_flags(own),
        agent_environment=agent_environment(own),
    )
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
    give_paper(visit, terminal)
    Ailing(terminal)
    frame = build(visit, terminal.devices.camera)
    listen(win, visit, frame, terminal)
    terminal.on_changed(visit.changed)
    terminal.on_device(hear(visit))
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
