"""Find: the field, the keyboard in her language, departments as chips, and a wall of cards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk.browse.flow import BrowseState, Card
from kiosk.frame.screen import KioskScreen, picture_file
from pos.ui.happened import Happened
from pos.ui.i18n import _
from pos.ui.kit import Chip
from pos.ui.kit.touch import Pressable
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class ProductCard(Pressable, BoxLayout):
    """One product: goods on their line, below it the name, the price and what is here."""

    card = ObjectProperty(None, allownone=True, rebind=True)
    picture = StringProperty("")
    narrow = BooleanProperty(False)

    def on_card(self, _widget: Any, card: Card | None) -> None:
        """Show another product, or none."""
        self.opacity, self.off = (1, False) if card else (0, True)
        self.picture = picture_file(card.picture) if card else ""

    def on_tap(self) -> None:
        """Open it; `tag` is who does that."""
        if self.card is not None and self.tag is not None:
            self.tag(self.card.product)


class CardRow(BoxLayout):
    """One row of the wall."""

    item = ObjectProperty(())
    index = NumericProperty(-1)

    def on_item(self, _row: Any, item: Any) -> None:
        """Show other products; the wall tells how many stand side by side."""
        cards, columns, choose = item
        while len(self.children) < columns:
            self.add_widget(ProductCard())
        while len(self.children) > columns:
            self.remove_widget(self.children[0])
        for at, widget in enumerate(reversed(self.children)):
            widget.card = cards[at] if at < len(cards) else None
            widget.tag, widget.narrow = choose, columns > 2

    def on_touch_down(self, touch: Any) -> bool:
        return self.collide_point(*touch.pos) and super().on_touch_down(touch)


class Rows:
    """Cards in rows, made when they come into view; `near(index)` hears which card that was."""

    def __init__(self, cards: tuple[Card, ...], columns: int, choose: Any, near: Any) -> None:
        self.cards, self.columns, self.choose, self.near = cards, columns, choose, near

    def __len__(self) -> int:
        return -(-len(self.cards) // self.columns)

    def __getitem__(self, row: int) -> tuple[tuple[Card, ...], int, Any]:
        last = (row + 1) * self.columns
        self.near(last)
        return self.cards[row * self.columns : last], self.columns, self.choose


class BrowseScreen(KioskScreen):
    """Reads `state` of the finding's flow."""

    state = ObjectProperty(BrowseState(), rebind=True)
    columns = NumericProperty(2)
    happened = ObjectProperty(None, allownone=True)
    next_words = StringProperty("")
    next_icon = StringProperty("arrow-right")
    # Where things stand, in pixels from the foot of the window.
    side = NumericProperty(0)
    field_y = NumericProperty(0)
    chips_y = NumericProperty(0)
    chips_height = NumericProperty(0)
    summary_x = NumericProperty(0)
    summary_y = NumericProperty(0)
    wall_y = NumericProperty(0)
    wall_top = NumericProperty(0)

    def __init__(self, flow: Any, visit: Any, **kwargs: Any) -> None:
        self._shelves: tuple[Any, ...] = ()
        self._near = 0
        super().__init__(flow=flow, visit=visit, **kwargs)
        self._ask = Clock.create_trigger(lambda _dt: flow.seen(self._near), 0)
        self.ids.field.fbind("text", self._typed)
        self.fbind("columns", self._rows)
        for name in ("size", "wide", "low", "bar", "shelf", "foot", "state"):
            self.fbind(name, self._measure)
        self.ids.keyboard.fbind("height", self._measure)
        theme.follow(language=self._spoken)
        flow.on_state = self._show
        self._spoken()
        self._show(flow.state)

    def shown(self) -> None:
        """It came onto the window."""
        self._spoken()

    def _spoken(self, *_args: Any) -> None:
        self.happened = Happened(
            "working", _("Scan any code"), _("You see its price and every place that has it"), icon="scan-barcode"
        )
        self.ids.keyboard.language = theme.language

    def _typed(self, _field: Any, text: str) -> None:
        self.flow.typed(text)

    def _show(self, state: BrowseState) -> None:
        before, self.state = self.state, state
        if self.ids.field.text != state.query:
            self.ids.field.text = state.query
        if state.shelves != self._shelves:
            self._chips(state.shelves)
        if state.cards is not before.cards or state.asked != before.asked:
            self._rows()
        if state.asked != before.asked:
            self.ids.wall.offset = 0

    def _rows(self, *_args: Any) -> None:
        self.ids.wall.rows = Rows(self.state.cards, int(self.columns), self.visit.choose, self._came_near)

    def _came_near(self, index: int) -> None:
        self._near = max(index, 0)
        self._ask()

    def _chips(self, shelves: tuple[Any, ...]) -> None:
        self._shelves = shelves
        box = self.ids.chips
        while len(box.children) < len(shelves):
            chip = Chip()
            chip.bind(on_tap=lambda touched: self.flow.choose_department(touched.tag))
            box.add_widget(chip)
        while len(box.children) > len(shelves):
            box.remove_widget(box.children[0])
        for chip, shelf in zip(reversed(box.children), shelves, strict=True):
            chip.text, chip.icon, chip.on, chip.tag = shelf.text, shelf.icon, shelf.on, shelf.id

    def typed(self, words: str) -> None:
        """Keys of a keyboard that is plugged in."""
        self.ids.field.insert(words)

    def erase(self) -> None:
        """One letter is taken back."""
        self.ids.field.backspace()

    def next(self) -> None:
        """The primary action: the one that `next_words` names."""
        if self.state.nothing:
            self.ids.field.clear()
        elif self.wide:
            self.visit.hold_code()
        else:
            self.flow.keyboard(not self.state.keyboard)

    def _name_next(self) -> None:
        state = self.state
        if state.nothing:
            words, icon = _("Start again"), "undo-2"
        elif self.wide:
            words, icon = _("Scan a code"), "scan-barcode"
        elif not state.keyboard:
            words, icon = _("Search"), "search"
        elif state.query.strip() and not state.more:
            words, icon = _("Show all {n}").format(n=len(state.cards)), "arrow-right"
        else:
            words, icon = _("Show all"), "arrow-right"
        self.next_words, self.next_icon = words, icon

    def _measure(self, *_args: Any) -> None:
        """Lay the parts out: from the top, or in low reach from the foot."""
        self._name_next()
        base = self.shelf + self.foot
        keys = base + (self.ids.keyboard.height if self.wide or self.state.keyboard else 0)
        self.side = dp(904) if self.wide else 0  # twelve keys as wide as a finger
        if self.low:
            self.field_y = keys + dp(16)
            self.chips_y = self.field_y + dp(140)
        else:
            self.field_y = self.height - self.bar - (dp(112) if self.wide else dp(124))
            self.chips_y = keys + dp(12) if self.wide else self.field_y - dp(160)
        over = self.height - dp(24) if self.low else self.field_y - dp(20)
        self.chips_height = dp(84)
        if self.wide:  # whole rows of chips, hanging below the field
            rows = max(1, int((over - self.chips_y + dp(14)) // dp(94)))
            self.chips_height = rows * dp(94) - dp(14)
            self.chips_y = self.chips_y if self.low else over - self.chips_height
        self._measure_wall(base, keys)

    def _measure_wall(self, base: float, keys: float) -> None:
        self.summary_x = dp(52 if self.low or not self.wide else 260)
        if self.wide:
            self.summary_y = self.height - dp(92)
            self.wall_y, self.wall_top = base, self.height - dp(108)
        elif self.low:
            self.summary_y = self.chips_y + dp(88)
            self.wall_y, self.wall_top = self.summary_y + dp(76), self.height - dp(24)
        else:
            self.summary_y = self.field_y - dp(76)
            self.wall_y, self.wall_top = keys, self.chips_y - dp(22)

    def card_height(self, width: float) -> float:
        """A card as high as its goods and three lines need."""
        return round(width * 0.5 + dp(232)) if self.wide else dp(438)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
