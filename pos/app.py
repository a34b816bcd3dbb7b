"""The app of till and tablet: one window over one terminal. It ties flows to screens, each built when it is first
shown."""

import logging
import signal
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, get_args

from pos import network
from pos.equipment import agent_environment, agent_flags, equip_till
from pos.keys import Keys
from pos.pictures import initials
from pos.scanners import Scanners
from pos.terminal import Terminal
from pos.till import Place, Till
from pos.trouble import cause, remedy
from pos.ui import window
from pos.ui.ails import Ails
from pos.ui.happened import Light, Tab
from pos.ui.i18n import LANGUAGES, _, clock_time, language, set_language
from sync.actions.clock import now_ms
from sync.local import reason_of
from sync.local.drawer import drawer_of
from sync.settings import Settings

log = logging.getLogger(__name__)

F12 = 293


def steady_ms() -> int:
    """A clock that nobody sets, in milliseconds."""
    return time.monotonic_ns() // 1_000_000


def heard_ms() -> int:
    """A steady clock that stands while the window is too busy to hear a key: no stall comes between two keys."""
    from pos.ui.clock import stalled_ms

    return steady_ms() - stalled_ms()


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
        for name in get_args(Place):
            self.screens.add(name, partial(self._build, name))
        self.root.add_widget(self.screens)
        self.bench: Any = None
        self.upright: Any = None
        self._troubled: Any = None
        self._counted = 0
        self.keys = Keys(self, _later, heard_ms)
        self.till.scanners = Scanners(self.keys, terminal.devices.scanner)
        self.till.scanners.use_kept(terminal.home)
        terminal.on_trouble = self.trouble
        self.ails = Ails(self.till.ailing, lambda: self.till.has_drawer)
        self.till.ailing.works["fiscal"] = lambda: network.fiscal_of(self.till.sale.state, clock())
        terminal.on_changed(lambda _topics: self.bar_changed())
        theme.follow(language=self._spoken)

    # Screens

    def _build(self, name: str) -> Any:
        flow = getattr(self.till, name)
        module = import_module(f"pos.{name}.screen")
        if name == "signin":
            return module.SignInScreen(flow, self.show_network)
        if name == "sale":
            return self._with_camera(module.SaleScreen(flow, self.till.sign_out, self.show_history))
        if name == "card_back":
            return module.CardBackScreen(flow, self.show_history)
        if name == "hand_out":
            return module.HandOutScreen(flow, self.show_history)
        if name in ("done", "returns", "blind"):
            return getattr(module, f"{name.capitalize()}Screen")(flow, self.till.next_customer, self.show_history)
        return getattr(module, f"{name.capitalize()}Screen")(flow, self.show_history)

    def _with_camera(self, sale: Any) -> Any:
        """A tray on the sale's screen, only where a camera is set up."""
        camera = self.till.terminal.devices.camera
        if camera is None:
            return sale
        from pos.ui.viewfinder import with_tray

        return with_tray(sale, camera)

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
                on_network=lambda _bar: self._network_touched(),
                on_person=lambda _bar: self.show_person(),
                on_device=lambda _bar: self.ails.show(),
            )
        if self.bar is not None and (self.bar.parent is not None) != on:
            (self.root.add_widget(self.bar, 1) if on else self.root.remove_widget(self.bar))

    def bar_changed(self) -> None:
        """What the top bar says."""
        if self.bar is None:
            return
        facts, sale = self.till.signin.state.facts, self.till.sale.state
        self.bar.terminal = facts.terminal if facts else ""
        self.bar.tabs = [
            Tab("sale", _("Sale"), "scan-barcode"),
            Tab("returns", _("Returns"), "undo-2"),
            Tab("collect", _("Collect"), "package", self.till.to_collect),
            Tab("lookup", _("Stock"), "layers"),
            *self._attention_tab(sale.link.needs_you),
        ]
        tabs = {
            "blind": "returns",
            "card_back": "returns",
            "hand_out": "collect",
            "picking": "collect",
            "day": "collect",
            "shift": "",
            "prints": "",
            "scanner": "",
            "payment": "collect" if self.till.paying_order else "sale",
        }
        own = {name: name for name in ("lookup", "attention", "returns", "collect")}
        self.bar.active = (tabs | own).get(self.till.place, "sale")
        self.bar.initials = initials(self.till.actor.name) if self.till.actor else ""
        self.bar.light = self.light() if sale.ready else Light("online")
        self.ails.tell(self.bar)
        self._counted = self.till.to_collect

    def pump(self) -> None:
        """Everything that waits for this thread; what came to be collected is counted at its tab at once."""
        self.till.terminal.pump()
        if self._counted != self.till.to_collect:
            self.bar_changed()

    def _attention_tab(self, needs: int) -> list[Tab]:
        """A place of its own while something needs a person, or is being looked at."""
        wanted = needs or self.till.place == "attention"
        return [Tab("attention", _("Attention"), "bell", needs)] if wanted else []

    def _network_touched(self) -> None:
        """The red light leads to what needs a person; else what waits, since when."""
        light = self.light()
        if light.state == "attention" and not light.says and self.till.place != "attention":
            self.till.needs()
        else:
            self.show_network()

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

    def _spoken(self, *_args: Any) -> None:
        self.till.spoken()
        self.bar_changed()

    # Keys (see pos.keys.Hearer)

    @property
    def at_once(self) -> bool:
        """The search takes letters at once."""
        noting = self.till.place == "shift" and self.till.shift.state.noting
        return noting or self.till.place == "lookup" or self._finding or self._numbering or self._collecting

    @property
    def _finding(self) -> bool:
        return self.till.place == "returns" and self.till.returns.state.finding

    @property
    def _collecting(self) -> bool:
        """Somebody types a shelf, or looks for an order to be collected."""
        return self.till.place == "collect" and self.till.collect.state.typing

    @property
    def _numbering(self) -> bool:
        tasks = {"sale": self.till.sale, "picking": self.till.picking}
        return self.till.place in tasks and tasks[self.till.place].state.numbering is not None

    def scanned(self, text: str) -> None:
        """A code was read."""
        self.till.scanned(text)

    def typed(self, text: str) -> None:
        """A person typed: digits to the pad that is up, everything else to the search."""
        place = self.till.place
        if self.at_once or place == "collect":
            self.screens.screen.insert(text)
        elif place == "sale" and not self.till.sale.state.asks_digits:
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
            "sale": self.till.sale.key,
            "returns": self.till.returns.key,
            "blind": self.till.blind.key,
            "attention": self.till.attention.key,
            "shift": self.till.shift.key,
            "hand_out": self.till.hand_out.key,
        }
        if self.till.place in pads and (key == "delete" or (key.isascii() and key.isdigit())):
            pads[self.till.place](key)

    def erase(self, count: int) -> None:
        """Letters or digits are taken back."""
        for _n in range(count):
            if self.at_once:
                self.screens.screen.erase()
            else:
                self._digit("delete")

    def enter(self) -> None:
        """Enter chooses the first of what was found, and the next piece of a count; no key takes money."""
        if self.at_once:
            self.screens.screen.enter()
        elif self.till.place == "shift":
            self.till.shift.key("next")

    def key_down(self, _win: Any, key: int, scancode: int, codepoint: str | None, *rest: Any) -> bool:
        """A key of the window."""
        if key == F12 and self.bench is not None:
            self._show_bench()
            return True
        self.keys.down(key, scancode, codepoint, bool(rest) and "capslock" in rest[0])
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
        """The drawer, language, light or dark, and the way out."""
        from pos.ui.menu import person

        actor = self.till.actor
        devices = self.till.terminal.devices
        ways = self.till.has_drawer, bool(devices.printer or devices.label), self.till.may_learn_scanner
        menu = person(actor.name if actor else "", LANGUAGES, language(), self.theme.dark, *ways)
        menu.bind(on_language=lambda _m, code: set_language(code), on_dark=self._shade)
        menu.bind(on_act=lambda _m: self.till.sign_out(), on_drawer=lambda _m: self.till.drawer())
        menu.bind(on_prints=lambda _m: self.till.papers(), on_scanner=lambda _m: self.till.learn_scanner())
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
    terminal.wake = Clock.create_trigger(lambda _dt: shell.pump())
    terminal.later = lambda call: Clock.schedule_once(lambda _dt: call(), 0)
    win.bind(on_key_down=shell.key_down, on_textinput=shell.text_input)
    shell.till.open()
    # Answers come in order: by then the names to sign in with are on the screen, or why there are none.
    ahead = shell.screens.build_ahead
    terminal.run(lambda _local: None, lambda _none: ahead(), lambda _told_by_sign_in: ahead())
    return shell


def run(settings: Settings, kind: str, *, demo: bool = False) -> None:
    """Open the window of a terminal that is enrolled as `kind` and serve until it closes. Raises WindowError,
    ThemeError, AlreadyOpen."""
    from pos.shopper import follow
    from pos.ui.sound import Ringer
    from pos.ui.upright import Watch

    own, drawer = settings.terminal, drawer_of(kind, settings.devices.drawer)
    terminal = Terminal(
        settings.home,
        devices=equip_till(settings, drawer),
        drawer=drawer,
        agent_flags=agent_flags(own),
        agent_environment=agent_environment(own),
    )
    try:
        win = window.open_window(
            f"Storefloor {kind}",
            (own.width, own.height),
            fullscreen=own.fullscreen,
            device=kind,
            theme_path=str(own.theme_file) if own.theme_file else None,
        )
        set_language(own.language)
        shell = open_shell(settings, terminal, win)
        shell.upright = Watch(win)
        follow(shell.till, settings, shell.theme.brand)
        shell.till.bell.ring = Ringer(settings.sound.volume).ring
        shell.till.bell_always = settings.sound.bell == "always"
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
        from pos.workbench.flow import Bench, virtual_devices

        shell.bench = Bench(terminal, virtual_devices(), lambda _state: None)
        locate.listen(settings.home)
    signal.signal(signal.SIGTERM, lambda *_args: window.stop())
    window.run(shell.root)
