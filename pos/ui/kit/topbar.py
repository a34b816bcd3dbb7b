"""The top bar: mark, the terminal's name, tabs, the network light, who is signed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pos.ui.happened import Light, Tab
from pos.ui.kit.frame import Panel
from pos.ui.kit.light import DeviceLight
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class TabButton(Pressable, BoxLayout):
    """One tab: icon, word, perhaps a number in a badge; the one that is open is underlined."""

    key = StringProperty("")
    text = StringProperty("")
    icon = StringProperty("")
    count = NumericProperty(0)
    on = BooleanProperty(False)
    pad = NumericProperty(14)
    need = NumericProperty(0)  # its width without padding


class Initials(Pressable, BoxLayout):
    """Who is signed in, in a circle."""

    text = StringProperty("")


class TopBar(Panel):
    """`tabs` is a list of Tab, `active` the key of the open one. Children stand before the network light.

    `ails` names a device that can't work now, with `ails_icon`; "" while all can. It moves nothing: where there is no
    room for its words between tabs and network light, its icon stands there alone.
    """

    terminal = StringProperty("")
    tabs = ListProperty([])
    active = StringProperty("")
    light = ObjectProperty(Light("online"))
    initials = StringProperty("")
    ails = StringProperty("")
    ails_icon = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        for name in ("on_tab", "on_network", "on_person", "on_device"):
            self.register_event_type(name)
        self._ailing: DeviceLight | None = None
        self._buttons: dict[str, TabButton] = {}
        super().__init__(**kwargs)

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        self.fbind("tabs", self._fill)
        self.fbind("active", self._mark)
        for name in ("ails", "ails_icon"):
            self.fbind(name, self._name_ailing)
        self._crowd = Clock.create_trigger(self._make_room, -1)
        for part in (self, self.ids.light, self.ids.person, self.ids.terminal):
            part.fbind("width", self._crowd)
        self._fill()

    def on_tab(self, key: str) -> None:
        """A tab was touched."""

    def on_network(self) -> None:
        """The network light was touched."""

    def on_person(self) -> None:
        """The person's initials were touched."""

    def on_device(self) -> None:
        """The device that can't work was touched."""

    def _name_ailing(self, *_args: Any) -> None:
        light = self._ailing
        if light is None:
            light = self._ailing = DeviceLight(pos_hint={"center_y": 0.5})
            light.bind(on_tap=lambda _light: self.dispatch("on_device"))
            light.fbind("need", self._crowd)
        light.text, light.icon = self.ails, self.ails_icon
        if (light.parent is not None) != bool(self.ails):
            network = self.children.index(self.ids.light)
            (self.add_widget(light, network + 1) if self.ails else self.remove_widget(light))
        self._crowd()

    def _fill(self, *_args: Any) -> None:
        wanted = [tab.key for tab in self.tabs]
        if wanted != list(self._buttons):
            self.ids.tabs.clear_widgets()
            self._buttons = {tab.key: self._button(tab) for tab in self.tabs}
        for tab in self.tabs:
            self._tell(self._buttons[tab.key], tab)
        self._mark()

    def _button(self, tab: Tab) -> TabButton:
        button = TabButton(key=tab.key)
        button.bind(on_tap=lambda touched: self.dispatch("on_tab", touched.key))
        button.fbind("need", self._crowd)
        self.ids.tabs.add_widget(button)
        return button

    @staticmethod
    def _tell(button: TabButton, tab: Tab) -> None:
        button.text, button.icon, button.count = tab.text, tab.icon, tab.count

    def _make_room(self, *_args: Any) -> None:
        """Tabs stand closer together where words are long: the light and the person are never pushed out."""
        if not self._buttons:
            return
        fixed = sum(self.ids[name].width for name in ("light", "person", "terminal")) + dp(40)
        gaps = 5 * self.spacing + 2 * theme.size["margin"] + dp(8)
        spare = self.width - fixed - gaps - sum(button.need for button in self._buttons.values())
        icon = self._ailing.height + self.spacing if self._ailing is not None and self.ails else 0
        pad = min(dp(14), max(dp(2), (spare - icon) / (2 * len(self._buttons))))
        for button in self._buttons.values():
            button.pad = pad
        if self._ailing is not None:
            left = spare - 2 * pad * len(self._buttons)
            self._ailing.brief = left < self._ailing.need + self.spacing

    def _mark(self, *_args: Any) -> None:
        for key, button in self._buttons.items():
            button.on = key == self.active
