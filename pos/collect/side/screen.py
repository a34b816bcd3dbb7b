"""The open order at the right: its shelf large, its parcels standing on a line, who waits, how old the list is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.collect import view
from pos.collect.state import CollectState
from pos.pictures import path_of
from pos.ui.chips import ChipRow
from pos.ui.i18n import _
from pos.ui.kit.touch import Pressable
from pos.ui.kit.window import ShopWindow

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class ParcelStand(Pressable, FloatLayout):
    """A parcel on the shelf line, and what hangs below it."""

    title, line, picture = (StringProperty("") for _n in range(3))
    chosen = BooleanProperty(False)

    def show(self, said: view.Stand) -> None:
        """Show a parcel."""
        self.tag, self.title, self.line, self.chosen = said.id, said.title, said.line, said.chosen
        self.picture = path_of("parcel")


class NextWindow(ShopWindow):
    """The shop window of the next step."""

    heading, shelf, more = (StringProperty("") for _n in range(3))
    aside = NumericProperty(0)


class FactRow(BoxLayout):
    """One line below who it is for."""

    icon, words, tone = (StringProperty("") for _n in range(3))

    def show(self, said: view.Fact) -> None:
        """Show a fact."""
        self.icon, self.words, self.tone = said.icon, said.words, said.tone


class NextSide(BoxLayout):
    """Right: the open order."""

    screen = ObjectProperty(None)
    letters, title, line, checked, also = (StringProperty("") for _n in range(5))
    aside = NumericProperty(0)
    waits = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._chips = ChipRow()
        super().__init__(**kwargs)

    def show(self, state: CollectState) -> None:
        """Show the order."""
        order = state.shown
        if order is None:
            return
        self._window(view.window(state, order))
        said = view.person(state, order)
        self.letters, self.title, self.line, self.waits = said.initials, said.title, said.line, said.waits
        for row, fact in _filled(self.ids.facts, FactRow, view.facts(state, order)):
            row.show(fact)
        self._asks(state)
        self.checked, (self._verb, self.also) = view.checked(state), view.also(state)

    def _window(self, said: view.Window) -> None:
        window = self.ids.window
        window.heading, window.shelf, window.tint = said.heading, said.shelf, said.tint
        window.more = f"+{said.more}" if said.more else ""
        for stand, parcel in _filled(self.ids.stands, self._stand, said.stands):
            stand.show(parcel)
            stand.off = not any(each.chosen for each in said.stands)

    def _stand(self) -> ParcelStand:
        stand = ParcelStand()
        stand.bind(on_tap=lambda touched: self.screen.flow.touch_parcel(touched.tag))
        return stand

    def _asks(self, state: CollectState) -> None:
        """At which counter, or where it goes back to."""
        counters, back = view.asks_counter(state), view.asks_back(state)
        place, chips = self.ids.asks, self._chips
        if not counters and not back:
            place.clear_widgets()
            return
        flow = self.screen.flow
        chips.question = _("Counter") if counters else _("Goes")
        chips.answers = counters or back
        chips.chosen = state.counter if counters else "back" if state.back else "here"
        chips.tell = flow.choose_counter if counters else lambda key: flow.choose_back(key == "back")
        if not place.children:
            place.add_widget(chips)

    def other(self) -> None:
        """The quiet action."""
        if self._verb:
            getattr(self.screen.flow, self._verb)()


class NothingChosen(BoxLayout):
    """Right, while nothing is open."""

    screen = ObjectProperty(None)
    checked = StringProperty("")
    aside = NumericProperty(0)

    def show(self, state: CollectState) -> None:
        """Say how old the list is."""
        self.checked = view.checked(state)


def _filled(place: Any, made: Callable[[], Any], said: Any) -> list[Any]:
    """As many children as there is to say, each with what it says."""
    while len(place.children) > len(said):
        place.remove_widget(place.children[0])
    while len(place.children) < len(said):
        place.add_widget(made())
    return list(zip(reversed(place.children), said, strict=True))
