"""Typing how much of weighed goods comes back: the right side while it is typed."""

from pos.returns.state import ReturnState
from pos.returns.view import weight_said

from kivy.properties import ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip


class WeightSide(BoxLayout):
    """The weight as far as it is typed, and what may still come back."""

    screen = ObjectProperty(None)
    name, weight, left = (StringProperty("") for _n in range(3))

    def show(self, state: ReturnState) -> None:
        """Show another weight."""
        self.name, self.weight, self.left = weight_said(state)
