"""The collect tab on the window: the list at the left, the chosen order's next step with its shelf at the right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pos.ui.kit
import pos.ui.kit.keyboard  # noqa: F401
from pos.collect import view
from pos.collect.flow import CollectFlow
from pos.collect.listing import Filter
from pos.collect.shelving.screen import ShelfPane
from pos.collect.side.screen import NextSide, NothingChosen
from pos.collect.state import CollectState, Phase
from pos.ui.i18n import language
from pos.ui.kit.buttons import PillButton, PrimaryButton, QuietButton, SecondaryButton
from pos.ui.kit.frame import Panel
from pos.ui.kit.rows import Row
from pos.ui.kit.screens import only
from pos.ui.kit.shape import Boxed
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

for rules in ("list", "screen"):
    Builder.load_file(str(Path(__file__).with_name(f"{rules}.kv")))


class FilterPill(Pressable, BoxLayout):
    """One filter with its count."""

    key, text, icon = (StringProperty("") for _n in range(3))
    count = NumericProperty(0)
    on = BooleanProperty(False)


class TimeBar(Boxed):
    """How much of a time has passed, as a bar."""

    share = NumericProperty(0)
    tone = StringProperty("quiet")


class CollectRow(Row):
    """An order in the list."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    shelf, who, badge, line = (StringProperty("") for _n in range(4))
    icon, words, target = (StringProperty("") for _n in range(3))
    tone = StringProperty("quiet")
    share = NumericProperty(-1)

    def on_index(self, _row: Any, index: int) -> None:
        """A hairline above every row but the first."""
        self.rule = index > 0

    def on_item(self, _row: Any, said: view.Row | None) -> None:
        """Show another order."""
        if said is None:
            return
        self.shelf, self.who, self.badge, self.line = said.shelf, said.who, said.badge, said.line
        self.icon, self.words, self.tone = said.timing.icon, said.timing.words, said.timing.tone
        self.share, self.target, self.chosen = said.timing.share, said.timing.target, said.chosen


class NoOrders(BoxLayout):
    """Left, where a list is empty: a shelf with nothing on it."""

    title, line = StringProperty(""), StringProperty("")


class ListPane(BoxLayout):
    """Left: the filters, or the field of the search; the orders."""

    screen = ObjectProperty(None)
    finding, typing = BooleanProperty(False), BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._none = NoOrders()
        super().__init__(**kwargs)
        pills = self.ids.pills
        for key in Filter:
            pill = FilterPill(key=key.value, icon="triangle-alert" if key is Filter.LATE else "")
            pill.bind(on_tap=lambda touched: self.screen.flow.choose_filter(Filter(touched.key)))
            pills.add_widget(pill)
        # Held by name: what is not on the screen for a while would be gone.
        self._field, self._orders = self.ids.field.__self__, self.ids.orders.__self__
        self._pills, self._find, self._search = (self.ids[name].__self__ for name in ("pills", "find", "search"))
        # With the next frame: letters of a scanner come so fast that looking for each would tear the scan.
        self._soon = Clock.create_trigger(lambda _dt: self.typed(), 0)
        self._field.bind(text=lambda *_args: self._soon())

    def show(self, state: CollectState) -> None:
        """Show the list."""
        for pill, (key, text, count) in zip(reversed(self._pills.children), view.filters(state), strict=True):
            pill.text, pill.count, pill.on = text, count, key is state.filter
        self._heads(state)
        self._none.title, self._none.line = view.empty(state)
        rows = view.rows(state)
        only(self.ids.place, self._orders if rows else self._none)
        self._orders.rows = rows

    def _heads(self, state: CollectState) -> None:
        """Filters, or the field; the keyboard goes when the search does."""
        if state.finding != self.finding:
            self.finding = state.finding
            self._field.text = state.query
            self._keyboard(False)
        if state.query != self._field.text and not self._soon.is_triggered:
            self._field.text = state.query
        head, wanted = self.ids.head, [self._search] if state.finding else [self._pills, self._find]
        if wanted != list(reversed(head.children)):
            head.clear_widgets()
            for widget in wanted:
                head.add_widget(widget)

    def typed(self) -> None:
        """What stands in the field is looked for."""
        self._soon.cancel()
        self.screen.flow.typed(self._field.text)

    def find(self) -> None:
        """Enter."""
        self.typed()
        self.screen.flow.find()

    def look_for(self) -> None:
        """The search was touched: its field, and the keyboard on the screen."""
        self.screen.flow.open_search()
        self._keyboard(True)

    def toggle_keyboard(self) -> None:
        """Show or hide the keyboard on the screen."""
        self._keyboard(not self.typing)

    def _keyboard(self, on: bool) -> None:
        box = self.ids.keyboard
        if on and not box.children:
            from pos.ui.kit.keyboard import OnScreenKeyboard

            board = OnScreenKeyboard(field=self._field, language=language(), height=dp(330))
            board.padding = [0, dp(8), 0, dp(8)]
            box.add_widget(board)
        elif not on:
            box.clear_widgets()
        self.typing = on

    def insert(self, text: str) -> None:
        """Letters from a real keyboard."""
        self.screen.flow.open_search()
        self._keyboard(False)
        self._field.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self._field.backspace()

    def tapped(self, index: int) -> None:
        """An order was touched."""
        found = self.screen.state.listing.rows
        if 0 <= index < len(found):
            self.screen.flow.choose(found[index].order)


class PickOrders(QuietButton):
    """To what is to be picked."""

    screen = ObjectProperty(None)


class SeeDay(PillButton):
    """To the store's day in figures."""

    screen = ObjectProperty(None)


class NotNow(SecondaryButton):
    """Back to the list, without a shelf."""

    screen = ObjectProperty(None)


class CollectGoOn(PrimaryButton):
    """The primary action."""

    screen = ObjectProperty(None)


class CollectScreen(Panel):
    """Reads the flow's state; touches call its verbs."""

    state = ObjectProperty(CollectState(), rebind=True)
    flow = ObjectProperty(None)

    def __init__(self, flow: CollectFlow, on_history: Callable[[], None]) -> None:
        self.history = on_history
        self._parts: dict[type, Any] = {}
        super().__init__(flow=flow, state=flow.state)
        flow.on_state = self._look
        theme.follow(language=self._spoken)
        self._look(flow.state)

    def shown(self) -> None:
        """The screen came."""
        self._look(self.flow.state)

    def ahead(self) -> None:
        """What the next touch needs."""
        self.flow.ahead()
        for kind in (ListPane, NextSide, ShelfPane):
            self._part(kind)

    def _spoken(self, *_args: Any) -> None:
        self._look(self.flow.state)

    def _part(self, kind: type) -> Any:
        if kind not in self._parts:
            self._parts[kind] = kind(screen=self)
        return self._parts[kind]

    def _look(self, state: CollectState) -> None:
        self.state = state
        left = ShelfPane if state.phase is Phase.SHELVING else ListPane
        right = NextSide if state.shown is not None else NothingChosen
        for place, kind in (("pane", left), ("side", right)):
            part = self._part(kind)
            part.show(state)
            only(self.ids[place], part)
        self._corner(state)
        self._actions(state)

    def _corner(self, state: CollectState) -> None:
        """The way to the day, in the corner of the right side; what stands there makes room."""
        sees, corner = self.flow.sees_day and state.phase is Phase.LIST, self.ids.corner
        for kind in (NextSide, NothingChosen):
            self._part(kind).aside = dp(150) if sees else 0
        if not sees:
            corner.clear_widgets()
        elif not corner.children:
            corner.add_widget(self._part(SeeDay))

    def _actions(self, state: CollectState) -> None:
        """The primary action where there is one; beside it the way to the picking, or back."""
        said, wanted = view.primary(state, self.flow.step), []
        if state.phase is Phase.SHELVING:
            wanted.append(self._part(NotNow))
        elif self.flow.on_picking is not None:
            wanted.append(self._part(PickOrders))
        if said.text:
            button = self._part(CollectGoOn)
            button.text, button.line, button.icon = said.text, said.line, said.icon
            button.off, button.busy = said.off, said.busy
            wanted.append(button)
        right = self.ids.right
        if list(reversed(right.children)) != wanted:
            right.clear_widgets()
            for widget in wanted:
                right.add_widget(widget)

    # What the keys of a till bring.

    @property
    def _typing(self) -> Any:
        return self._part(ShelfPane if self.state.phase is Phase.SHELVING else ListPane)

    def insert(self, text: str) -> None:
        """Letters from a real keyboard: a shelf's position, or what somebody looks for."""
        self._typing.insert(text)

    def erase(self) -> None:
        """One letter less."""
        self._typing.erase()

    def enter(self) -> None:
        """Enter puts a parcel onto the shelf that was typed, and looks at the hub for a phone or an address."""
        if self.state.phase is Phase.SHELVING:
            self._part(ShelfPane).put()
        else:
            self._part(ListPane).find()
