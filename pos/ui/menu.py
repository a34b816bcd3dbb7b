"""Two panels over the window: the person's menu (language, light or dark, the way out) and what happened lately."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.happened import Happened
from pos.ui.i18n import _
from pos.ui.kit.buttons import Chip
from pos.ui.kit.dialog import Dialog

from kivy.lang import Builder  # isort: skip
from kivy.properties import StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.stacklayout import StackLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class Chips(StackLayout):
    """Chips that go on in the next line."""


class PastRow(BoxLayout):
    """One thing that happened."""

    time, title, line, icon, kind = (StringProperty("") for _n in range(5))


class PersonMenu(Dialog):
    """`on_language(code)`, `on_dark(dark)`; `on_act` signs out."""

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_language")
        self.register_event_type("on_dark")
        super().__init__(**kwargs)

    def on_language(self, code: str) -> None:
        """Another language was chosen."""

    def on_dark(self, dark: bool) -> None:
        """Light or dark was chosen."""

    def fill(self, languages: dict[str, str], spoken: str, dark: bool) -> None:
        """The chips for languages and shades."""
        words = [(code, name, code == spoken) for code, name in languages.items()]
        self._row(words, "on_language", "")
        shades = [(False, _("Light"), not dark), (True, _("Dark"), dark)]
        self._row(shades, "on_dark", "")

    def _row(self, choices: list[tuple[Any, str, bool]], event: str, icon: str) -> None:
        row = Chips()
        for value, text, on in choices:
            chip = Chip(text=text, on=on, icon=icon)
            chip.bind(on_tap=lambda _chip, value=value: self._chosen(event, value))
            row.add_widget(chip)
        self.add_widget(row)

    def _chosen(self, event: str, value: Any) -> None:
        self.close()
        self.dispatch(event, value)


def person(name: str, languages: dict[str, str], spoken: str, dark: bool) -> PersonMenu:
    """The menu of who is signed in, not yet open."""
    menu = PersonMenu(title=name, text=_("Language and look of this screen"), keep_text=_("Close"))
    menu.act_text, menu.act_icon = _("Sign out"), "log-out"
    menu.fill(languages, spoken, dark)
    return menu


def history(title: str, rows: list[tuple[str, Happened]], close: str) -> Dialog:
    """What happened lately, the newest first; not yet open."""
    panel = Dialog(title=title, text="" if rows else _("Nothing has happened yet."), act_text=close)
    for time, said in rows:
        panel.add_widget(PastRow(time=time, title=said.title, line=said.line, icon=said.picture, kind=said.kind))
    return panel
