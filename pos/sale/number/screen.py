"""Asking for the number of a unit: its article in the window, the field at the right, what waits for it."""

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401
from pos.pictures import initials, path_of
from pos.sale.state import SaleState
from pos.ui.i18n import language, ngettext
from pos.ui.kit.window import ShopWindow
from sync.domain.catalogue import in_language

from kivy.lang import Builder  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).parents[1] / "number.kv"))

MOST = 4
"""Numbers of the same line that have room below the field."""


class NumberLine(BoxLayout):
    """A unit that is in the sale, or how much waits."""

    icon, words = StringProperty(""), StringProperty("")


class AskedWindow(ShopWindow):
    """The article whose number is asked for."""

    name, details, letters = (StringProperty("") for _n in range(3))

    def show(self, state: SaleState) -> None:
        """Show another article."""
        asked = state.numbering
        if asked is None:
            return
        product, spoken = asked.product, language()
        self.name, self.details = product.name(spoken), in_language(product.details, spoken)
        self.picture, self.tint = path_of(product.picture), product.tint
        self.letters = "" if self.picture else initials(self.name)


class NumberSide(BoxLayout):
    """The right column while a number is asked for."""

    screen = ObjectProperty(None)
    amount = NumericProperty(0)
    currency = StringProperty("KZT")

    def show(self, state: SaleState) -> None:
        """Show the number as far as it is typed, those before it, and what waits."""
        asked = state.numbering
        if asked is None:
            return
        self.currency = state.settings.currency
        self.amount = asked.product.price.unit if asked.product.price else 0
        if self.ids.field.text != asked.typed:
            self.ids.field.text = asked.typed
        self._list(lines(state))

    def _list(self, said: list[tuple[str, str]]) -> None:
        place = self.ids.lines
        while len(place.children) < len(said):
            place.add_widget(NumberLine())
        while len(place.children) > len(said):
            place.remove_widget(place.children[0])
        for row, (icon, words) in zip(reversed(place.children), said, strict=True):
            row.icon, row.words = icon, words

    def on_kv_post(self, base_widget: Any) -> None:
        """The rule's own children exist now."""
        self.ids.field.bind(text=lambda _field, text: self.screen.flow.number_typed(text))


def lines(state: SaleState) -> list[tuple[str, str]]:
    """Icon and words: the newest numbers of this article that are in the sale, and how many scans wait."""
    asked = state.numbering
    if asked is None:
        return []
    units = [s for line in state.cart.lines if line.product.id == asked.product.id for s in line.serials]
    said = [("check", serial) for serial in units[-MOST:]]
    if asked.waits:
        n = len(asked.waits)
        text = ngettext("{n} more scan waits for this number", "{n} more scans wait for this number", n).format(n=n)
        said.append(("hourglass", text))
    return said
