"""The keyboard of a kiosk: Latin, Russian, Kazakh and Georgian letters, digits, and a key that changes between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pos.ui.i18n import LANGUAGES, _
from pos.ui.kit.frame import Panel
from pos.ui.kit.keypad import DELETE, Key
from pos.ui.theme import theme

from kivy.lang import Builder  # isort: skip
from kivy.properties import (  # isort: skip
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

LETTERS = {
    "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбюё"),
    "kk": ("әіңғүұқөһ", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбюё"),
    "ka": ("ქწერტყუიოპთ", "ასდფგჰჯკლჟღ", "ზხცვბნმშძჭჩ"),
}
DIGITS = ("1234567890", "-/:.,@№&+", "()«»!?%")
CODES = ("1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM/")
"""Digits and letters at once: the numbers that makers give to their goods."""
DELETE_SHARE = 1.6  # of a letter's width
WIDEST = 12  # letters side by side, else a key is narrower than a finger
FUNCTIONS = {"language", "digits", "space", DELETE, "enter"}


class KeyboardKey(Key):
    """A key of the kiosk's keyboard; function keys are sunk, letters stand on sand."""

    function = BooleanProperty(False)
    share = ObjectProperty(1)


class OnScreenKeyboard(Panel):
    """Types into `field` (a SearchField) and tells `on_key(text)`: a letter, "delete" or "enter".

    `language` names the letters shown, not always those of the screen; `languages` those to change between. `codes`:
    large letters and digits in one, with nothing to change and no row below.
    """

    language = OptionProperty("en", options=tuple(LETTERS))
    languages = ListProperty(list(LETTERS))
    rows = NumericProperty(4)
    gap = NumericProperty(10)
    digits = BooleanProperty(False)
    codes = BooleanProperty(False)
    field = ObjectProperty(None, allownone=True)
    enter_text = StringProperty("")  # what Enter does, where it does not look for something

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_key")
        super().__init__(**kwargs)

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        for name in ("language", "digits", "codes", "gap", "enter_text"):
            self.fbind(name, self._build)
        theme.follow(language=self._build)
        self._build()

    def on_key(self, text: str) -> None:
        """A key was touched."""

    def press(self, key: str) -> None:
        """Act as if the key was touched."""
        if key == "language":
            at = self.languages.index(self.language) if self.language in self.languages else -1
            self.digits = False
            self.language = self.languages[(at + 1) % len(self.languages)]
            return
        if key == "digits":
            self.digits = not self.digits
            return
        text = " " if key == "space" else key
        self._type(text)
        self.dispatch("on_key", text)

    def _type(self, text: str) -> None:
        if self.field is None:
            return
        if text == DELETE:
            self.field.backspace()
        elif text == "enter":
            self.field.enter()
        else:
            self.field.insert(text)

    def _build(self, *_args: Any) -> None:
        rows = CODES if self.codes else DIGITS if self.digits else LETTERS[self.language]
        self.ids.rows.clear_widgets()
        self.rows = len(rows) + (not self.codes)
        delete = self._key(DELETE, icon="delete", share=DELETE_SHARE)
        beside = len(rows[-1]) + DELETE_SHARE <= WIDEST
        longest = max(max(len(row) for row in rows), len(rows[-1]) + DELETE_SHARE if beside else 0)
        for at, letters in enumerate(rows):
            keys = [self._key(letter) for letter in letters]
            self._row([*keys, delete] if beside and at == len(rows) - 1 else keys, longest)
        if not self.codes:
            self._row([*self._functions(), *([] if beside else [delete])], 0)

    def _functions(self) -> list[KeyboardKey]:
        return [
            self._key("digits", text=LETTERS[self.language][-3][:3].upper() if self.digits else "123", share=1.6),
            self._key("language", icon="globe", text=LANGUAGES.get(self.language, ""), share=2.6),
            self._key("space", text=_("space"), share=4.2),
            self._key("enter", text=self.enter_text or _("Find"), share=2.2),
        ]

    def _row(self, keys: list[KeyboardKey], longest: float) -> None:
        row = BoxLayout(spacing=self.gap)
        short = longest - sum(key.share for key in keys)
        margins = [Widget(size_hint_x=short / 2) for _ in range(2 if short > 0.01 else 0)]
        for one in (*margins[:1], *keys, *margins[1:]):
            row.add_widget(one)
        self.ids.rows.add_widget(row)

    def _key(self, name: str, text: str | None = None, icon: str = "", share: float = 1) -> KeyboardKey:
        shown = text if text is not None else "" if icon else name
        key = KeyboardKey(key=name, text=shown, icon=icon, function=name in FUNCTIONS, share=share, size_hint_x=share)
        key.style = "button" if name in FUNCTIONS else "key"
        key.bind(on_tap=lambda touched: self.press(touched.key))
        return key
