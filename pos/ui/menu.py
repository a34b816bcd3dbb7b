"""Two panels over the window: the person's menu (drawer, prints, language, shade, the way out) and the last things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.happened import Happened
from pos.ui.i18n import _
from pos.ui.kit.buttons import Chip, SecondaryButton
from pos.ui.kit.dialog import Dialog

from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.stacklayout import StackLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class Chips(StackLayout):
    """Chips that go on in the next line."""


class PastRow(BoxLayout):
    """One thing that happened."""

    time, title, line, icon, kind = (StringProperty("") for _n in range(5))


class AilRow(BoxLayout):
    """A device that can't work now: what is wrong, and what still works."""

    icon, title, line = (StringProperty("") for _n in range(3))


class PersonMenu(Dialog):
    """`on_language(code)`, `on_dark(dark)`, `on_drawer`, `on_prints`; `on_act` signs out."""

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_language")
        self.register_event_type("on_dark")
        self.register_event_type("on_drawer")
        self.register_event_type("on_prints")
        self.register_event_type("on_scanner")
        super().__init__(**kwargs)

    def on_language(self, code: str) -> None:
        """Another language was chosen."""

    def on_dark(self, dark: bool) -> None:
        """Light or dark was chosen."""

    def on_drawer(self) -> None:
        """The drawer's page is wanted."""

    def on_prints(self) -> None:
        """The list of prints is wanted."""

    def on_scanner(self) -> None:
        """The page that learns a scanner is wanted."""

    def fill(
        self, languages: dict[str, str], spoken: str, dark: bool, drawer: bool, printer: bool, scanner: bool
    ) -> None:
        """The chips for languages and shades, and the ways to the drawer, the prints and the page of scanners."""
        words = [(code, name, code == spoken) for code, name in languages.items()]
        self._row(words, "on_language", "")
        shades = [(False, _("Light"), not dark), (True, _("Dark"), dark)]
        self._row(shades, "on_dark", "")
        if drawer:
            self._way(_("Drawer and shift"), "wallet", "on_drawer")
        if printer:
            self._way(_("Prints"), "printer", "on_prints")
        if scanner:
            self._way(_("Scanner"), "scan-barcode", "on_scanner")

    def _way(self, text: str, icon: str, event: str) -> None:
        self.add_widget(Widget(size_hint_y=None, height=dp(4)))
        way = SecondaryButton(text=text, icon=icon)
        way.bind(on_tap=lambda _button: self._gone(event))
        self.add_widget(way)

    def _gone(self, event: str) -> None:
        self.close()
        self.dispatch(event)

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


def person(
    name: str,
    languages: dict[str, str],
    spoken: str,
    dark: bool,
    drawer: bool = True,
    printer: bool = True,
    scanner: bool = False,
) -> PersonMenu:
    """The menu of who is signed in, not yet open. `drawer`, `printer`: whether this terminal has one. `scanner`:
    whether they may learn one."""
    menu = PersonMenu(title=name, text=_("Language and look of this screen"), keep_text=_("Close"))
    menu.act_text, menu.act_icon = _("Sign out"), "log-out"
    menu.fill(languages, spoken, dark, drawer, printer, scanner)
    return menu


def history(title: str, rows: list[tuple[str, Happened]], close: str) -> Dialog:
    """What happened lately, the newest first; not yet open."""
    panel = Dialog(title=title, text="" if rows else _("Nothing has happened yet."), act_text=close)
    for time, said in rows:
        panel.add_widget(PastRow(time=time, title=said.title, line=said.line, icon=said.picture, kind=said.kind))
    return panel
