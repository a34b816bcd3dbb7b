"""A card in a list that shows more of itself below while it is open: why goods come back, or what can't be given."""

from typing import Any

from pos.ui.kit.touch import Pressable

from kivy.properties import NumericProperty, ObjectProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class Unfolding(Pressable, BoxLayout):
    """A row of the list, used again for others. Its rule has `row`, what always shows; `below` makes what comes under
    it, which has `show(said, flow)`."""

    item = ObjectProperty(None, allownone=True)
    index = NumericProperty(-1)
    below: Any

    def __init__(self, **kwargs: Any) -> None:
        self._below: Any = None
        super().__init__(**kwargs)

    def unfold(self, said: Any, flow: Any) -> None:
        """Show what is below if `said.open`, else put it away."""
        if not said.open:
            if self._below is not None and self._below.parent is not None:
                self.remove_widget(self._below)
            return
        if self._below is None:
            self._below = self.below()
            self._below.bind(height=lambda *_args: self._measure())
        self._below.show(said, flow)
        if self._below.parent is None:
            self.add_widget(self._below)
        self._measure()

    def _measure(self) -> None:
        """How high the card wants to be; the list makes room for it."""
        if self._below is not None and self._below.parent is self and self.parent is not None:
            self.parent.tall_height = self.ids.row.height + self._below.height

    def on_parent(self, _card: Any, _parent: Any) -> None:
        """It came into a list."""
        self._measure()
