"""The network light: always on the screen. Offline is a state, not an alarm."""

from __future__ import annotations

from pathlib import Path

import pos.ui.kit.frame  # noqa: F401
from pos.ui.happened import Light
from pos.ui.i18n import _, ngettext
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

ICONS = {"online": "", "sending": "refresh-cw", "offline": "wifi-off", "attention": "triangle-alert"}

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


def words(light: Light) -> tuple[str, str]:
    """What the light says: first words, and the quieter second ones."""
    if light.says:
        return light.says, ""
    if light.state == "sending":
        return _("Sending {n}").format(n=light.waiting), ""
    if light.state == "offline":
        first = _("Offline since {time}").format(time=light.since) if light.since else _("Offline")
        waiting = ngettext("{n} waiting", "{n} waiting", light.waiting).format(n=light.waiting)
        return first, f"· {waiting}" if light.waiting else ""
    if light.state == "attention":
        return ngettext("Online · {n} needs you", "Online · {n} need you", light.needs).format(n=light.needs), ""
    return _("Online"), ""


class NetworkLight(Pressable, BoxLayout):
    """Shows a `Light`; a touch asks what waits and since when."""

    light = ObjectProperty(Light("online"))
    state = StringProperty("online")
    first = StringProperty("")
    second = StringProperty("")
    icon = StringProperty("")

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fbind("light", self._say)
        theme.follow(language=self._say)
        self._say()

    def _say(self, *_args: object) -> None:
        light = self.light or Light("online")
        self.state = light.state
        self.icon = ICONS[light.state]
        self.first, self.second = words(light)


class DeviceLight(Pressable, BoxLayout):
    """Names a device that can't work now; a touch asks what still works. `brief`: there is room for its icon only."""

    text = StringProperty("")
    icon = StringProperty("")
    brief = BooleanProperty(False)
    need = NumericProperty(0)  # its width with words
