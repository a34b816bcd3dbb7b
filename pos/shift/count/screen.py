"""Money by amount or by pieces: a note or coin a row, the keypad beside it under the sum."""

from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.pictures import path_of
from pos.shift.state import Phase, ShiftState
from pos.shift.view import CountSaid, kinds_left, pieces
from pos.ui.i18n import _
from pos.ui.kit.keypad import Keypad
from pos.ui.kit.rows import Row
from pos.ui.kit.screens import only
from pos.ui.kit.window import ShopWindow

from kivy.lang import Builder  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_name("screen.kv")))


class PieceRow(Row):
    """One note or coin: its value, how many, the money."""

    value, count, amount = (StringProperty("") for _n in range(3))
    note, counted = BooleanProperty(True), BooleanProperty(False)

    def show(self, said: CountSaid) -> None:
        """Show another count."""
        self.tag, self.value, self.note, self.count = said.minor, said.value, said.note, said.count
        self.amount, self.chosen, self.counted = said.amount, said.chosen, said.counted


class PieceColumn(BoxLayout):
    """Notes, or coins, the largest first. `tell(value)` hears of a touch."""

    words = StringProperty("")
    row_height = NumericProperty(60)
    tell = ObjectProperty(None, allownone=True)

    def show(self, said: list[CountSaid]) -> None:
        """As many rows as there are kinds."""
        box = self.ids.rows
        if len(box.children) != len(said):
            box.clear_widgets()
            for _one in said:
                row = PieceRow()
                row.bind(on_tap=lambda touched: self.tell(touched.tag))
                box.add_widget(row)
        for at, (row, one) in enumerate(zip(reversed(box.children), said, strict=True)):
            row.rule, row.height = at > 0, self.row_height
            row.show(one)

    def on_row_height(self, _column: Any, height: float) -> None:
        """There is more room, or less."""
        for row in self.ids.rows.children if "rows" in self.ids else ():
            row.height = height


class PieceGrid(BoxLayout):
    """Notes at the left, coins at the right."""

    screen = ObjectProperty(None)
    most, row_height = NumericProperty(1), NumericProperty(60)

    def show(self, state: ShiftState) -> None:
        """Show what is counted."""
        notes, coins = pieces(state)
        self.most = max(len(notes), len(coins), 1)
        for column, said in ((self.ids.notes, notes), (self.ids.coins, coins)):
            column.tell = self.screen.flow.choose
            column.show(said)


class CountPad(Keypad):
    """A keypad whose third corner goes on to the next note or coin."""

    def _zeros(self, *_args: Any) -> None:
        self._blank.key, self._blank.icon, self._blank.opacity, self._blank.off = "next", "arrow-right", 1, False


class PadSide(BoxLayout):
    """Right: the sum as a hero, and the keypad that fills it."""

    screen = ObjectProperty(None)
    words, line, currency = StringProperty(""), StringProperty(""), StringProperty("KZT")
    minor = NumericProperty(0)
    unknown = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._pads: dict[type, Keypad] = {}

    def show(self, state: ShiftState) -> None:
        """Show the sum, and the keys that fit."""
        self.words, self.line = _label(state), _under(state)
        self.currency = state.currency
        self.minor = state.total if state.counting else state.amount
        pad = self._pad(CountPad if state.counting else Keypad)
        if not state.counting:
            pad.zeros = "000" if state.whole_units else "00"
        only(self.ids.pad, pad)

    def _pad(self, kind: type[Keypad]) -> Keypad:
        if kind not in self._pads:
            self._pads[kind] = kind(size_hint=(1, 1))
            self._pads[kind].bind(on_key=lambda _pad, key: self.screen.flow.key(key))
        return self._pads[kind]


def _label(state: ShiftState) -> str:
    if state.phase is Phase.COUNTING:
        return _("Counted so far")
    return _("Amount") if state.phase is Phase.MOVING else _("Opening float")


def _under(state: ShiftState) -> str:
    if state.counting:
        return kinds_left(state) if state.counts else _("Choose a note or coin and type how many there are.")
    return ""


class Welcome(ShopWindow):
    """Nothing is sold yet: what to do first."""

    title = StringProperty("")


class OpeningPane(BoxLayout):
    """Left: how the float is said, and by pieces each of them."""

    screen = ObjectProperty(None)
    state = ObjectProperty(ShiftState(), rebind=True)
    title = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._welcome, self._grid = Welcome(picture=path_of("jar-sun")), PieceGrid(screen=self.screen)

    def show(self, state: ShiftState) -> None:
        """Show the float."""
        self.state = state
        name = state.actor.name if state.actor else ""
        self._welcome.title = _("{name}, your shift begins").format(name=name.rstrip(".")) if name else ""
        if state.by_pieces:
            self._grid.show(state)
        only(self.ids.body, self._grid if state.by_pieces else self._welcome)


class CountPane(BoxLayout):
    """Left: the drawer, piece by piece."""

    screen = ObjectProperty(None)

    def show(self, state: ShiftState) -> None:
        """Show what is counted."""
        self.ids.grid.screen = self.screen
        self.ids.grid.show(state)
