"""The lines of an order as cards: three numbers, a stepper, and for the open one why and how it came back."""

from typing import Any

from pos.goods_back import conditions, reasons
from pos.returns.view import LineSaid
from pos.ui.chips import ChipRow
from pos.ui.i18n import _
from pos.ui.unfolding import Unfolding
from sync.domain.returns import Condition, Reason

from kivy.properties import (  # isort: skip
    BooleanProperty,
    NumericProperty,
    StringProperty,
)
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class NumberColumn(BoxLayout):
    """A number and what it counts."""

    number, words = StringProperty(""), StringProperty("")
    quiet = BooleanProperty(False)


class Because(BoxLayout):
    """Why and how a line came back, and where it goes."""

    where = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self._weights: ChipRow | None = None
        super().__init__(**kwargs)

    def show(self, said: LineSaid, flow: Any) -> None:
        """Show what was said of a line."""
        why, how = self.ids.why, self.ids.how
        why.tell = lambda key: flow.reason(said.id, Reason(key))
        how.tell = lambda key: flow.condition(said.id, Condition(key))
        why.question, how.question = _("Reason"), _("Condition")
        why.answers, how.answers = reasons(), conditions()
        why.chosen, how.chosen = said.reason, said.condition
        self._weight(said, flow)
        self.where = said.where

    def _weight(self, said: LineSaid, flow: Any) -> None:
        """How much of what was weighed comes back; of other goods the stepper says it."""
        if said.weights and self._weights is None:
            self._weights = ChipRow()
            self.add_widget(self._weights, index=len(self.children) - 2)
        row = self._weights
        if row is None:
            return
        row.opacity = 1 if said.weights else 0
        row.tell = lambda key: flow.weigh(said.id, key == "all")
        row.question, row.answers = _("Weight") if said.weights else "", list(said.weights)
        row.chosen = said.weight


class LineCard(Unfolding):
    """One line of the order; a row of the list, used again for other lines."""

    below = Because
    name, info, until, picture, letters = (StringProperty("") for _n in range(5))
    tint = StringProperty("sand")
    bought, returned, left, text = (StringProperty("") for _n in range(4))
    value, most = NumericProperty(0), NumericProperty(0)
    open, gone, alert, locked = (BooleanProperty(False) for _n in range(4))
    needed = NumericProperty(0)

    def on_item(self, _card: Any, item: Any) -> None:
        """Show another line, or the same one anew."""
        if item is None:
            return
        said: LineSaid = item[0]
        for name in ("name", "info", "until", "picture", "letters", "tint", "bought", "returned", "left", "text"):
            setattr(self, name, getattr(said, name))
        for name in ("value", "most", "open", "gone", "alert", "locked"):
            setattr(self, name, getattr(said, name))
        self.ids.stepper.value = said.value
        self.unfold(said, item[1])

    def step(self, value: int) -> None:
        """The stepper asks for so many."""
        said, flow = self.item
        line = flow.state.purchase.line(said.id) if flow.state.purchase else None
        if line is not None:
            flow.set_quantity(said.id, value * line.left if line.unit == "kg" else min(line.left, value * 1000))
