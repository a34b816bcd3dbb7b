"""The till's app: one window over one terminal. It ties flows to screens, each built when it is first shown."""

import logging
import signal
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from pos import network
from pos.equipment import agent_environment, agent_flags, equip
from pos.keys import Keys
from pos.pictures import initials
from pos.terminal import Terminal
from pos.till import Place, Till
from pos.trouble import cause, remedy
from pos.ui import window
from pos.ui.happened import Light, Tab
from pos.ui.i18n import LANGUAGES, _, clock_time, language, set_language
from sync.actions.clock import now_ms
from sync.local import reason_of
from sync.settings import Settings

log = logging.getLogger(__name__)

F12 = 293


def steady_ms() -> int:
    """A clock that nobody sets, in milliseconds."""
    return time.monotonic_ns() // 1_000_000


class Shell:
    """The frame around the till's screens: top bar, dialogs, keys. Made once the window is open."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        from pos.ui.kit.screens import Screens
        from pos.ui.theme import theme

        from kivy.uix.boxlayout import BoxLayout  # isort: skip

        self.theme = theme
        self.clock = clock
        self.till = Till(terminal, self._go, clock)
        self.root = BoxLayout(orientation="vertical")
        self.bar: Any = None
        self.screens = Screens()
        for name in ("signin", "sale", "lookup", "payment", "done"):
            self.screens.add(name, partial(self._build, name))
        self.root.add_widget(self.screens)
        self.bench: Any = None
        self._troubled: Any = None
        self.keys = Keys(self, _later, steady_ms)
        terminal.on_trouble = self.trouble
        terminal.on_changed(lambda _topics: self.bar_changed())
        theme.fbind("language", lambda *_args: self._spoken())

    # Screens

    def _build(self, name: str) -> Any:
        flow = getattr(self.till, name)
        module = import_module(f"pos.{name}.screen")
        if name == "signin":
            return module.SignInScreen(flow, self.show_network)
        if name == "sale":
            return module.SaleScreen(flow, self.till.sign_out, self.show_history)
        if name == "done":
            return module.DoneScreen(flow, self.till.next_customer, self.show_history)
        return getattr(module, f"{name.capitalize()}Screen")(flow, self.show_history)

    def _go(self, place: Place, back: bool) -> None:
        self._frame(place != "signin")
        self.screens.show(place, back)
        self.bar_changed()

    def _frame(self, on: bool) -> None:
        """The top bar stands over every screen but the one that asks who it is."""
        if on and self.bar is None:
            from pos.ui.kit.topbar import TopBar

            self.bar = TopBar()
            self.bar.bind(
                on_tab=lambda _bar, key: self.till.tab(key),
                on_network=lambda _bar: self.show_network(),
                on_person=lambda _bar: self.show_person(),
            )
        if self.bar is not None and (self.bar.parent is not None) != on:
            (self.root.add_widget(self.bar, 1) if on else self.root.remove_widget(self.bar))

    def bar_changed(self) -> None:
        """What the top bar says."""
        if self.bar is None:
            return
        facts, sale = self.till.signin.state.facts, self.till.sale.state
        self.bar.terminal = facts.terminal if facts else ""
        self.bar.tabs = [Tab("sale", _("Sale"), "scan-barcode"), Tab("lookup", _("Stock"), "layers")]
        self.bar.active = "lookup" if self.till.place == "lookup" else "sale"
        self.bar.initials = initials(self.till.actor.name) if self.till.actor else ""
        self.bar.light = self.light() if sale.ready else Light("online")

    def light(self) -> Light:
        """The network light now."""
        sale = self.till.sale.state
        return network.light(sale.link, self.clock(), sale.settings.timezone)

    def tick(self) -> None:
        """A second passed."""
        self.till.tick()
        self.bar_changed()
        if self.till.place == "signin":
            self.screens.screen.tick()

    def _spoken(self) -> None:
        self.till.spoken()
        self.bar_changed()

    # Keys (see pos.keys.Hearer)

    @property
    def at_once(self) -> bool:
        """The search takes letters at once."""
        return self.till.place == "lookup"

    def scanned(self, text: str) -> None:
        """A code was read."""
        self.till.scanned(text)

    def typed(self, text: str) -> None:
        """A person typed: digits to the pad that is up, everything else to the search."""
        place = self.till.place
        if place == "lookup":
            self.screens.screen.insert(text)
        elif place == "sale" and self.till.sale.state.weighing is None:
            if text.strip():
                self.till.find(text)
                self.screens.screen.ids.field.text = text
        else:
            for letter in text:
                self._digit(letter)

    def _digit(self, key: str) -> None:
        pads: dict[str, Callable[[str], None]] = {
            "signin": self.till.signin.key,
            "payment": self.till.payment.key,
            "sale": self.till.sale.weigh_key,
        }
        if self.till.place in pads and (key == "delete" or (key.isascii() and key.isdigit())):
            pads[self.till.place](key)

    def erase(self, count: int) -> None:
        """Letters or digits are taken back."""
        for _n in range(count):
            if self.till.place == "lookup":
                self.screens.screen.erase()
            else:
                self._digit("delete")

    def enter(self) -> None:
        """Enter chooses the first of what was found; nowhere else does a key take money."""
        if self.till.place == "lookup":
            self.screens.screen.enter()

    def key_down(self, _win: Any, key: int, scancode: int, codepoint: str | None, *_rest: Any) -> bool:
        """A key of the window."""
        if key == F12 and self.bench is not None:
            self._show_bench()
            return True
        self.keys.down(key, scancode, codepoint)
        return True

    def text_input(self, _win: Any, text: str) -> bool:
        """The text that a key made."""
        self.keys.text(text)
        return True

    # Dialogs

    def show_network(self) -> None:
        """What waits to be sent, and since when."""
        facts = self.till.signin.state.facts
        link = self.till.sale.state.link if self.till.place != "signin" or facts is None else facts.link
        zone = facts.settings.timezone if facts else None
        said = network.waiting(link, self.clock(), zone)
        self._dialog(said.title, "\n".join(said.lines))

    def show_history(self) -> None:
        """The last ten things that happened."""
        from pos.ui.menu import history

        facts = self.till.signin.state.facts
        zone = facts.settings.timezone if facts else None
        rows = [(clock_time(p.at, zone), p.said) for p in self.till.history]
        history(_("What happened"), rows, _("Close")).open()

    def show_person(self) -> None:
        """Language, light or dark, and the way out."""
        from pos.ui.menu import person

        actor = self.till.actor
        menu = person(actor.name if actor else "", LANGUAGES, language(), self.theme.dark)
        menu.bind(on_language=lambda _m, code: set_language(code), on_dark=self._shade)
        menu.bind(on_act=lambda _m: self.till.sign_out())
        menu.open()

    def _show_bench(self) -> None:
        from pos.workbench.screen import Workbench

        Workbench(self.bench, self.scanned).open()

    def _shade(self, _menu: Any, dark: bool) -> None:
        self.theme.dark = dark

    def trouble(self, error: Exception) -> None:
        """The local files could not be worked on: said once in words, and in the log with its trace."""
        log.error("work on the local files failed", exc_info=error)
        if self._troubled is not None and self._troubled.parent is not None:
            return  # it is being said, and every job that fails meanwhile has the same to say
        reason = reason_of(error, self.till.terminal.home)
        kept = _("What was recorded before is kept. Nothing else was recorded.")
        self._troubled = self._dialog(cause(reason), f"{kept} {remedy(reason)}")

    def _dialog(self, title: str, text: str) -> Any:
        from pos.ui.kit.dialog import Dialog

        dialog = Dialog(title=title, text=text, act_text=_("Close"))
        dialog.open()
        return dialog


def _later(seconds: float, call: Callable[[], None]) -> Callable[[], None]:
    from kivy.clock import Clock

    event = Clock.schedule_once(lambda _dt: call(), seconds)
    return lambda: event.cancel()


def open_shell(settings: Settings, terminal: Terminal, win: Any, clock: Callable[[], int] = now_ms) -> Shell:
    """The shell over an open window, listening to its keys and pumped by its clock."""
    from kivy.clock import Clock

    shell = Shell(terminal, clock)
    shell.theme.dark = settings.terminal.theme == "dark"
    shell.theme.less_motion = shell.theme.less_motion or settings.terminal.less_motion
    terminal.wake = Clock.create_trigger(lambda _dt: terminal.pump())
    terminal.later = lambda call: Clock.schedule_once(lambda _dt: call(), 0)
    win.bind(on_key_down=shell.key_down, on_textinput=shell.text_input)
    shell.till.open()
    # Answers come in order: by then the names to sign in with are on the screen, or why there are none.
    ahead = shell.screens.build_ahead
    terminal.run(lambda _local: None, lambda _none: ahead(), lambda _told_by_sign_in: ahead())
    return shell


def run(settings: Settings, *, demo: bool = False) -> None:
    """Open the window and serve until it closes. Raises WindowError, ThemeError, AlreadyOpen."""
    own = settings.terminal
    terminal = Terminal(
        settings.home,
        devices=equip(settings.devices),
        agent_flags=agent_flags(own),
        agent_environment=agent_environment(own),
    )
    try:
        win = window.open_window(
            "Storefloor till",
            (own.width, own.height),
            fullscreen=own.fullscreen,
            device="till",
            theme_path=str(own.theme_file) if own.theme_file else None,
        )
        set_language(own.language)
        shell = open_shell(settings, terminal, win)
        _serve(shell, terminal, settings, demo)
    finally:
        terminal.stop()


def _serve(shell: Shell, terminal: Terminal, settings: Settings, demo: bool) -> None:
    from kivy.clock import Clock

    terminal.listen()
    Clock.schedule_once(lambda _dt: terminal.start(), 0)
    Clock.schedule_interval(lambda _dt: shell.tick(), 1)
    if demo:
        from pos.ui import locate
        from pos.workbench.flow import Bench

        shell.bench = Bench(terminal, settings.devices, lambda _state: None)
        locate.listen(settings.home)
    signal.signal(signal.SIGTERM, lambda *_args: window.stop())
    window.run(shell.root)
