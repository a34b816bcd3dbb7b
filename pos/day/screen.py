"""The store's day on the window: five figures and the hours at the left, what is behind one of them at the right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.day import panel, view, words
from pos.day.flow import DayFlow
from pos.day.state import DayState, Topic
from pos.pictures import path_of
from pos.ui.i18n import _
from pos.ui.kit.buttons import PrimaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.screens import only
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

for rules in ("hours", "side", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))


class DayFigure(Pressable, BoxLayout):
    """One of the five figures; a touch opens what is behind it."""

    icon, name, number, note, tone = (StringProperty("") for _n in range(5))
    chosen = BooleanProperty(False)

    def show(self, said: view.Figure) -> None:
        """Show a figure."""
        self.tag, self.icon, self.name, self.number = said.topic, said.icon, said.name, said.number
        self.note, self.tone, self.chosen = said.note, said.tone, said.chosen


class HourBar(FloatLayout):
    """What happened in one hour: a bar on its shelf, with its number on it."""

    count, most = NumericProperty(0), NumericProperty(1)


class HourLabel(FloatLayout):
    """An hour below the lowest shelf."""

    text = StringProperty("")
    now = BooleanProperty(False)


class HourShelf(BoxLayout):
    """One kind of happening through the day, standing on a line."""

    name, total = StringProperty(""), StringProperty("")

    def show(self, name: str, total: str, counts: tuple[int, ...], most: int) -> None:
        """Show the counts of the hours."""
        self.name, self.total = name, total
        for bar, count in _filled(self.ids.bars, HourBar, counts):
            bar.count, bar.most = count, most


class HourRack(BoxLayout):
    """Three shelves, one above the other, and the hours below."""

    def show(self, said: view.Hours) -> None:
        """Show the day."""
        for shelf, (name, total, counts) in _filled(self.ids.shelves, HourShelf, said.rows):
            shelf.show(name, total, counts, said.most)
        for place, (label, text) in enumerate(_filled(self.ids.labels, HourLabel, said.labels)):
            label.text, label.now = text, place == said.now


class NothingYet(BoxLayout):
    """In the place of the hours while nothing happened."""

    title, line, picture = StringProperty(""), StringProperty(""), StringProperty(path_of("parcel"))


class BigNumber(BoxLayout):
    """A number with its words below."""

    number, words, tone = (StringProperty("") for _n in range(3))

    def show(self, said: panel.Big) -> None:
        """Show it."""
        self.number, self.words, self.tone = said.number, said.words, said.tone


class ShareBar(Boxed):
    """How full something is."""

    share = NumericProperty(-1)
    tone = StringProperty("")


class DayRow(BoxLayout):
    """One line of what is behind a figure."""

    name, line, value, tone = (StringProperty("") for _n in range(4))
    share = NumericProperty(-1)

    def show(self, said: panel.Row) -> None:
        """Show it."""
        self.name, self.line, self.value = said.name, said.line, said.value
        self.tone, self.share = said.tone, said.share


class DaySide(BoxLayout):
    """Right: what is behind the figure that is open; of its list as much as there is room for."""

    heading, empty, more, checked = (StringProperty("") for _n in range(4))

    def __init__(self, **kwargs: Any) -> None:
        self._rows: tuple[panel.Row, ...] = ()
        self.fit = Clock.create_trigger(lambda _dt: self._fill(), -1)
        super().__init__(**kwargs)

    def show(self, state: DayState) -> None:
        """Show it."""
        said = panel.panel(state)
        self.heading, self.empty, self._rows = said.heading, "" if said.rows else said.empty, said.rows
        for big, each in _filled(self.ids.big, BigNumber, said.big):
            big.show(each)
        read = state.read
        self.checked = words.checked(read.seen, read.offline_since, state.now, read.settings.timezone)
        self._fill()

    def _fill(self) -> None:
        fits = max(1, int(self.ids.room.height // dp(60)))
        over = max(0, len(self._rows) - fits)
        shown = self._rows[: fits - 1] if over else self._rows
        for row, each in _filled(self.ids.rows, DayRow, shown):
            row.show(each)
        self.more = _("and {n} more").format(n=len(self._rows) - len(shown)) if over else ""


class DayGoOn(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class DayScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(DayState(), rebind=True)
    flow = ObjectProperty(None)
    title = StringProperty("")

    def __init__(self, flow: DayFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        super().__init__(flow=flow, state=flow.state)
        self._rack, self._none, self._button = HourRack(), NothingYet(), DayGoOn(screen=self)
        for _topic in Topic:
            figure = DayFigure()
            figure.bind(on_tap=lambda touched: flow.choose(touched.tag))
            self.ids.figures.add_widget(figure)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def _spoken(self, *_args: Any) -> None:
        self._look(self.flow.state)

    def _look(self, state: DayState) -> None:
        self.state, self.title = state, view.title(state)
        for figure, said in zip(reversed(self.ids.figures.children), view.figures(state), strict=True):
            figure.show(said)
        hours = view.hours(state)
        if hours is not None:
            self._rack.show(hours)
        self._none.title, self._none.line = view.empty(state)
        only(self.ids.place, self._rack if hours is not None else self._none)
        self.ids.side.show(state)
        self._action(state)

    def _action(self, state: DayState) -> None:
        text, icon = view.primary(state)
        place, button = self.ids.go_on, self._button
        if not text:
            place.clear_widgets()
            return
        button.text, button.icon = text, icon
        only(place, button)


def _filled(place: Any, made: Callable[[], Any], said: Any) -> list[Any]:
    """As many children as there is to say, each with what it says."""
    while len(place.children) > len(said):
        place.remove_widget(place.children[0])
    while len(place.children) < len(said):
        place.add_widget(made())
    return list(zip(reversed(place.children), said, strict=True))
