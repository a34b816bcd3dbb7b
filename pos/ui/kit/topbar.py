"""The top bar: mark, the terminal's name, tabs, the network light, who is signed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit.light  # noqa: F401
from pos.ui.happened import Light, Tab
from pos.ui.kit.frame import Panel
from pos.ui.kit.touch import Pressable

from kivy.lang import Builder  # isort: skip
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


class Initials(Pressable, BoxLayout):
    """Who is signed in, in a circle."""

    text = StringProperty("")


class TopBar(Panel):
    """`tabs` is a list of Tab, `active` the key of the open one. Children stand before the network light."""

    terminal = StringProperty("")
    tabs = ListProperty([])
    active = StringProperty("")
    light = ObjectProperty(Light("online"))
    initials = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        for name in ("on_tab", "on_network", "on_person"):
            self.register_event_type(name)
        self._buttons: dict[str, TabButton] = {}
        super().__init__(**kwargs)

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        self.fbind("tabs", self._fill)
        self.fbind("active", self._mark)
        self._fill()

    def on_tab(self, key: str) -> None:
        """A tab was touched."""

    def on_network(self) -> None:
        """The network light was touched."""

    def on_person(self) -> None:
        """The person's initials were touched."""

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
        self.ids.tabs.add_widget(button)
        return button

    @staticmethod
    def _tell(button: TabButton, tab: Tab) -> None:
        button.text, button.icon, button.count = tab.text, tab.icon, tab.count

    def _mark(self, *_args: Any) -> None:
        for key, button in self._buttons.items():
            button.on = key == self.active
